"""What an archive holds, by its list and by its manifest, which must say the same.

Both may name millions of files, or pretend to: they are read piece by piece, and what they say is
kept in a database without a name, which the disk holds and the memory need not.
"""

from __future__ import annotations

import codecs
import json
import re
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import apsw
from msgspec import Struct

from cartoonmix_desktop.core.errors import DiskFull, FolderUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cartoonmix_desktop.storage.exchange.stored_zip import Entry

_OFTEN = 500  # files, between questions whether to go on
_CACHE = 8_192  # KiB
_TABLE = """
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE file (
        id INTEGER PRIMARY KEY, folded TEXT NOT NULL UNIQUE, name TEXT NOT NULL, raw BLOB NOT NULL,
        size INTEGER NOT NULL, offset INTEGER NOT NULL, sha256 BLOB
    ) STRICT;
    BEGIN"""
_LONGEST_HEAD, _LONGEST_FILE = 4_096, 32_768  # characters of a manifest
_FILES = re.compile(r'"files"\s*:\s*\{')
_FILE = re.compile(
    r'\s*("(?:[^"\\]|\\.)*")\s*:\s*\[\s*(\d{1,15})\s*,\s*"([0-9a-f]{64})"\s*\]\s*([,}])'
)


class Unbelievable(Exception):
    """List or manifest cannot be, or they contradict each other; says where."""


class Listed(Struct, frozen=True):
    """A file of an archive.

    Attributes:
        id: grows in the order of the list.
        name: inside the archive.
        raw: the same, as the archive has it.
        size: bytes.
        offset: of its head in the archive.
        sha256: hex.
    """

    id: int
    name: str
    raw: bytes
    size: int
    offset: int
    sha256: str


class ArchiveListing:
    """The files of one archive. Not for several threads at once."""

    def __init__(self, check: Callable[[], None]) -> None:
        """Nothing is known yet.

        Args:
            check: asked now and then; what it raises ends what is being read.

        Raises:
            StorageError: the folder for what is temporary cannot be written.
        """
        self._check = check
        with _errors():
            self._connection = apsw.Connection("")
            self._connection.pragma("cache_size", -_CACHE)
            self._connection.execute(_TABLE).fetchall()

    def close(self) -> None:
        """Forget all."""
        self._connection.close()

    def add(self, entries: Iterable[Entry]) -> int:
        """Take note of the list.

        Returns:
            The bytes of all files.

        Raises:
            Unbelievable: a name twice, as some systems read it.
            StorageError: no room.
        """
        total = 0

        def rows() -> Iterator[tuple[Any, ...]]:
            nonlocal total
            for entry in self._checked(entries):
                total += entry.size
                yield entry.name.casefold(), entry.name, entry.raw, entry.size, entry.offset

        with _errors():
            self._connection.executemany(
                "INSERT INTO file(folded, name, raw, size, offset) VALUES (?, ?, ?, ?, ?)", rows()
            )
        return total

    def tell(self, files: Iterable[tuple[str, int, str]]) -> None:
        """Take note of the manifest: names, sizes and hashes.

        Raises:
            Unbelievable: it does not say of each file what the list does, and of no other.
            StorageError: no room.
        """
        told, known = 0, len(self)

        def rows() -> Iterator[tuple[Any, ...]]:
            nonlocal told
            for name, size, sha256 in self._checked(files):
                told += 1
                if told > known:
                    raise Unbelievable("the manifest")
                yield bytes.fromhex(sha256), name.casefold(), name, size

        before = self._connection.total_changes()
        with _errors():
            self._connection.executemany(
                "UPDATE file SET sha256 = ? WHERE folded = ? AND name = ? AND size = ?"
                " AND sha256 IS NULL",
                rows(),
            )
        if not self._connection.total_changes() - before == told == known:
            raise Unbelievable("the manifest")

    def __len__(self) -> int:
        """How many files there are."""
        [(count,)] = self._connection.execute("SELECT count(*) FROM file")
        return int(str(count))

    def find(self, name: str) -> Listed | None:
        """A file by its name."""
        found = self._listed("folded = ? AND name = ?", (name.casefold(), name))
        return found[0] if found else None

    def after(self, last: int, most: int) -> list[Listed]:
        """The next files, in the order of the list; after 0 the first."""
        return self._listed("id > ? ORDER BY id LIMIT ?", (last, most))

    def _listed(self, where: str, values: tuple[Any, ...]) -> list[Listed]:
        query = f"SELECT id, name, raw, size, offset, lower(hex(sha256)) FROM file WHERE {where}"  # noqa: S608
        rows: Iterable[Any] = self._connection.execute(query, values)
        return [Listed(*row) for row in rows]

    def _checked(self, items: Iterable[Any]) -> Iterator[Any]:
        for number, item in enumerate(items):
            if number % _OFTEN == 0:
                self._check()
            yield item


class Manifest:
    """Reads a manifest as it is written by `manifest`, a piece at a time.

    Attributes:
        facts: what it says before it names the files.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Read its beginning.

        Raises:
            Unbelievable: it is none.
        """
        self._pieces = codecs.iterdecode(iter(pieces), "utf-8")
        self._text = ""
        while (files := _FILES.search(self._text)) is None:
            if len(self._text) > _LONGEST_HEAD:
                raise Unbelievable("the manifest")
            self._more()
        try:
            self.facts: Any = json.loads(self._text[: files.start()].rstrip(" ,\r\n\t") + "}")
        except (ValueError, RecursionError) as error:
            raise Unbelievable("the manifest") from error
        self._text = self._text[files.end() :]

    def files(self) -> Iterator[tuple[str, int, str]]:
        """Name, size and hash of each file; once.

        Raises:
            Unbelievable: something else stands there.
        """
        at, ended = 0, ","
        while ended == ",":
            match = _FILE.match(self._text, at)
            if match is None:
                self._text, at = self._text[at:], 0
                if len(self._text) > _LONGEST_FILE:
                    raise Unbelievable("the manifest")
                self._more()
                continue
            at, ended = match.end(), match[4]
            yield _name(match[1]), int(match[2]), match[3]
        rest = self._text[at:]
        while len(rest) < _LONGEST_HEAD and (piece := self._piece()):
            rest += piece
        if rest.strip() != "}":
            raise Unbelievable("the manifest")

    def _more(self) -> None:
        if not (piece := self._piece()):
            raise Unbelievable("the manifest")
        self._text += piece

    def _piece(self) -> str:
        try:
            return next(self._pieces, "")
        except ValueError as error:  # no text
            raise Unbelievable("the manifest") from error


def manifest(facts: dict[str, int | str], files: Iterable[tuple[str, int, str]]) -> Iterator[str]:
    """A manifest in pieces: JSON of these facts, and of ``files`` by name."""
    yield json.dumps(facts)[:-1] + ', "files": {'
    between = ""
    for name, size, sha256 in files:
        yield f'{between}{json.dumps(name)}: [{size}, "{sha256}"]'
        between = ", "
    yield "}}"


def _name(written: str) -> str:
    try:
        name = str(json.loads(written, strict=False))
        name.encode()
    except ValueError as error:  # half a character, say
        raise Unbelievable("the manifest") from error
    return name


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except apsw.ConstraintError as error:
        raise Unbelievable("a name twice") from error
    except apsw.FullError as error:
        raise DiskFull(tempfile.gettempdir(), str(error)) from error
    except (apsw.CantOpenError, apsw.IOError) as error:
        raise FolderUnusable(tempfile.gettempdir(), str(error)) from error
