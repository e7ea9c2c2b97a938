"""One router per resource, named as in OGC API."""
