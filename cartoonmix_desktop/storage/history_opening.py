"""The history for a command that only reads it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cartoonmix_desktop.storage.history.backups import Backups
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.locations import HISTORY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartoonmix_desktop.storage.locations import Locations


@contextmanager
def opened_history(locations: Locations) -> Iterator[Ledger | None]:
    """The history; None where there is none, which is not made by being asked.

    Raises:
        StorageError: as for `Ledger`.
    """
    history = locations.data / HISTORY_FILE
    # Also copies one of an older version, which is changed by being opened.
    Backups(history, locations.data / "runs").before_opening(time.time())
    if not history.exists():
        yield None
        return
    ledger = Ledger(history)
    try:
        yield ledger
    finally:
        ledger.close()
