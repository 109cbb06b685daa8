"""Measurements of speed and search, beside other systems."""

from pvd_assistant import threads

threads.one_for_products()  # as the commands do
