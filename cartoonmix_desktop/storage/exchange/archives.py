"""A whole library in one zip: pictures as they are, the history, and a manifest with every hash.

Nothing is compressed, so nothing can unfold to more than it is. A zip from outside is believed
only after each of its names, sizes and hashes was held against its manifest. However large one is,
writing and reading can be ended within moments.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import threading
import zipfile
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, Self

import apsw

from cartoonmix_desktop.core.errors import (
    ArchiveUnusable,
    DiskFull,
    ExportImpossible,
    PictureTooLarge,
)
from cartoonmix_desktop.storage.exchange.archive_listing import (
    ArchiveListing,
    Listed,
    Manifest,
    Unbelievable,
    manifest,
)
from cartoonmix_desktop.storage.exchange.stored_zip import ZipDamaged, begin, entries
from cartoonmix_desktop.storage.files.inside import parts_inside
from cartoonmix_desktop.storage.files.partial_files import partial_path, sweep
from cartoonmix_desktop.storage.files.pictures import MOST_BYTES
from cartoonmix_desktop.storage.held_files import delete, replace
from cartoonmix_desktop.storage.history.backups import GivenUp, copy_history
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cartoonmix_desktop.storage.exchange.stored_zip import Entry
    from cartoonmix_desktop.storage.files.pictures import PictureFolder
    from cartoonmix_desktop.storage.history.imports import KnownPicture

HISTORY_NAME = "history.sqlite3"
_MANIFEST = "manifest.json"
_PICTURES = "pictures/"
_FORMAT = "cartoonmix-library"
_VERSION = 1
_MOST_MEMBERS = 4_000_000
_LARGEST_MANIFEST = 1024**3
_CHUNK = 1024**2
_STEPS = 20_000  # of SQLite's machine, between questions whether to go on
_UNSYNCED = 8 * _CHUNK  # bytes: what is left to be brought to the disk at the end is no more


def write_archive(
    target: Path,
    history: Path,
    pictures: Callable[[Path], Sequence[KnownPicture]],
    folder: PictureFolder,
    step: Callable[[], None],
    is_over: Callable[[], bool],
) -> tuple[int, int]:
    """Write an archive, read it back, and then give it its name.

    Args:
        target: replaced if it is there.
        history: the database; it is copied as it is at one moment.
        pictures: tells the pictures of a copy of it.
        folder: holds them.
        step: called after each picture is written, and after each was read back; it may raise.
        is_over: whether it is not wanted any more; asked all the while.

    Returns:
        How many pictures are in it, and how many were missing or changed and are not.

    Raises:
        GivenUp: ``is_over`` has said so.
        DiskFull: no room.
        FolderUnusable: it cannot be written, or the library cannot be read.
        DatabaseDamaged: the history is not sound.
        ExportImpossible: what was read back is not what was written.
    """

    def check() -> None:
        if is_over():
            raise GivenUp

    sweep(target.parent)
    partial, copy = partial_path(target.parent), partial_path(target.parent)
    try:
        with file_errors(target.parent):
            copy.touch()  # it tells why it cannot be, which SQLite does not
        copy_history(history, copy, is_over)
        _without_tokens(copy, is_over)
        listed = pictures(copy)
        files: dict[str, tuple[int, str]] = {}
        left_out = 0
        with file_errors(target.parent):
            with (
                _Watched(partial, check) as file,
                zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as made,
            ):
                files[HISTORY_NAME] = _add(made, HISTORY_NAME, copy)
                for picture in listed:
                    name = _PICTURES + picture.path
                    path = folder.path(picture.path)
                    if name not in files and _is_whole(path, picture.sha256):
                        files[name] = _add(made, name, path)
                    elif name not in files:
                        left_out += 1
                    step()
                _add_manifest(made, files)
            with partial.open("rb+") as whole:
                os.fsync(whole.fileno())
        try:
            with ArchiveReader(partial, check) as back:
                back.verify(step)
        except ArchiveUnusable as error:
            raise ExportImpossible("differs", error.detail) from error
        with file_errors(target.parent):
            replace(partial, target)
            sync_folder(target.parent)
    finally:
        for path in (partial, copy):
            with suppress(OSError):
                delete(path)
    return len(files) - 1, left_out


class ArchiveReader:
    """An archive whose names were found harmless; for a ``with`` statement. Blocking.

    Attributes:
        count: of its pictures.
    """

    def __init__(self, path: Path, check: Callable[[], None]) -> None:
        """Open it, and hold all that it lists against its manifest.

        Args:
            path: of the file.
            check: asked all the while, also later; what it raises ends what is being read.

        Raises:
            ArchiveUnusable: it is not one that this version can trust.
            StorageError: no room for what it lists.
        """
        self._path, self._check = path, check
        self._lock = threading.Lock()  # the file and its listing serve one at a time
        try:
            self._file = _opened(path)
        except (OSError, ValueError, ZipDamaged) as error:
            detail = getattr(error, "strerror", None) or ""
            raise ArchiveUnusable(str(path), "not_an_archive", detail) from error
        try:
            self._listing = ArchiveListing(check)
        except BaseException:
            self._file.close()
            raise
        try:
            self._look_through()
        except BaseException:
            self.close()
            raise
        self.count = len(self._listing) - 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. Harmless when repeated."""
        with self._lock:
            self._file.close()
            self._listing.close()

    def verify(self, step: Callable[[], None]) -> None:
        """Read all of it, and compare.

        Raises:
            ArchiveUnusable: a file is not what the manifest says.
        """
        last = 0
        while page := self._listing.after(last, 1_000):
            last = page[-1].id
            for listed in page:
                for _ in self._chunks(listed):
                    pass
                step()

    def has(self, relative: str, sha256: str) -> bool:
        """Whether it has a picture of this path in the library, and this one."""
        with self._lock:
            listed = self._listing.find(_PICTURES + relative)
        return listed is not None and listed.sha256 == sha256

    def picture(self, relative: str) -> bytes:
        """The bytes of a picture by its path in the library. From any thread.

        Raises:
            ArchiveUnusable: they are not what the manifest says.
            PictureTooLarge: more bytes than any picture has.
            KeyError: there is none.
        """
        with self._lock:
            listed = self._listing.find(_PICTURES + relative)
        if listed is None:
            raise KeyError(relative)
        if listed.size > MOST_BYTES:
            raise PictureTooLarge(detail=f"{listed.size} bytes")
        return b"".join(self._chunks(listed))

    def extract_history(self, target: Path) -> None:
        """Write the history to a file.

        Raises:
            ArchiveUnusable: it is not what the manifest says.
            StorageError: no room.
        """
        listed = self._listing.find(HISTORY_NAME)
        assert listed is not None  # noqa: S101  it was looked for when it was opened
        with file_errors(target), target.open("xb") as out:
            for chunk in self._chunks(listed):
                out.write(chunk)

    def _chunks(self, listed: Listed) -> Iterator[bytes]:
        """All of a file; where its hash is another, that is told at its end."""
        sha256 = hashlib.sha256()
        with self._refusing(listed.name):
            with self._lock:
                begin(self._file, listed.offset, listed.raw)
                at = self._file.tell()
            left = listed.size
            while left:
                self._check()
                with self._lock:
                    self._file.seek(at)
                    chunk = self._file.read(min(left, _CHUNK))
                if not chunk:
                    raise ZipDamaged
                sha256.update(chunk)
                at, left = at + len(chunk), left - len(chunk)
                yield chunk
            if sha256.hexdigest() != listed.sha256:
                raise ZipDamaged

    def _look_through(self) -> None:
        about: dict[str, Entry] = {}

        def files() -> Iterator[Entry]:
            for number, entry in enumerate(entries(self._file)):
                if number > _MOST_MEMBERS:
                    self._refuse("too many files")
                self._check_entry(entry)
                if entry.name == _MANIFEST and _MANIFEST not in about:
                    about[_MANIFEST] = entry
                else:
                    yield entry

        try:
            total = self._listing.add(files())
        except Unbelievable as error:
            self._refuse(str(error), error)
        except (ZipDamaged, OSError) as error:
            raise ArchiveUnusable(str(self._path), "not_an_archive") from error
        if _MANIFEST not in about or self._listing.find(HISTORY_NAME) is None:
            raise ArchiveUnusable(str(self._path), "not_an_archive")
        # Files that lie over each other would together be larger than the archive.
        if total > self._path.stat().st_size:
            self._refuse("files that overlap")
        if about[_MANIFEST].size > _LARGEST_MANIFEST:
            self._refuse(_MANIFEST)
        with self._refusing(_MANIFEST):
            self._believe(Manifest(self._plain(about[_MANIFEST])))

    def _check_entry(self, entry: Entry) -> None:
        name = entry.name
        if name not in {_MANIFEST, HISTORY_NAME}:
            inside = name.removeprefix(_PICTURES)
            odd = inside == name or not inside or name.endswith("/") or "\\" in name
            try:
                parts = parts_inside(inside)
            except ValueError:
                parts = ()
            hidden = any(part.startswith(".") for part in parts)
            if odd or hidden or "/".join(parts) != inside:
                self._refuse(name)
        if stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG}:
            self._refuse(f"{name[:100]} is no ordinary file")
        if entry.packed:
            self._refuse(f"{name[:100]} is packed")

    def _plain(self, entry: Entry) -> Iterator[bytes]:
        begin(self._file, entry.offset, entry.raw)
        left = entry.size
        while chunk := self._file.read(min(left, _CHUNK // 16)):
            self._check()
            left -= len(chunk)
            yield chunk

    def _believe(self, told: Manifest) -> None:
        facts = told.facts
        if facts.get("format") != _FORMAT:
            raise ArchiveUnusable(str(self._path), "not_an_archive")
        version, schema = facts.get("version"), facts.get("schema")
        if type(version) is not int or type(schema) is not int:
            raise Unbelievable
        if version > _VERSION or schema > len(HISTORY.migrations):
            raise ArchiveUnusable(str(self._path), "newer")
        self._listing.tell(told.files())

    @contextmanager
    def _refusing(self, name: str) -> Iterator[None]:
        try:
            yield
        except (ZipDamaged, Unbelievable, OSError) as error:
            raise ArchiveUnusable(str(self._path), "damaged", name[:200]) from error

    def _refuse(self, detail: str, why: Exception | None = None) -> NoReturn:
        raise ArchiveUnusable(str(self._path), "unsafe", detail[:200]) from why


class _Watched(io.BufferedWriter):
    """The file of an archive that is written: it can be ended, and comes to the disk as it grows.

    Without that, the little that is missing at the end would take as long as all of it.
    """

    def __init__(self, path: Path, check: Callable[[], None]) -> None:
        super().__init__(io.FileIO(path, "xb"))
        self._check = check
        self._unsynced = 0

    def write(self, data: Any, /) -> int:
        self._check()
        self._unsynced += memoryview(data).nbytes
        if self._unsynced > _UNSYNCED:
            self._unsynced = 0
            self.flush()
            os.fsync(self.fileno())
        return super().write(data)


def _opened(path: Path) -> BinaryIO:
    if path.exists() and not path.is_file():  # a pipe keeps who opens it
        raise ZipDamaged
    return path.open("rb")


def _add(made: zipfile.ZipFile, name: str, path: Path) -> tuple[int, str]:
    size, sha256 = 0, hashlib.sha256()
    with path.open("rb") as source, made.open(_entry(name, path), "w", force_zip64=True) as out:
        size = _copied(source, out, sha256.update)
    return size, sha256.hexdigest()


def _entry(name: str, path: Path) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    entry.compress_type = zipfile.ZIP_STORED
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _copied(source: BinaryIO, out: Any, look: Callable[[bytes], None]) -> int:
    size = 0
    while data := source.read(_CHUNK):
        look(data)
        out.write(data)
        size += len(data)
    return size


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _add_manifest(made: zipfile.ZipFile, files: dict[str, tuple[int, str]]) -> None:
    facts: dict[str, int | str] = {
        "format": _FORMAT,
        "version": _VERSION,
        "schema": len(HISTORY.migrations),
        "pictures": len(files) - 1,
    }
    with made.open(_MANIFEST, "w", force_zip64=True) as out:
        for piece in manifest(facts, ((name, *about) for name, about in files.items())):
            out.write(piece.encode())


def _without_tokens(copy: Path, is_over: Callable[[], bool]) -> None:
    """An archive may be given away: what opens tasks at the server stays here."""
    try:
        with closing(apsw.Connection(str(copy))) as connection:
            connection.set_progress_handler(is_over, _STEPS)
            connection.execute("UPDATE task SET token = '' WHERE token <> ''").fetchall()
            connection.execute("VACUUM").fetchall()
    except apsw.InterruptError as error:
        raise GivenUp from error
    except apsw.FullError as error:
        raise DiskFull(str(copy.parent), str(error)) from error
