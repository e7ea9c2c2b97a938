"""Printable sheets: the map on paper, with all that a map on paper must say."""
