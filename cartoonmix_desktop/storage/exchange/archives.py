"""A whole library in one zip: pictures as they are, the history, and a manifest with every hash.

Nothing is compressed, so nothing can unfold to more than it is. A zip from outside is believed
only after each of its names, sizes and hashes was held against its manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import zipfile
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import apsw

from cartoonmix_desktop.core.errors import ArchiveUnusable, DiskFull, ExportImpossible
from cartoonmix_desktop.storage.files.inside import parts_inside
from cartoonmix_desktop.storage.files.partial_files import partial_path, sweep
from cartoonmix_desktop.storage.held_files import delete, replace
from cartoonmix_desktop.storage.history.backups import copy_history
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

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
        is_over: whether it is not wanted any more; asked while the history is copied.

    Returns:
        How many pictures are in it, and how many were missing or changed and are not.

    Raises:
        GivenUp: ``is_over`` has said so.
        DiskFull: no room.
        FolderUnusable: it cannot be written, or the library cannot be read.
        DatabaseDamaged: the history is not sound.
        ExportImpossible: what was read back is not what was written.
    """
    sweep(target.parent)
    partial, copy = partial_path(target.parent), partial_path(target.parent)
    try:
        with file_errors(target.parent):
            copy.touch()  # it tells why it cannot be, which SQLite does not
        copy_history(history, copy, is_over)
        _without_tokens(copy)
        listed = pictures(copy)
        files: dict[str, list[Any]] = {}
        left_out = 0
        with file_errors(target.parent):
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED, allowZip64=True) as made:
                files[HISTORY_NAME] = list(_add(made, HISTORY_NAME, copy))
                for picture in listed:
                    name = _PICTURES + picture.path
                    path = folder.path(picture.path)
                    if name not in files and _is_whole(path, picture.sha256):
                        files[name] = list(_add(made, name, path))
                    elif name not in files:
                        left_out += 1
                    step()
                made.writestr(_MANIFEST, _manifest(files))
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
        try:
            with ArchiveReader(partial) as back:
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
        names: size and hash of each picture, by its path in the library.
    """

    def __init__(self, path: Path) -> None:
        """Open it, and hold all that it lists against its manifest.

        Raises:
            ArchiveUnusable: it is not one that this version can trust.
        """
        self._path = path
        self._files: dict[str, tuple[int, str]] = {}
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            detail = getattr(error, "strerror", None) or ""
            raise ArchiveUnusable(str(path), "not_an_archive", detail) from error
        try:
            self._check()
            self.names: Mapping[str, tuple[int, str]] = {
                name.removeprefix(_PICTURES): facts
                for name, facts in self._files.items()
                if name.startswith(_PICTURES)
            }
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def verify(self, step: Callable[[], None]) -> None:
        """Read all of it, and compare.

        Raises:
            ArchiveUnusable: a file is not what the manifest says.
        """
        for name in self._files:
            with self._reading(name) as file:
                while file.read(_CHUNK):
                    pass
            step()

    def picture(self, relative: str) -> bytes:
        """The bytes of a picture by its path in the library.

        Raises:
            ArchiveUnusable: they are not what the manifest says.
            KeyError: there is none.
        """
        with self._reading(_PICTURES + relative) as file:
            return file.read()

    def extract_history(self, target: Path) -> None:
        """Write the history to a file.

        Raises:
            ArchiveUnusable: it is not what the manifest says.
            StorageError: no room.
        """
        with self._reading(HISTORY_NAME) as file, file_errors(target), target.open("xb") as out:
            shutil.copyfileobj(file, out, _CHUNK)

    @contextmanager
    def _reading(self, name: str) -> Iterator[_Hashing]:
        _size, sha256 = self._files[name]
        try:
            with self._zip.open(name) as member:
                file = _Hashing(member)
                yield file
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise ArchiveUnusable(str(self._path), "damaged", name) from error
        if file.hash.hexdigest() != sha256:
            raise ArchiveUnusable(str(self._path), "damaged", name)

    def _check(self) -> None:
        members = self._zip.infolist()
        names = [member.filename for member in members]
        if _MANIFEST not in names or HISTORY_NAME not in names:
            raise ArchiveUnusable(str(self._path), "not_an_archive")
        if len(members) > _MOST_MEMBERS or len({name.casefold() for name in names}) < len(names):
            self._refuse("a name twice")
        for member in members:
            self._check_member(member)
        # Members that lie over each other would together be larger than the file.
        if sum(member.file_size for member in members) > self._path.stat().st_size:
            self._refuse("files that overlap")
        told = self._manifest()
        for name in names:
            if name != _MANIFEST:
                self._files[name] = self._entry_of(told, name)
        sizes = {member.filename: member.file_size for member in members}
        if told or any(sizes[name] != size for name, (size, _) in self._files.items()):
            raise ArchiveUnusable(str(self._path), "damaged", _MANIFEST)

    def _check_member(self, member: zipfile.ZipInfo) -> None:
        name = member.filename
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
        if stat.S_IFMT(member.external_attr >> 16) not in {0, stat.S_IFREG}:
            self._refuse(f"{name} is no ordinary file")
        stored = member.compress_type == zipfile.ZIP_STORED
        if not stored or member.compress_size != member.file_size or member.flag_bits & 1:
            self._refuse(f"{name} is packed")

    def _manifest(self) -> dict[str, Any]:
        if self._zip.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
            self._refuse(_MANIFEST)
        try:
            told = json.loads(self._zip.read(_MANIFEST))
        except (ValueError, RecursionError, zipfile.BadZipFile, OSError) as error:
            raise ArchiveUnusable(str(self._path), "damaged", _MANIFEST) from error
        if not isinstance(told, dict) or told.get("format") != _FORMAT:
            raise ArchiveUnusable(str(self._path), "not_an_archive")
        version, schema = told.get("version"), told.get("schema")
        if type(version) is not int or type(schema) is not int:
            raise ArchiveUnusable(str(self._path), "damaged", _MANIFEST)
        if version > _VERSION or schema > len(HISTORY.migrations):
            raise ArchiveUnusable(str(self._path), "newer")
        files = told.get("files")
        if not isinstance(files, dict):
            raise ArchiveUnusable(str(self._path), "damaged", _MANIFEST)
        return files

    def _entry_of(self, files: dict[str, Any], name: str) -> tuple[int, str]:
        match files.pop(name, None):
            case [int(size), str(sha256)]:
                return size, sha256
        raise ArchiveUnusable(str(self._path), "damaged", name)

    def _refuse(self, detail: str) -> None:
        raise ArchiveUnusable(str(self._path), "unsafe", detail[:200])


class _Hashing:
    """Reads through to a hash."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._file.read(size)
        self.hash.update(data)
        return data


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


def _manifest(files: dict[str, list[Any]]) -> str:
    return json.dumps(
        {
            "format": _FORMAT,
            "version": _VERSION,
            "schema": len(HISTORY.migrations),
            "pictures": len(files) - 1,
            "files": files,
        }
    )


def _without_tokens(copy: Path) -> None:
    """An archive may be given away: what opens tasks at the server stays here."""
    try:
        with closing(apsw.Connection(str(copy))) as connection:
            connection.execute("UPDATE task SET token = '' WHERE token <> ''").fetchall()
            connection.execute("VACUUM").fetchall()
    except apsw.FullError as error:
        raise DiskFull(str(copy.parent), str(error)) from error
