"""Where the program keeps its files."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.facts import Frozen
from cartoonmix_desktop.storage.library_location import read_location
from cartoonmix_desktop.storage.os_errors import file_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = "cartoonmix-desktop"

HISTORY_FILE = "history.sqlite3"
"""Its name in the data folder."""


class Locations(Frozen):
    """The four folders.

    Attributes:
        data: the history, the settings, the locks of running programs, the sandbox.
        pictures: the library that the artist opens.
        cache: what can be deleted at any time.
        logs: log files.
        chosen: whether the person put the library where it is: then it is not made when missing.
    """

    data: Path
    pictures: Path
    cache: Path
    logs: Path
    chosen: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Locations:
        """Everything below ``CARTOONMIX_HOME`` when that is set, else where the platform wants it.

        The library is where the person put it. Changes no file.
        """
        usual = cls._usual(environ)
        place = read_location(usual.data)
        if place.folder is None and place.readable:
            return usual
        return usual.but(pictures=place.folder or usual.pictures, chosen=True)

    @classmethod
    def _usual(cls, environ: Mapping[str, str]) -> Locations:
        home = environ.get("CARTOONMIX_HOME", "").strip()
        if home:
            root = Path(home)
            with suppress(RuntimeError):  # "~" of nobody known: a folder of that name
                root = root.expanduser()
            root = root.absolute()
            return cls(root / "data", root / "pictures", root / "cache", root / "logs")
        from platformdirs import PlatformDirs

        folders = PlatformDirs(_NAME, appauthor=False)
        return cls(
            data=folders.user_data_path,
            pictures=folders.user_pictures_path / "CartoonMix",
            cache=folders.user_cache_path,
            logs=folders.user_data_path / "logs",
        )

    @property
    def wildcards(self) -> Path:
        """The lists that variants of prompts are drawn from; need not exist."""
        return self.data / "wildcards"

    def create(self) -> None:
        """Make the folders that are missing; the data folder is for its owner alone.

        A library that is missing is told when it is used, since all can be browsed without it. It
        is made here before there is a history alone: what was there once is not made anew.

        Raises:
            DiskFull: no room; names the folder.
            FolderUnusable: it cannot be made; names the folder.
        """
        for folder in (self.data, self.cache, self.logs):
            with file_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
        if not self.chosen and not (self.data / HISTORY_FILE).is_file():
            with suppress(OSError):
                self.pictures.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # file systems without permissions refuse
            self.data.chmod(0o700)
