"""PostGIS, where layers and results can come from and go to; an extra."""
