"""The tables of canned replies, of replies that became sources, of questions without an answer."""
