"""Conditions on features, and their evaluation over columns of a file."""
