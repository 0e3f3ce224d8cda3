"""The library: pictures as ordinary files, bytes exactly as served, under names of our own."""

from __future__ import annotations

import hashlib
import os
import re
import time
import unicodedata
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Self

from cartoonmix_desktop.core.errors import PictureTooLarge
from cartoonmix_desktop.storage.decoding import SUFFIXES, decode, format_of, thumbnail_of
from cartoonmix_desktop.storage.faults import file_errors, sync_folder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_INCOMING = ".incoming"
_MOST_BYTES = 256 * 1024**2  # what 64 megapixels take uncompressed
_SLUG_LENGTH = 40
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
    """The folder that the artist opens."""

    def __init__(self, root: Path) -> None:
        """Touches no file.

        Args:
            root: made when the first picture comes, if only its parent is there.
        """
        self._root = root

    def receive(self) -> IncomingPicture:
        """A temporary file for the bytes of one picture; to be used in a ``with`` statement.

        Raises:
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
        """
        return IncomingPicture(self._root)

    def path(self, relative: str) -> Path:
        """Where a picture is.

        Args:
            relative: as in `KeptPicture.path`.

        Raises:
            ValueError: it would lead out of the library.
        """
        # Judged as both systems would read it: a library can move from one to the other.
        posix, windows = PurePosixPath(relative), PureWindowsPath(relative)
        leaves = posix.is_absolute() or windows.anchor or ".." in {*posix.parts, *windows.parts}
        if leaves or not posix.parts or "\0" in relative:
            raise ValueError(f"not inside the library: {relative!r}")
        return self._root.joinpath(*posix.parts)

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
            for path in (self._root / _INCOMING).iterdir():
                with suppress(OSError):
                    if path.stat().st_mtime < oldest:
                        path.unlink()
                        swept += 1
        return swept


class IncomingPicture:
    """The bytes of one picture while they arrive; discarded at the end of ``with`` unless kept."""

    def __init__(self, root: Path) -> None:
        self._root = root
        folder = root / _INCOMING
        self._temporary = folder / f"{uuid.uuid4().hex}.part"
        self._hash = hashlib.sha256()
        self._size = 0
        with file_errors(root):
            root.mkdir(exist_ok=True)
            folder.mkdir(exist_ok=True)
            self._file = self._temporary.open("xb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()

    def write(self, chunk: bytes) -> None:
        """Append bytes.

        Raises:
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
            PictureTooLarge: more bytes than any picture of this program has.
        """
        self._size += len(chunk)
        if self._size > _MOST_BYTES:
            raise PictureTooLarge(detail=f"more than {_MOST_BYTES} bytes")
        self._hash.update(chunk)
        with file_errors(self._root):
            self._file.write(chunk)

    def keep(self, *, created_at: float, uid: str, position: int, title: str) -> KeptPicture:
        """Verify the bytes and give them their place and name; safe from a power cut on return.

        Args:
            created_at: unix seconds of the task.
            uid: of the task.
            position: 0-based place among its outputs.
            title: first line of the prompt; only its Latin letters and digits are used.

        Raises:
            NotAPicture: not a PNG, JPEG or WebP that decodes.
            PictureTruncated: it stops before its end.
            PictureTooLarge: more pixels than are decoded.
            DiskFull: no room.
            FolderUnusable: the library cannot be written.
        """
        with file_errors(self._root):
            self._file.flush()
            data = self._temporary.read_bytes()
        image = decode(data)
        thumbnail = thumbnail_of(image)
        when = datetime.fromtimestamp(created_at, tz=UTC).astimezone()
        parts = (when.strftime("%Y%m%d-%H%M%S"), _slug(title), uid[:8], str(position + 1))
        name = "-".join(part for part in parts if part)
        folder = self._root / when.strftime("%Y-%m")
        with file_errors(self._root):
            os.fsync(self._file.fileno())
            self._file.close()
            folder.mkdir(exist_ok=True)
            target = self._place(folder, name, SUFFIXES[format_of(data)])
            sync_folder(folder)
            sync_folder(self._root)
        return KeptPicture(
            path=target.relative_to(self._root).as_posix(),
            size=self._size,
            sha256=self._hash.hexdigest(),
            width=image.width,
            height=image.height,
            thumbnail=thumbnail,
        )

    def discard(self) -> None:
        """Delete the temporary file. Harmless when repeated, or after `keep`."""
        with suppress(OSError):  # closing may write; a full disk must not hide what went wrong
            self._file.close()
        with suppress(OSError):  # what cannot be deleted now is swept later
            self._temporary.unlink(missing_ok=True)

    def _place(self, folder: Path, name: str, suffix: str) -> Path:
        """Move the file to a free name, or leave it when the same picture is already there."""
        target = folder / f"{name}{suffix}"
        number = 1
        while target.exists():
            if target.is_file() and self._is_same(target):
                self._temporary.unlink()
                return target
            number += 1
            target = folder / f"{name}-{number}{suffix}"
        self._temporary.replace(target)
        return target

    def _is_same(self, other: Path) -> bool:
        if other.stat().st_size != self._size:
            return False
        with other.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == self._hash.digest()


def _slug(title: str) -> str:
    """``title`` as part of a file name that is the same on every system: a-z, 0-9 and hyphens."""
    plain = unicodedata.normalize("NFKD", title[:400]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:_SLUG_LENGTH].rstrip("-")
