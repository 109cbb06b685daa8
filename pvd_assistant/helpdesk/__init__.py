"""Requests received by the helpdesk, the replies drafted to them, and what is learned from them."""
