"""Measurements of speed and search, beside other systems."""
