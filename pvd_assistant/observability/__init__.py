"""Logs, metrics and traces: what the program says of itself, never of those who use it."""
