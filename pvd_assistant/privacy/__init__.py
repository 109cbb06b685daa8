"""How long what is kept of people is kept, and what is done when one of them asks."""
