"""Bring files of others in: read, decide, check, repair, publish."""
