"""A recipe looked at, compared, used again."""
