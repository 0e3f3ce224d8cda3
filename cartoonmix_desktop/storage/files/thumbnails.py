"""Small versions of pictures, in a file of their own that can be deleted at any time."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import (
    DatabaseDamaged,
    DatabaseTooNew,
    PictureError,
    StorageError,
)
from cartoonmix_desktop.core.log import storage as _log
from cartoonmix_desktop.core.recipe.orientation import orientation_of
from cartoonmix_desktop.storage.database import Database, Schema
from cartoonmix_desktop.storage.files.decoding import decode, thumbnail_of
from cartoonmix_desktop.storage.held_files import delete

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_SCHEMA = Schema(
    application_id=0x434D5854,  # "CMXT"
    migrations=(
        """
        CREATE TABLE thumbnail (
            sha256 TEXT PRIMARY KEY,  -- of the picture
            data BLOB NOT NULL,
            size INTEGER NOT NULL,
            used INTEGER NOT NULL     -- when it was last asked for, in nanoseconds
        ) STRICT;
        CREATE INDEX thumbnail_by_use ON thumbnail(used, size);
        """,
    ),
    durable=False,
)
_TOUCHES = 256  # uses remembered before they are written: reading must not cost a write each
_FILES = ("", "-wal", "-shm")  # what SQLite makes of one name
_AFTER_TRIMMING = 0.9  # of the budget, so that not every picture trims


class Thumbnails:
    """A cache: it never raises, and what it cannot give or keep is made again.

    May be used from any thread, and by several processes.
    """

    def __init__(self, path: Path, budget: int = 512 * 1024**2) -> None:
        """Open the cache; a damaged one, or one of another version, is replaced by an empty one.

        Args:
            path: of the SQLite file.
            budget: bytes of thumbnails, beyond which the least recently used go.
        """
        self._path = path
        self._budget = budget
        self._lock = threading.RLock()
        self._touched: dict[str, int] = {}
        self._held = 0
        self._database = self._open()

    def get(self, hashes: Iterable[str]) -> dict[str, bytes]:
        """The thumbnails of the pictures with these hashes, as far as there are any."""
        with self._lock:
            if self._database is None:
                return {}
            try:
                with self._database.reading() as connection:
                    rows: Any = connection.execute(
                        "SELECT sha256, data FROM thumbnail"
                        " WHERE sha256 IN (SELECT value FROM json_each(?))",
                        (json.dumps(list(hashes)),),
                    )
                    found: dict[str, bytes] = dict(rows)
                self._touched |= {sha256: time.time_ns() for sha256 in found}
                if len(self._touched) >= _TOUCHES:
                    self._write_touches()
            except StorageError as error:
                self._recover(error)
                return {}
            return found

    def put(self, made: Mapping[str, bytes]) -> None:
        """Keep thumbnails, by the hashes of their pictures."""
        with self._lock:
            if self._database is None or not made:
                return
            try:
                self._write_touches()
                with self._database.writing() as connection:
                    connection.executemany(
                        "INSERT OR REPLACE INTO thumbnail(sha256, data, size, used)"
                        " VALUES (?, ?, ?, ?)",
                        [
                            (sha256, data, len(data), time.time_ns())
                            for sha256, data in made.items()
                        ],
                    )
                self._held += sum(map(len, made.values()))
                if self._held > self._budget:
                    self._trim()
            except StorageError as error:
                self._recover(error)

    def drop(self, hashes: Iterable[str]) -> None:
        """Delete the thumbnails of the pictures with these hashes."""
        with self._lock:
            if self._database is None:
                return
            try:
                with self._database.writing() as connection:
                    connection.executemany(
                        "DELETE FROM thumbnail WHERE sha256 = ?", [(one,) for one in hashes]
                    )
            except StorageError as error:
                self._recover(error)

    def size(self) -> int:
        """Bytes that the cache takes on disk."""
        total = 0
        for suffix in _FILES:
            with suppress(OSError):
                total += self._path.with_name(self._path.name + suffix).stat().st_size
        return total

    def limit(self, budget: int) -> None:
        """Hold so many bytes at most from now on; what goes for it gives its room back."""
        with self._lock:
            self._budget = budget
            if self._database is None or self._held <= budget:
                return
            try:
                self._write_touches()
                self._trim()
                self._database.give_back_room()
            except StorageError as error:
                self._recover(error)

    def clear(self) -> None:
        """Delete all thumbnails, and give their room back."""
        with self._lock:
            if self._database is None:
                return
            self._touched.clear()
            self._held = 0
            try:
                with self._database.writing() as connection:
                    connection.execute("DELETE FROM thumbnail")
                self._database.give_back_room()
            except StorageError as error:
                self._recover(error)

    def close(self) -> None:
        """Close the file; the cache is empty from then on. Harmless when repeated."""
        with self._lock:
            if self._database is None:
                return
            try:
                self._write_touches()
            except StorageError as error:
                _log.warning("closing the thumbnails: %s", error)
            self._database.close()
            self._database = None

    def _open(self) -> Database | None:
        try:
            try:
                return self._opened()
            except (DatabaseDamaged, DatabaseTooNew):
                self._delete()
                return self._opened()
        except (StorageError, OSError) as error:
            _log.warning("there will be no thumbnails: %s", error)
            return None

    def _opened(self) -> Database:
        database = Database(self._path, _SCHEMA)
        try:
            self._held = _size_of(database)
        except StorageError:
            database.close()
            raise
        return database

    def _delete(self) -> None:
        for suffix in _FILES:
            delete(self._path.with_name(self._path.name + suffix))

    def _recover(self, error: StorageError) -> None:
        _log.warning("the thumbnails failed: %s", error)
        if not isinstance(error, DatabaseDamaged) or self._database is None:
            return  # no room, or busy: the next picture may fare better
        try:
            self._database.close()
            self._delete()
        except (StorageError, OSError) as failure:
            _log.warning("the damaged thumbnails stay: %s", failure)
            self._database = None
        else:
            self._touched.clear()
            self._database = self._open()

    def _write_touches(self) -> None:
        if self._database is None or not self._touched:
            return
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE thumbnail SET used = ? WHERE sha256 = ?",
                [(used, sha256) for sha256, used in self._touched.items()],
            )
        self._touched.clear()

    def _trim(self) -> None:
        if self._database is None:
            return
        self._held = _size_of(self._database)  # other processes add too
        if self._held <= self._budget:
            return
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM thumbnail WHERE rowid IN (SELECT rowid FROM ("
                " SELECT rowid, sum(size) OVER (ORDER BY used DESC, rowid DESC) AS newer"
                " FROM thumbnail) WHERE newer > ?)",
                (int(self._budget * _AFTER_TRIMMING),),
            )
        self._held = _size_of(self._database)


def _size_of(database: Database) -> int:
    with database.reading() as connection:
        row: Any = connection.execute("SELECT coalesce(sum(size), 0) FROM thumbnail").fetchone()
    return int(row[0])


def make_thumbnail(picture: Path) -> bytes | None:
    """The thumbnail of a picture in the library; None when it is missing or unreadable."""
    try:
        data = picture.read_bytes()
        return thumbnail_of(decode(data), orientation_of(data))
    except (OSError, PictureError):
        return None
