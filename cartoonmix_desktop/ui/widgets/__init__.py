"""Parts that every room uses."""
