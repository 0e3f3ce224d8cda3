"""What takes room on the disk, and how much of it thumbnails may."""

from __future__ import annotations

from enum import StrEnum

MEGABYTE = 1024**2

BUDGETS = (128, 256, 512, 1024, 2048)
"""Megabytes of thumbnails that a person can choose."""

USUAL_BUDGET = 512


class DiskUse(StrEnum):
    """The kinds, those first that are counted at once."""

    HISTORY = "history"
    BACKUPS = "backups"
    DAMAGED = "damaged"  # set aside, never deleted by itself
    THUMBNAILS = "thumbnails"
    LOGS = "logs"  # and crash reports
    TRASH = "trash"
    PICTURES = "pictures"
