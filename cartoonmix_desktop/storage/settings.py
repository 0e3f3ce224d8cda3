"""Small choices of the person, in one JSON file that can be read and repaired by hand."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from cartoonmix_desktop.core.log import storage as _log
from cartoonmix_desktop.storage.held_files import delete, rename, replace
from cartoonmix_desktop.storage.os_errors import file_errors, read_small, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

_T = TypeVar("_T")


FORMAT = 1
"""Of the file, in its key ``format``. It grows when an older program would misread the values."""

_FORMAT_KEY = "format"


class Quarantined(NamedTuple):
    """A file of settings that could not be used and is kept, untouched, under another name.

    Attributes:
        reason: ``"damaged"`` or ``"newer"``.
        path: where it is now.
    """

    reason: str
    path: Path


class Settings:
    """A flat JSON object. Reading never raises; keys of other versions of the program are kept.

    A file that is not a JSON object, or has a newer `FORMAT`, is set aside beside it, as
    ``settings.json.damaged-N`` or ``settings.json.newer-N``, and the defaults hold. Should even
    that fail, nothing is written over it: what is chosen then holds until the end.
    May be used from any thread.

    Attributes:
        quarantined: what was set aside by this object, None if nothing was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._untouchable = False
        self.quarantined: Quarantined | None = None
        self._values = self._read()

    def get(self, key: str, default: _T) -> _T:
        """The value of ``key``, or ``default`` when there is none or it is of another type."""
        with self._lock:
            value = self._values.get(key, default)
        if isinstance(default, float) and type(value) is int:
            return type(default)(value)  # JSON does not tell 4 from 4.0
        return value if default is None or type(value) is type(default) else default

    def set(self, key: str, value: object) -> None:
        """Store ``value``, of plain JSON types, before returning.

        Raises:
            DiskFull: no room; the file is as it was.
            FolderUnusable: the file cannot be written.
        """
        json.dumps(value)  # what cannot be stored must fail before anything changes
        with self._lock:
            # Another process may have written since: its keys stay.
            values = self._read() | {key: value}
            if self._untouchable:
                self._values = self._values | {key: value}
                return
            self._write(json.dumps(values | {_FORMAT_KEY: FORMAT}, indent=2, sort_keys=True))
            self._values = values

    def _read(self) -> dict[str, Any]:
        self._untouchable = False
        try:
            raw = read_small(self._path)
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                _log.warning("the settings cannot be read: %s", error)
            return {}
        except ValueError:  # a pipe, a device, or too large to be settings
            raw = b""
        try:
            values = json.loads(raw)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            self._quarantine("damaged")
            return {}
        written_as = values.get(_FORMAT_KEY, FORMAT)
        if not isinstance(written_as, int) or written_as > FORMAT:
            self._quarantine("newer")
            return {}
        return values

    def _quarantine(self, reason: str) -> None:
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.{reason}-{number}")).exists():
            number += 1
        try:
            rename(self._path, aside)
        except OSError as error:
            self._untouchable = True
            _log.warning("settings that are %s cannot be set aside: %s", reason, error)
        else:
            self.quarantined = Quarantined(reason, aside)
            _log.warning("the settings were %s and are now %s", reason, aside.name)

    def _write(self, text: str) -> None:
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        with file_errors(self._path):
            try:
                with temporary.open("w", encoding="utf-8") as file:
                    file.write(text + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                replace(temporary, self._path)
                sync_folder(self._path.parent)
            finally:
                delete(temporary)
