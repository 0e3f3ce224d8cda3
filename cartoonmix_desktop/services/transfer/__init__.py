"""In and out: imports, exports, archives."""
