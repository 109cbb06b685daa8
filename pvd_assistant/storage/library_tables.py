"""The tables of changes to the documents and of background work."""
