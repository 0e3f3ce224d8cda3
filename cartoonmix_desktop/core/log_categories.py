"""What can be followed with ``--debug``: apart from `log`, for the command line needs no more."""

CATEGORIES = (
    *("wire", "queue", "follow", "fetch", "reconcile"),
    *("money", "library", "storage", "window"),
)
"""All of them, in the order of a task's life."""
