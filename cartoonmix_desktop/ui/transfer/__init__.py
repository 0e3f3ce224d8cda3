"""Import, export, archive."""
