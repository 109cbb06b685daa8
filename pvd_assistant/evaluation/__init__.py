"""Measure the assistant: question files (``answers``) and retrieval collections (``retrieval``)."""
