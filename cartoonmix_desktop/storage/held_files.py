"""Renames and deletes that wait a moment for whoever else holds the file.

On Windows a virus scanner, the search index or a synced folder opens what was just written, for
some milliseconds, and until it lets go the file can be neither renamed nor deleted. Blocking: call
it from a worker thread.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from cartoonmix_desktop.storage.os_errors import is_held

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PATIENCE = 2.0  # seconds
_IN_VAIN = 60.0  # seconds in which a folder that was waited for in vain is not waited for again
_FIRST_REST, _LONGEST_REST = 0.005, 0.2  # seconds between two attempts

_T = TypeVar("_T")

_given_up: dict[Path, float] = {}  # folders, and until when: a denial that lasts is no scanner


def replace(path: Path, target: Path) -> Path:
    """See `pathlib.Path.replace`.

    Raises:
        OSError: as the system says, after two seconds if another program holds the file.
    """
    return _patiently(path, lambda: path.replace(target))


def rename(path: Path, target: Path) -> Path:
    """See `pathlib.Path.rename`.

    Raises:
        OSError: as for `replace`.
    """
    return _patiently(path, lambda: path.rename(target))


def delete(path: Path, *, missing_ok: bool = True) -> None:
    """See `pathlib.Path.unlink`.

    Raises:
        OSError: as for `replace`.
    """
    _patiently(path, lambda: path.unlink(missing_ok=missing_ok))


def remove_folder(path: Path) -> None:
    """See `pathlib.Path.rmdir`.

    Raises:
        OSError: as for `replace`.
    """
    _patiently(path, path.rmdir)


def _patiently(path: Path, work: Callable[[], _T]) -> _T:
    began, rest = time.monotonic(), _FIRST_REST
    patience = 0.0 if _given_up.get(path.parent, 0.0) > began else _PATIENCE
    while True:
        try:
            return work()
        except OSError as error:
            if not is_held(error):
                raise
            if time.monotonic() - began >= patience:
                _given_up[path.parent] = time.monotonic() + _IN_VAIN
                raise
        time.sleep(rest)
        rest = min(2 * rest, _LONGEST_REST)
