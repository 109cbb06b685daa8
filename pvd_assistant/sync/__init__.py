"""``corpus sync``: bring official data up to date, one target a file. Off unless asked.

Each target is downloaded within limits, validated as a whole, then put in place in one step; whatever goes
wrong before that step leaves the old data as it was.
"""
