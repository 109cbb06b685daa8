"""Migrations of the tables, packaged and run by :class:`pvd_assistant.storage.database.Database`."""
