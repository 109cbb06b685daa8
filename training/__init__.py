"""Training of the packaged French sentence embedding (not part of the installed package)."""
