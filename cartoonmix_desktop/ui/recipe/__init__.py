"""The form on the left."""
