"""Lists that variants of a prompt are drawn from: text files of a folder, one entry a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.prompt.variants import ListUnreadable
from cartoonmix_desktop.storage.files.inside import parts_inside
from cartoonmix_desktop.storage.os_errors import read_small

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LARGEST = 16 * 1024**2  # bytes
_COMMENT = "#"
_LINE_END = re.compile(r"\r\n?|\n")


class WildcardFolder:
    """The lists in a folder and in those below it: ``animals/cats`` is ``animals/cats.txt``."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet.

        Args:
            folder: need not exist.
        """
        self._folder = folder
        self._read: dict[str, Sequence[str] | None] = {}

    def lines(self, name: str) -> Sequence[str] | None:
        """The entries of a list, without comments and empty lines; None if there is no such list.

        Args:
            name: with forward slashes, without ``.txt``.

        Raises:
            ListUnreadable: the file is there, and is no text, too large, or may not be read.
        """
        if name not in self._read:
            self._read[name] = self._lines(name)
        return self._read[name]

    def _lines(self, name: str) -> Sequence[str] | None:
        try:
            path = self._folder.joinpath(*parts_inside(f"{name}.txt"))
        except ValueError:  # it leads out
            return None
        try:
            text = read_small(path, _LARGEST).decode("utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise ListUnreadable(name) from error
        stripped = (line.strip() for line in _LINE_END.split(text))
        return [line for line in stripped if line and not line.startswith(_COMMENT)]
