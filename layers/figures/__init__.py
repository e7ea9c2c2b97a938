"""The figure ledger: published numbers, where they stand, and what the layers give."""
