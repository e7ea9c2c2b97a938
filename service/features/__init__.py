"""OGC API Features over the layers: queries, coordinate systems, answers."""
