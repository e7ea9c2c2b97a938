"""What a layer is, where it came from, how it is read, checked, kept and written."""
