"""Tells the tasks of a program that still runs from those of one that is gone.

Each process holds a file lock for as long as it lives; the operating system lets go of it however
the process ends. `filelock` is imported late: it costs a tenth of a second.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from cartoonmix_desktop.storage.held_files import delete
from cartoonmix_desktop.storage.os_errors import file_errors

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


_ONCE = "-once"  # ends the id of a process that does one job


class Owner:
    """This process, as the owner of tasks.

    Attributes:
        id: 32 hex digits, new for every process; more behind them when it does one job.
    """

    def __init__(self, folder: Path, *, once: bool = False) -> None:
        """Take the lock.

        Args:
            folder: where locks live; made when missing.
            once: the process does one job for a caller who waits; see `does_one_job`.

        Raises:
            DiskFull: no room.
            FolderUnusable: the lock file cannot be made.
        """
        from filelock import FileLock

        self.id = uuid.uuid4().hex + _ONCE * once
        self._path = _lock_file(folder, self.id)
        # Taken by one thread and released by another: the hold belongs to the process.
        self._lock = FileLock(self._path, thread_local=False)
        with file_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)

    def release(self) -> None:
        """Let go: whatever is unfinished may be taken over. Harmless when repeated."""
        self._lock.release()
        with suppress(OSError):
            delete(self._path)


def does_one_job(owner: str) -> bool:
    """Whether an owner's tasks are not to be sent by another once it is gone.

    Whoever waited for them has seen the command end, and may have given it again.
    """
    return owner.endswith(_ONCE)


def dead_owners(folder: Path, ids: Collection[str], mine: str) -> list[str]:
    """Those of ``ids`` whose process is gone; their lock files are removed.

    Two processes may both be told of the same one: `Ledger.adopt` hands its tasks to one of them.

    Args:
        folder: where locks live.
        ids: owners the ledger names.
        mine: this process, never dead.
    """
    return [one for one in sorted(ids) if one != mine and _is_dead(_lock_file(folder, one))]


def living_owners(folder: Path) -> list[str]:
    """All processes that hold a lock, this one included if it does.

    Args:
        folder: where locks live; may be missing.
    """
    paths = sorted(folder.glob("*.lock")) if folder.is_dir() else []
    return [path.stem for path in paths if not _is_dead(path)]


def _is_dead(path: Path) -> bool:
    from filelock import FileLock, Timeout

    if not path.exists():
        return True  # a lock is held before the first task is stored, and removed at the end
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError):
        return False  # held; or unreadable, and then taking its tasks over might pay twice
    # Removed while held, so that whoever waits for it finds out; Windows only allows it after.
    with suppress(OSError):
        delete(path)
    lock.release()
    with suppress(OSError):
        delete(path)
    return True


def _lock_file(folder: Path, owner: str) -> Path:
    return folder / f"{owner}.lock"
