"""Paths that were written down, or come from elsewhere, held inside their folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.naming import is_reserved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOT_ON_WINDOWS = set('<>:"|?*\\')
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT
_LONGEST, _LONGEST_PART = 1024, 255  # characters; no system takes a longer part


def parts_inside(relative: str, *, windows: bool = sys.platform == "win32") -> tuple[str, ...]:
    """The parts of a path that stays inside whatever folder it is joined to.

    It is judged as all systems would read it: a library can move from one to another, and a part
    with a drive, harmless here, replaces all that stands before it there.

    Args:
        relative: with forward slashes.
        windows: whether it is also to be a name that Windows takes as it is.

    Raises:
        ValueError: it leads out, is no path at all, longer than any of ours, or none for Windows.
    """
    parts = PurePosixPath(relative).parts
    ok = parts and not relative.startswith("/") and "\0" not in relative
    ok = ok and len(relative) <= _LONGEST and max(map(len, parts)) <= _LONGEST_PART
    if not ok or not all(_stays(part, windows=windows) for part in parts):
        raise ValueError(f"not inside the library: {relative[:200]!r}")
    return parts


def is_junction(folder: Path) -> bool:
    """Whether a folder of Windows stands for another: `os.walk` follows it, be it in a circle."""
    try:
        about = folder.lstat()
    except OSError:
        return False
    return getattr(about, "st_reparse_tag", 0) == _JUNCTION


def walk(
    folder: Path, onerror: Callable[[OSError], object] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """See `os.walk`; through no junction, as it goes through no link."""
    for at, folders, names in os.walk(folder, onerror=onerror):
        folders[:] = [name for name in folders if not is_junction(Path(at, name))]
        yield at, folders, names


def _stays(part: str, *, windows: bool) -> bool:
    there = PureWindowsPath(part)
    if part == ".." or there.drive or there.root or ".." in there.parts:
        return False
    if not windows:
        return True
    odd = not _NOT_ON_WINDOWS.isdisjoint(part) or min(part) < " " or part[-1] in ". "
    return not odd and not is_reserved(part)
