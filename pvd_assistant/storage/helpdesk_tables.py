"""The tables of requests, replies and what is learned from them."""
