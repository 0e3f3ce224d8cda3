"""The search above the history."""
