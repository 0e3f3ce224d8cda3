"""Copies of the history: taken while it is in use, verified, of which the best are kept, put back.

Nothing is ever deleted to mend a damaged history: it is set aside in a folder of its own.
"""

from __future__ import annotations

import errno
import os
import re
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import apsw
from msgspec import Struct

from cartoonmix_desktop.core.errors import (
    BackupUnusable,
    DatabaseAltered,
    DatabaseDamaged,
    DatabaseForeign,
    DatabaseTooNew,
    FolderUnusable,
    HistoryMissing,
)
from cartoonmix_desktop.storage.database import Database, mark_suspect, suspect, versions_in
from cartoonmix_desktop.storage.held_files import delete, rename, replace
from cartoonmix_desktop.storage.history.owners import living_owners
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.storage.os_errors import file_errors, sync_folder
from cartoonmix_desktop.storage.trusted_schema import open_untrusting, strangers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_DAY = 86_400.0
_KEPT = 3  # copies
_NAMED = 5  # strange parts that are told
_AT_ONCE = 2  # copies that go for one that comes
_FIRST = 20  # tasks of a history that is worth a copy before a day is over
_HOUR = 3600.0
_AT_QUIT = 1.0  # seconds that a copy may take then
_PACE = 150e6  # bytes a second that are copied and looked through at least
_COMPANIONS = ("-wal", "-shm", "-journal")  # what SQLite makes beside a database
_NAME = re.compile(r"history-(\d{8}T\d{6})Z\.sqlite3")
_STAMP = "%Y%m%dT%H%M%S"
_BUSY_MS = 10_000
_PAGES = 4096  # copied at a time
_STEPS = 100_000  # of SQLite's machine, between questions whether to go on
_CHECK_CACHE = 65_536  # KiB: each entry of an index is looked up in its table
_DAMAGED = (apsw.CorruptError, apsw.NotADBError)


class Backup(Struct, frozen=True):
    """One verified copy of the history.

    Attributes:
        path: of the file.
        taken_at: unix seconds.
        size: bytes.
        tasks: how many it holds; -1 where it cannot be read.
        pictures: how many of theirs were kept.
    """

    path: Path
    taken_at: float
    size: int
    tasks: int = -1
    pictures: int = -1


class GivenUp(Exception):
    """The copy is not wanted any more: the program ends, say."""


class Backups:
    """The copies of one history. Blocking: call it from a worker thread."""

    def __init__(self, history: Path, owners: Path) -> None:
        """Touches no file.

        Args:
            history: the database.
            owners: where running programs hold their locks.
        """
        self._history = history
        self._owners = owners
        self._over = threading.Event()
        self._counted: dict[Path, tuple[int, int]] = {}  # tasks and pictures, once for each file
        self.folder: Path = history.parent / "backups"
        self.quarantine_folder: Path = history.parent / "damaged"

    def stored(self) -> list[Backup]:
        """All copies, newest first."""
        found = []
        with suppress(OSError):
            for path in self.folder.iterdir():
                name = _NAME.fullmatch(path.name)
                if name is None:
                    continue
                with suppress(OSError, ValueError):
                    taken = datetime.strptime(name[1], _STAMP).replace(tzinfo=UTC)
                    size = path.stat().st_size
                    counts = self._counted.get(path) or _counts_in(path)
                    self._counted[path] = counts
                    found.append(Backup(path, taken.timestamp(), size, *counts))
        return sorted(found, key=lambda backup: backup.taken_at, reverse=True)

    def is_due(self, now: float) -> bool:
        """Whether the history holds some tasks of which there is no copy, or none of today."""
        # One from the future was made while the clock was ahead: it holds up none.
        newest = next((backup for backup in self.stored() if backup.taken_at <= now), None)
        if newest is not None and now - newest.taken_at >= _DAY:
            return self._changed_at() > newest.taken_at
        few = newest is None or newest.tasks < _FIRST
        return few and self._history.exists() and _counts_in(self._history)[0] >= _FIRST

    def is_worth_it_at_quit(self, now: float) -> bool:
        """Whether it has changed since a copy that is an hour old, and one takes no time."""
        newest = max((backup.taken_at for backup in self.stored()), default=0.0)
        with suppress(OSError):
            quick = self._history.stat().st_size < _AT_QUIT * _PACE
            return quick and now - newest > _HOUR and self._changed_at() > newest
        return False

    def give_up(self) -> None:
        """Make no copy any more, nor finish the one that is being made. From any thread."""
        self._over.set()

    def take(self, now: float) -> Backup | None:
        """Copy the history as it is at one moment, verify the copy, and thin out older ones.

        Writers go on meanwhile. A copy that fails the check is thrown away, and no older one goes.

        Args:
            now: unix seconds.

        Returns:
            The copy; None if it was given up.

        Raises:
            DatabaseDamaged: the history itself is not sound.
            DiskFull: no room; older copies stay.
            FolderUnusable: it cannot be read or written.
        """
        stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
        target = self.folder / f"history-{stamp}Z.sqlite3"
        partial = target.with_name(f"{target.name}.{os.getpid()}.part")
        with file_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            for left in self.folder.glob("*.part*"):  # of a program that was killed
                if now - left.stat().st_mtime > _DAY:
                    delete(left)
        try:
            try:
                copy_history(self._history, partial, self._over.is_set)
            except GivenUp:
                return None
            except DatabaseDamaged:
                mark_suspect(self._history)
                raise
            with file_errors(target):
                replace(partial, target)
                sync_folder(self.folder)
        finally:
            for suffix in ("", *_COMPANIONS):
                with suppress(OSError):
                    delete(partial.with_name(partial.name + suffix))
        self._thin_out(now)
        return next((backup for backup in self.stored() if backup.path == target), None)

    def before_opening(
        self, now: float, begins: Callable[[], None] = lambda: None
    ) -> Backup | None:
        """Look at the history before it is opened, which makes it when missing and upgrades it.

        What an older version of the program wrote is copied, before it is changed.

        Args:
            now: unix seconds.
            begins: called before it is copied.

        Returns:
            The copy; None when there is no history, or it needs no change.

        Raises:
            DatabaseDamaged: it is missing or empty, and copies tell that there was one.
            StorageError: as `take`; the history is then not to be upgraded.
        """
        there = self._history.exists()
        if there and not self._history.is_file():  # a pipe keeps who opens it
            raise DatabaseForeign(path=str(self._history), detail="not an ordinary file")
        with file_errors(self._history):
            empty = not there or not self._history.stat().st_size
        if empty:
            if self.stored():
                raise HistoryMissing(path=str(self._history), detail="it is missing or empty")
            return None
        _refuse_strangers(self._history)
        version = versions_in(self._history)[1]
        if not 0 < version < len(HISTORY.migrations):
            return None
        begins()
        return self.take(now)

    def restore(self, backup: Backup, now: float) -> Path:
        """Put a copy in the place of the history, which is set aside.

        A crash in between leaves the history as it was found, and the copy where it was.

        Args:
            backup: one of `stored`.
            now: unix seconds.

        Returns:
            Where the former history now is.

        Raises:
            BackupUnusable: the copy is not sound either, or of a newer version; nothing changed.
            DiskFull: no room; nothing changed.
            FolderUnusable: a file cannot be written, or another process uses the history.
        """
        partial = self._history.with_name(f"{self._history.name}.{os.getpid()}.part")
        try:
            try:
                copy_history(backup.path, partial, thoroughly=True)
                _refuse_strangers(partial)
                _note_older(partial)
            except (DatabaseDamaged, DatabaseTooNew) as error:
                raise BackupUnusable(path=str(backup.path), detail=error.detail) from error
            return self._exchange(partial, now)
        finally:
            with suppress(OSError):
                delete(partial)

    def begin_anew(self, now: float, *, rebuild: bool = False) -> Path:
        """Set the history aside, and put an empty one in its place.

        Args:
            now: unix seconds.
            rebuild: whether the journal beside the pictures is to fill it when it is opened.

        Returns:
            Where the former history now is.

        Raises:
            DiskFull: no room; nothing changed.
            FolderUnusable: a file cannot be written, or another process uses the history.
        """
        partial = self._history.with_name(f"{self._history.name}.{os.getpid()}.part")
        with file_errors(partial):
            delete(partial)
        try:
            database = Database(partial, HISTORY)
            if not rebuild:
                from cartoonmix_desktop.storage.history.journal.rebuilding import RebuildRecords

                RebuildRecords(database).decline()
            database.close()
            return self._exchange(partial, now)
        finally:
            with suppress(OSError):
                delete(partial)

    def _exchange(self, partial: Path, now: float) -> Path:
        """Set the history aside, and give its place to another; where the former one now is."""
        place = self._quarantine(now)
        with file_errors(self._history):
            replace(partial, self._history)
            sync_folder(self._history.parent)
            delete(suspect(self._history))
        return place

    def _quarantine(self, now: float) -> Path:
        """Bring all that belongs to the history into a folder of its own.

        The database itself is there and still in its place afterwards: whoever replaces it does so
        in one step.
        """
        if living_owners(self._owners):
            raise FolderUnusable(path=str(self._history), detail="another start still uses it")
        stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
        with file_errors(self.quarantine_folder):
            number = 1
            while (place := self.quarantine_folder / f"{stamp}-{number}").exists():
                number += 1
            place.mkdir(parents=True)
            there = place / self._history.name
            if self._history.exists() and not self._history.is_file():
                rename(self._history, there)
            elif self._history.exists():
                try:
                    there.hardlink_to(self._history)
                except OSError:  # not on every file system
                    import shutil

                    shutil.copyfile(self._history, there)
            for suffix in _COMPANIONS:
                part = self._history.with_name(self._history.name + suffix)
                if part.exists():
                    rename(part, place / part.name)
            sync_folder(place)
            sync_folder(self._history.parent)
        return there

    def _changed_at(self) -> float:
        moments = [0.0]
        for suffix in ("", *_COMPANIONS):
            with suppress(OSError):
                part = self._history.with_name(self._history.name + suffix)
                moments.append(part.stat().st_mtime)
        return max(moments)

    def _thin_out(self, now: float) -> None:
        """Keep the newest two and, of all others, the one that holds most.

        So that days of a history that lost its tasks push none out that has them. Those from the
        future, made while the clock was ahead or kept while it is behind, are thinned out by
        themselves. Few go for each that comes: a clock that leaps for one start costs no more than
        any other day.
        """
        stored = self.stored()
        past = [backup for backup in stored if backup.taken_at <= now]
        kept = _worth_keeping(past) | _worth_keeping(stored[: len(stored) - len(past)])
        for backup in [one for one in stored if one.path not in kept][:_AT_ONCE]:
            with suppress(OSError):
                delete(backup.path, missing_ok=False)
            self._counted.pop(backup.path, None)


def _worth_keeping(backups: Sequence[Backup]) -> set[Path]:
    """Of some, newest first."""
    newest, others = backups[: _KEPT - 1], backups[_KEPT - 1 :]
    fullest = max(others, key=lambda one: (one.tasks, one.taken_at), default=None)
    return {backup.path for backup in (*newest, *([fullest] if fullest else ()))}


def _counts_in(path: Path) -> tuple[int, int]:
    """Tasks and kept pictures of a history, without making a file beside it; -1 if unreadable."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        with closing(apsw.Connection(address, flags=flags)) as connection:
            row: Any = connection.execute(
                "SELECT (SELECT count(*) FROM task),"
                " (SELECT count(*) FROM output WHERE state = 'kept')"
            ).fetchone()
            return row[0], row[1]
    except apsw.Error:
        return -1, -1


def copy_history(
    source: Path,
    target: Path,
    is_over: Callable[[], bool] = lambda: False,
    *,
    thoroughly: bool = False,
) -> None:
    """A verified copy in one file, on the disk before this returns.

    What is copied is looked through meanwhile: every row of every table can be read, and every
    index be walked. That each index tells of each row what the row does takes ten times as long,
    and is made good by ``REINDEX``.

    Args:
        source: the database.
        target: the file; one that is there is replaced.
        is_over: asked now and then whether to give up.
        thoroughly: verify the indexes against the rows as well.

    Raises:
        GivenUp: ``is_over`` has said so.
        DatabaseDamaged: the source is not sound.
        StorageError: the disk refuses; names the folder of ``target``.
    """
    from concurrent.futures import ThreadPoolExecutor  # who only reads the history makes none

    with suppress(OSError):
        delete(target)
    try:
        with (
            closing(_reading(source)) as reader,
            closing(_reading(source)) as looker,
            closing(apsw.Connection(str(target))) as writer,
            ThreadPoolExecutor(1) as beside,
        ):
            _check_kind(reader, source)
            reader.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
            looker.set_progress_handler(is_over, _STEPS)
            for one in (reader, looker):
                one.execute("BEGIN; SELECT count(*) FROM sqlite_schema").fetchall()  # one moment
            writer.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").fetchall()
            found = beside.submit(_problem, looker, thoroughly=thoroughly)
            with writer.backup("main", reader, "main") as backup:
                while not backup.done:
                    backup.step(_PAGES)
                    if is_over():
                        raise GivenUp
            writer.pragma("journal_mode", "DELETE")
            with file_errors(target.parent), target.open("rb+") as file:
                os.fsync(file.fileno())
            if (problem := found.result()) != "ok":
                raise DatabaseDamaged(path=str(source), detail=problem[:200])
    except apsw.InterruptError as error:
        raise GivenUp from error
    except _DAMAGED as error:
        raise DatabaseDamaged(path=str(source), detail=str(error)) from error
    except apsw.Error as error:
        with file_errors(target.parent):
            raise OSError(_errno_of(error), str(error)) from error


def _problem(connection: apsw.Connection, *, thoroughly: bool) -> str:
    """The first that there is; "ok" for none."""
    if thoroughly:
        connection.pragma("cache_size", -_CHECK_CACHE)
        return str(next(connection.execute("PRAGMA integrity_check(1)"))[0])
    # Table by table: of the index of words, which is made of some, it would read every word.
    names: list[Any] = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
    ).fetchall()
    for (name,) in names:
        quoted = name.replace("'", "''")
        found = str(next(connection.execute(f"PRAGMA quick_check('{quoted}')"))[0])
        if found != "ok":
            return found
    return "ok"


def _reading(path: Path) -> apsw.Connection:
    # Opened for writing as well: a journal left by a crash must be played back first.
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # it may be that of another
    connection.set_busy_timeout(_BUSY_MS)
    return connection


def _check_kind(connection: apsw.Connection, path: Path) -> None:
    identity = int(str(connection.pragma("application_id")))
    version = int(str(connection.pragma("user_version")))
    if identity != HISTORY.application_id:
        raise DatabaseForeign(path=str(path), detail="another program's database")
    if version > len(HISTORY.migrations):
        raise DatabaseTooNew(path=str(path), detail=f"schema version {version}")


def _note_older(path: Path) -> None:
    """Let a backup know that its journal may know more; one of before there was one is filled."""
    with closing(apsw.Connection(str(path))) as connection:
        if connection.table_exists("main", "journal"):
            connection.execute("UPDATE journal SET lost = number").fetchall()


def _refuse_strangers(path: Path) -> None:
    """Look whether a history is built as ours are, before anything of it is obeyed.

    Raises:
        DatabaseAltered: it is not.
    """
    found: list[str] = []
    with suppress(apsw.Error, DatabaseTooNew), closing(open_untrusting(path)) as connection:
        if int(str(connection.pragma("application_id"))) == HISTORY.application_id:
            found = strangers(connection)  # all else is told when it is opened
    if found:
        raise DatabaseAltered(path=str(path), detail=", ".join(found[:_NAMED]))


def _errno_of(error: apsw.Error) -> int:
    return errno.ENOSPC if isinstance(error, apsw.FullError) else errno.EIO
