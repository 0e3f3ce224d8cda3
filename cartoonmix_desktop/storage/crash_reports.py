"""Reports of our own bugs, for the person to read and to send: a few short text files.

A report names versions and places in the program, never values: what an exception says may hold a
prompt, a path or a key, so only its kind is told. A crash of the interpreter itself is written down
by Python's faulthandler, into a file that is there while the window is. A window that was killed,
or lost its power, leaves that file empty: that is no crash.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.log import storage as _log
from cartoonmix_desktop.core.traces import without_values
from cartoonmix_desktop.storage.held_files import delete, replace

if TYPE_CHECKING:
    from typing import TextIO

MOST = 8
"""Reports that are kept; the oldest go."""

_MOST_A_SESSION = 4  # a bug in a timer would happen again and again
_LARGEST = 200_000  # characters of one
_RUNNING = "running.txt"
_UNSEEN = ".unseen.txt"


class CrashReports:
    """The folder of reports. Nothing here raises: what cannot be written is not written.

    May be used from any thread, also before `begin`.
    """

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet.

        Args:
            folder: holds the reports alone; made with the first.
        """
        self._folder = folder
        self._written = 0
        self._running: TextIO | None = None

    def begin(self) -> Path | None:
        """Watch over this process; only the one that holds the home's window may.

        Returns:
            The report of how the last window ended, if that was a crash nobody has been told of.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._collect()
            running = (self._folder / _RUNNING).open("w", encoding="utf-8")
        except OSError as error:
            _log.warning("no crash can be recorded: %s", error)
            return None
        self._running = running
        faulthandler.enable(running, all_threads=True)
        return self._newest_unseen()

    def end(self) -> None:
        """This process ends well."""
        if self._running is None:
            return
        faulthandler.disable()
        self._running.close()
        self._running = None
        _remove(self._folder / _RUNNING)  # Windows may have noted what was no crash

    def write(self, error: BaseException, *, fatal: bool = False) -> Path | None:
        """Write a report.

        Args:
            error: what was raised.
            fatal: the program ends of it, and tells of it at the next start.

        Returns:
            The report, None if none was written.
        """
        if self._written >= _MOST_A_SESSION and not fatal:
            return None
        self._written += 1
        return self._store(without_values(error), datetime.now(UTC), unseen=fatal)

    # --- files -----------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Make a report of what a crash of the last process has left."""
        left = self._folder / _RUNNING
        try:
            said = left.read_text("utf-8", "replace")[:_LARGEST]
            when = datetime.fromtimestamp(left.stat().st_mtime, UTC)
        except FileNotFoundError:
            return
        if said.strip():
            self._store(said, when, unseen=True)
        delete(left, missing_ok=False)

    def _store(self, said: str, when: datetime, *, unseen: bool) -> Path | None:
        path = self._folder / f"{when:%Y-%m-%d %H.%M.%S} {os.getpid()}-{self._written}.txt"
        if unseen:
            path = path.with_name(path.stem + _UNSEEN)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(_without_home(f"{_head(when)}\n{said}")[:_LARGEST], "utf-8")
        except OSError as error:
            _log.warning("no report could be written: %s", error)
            return None
        # Others may be from the future, of a clock that was ahead: this one stays.
        others = [report for report in self._reports() if report != path]
        for old in others[: 1 - MOST]:
            _remove(old)
        return path

    def _reports(self) -> list[Path]:
        """All reports, the oldest first: their names begin with the time."""
        return sorted(path for path in self._folder.glob("*.txt") if path.name != _RUNNING)

    def _newest_unseen(self) -> Path | None:
        """The newest one that was not told of; from now on all are."""
        newest = None
        for path in self._reports():
            if path.name.endswith(_UNSEEN):
                seen = path.with_name(path.name.removesuffix(_UNSEEN) + ".txt")
                try:
                    newest = replace(path, seen)
                except OSError as error:  # then it is told of again
                    _log.warning("a report could not be renamed: %s", error)
        return newest


def _head(when: datetime) -> str:
    import platform

    pyside = sys.modules.get("PySide6")
    return (
        f"CartoonMix Desktop {__version__}, {when:%Y-%m-%d %H:%M:%S} UTC\n"
        f"Python {platform.python_version()}, PySide6 {getattr(pyside, '__version__', 'unused')}\n"
        f"{platform.platform()}, {platform.machine()}\n"
        "This report holds no key, prompt or picture; you may send it with a report of the fault.\n"
    )


def _without_home(text: str) -> str:
    try:
        home = str(Path.home())
    except RuntimeError:  # nobody knows where that is
        return text
    return text.replace(home, "~") if len(home) > 1 else text


def _remove(path: Path) -> None:
    try:
        delete(path)
    except OSError as error:
        _log.warning("a report could not be removed: %s", error)
