"""Servers that tests start, share and stop."""
