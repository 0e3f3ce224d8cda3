"""The trash inside the library: pictures that are moved there and back by renaming.

Where a file should be is recorded before it is moved (`TrashRecords`). To move it is therefore
nothing but to bring it where its record says, and may be repeated after any end.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from cartoonmix_desktop.core.errors import LibraryMissing
from cartoonmix_desktop.storage.files.inside import walk
from cartoonmix_desktop.storage.held_files import delete, rename
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cartoonmix_desktop.storage.files.pictures import PictureFolder

FOLDER = "Trash"
"""Its name inside the library."""


class Place(Struct, frozen=True):
    """Where the file of an output should be.

    Attributes:
        id: the output.
        path: its place in the library, relative and with forward slashes.
        trash_path: its place in the trash.
        in_trash: in which of the two it should be.
        size: bytes.
        sha256: hex.
    """

    id: int
    path: str
    trash_path: str
    in_trash: bool
    size: int
    sha256: str

    @property
    def wanted(self) -> str:
        """The one of the two."""
        return self.trash_path if self.in_trash else self.path


class Stray(Struct, frozen=True):
    """A file in the trash that nothing knows.

    Attributes:
        path: of the file.
        size: bytes.
        sha256: hex.
    """

    path: Path
    size: int
    sha256: str


class TrashFiles:
    """Moves files between the library and its trash; they never leave their file system."""

    def __init__(self, folder: PictureFolder) -> None:
        """Touches no file.

        Args:
            folder: the library.
        """
        self._folder = folder

    def homes(self, places: Iterable[Place]) -> list[Place]:
        """The same places, with a name of its own for each whose name in the library is taken."""
        return [self._home(place) for place in places]

    def bring(self, places: Sequence[Place], *, wary: bool = False) -> None:
        """Move each file to where it should be; one that is in neither place is left out.

        Args:
            places: whose.
            wary: time has passed since they were recorded, and another file may have such a name:
                leave what is not the very picture.

        Raises:
            DiskFull: no room for a name.
            LibraryMissing: the library is not there.
            FolderUnusable: a file cannot be moved; the others of ``places`` may or may not be.
        """
        if places:
            self._folder.check_there()
            if not self._folder.root.is_dir():
                raise LibraryMissing(path=str(self._folder.root), detail="it is not there")
        touched: set[Path] = set()
        for place in places:
            home, trash = self._folder.path(place.path), self._folder.path(place.trash_path)
            wanted, other = (trash, home) if place.in_trash else (home, trash)
            with file_errors(other):
                if wanted.exists() or not other.exists():
                    continue
                if wary and place.in_trash and not holds(other, place.sha256):
                    continue
            with file_errors(wanted.parent):
                wanted.parent.mkdir(exist_ok=True)
            with file_errors(other):
                rename(other, wanted)
            touched |= {wanted.parent, other.parent}
        for folder in touched:
            with file_errors(folder):
                sync_folder(folder)

    def left(self, places: Iterable[Place]) -> list[Place]:
        """Those of which nothing is in the trash any more."""
        return [place for place in places if not self._folder.path(place.trash_path).exists()]

    def delete(self, places: Iterable[Place]) -> None:
        """Delete what is in the trash. What is not there is no error.

        Raises:
            FolderUnusable: a file cannot be deleted; others of ``places`` may be gone.
        """
        for place in places:
            path = self._folder.path(place.trash_path)
            with file_errors(path):
                delete(path)

    def has(self, place: Place) -> bool:
        """Whether a file is in either of its places."""
        return any(self._folder.path(p).exists() for p in (place.path, place.trash_path) if p)

    def everything(self) -> list[str]:
        """All files in the trash, also those that nothing knows; relative to the library.

        Raises:
            FolderUnusable: it cannot be looked through.
        """
        root = self._folder.root
        found = []
        with file_errors(root / FOLDER):
            for at, _folders, names in walk(root / FOLDER):
                paths = (Path(at, name) for name in names)
                found += [
                    p.relative_to(root).as_posix()
                    for p in paths
                    if p.is_file() and not p.is_symlink()
                ]
        return sorted(found)

    def looked_at(self, names: Iterable[str]) -> list[Stray]:
        """Files by their names, as they are; those that cannot be read are left out."""
        found = []
        for name in names:
            path = self._folder.root / name
            with suppress(OSError), path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                found.append(Stray(path, path.stat().st_size, sha256))
        return found

    def discard(self, strays: Iterable[Stray]) -> None:
        """Delete files that nothing knows.

        Raises:
            FolderUnusable: one cannot be deleted; others may be gone.
        """
        for stray in strays:
            with file_errors(stray.path):
                delete(stray.path)

    def _home(self, place: Place) -> Place:
        home, trash = self._folder.path(place.path), self._folder.path(place.trash_path)
        if not home.exists() or not trash.exists():
            return place
        number = 2
        while (free := home.with_name(f"{home.stem}-{number}{home.suffix}")).exists():
            number += 1
        return replace(place, path=free.relative_to(self._folder.root).as_posix())


def holds(file: Path, sha256: str) -> bool:
    """Whether a file is there, and holds these very bytes.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False
