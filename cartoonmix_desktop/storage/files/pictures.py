"""The library: pictures as ordinary files, bytes exactly as served, under names of our own."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import threading
import time
import unicodedata
import uuid
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from cartoonmix_desktop.core.errors import FolderUnusable, LibraryMissing, PictureTooLarge
from cartoonmix_desktop.core.picture_formats import SUFFIXES
from cartoonmix_desktop.core.recipe.orientation import orientation_of, seen_size
from cartoonmix_desktop.core.task.resumable_download import PartReceived
from cartoonmix_desktop.storage.files.decoding import decode, format_of, thumbnail_of
from cartoonmix_desktop.storage.files.inside import parts_inside
from cartoonmix_desktop.storage.files.received import put
from cartoonmix_desktop.storage.held_files import delete, replace
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from cartoonmix_desktop.core.task.resumable_download import Download

WAITING = ".import"
"""The ending of what an import has copied and not yet named."""

INCOMING = ".incoming"
"""Inside the library: what is not yet whole, or has not its name yet."""

PARTIAL = ".tmp"
"""The ending of what is not yet whole: OneDrive and its like upload no such files."""

LEFT_BEHIND = {PARTIAL, ".lock", ".part", ".aside"}
"""The endings of what a kill or a scanner leaves there; two of them are older."""

MOST_BYTES = 256 * 1024**2
"""Of one picture: what 64 megapixels take uncompressed."""

_PLAIN = re.compile(r"(?:[\w-][^/\\:\0]*/)*[\w-][^/\\:\0]*")  # read alike by every system
_SLUG_LENGTH = 40
_PART_LENGTH = 4  # bytes that say how long the note behind a part is
_DAY = 24 * 3600.0


@dataclass(frozen=True)
class KeptPicture:
    """A verified picture in the library.

    Attributes:
        path: relative to the library, with forward slashes.
        size: bytes.
        sha256: hex, of the whole file.
        width: pixels.
        height: pixels.
        thumbnail: WebP, for `Thumbnails.put`.
    """

    path: str
    size: int
    sha256: str
    width: int
    height: int
    thumbnail: bytes = field(repr=False)


class PictureFolder:
    """The folder that the artist opens. It may move while the program runs.

    Attributes:
        root: where it is.
    """

    def __init__(self, root: Path, *, chosen: bool = False) -> None:
        """Touches no file.

        Args:
            root: made when the first picture comes, if only its parent is there.
            chosen: it was put there by the person, is not empty, and is never made anew: an
                empty folder in the place of a disk that was taken out would hide the loss.
        """
        self.root = root
        self._chosen = chosen
        self._expected = chosen

    def expect(self) -> None:
        """From now on it is there, or it is missing: it is not made anew."""
        self._expected = True

    def relocate(self, root: Path) -> None:
        """It is somewhere else now, as the person has chosen."""
        self.root = root
        self._chosen = self._expected = True

    def check_there(self) -> None:
        """Look whether it is where it should be.

        Raises:
            LibraryMissing: it is not.
        """
        if not self._expected:
            return
        try:
            with os.scandir(self.root) as entries:
                if next(entries, None) is not None or not self._chosen:
                    return
                why = "it is empty"  # where a disk is to be mounted, say
        except OSError as error:
            why = error.strerror or str(error)
        raise LibraryMissing(path=str(self.root), detail=why)

    def check(self) -> None:
        """Look whether pictures can be kept, as far as that shows without writing.

        Raises:
            LibraryMissing: it is not there.
            FolderUnusable: it cannot be written.
        """
        self.check_there()
        if self.root.is_dir() and not os.access(self.root, os.W_OK | os.X_OK):
            raise FolderUnusable(path=str(self.root), detail=os.strerror(errno.EACCES))

    def make(self) -> None:
        """Look whether it is where it should be, and make it where that is not expected yet.

        Raises:
            LibraryMissing: it is not.
            FolderUnusable: it cannot be made.
        """
        self.check_there()
        if not self._expected:
            with file_errors(self.root):
                self.root.mkdir(exist_ok=True)

    def receive(self, name: str = "", size: int | None = None) -> IncomingPicture:
        """A temporary file for the bytes of one picture; to be used in a ``with`` statement.

        Args:
            name: under which what came of it was set aside, and may be again: letters, digits,
                hyphens. Without one it never is.
            size: bytes that are expected, if known; their room is taken now.

        Raises:
            LibraryMissing: it is not where it should be.
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
        """
        self.check_there()
        return IncomingPicture(self.root, name, size, makes_root=not self._expected)

    def try_out(self, size: int) -> None:
        """Write, sync and delete a file of this size.

        Raises:
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
        """
        with self.receive(size=size) as incoming:
            incoming.write(b"\0")
            incoming.sync()

    def path(self, relative: str) -> Path:
        """Where a picture is.

        Args:
            relative: as in `KeptPicture.path`.

        Raises:
            ValueError: it would lead out of the library; see `parts_inside`.
        """
        if _PLAIN.fullmatch(relative) and ".." not in relative:  # as all are that we named
            return self.root / relative
        return self.root.joinpath(*parts_inside(relative))

    def has(self, relative: str, size: int) -> bool:
        """Whether a picture is there with all its bytes."""
        path = self.path(relative)
        try:
            return path.is_file() and path.stat().st_size == size
        except OSError:
            return False

    def sweep(self) -> int:
        """Delete what downloads left behind more than a day ago; says how many. Never raises."""
        swept = 0
        oldest = time.time() - _DAY
        with suppress(OSError):
            for path in (self.root / INCOMING).iterdir():
                with suppress(OSError):
                    if path.suffix in LEFT_BEHIND and path.stat().st_mtime < oldest:
                        delete(path, missing_ok=False)
                        swept += 1
        return swept


class IncomingPicture:
    """The bytes of one picture while they arrive.

    Discarded at the end of ``with`` unless kept or set aside. May be used from any thread.

    Attributes:
        part: what an earlier attempt set aside, checked; None if there is nothing.
        resumed: whether the bytes came in more than one go.
    """

    def __init__(self, root: Path, name: str, size: int | None, *, makes_root: bool = True) -> None:
        self.part: PartReceived | None = None
        self.resumed = False
        self._root = root
        self._name = name
        folder = root / INCOMING
        self._aside = folder / f"{name}.aside{PARTIAL}" if name else None
        self._temporary = folder / f"{uuid.uuid4().hex}{PARTIAL}"
        self._lock = threading.RLock()  # a waiter may be cancelled, and discard, amid a write
        self._hash = hashlib.sha256()
        self._size = 0
        self._reserved = 0
        self._total: int | None = None
        self._validator = ""
        with file_errors(root):
            if makes_root:
                root.mkdir(exist_ok=True)
            folder.mkdir(exist_ok=True)
            if not self._take_up():
                self._file = self._temporary.open("xb", buffering=0)
        try:
            self._reserve(size)
        except BaseException:
            self.keep_part()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()

    def begin(self, download: Download) -> None:
        """Take note of what comes: the rest, or all of it from the beginning.

        Raises:
            DiskFull: no room for it.
            FolderUnusable: the library cannot be written.
        """
        with self._lock:
            self.resumed = download.start > 0
            if not self.resumed and self._size:
                with file_errors(self._root):
                    self._file.seek(0)
                    self._file.truncate()
                self._hash, self._size, self._reserved = hashlib.sha256(), 0, 0
            self._total, self._validator = download.total, download.validator
            self._reserve(download.total)

    def write(self, chunk: bytes) -> None:
        """Append bytes.

        Raises:
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
            PictureTooLarge: more bytes than any picture of this program has.
        """
        with self._lock:
            size = self._size + len(chunk)
            if size > MOST_BYTES:
                raise PictureTooLarge(detail=f"more than {MOST_BYTES} bytes")
            rest = memoryview(chunk)
            with file_errors(self._root):
                while rest:
                    rest = rest[self._file.write(rest) :]
            self._hash.update(chunk)
            self._size = size

    def sync(self) -> None:
        """Bring what came to the disk, and let go of room that was not needed.

        Raises:
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
        """
        with self._lock, file_errors(self._root):
            self._file.truncate(self._size)
            os.fsync(self._file.fileno())

    def keep(self, *, created_at: float, uid: str, position: int, title: str) -> KeptPicture:
        """Verify the bytes and give them their place and name; safe from a power cut on return.

        Args:
            created_at: unix seconds of the task.
            uid: of the task.
            position: 0-based place among its outputs.
            title: first line of the prompt; only its Latin letters and digits are used.

        Raises:
            NotAPicture: no picture of a format that is read, or it does not decode.
            PictureTruncated: it stops before its end.
            PictureTooLarge: more pixels than are decoded.
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
        """
        with self._lock:
            with file_errors(self._root):
                data = self._temporary.read_bytes()[: self._size]
            image = decode(data)
            orientation = orientation_of(data)
            thumbnail = thumbnail_of(image, orientation)
            width, height = seen_size(image.size, orientation)
            month, name = name_of(created_at, uid, position, title)
            folder = self._root / month
            self.sync()
            with file_errors(self._root):
                self._file.close()
                folder.mkdir(exist_ok=True)
                target = self._place(folder, name, SUFFIXES[format_of(data)])
                sync_folder(folder)
                sync_folder(self._root)
        return KeptPicture(
            path=target.relative_to(self._root).as_posix(),
            size=self._size,
            sha256=self._hash.hexdigest(),
            width=width,
            height=height,
            thumbnail=thumbnail,
        )

    def hold(self, *, whole: bool) -> None:
        """Keep what came beside the pictures, as it is: it could not be read. See `received.put`.

        Args:
            whole: whether it came to its end.

        Raises:
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
        """
        with self._lock:
            if self._name:
                with file_errors(self._root):
                    data = self._temporary.read_bytes()[: self._size]
                temporary = self._temporary.with_name(f"{uuid.uuid4().hex}{PARTIAL}")
                put(self._root, self._name, data, temporary, whole=whole)

    def keep_part(self) -> None:
        """Leave what came for the next attempt, if the rest can be asked for; else discard it.

        Never raises; harmless when repeated, or after `keep`. In the one file, behind the bytes:
        what they are part of, and their hash, so that a file which a power cut or a person has
        changed is not built upon.
        """
        with self._lock:
            total = self._total or 0
            if self._aside is None or not self._validator or not 0 < self._size < total:
                self.discard()
                return
            part = PartReceived(self._size, total, self._validator)
            facts = json.dumps([*astuple(part), self._hash.hexdigest()]).encode()
            try:
                self._file.truncate(self._size)
                self._file.seek(self._size)
                self._file.write(facts + len(facts).to_bytes(_PART_LENGTH, "big"))
                self._file.close()
                replace(self._temporary, self._aside)
            except (OSError, ValueError):  # ValueError: it was closed
                self.discard()

    def discard(self) -> None:
        """Delete the temporary file. Harmless when repeated, or after `keep` or `keep_part`."""
        with self._lock:
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):  # what cannot be deleted now is swept later
                delete(self._temporary)

    def _take_up(self) -> bool:
        """Make what was set aside this file, if it is as it was left."""
        if self._aside is None:
            return False
        try:
            replace(self._aside, self._temporary)  # of several who try, one gets it
        except FileNotFoundError:
            return False
        self._file = self._temporary.open("r+b", buffering=0)
        data = self._temporary.read_bytes()
        facts = data[:-_PART_LENGTH][-int.from_bytes(data[-_PART_LENGTH:], "big") :]
        try:
            size, total, validator, sha256 = json.loads(facts)
            self._hash.update(memoryview(data)[:size])
            if self._hash.hexdigest() == sha256:
                self.part = PartReceived(size, total, validator)
                self._size, self._total, self._validator = size, total, validator
        except (ValueError, TypeError):
            pass  # cut short, say
        if self.part is None:
            self._hash = hashlib.sha256()
        self._file.truncate(self._size)
        self._file.seek(self._size)
        return True

    def _reserve(self, size: int | None) -> None:
        """Take the room for a picture of this size, so that a full disk is known beforehand."""
        if not size or size <= self._reserved or size > MOST_BYTES:
            return
        with file_errors(self._root):
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self._file.fileno(), 0, size)
            elif shutil.disk_usage(self._root).free < size - self._size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._reserved = size

    def _place(self, folder: Path, name: str, suffix: str) -> Path:
        """Move the file to a free name, or leave it when the same picture is already there."""
        target = folder / f"{name}{suffix}"
        number = 1
        while target.exists():
            if target.is_file() and self._is_same(target):
                delete(self._temporary, missing_ok=False)
                return target
            number += 1
            target = folder / f"{name}-{number}{suffix}"
        replace(self._temporary, target)
        return target

    def _is_same(self, other: Path) -> bool:
        if other.stat().st_size != self._size:
            return False
        with other.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == self._hash.digest()


def name_of(created_at: float, uid: str, position: int, title: str) -> tuple[str, str]:
    """The folder and the name, without its ending, of a picture; see `IncomingPicture.keep`."""
    when = datetime.fromtimestamp(created_at, tz=UTC).astimezone()
    parts = (when.strftime("%Y%m%d-%H%M%S"), _slug(title), uid[:8], str(position + 1))
    return when.strftime("%Y-%m"), "-".join(part for part in parts if part)


def _slug(title: str) -> str:
    """``title`` as part of a file name that is the same on every system: a-z, 0-9 and hyphens."""
    plain = unicodedata.normalize("NFKD", title[:400]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:_SLUG_LENGTH].rstrip("-")
