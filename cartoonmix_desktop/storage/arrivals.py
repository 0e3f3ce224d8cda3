"""Pictures on their way from other folders into the library.

Each is copied under a temporary name, checked and brought to the disk; then the history is told
where it will be; then it is renamed. What a crash leaves between the last two is put in place by
`waiting` and `place`, since the temporary name tells its hash; what it leaves before is deleted.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import FileUnreadable, PictureTooLarge
from cartoonmix_desktop.storage.decoding import SUFFIXES, decode, format_of
from cartoonmix_desktop.storage.faults import file_errors, sync_folder
from cartoonmix_desktop.storage.pictures import INCOMING, MOST_BYTES, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cartoonmix_desktop.core.request import GenerationRequest
    from cartoonmix_desktop.storage.pictures import PictureFolder

_NAME = re.compile(r"([0-9a-f]{64})-[0-9a-f]{32}\.import")
_OLDEST = 631_152_000.0  # 1990: clocks of cameras that were never set say less
_DAY = 24 * 3600.0
_CHUNK = 1024**2


class Arrival(Struct, frozen=True):
    """A checked picture under its temporary name.

    Attributes:
        file: the temporary file.
        name: of the file that it was copied from.
        sha256: hex.
        size: bytes.
        suffix: of its format.
        width: pixels.
        height: pixels.
        request: what it says was asked for.
        made_at: unix seconds when it was made, as it or its file says.
        rating: stars that it carries.
        rejected: whether it says that it was put aside.
        tags: names that it carries.
    """

    file: Path
    name: str
    sha256: str
    size: int
    suffix: str
    width: int
    height: int
    request: GenerationRequest
    made_at: float
    rating: int
    rejected: bool
    tags: tuple[str, ...]


def pictures_in(paths: Iterable[Path], but: Path) -> Iterator[Path]:
    """Files to be imported: those given, and those in folders given that are named as pictures.

    Args:
        paths: files and folders.
        but: a folder that is passed over, and all that is hidden.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, files in os.walk(path):
            here = path.__class__(folder)
            folders[:] = sorted(f for f in folders if not f.startswith(".") and here / f != but)
            for name in sorted(files):
                if not name.startswith(".") and here.joinpath(name).suffix.lower() in _PICTURES:
                    yield here / name


def hash_of(path: Path) -> str:
    """The hash of a file that may be a picture.

    Raises:
        FileUnreadable: it is not there, no file, or the system refuses.
        PictureTooLarge: larger than any picture.
    """
    with _reading(path):
        about = path.stat()  # before it is opened: to open a pipe would wait for its writer
        if not stat.S_ISREG(about.st_mode):
            raise FileUnreadable(str(path), "it is not a file")
        if about.st_size > MOST_BYTES:
            raise PictureTooLarge(detail=f"{about.st_size} bytes")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


class Arrivals:
    """The temporary names, inside one library. Blocking; from any thread."""

    def __init__(self, library: PictureFolder) -> None:
        """Touches no file."""
        self._library = library

    @property
    def _root(self) -> Path:
        return self._library.root

    @property
    def _folder(self) -> Path:
        return self._library.root / INCOMING

    def fetch(self, path: Path) -> Arrival:
        """Copy a picture, checked and on the disk, byte for byte.

        Raises:
            FileUnreadable: it cannot be read, or changed meanwhile.
            PictureError: it is no whole picture.
            StorageError: the library refuses.
        """
        # Imported here: no start needs it.
        from cartoonmix_desktop.core.foreign import request_in
        from cartoonmix_desktop.storage.metadata import read_embedded

        with _reading(path):
            changed = path.stat().st_mtime
            data = path.read_bytes()
        if len(data) > MOST_BYTES:
            raise PictureTooLarge(detail=f"{len(data)} bytes")
        image = decode(data)
        said = read_embedded(image)
        sha256 = hashlib.sha256(data).hexdigest()
        return Arrival(
            file=self.write(data, sha256),
            name=path.name,
            sha256=sha256,
            size=len(data),
            suffix=SUFFIXES[format_of(data)],
            width=image.width,
            height=image.height,
            request=request_in(said.texts),
            made_at=_sane(said.taken_at, changed),
            rating=said.xmp.rating,
            rejected=said.xmp.rejected,
            tags=said.xmp.tags,
        )

    def write(self, data: bytes, sha256: str) -> Path:
        """Bring bytes to the disk under a temporary name.

        Raises:
            StorageError: the library refuses; nothing is left.
        """
        self._library.check_there()
        target = self._folder / f"{sha256}-{uuid.uuid4().hex}.import"
        with file_errors(self._root):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                with target.open("xb", buffering=0) as file:
                    rest = memoryview(data)
                    while rest:
                        rest = rest[file.write(rest) :]
                    os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    target.unlink(missing_ok=True)
                raise
        return target

    def home_for(self, arrival: Arrival, uid: str) -> str:
        """A free place, relative to the library, and its folder made.

        Raises:
            StorageError: the library refuses.
        """
        title = arrival.request.title or arrival.name.rpartition(".")[0]
        month, name = name_of(arrival.made_at, uid, 0, title)
        with file_errors(self._root):
            (self._root / month).mkdir(exist_ok=True)
        relative, number = f"{month}/{name}{arrival.suffix}", 1
        while (self._root / relative).exists():
            number += 1
            relative = f"{month}/{name}-{number}{arrival.suffix}"
        return relative

    def place(self, files: Iterable[tuple[Path, str]]) -> None:
        """Give temporary files their places; what is in a place already is not replaced.

        Raises:
            StorageError: the library refuses; some of them may be in place.
        """
        touched: set[Path] = set()
        with file_errors(self._root):
            for file, relative in files:
                target = self._root / relative
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.exists():
                    file.unlink(missing_ok=True)
                else:
                    file.rename(target)
                touched.add(target.parent)
            for folder in touched:
                sync_folder(folder)
            if touched:
                sync_folder(self._root)

    def waiting(self) -> dict[str, list[Path]]:
        """By hash, the temporary files that are there."""
        found: dict[str, list[Path]] = {}
        with suppress(OSError):
            for path in self._folder.iterdir():
                if (name := _NAME.fullmatch(path.name)) is not None:
                    found.setdefault(name[1], []).append(path)
        return found

    def discard(self, files: Iterable[Path], *, older_than: float = 0.0) -> None:
        """Delete temporary files. Never raises.

        Args:
            files: which.
            older_than: seconds; younger ones may belong to another program that runs.
        """
        latest = time.time() - older_than
        for file in files:
            with suppress(OSError):
                if not older_than or file.stat().st_mtime < latest:
                    file.unlink(missing_ok=True)


_PICTURES = {*SUFFIXES.values(), ".jpeg", ".jpe", ".jfif"}


class _reading:  # noqa: N801  used as a word of the language
    """Turns an `OSError` about a file that is read into `FileUnreadable`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, OSError | ValueError):  # ValueError: no such path can be
            detail = getattr(error, "strerror", None) or type(error).__name__
            raise FileUnreadable(str(self._path), detail) from error


def _sane(told: float | None, changed: float) -> float:
    """When a picture was made: as it says, unless that cannot be."""
    now = time.time()
    for moment in (told, changed):
        if moment is not None and _OLDEST < moment < now + _DAY:
            return min(moment, now)
    return now
