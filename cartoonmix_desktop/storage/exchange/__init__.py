"""Files that others read or wrote."""
