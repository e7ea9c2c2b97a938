"""Rasters measured within zones: one pass in bands of rows, exact cell coverage."""
