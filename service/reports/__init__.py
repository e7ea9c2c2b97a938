"""Reports of a conflict check, written from its result model alone."""
