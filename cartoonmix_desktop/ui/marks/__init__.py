"""Stars, tags, notes and collections."""
