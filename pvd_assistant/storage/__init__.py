"""People's work (readers' opinions): tables of a database, brought up to date by migrations."""
