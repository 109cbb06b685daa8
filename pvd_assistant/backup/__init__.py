"""One file that holds people's work, and the way back: ``pvd-assistant backup`` and ``restore``.

The file is an ordinary ``.tar.gz``. Rows are written as JSON lines, the same whatever the database: what
comes from SQLite goes into PostgreSQL, and back.
"""
