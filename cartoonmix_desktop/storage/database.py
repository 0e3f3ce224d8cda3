"""One SQLite file: opened, checked, brought to this version, shared by threads and processes.

The only module that knows how SQLite reports trouble.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import apsw
from msgspec import Struct, field

from cartoonmix_desktop.core.errors import (
    DatabaseDamaged,
    DatabaseForeign,
    DatabaseTooNew,
    DiskFull,
    FolderUnusable,
    StorageError,
)
from cartoonmix_desktop.core.log import storage as _log
from cartoonmix_desktop.core.search.result_set import packed
from cartoonmix_desktop.storage.held_files import delete
from cartoonmix_desktop.storage.os_errors import is_no_room
from cartoonmix_desktop.storage.renewal import Renewal, end_renewal, is_begun, renew_some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_BUSY_MS = 10_000
_STEPS = 20_000  # of SQLite's machine, between questions whether to go on
_SLOW = 0.1  # seconds of a transaction that are told
_ROWS_TAKE = 0.8  # of a renewal; the rest are indexes and the packing
_WORTH_PACKING = 2_000  # pages
_WRITE = "BEGIN IMMEDIATE"
_ROWS = 200  # of one statement, in which SQLite takes 32,766 values
_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)
_UNUSABLE = (
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.PermissionsError,
    apsw.IOError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.NoLFSError,
    apsw.ProtocolError,
)


class _Connection(apsw.Connection):
    """One that remembers what is to be logged once its transaction is committed."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.lines: list[tuple[logging.Logger, str, tuple[object, ...]]] = []


def log_when_committed(
    connection: apsw.Connection, logger: logging.Logger, line: str, *facts: object
) -> None:
    """Log a line, as `logging.Logger.debug` takes it, unless the transaction is undone."""
    if logger.isEnabledFor(logging.DEBUG) and isinstance(connection, _Connection):
        connection.lines.append((logger, line, facts))


class Interrupted(Exception):
    """What was asked is not wanted any more; see `Database.interrupt`."""


class Schema(Struct, frozen=True):
    """What a database file holds.

    Attributes:
        application_id: marks the file as ours, in its header.
        migrations: SQL that leads from one version to the next; the version is their number.
        durable: whether a transaction survives a power cut once it is committed.
        functions: of one text, for the SQL of migrations.
        renewals: what migrations only begin, by name.
    """

    application_id: int
    migrations: tuple[str, ...]
    durable: bool
    functions: Mapping[str, Callable[..., str | int | None]] = field(default_factory=dict)
    renewals: Mapping[str, Renewal] = field(default_factory=dict)


class Database:
    """A connection for one process; its threads take turns.

    Several processes may open the same file.

    Attributes:
        before_commit: called at the end of each transaction for writing, inside it; None for
            nothing. What it raises undoes the transaction.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        progress: Callable[[float], None] | None = None,
        is_over: Callable[[], bool] | None = None,
    ) -> None:
        """Open ``path``, made when missing, and migrate it, each step in one transaction.

        Args:
            path: of the file.
            schema: what it holds.
            progress: hears which share of a long migration is done; what it raises ends it, until
                the file is opened again.
            is_over: asked all the while, also later, from within SQLite; True ends what is done.

        Raises:
            Interrupted: ``is_over`` has said so.
            DatabaseDamaged: not a sound database, or not one of this kind; it is left as it is.
            DatabaseTooNew: of a newer version; it is left as it is.
            DiskFull: no room.
            FolderUnusable: it cannot be opened or written.
        """
        self._path = path
        self._lock = threading.RLock()
        self.before_commit: Callable[[apsw.Connection], None] | None = None
        if path.exists() and not path.is_file():  # a pipe keeps who opens it
            raise DatabaseForeign(path=str(path), detail="not an ordinary file")
        self._refuse_newer(schema)
        with self._errors():
            self._connection = _Connection(str(path))
        try:
            with self._errors():
                self._connection.set_progress_handler(is_over, _STEPS)
                self._prepare(schema)
                self._renew(schema, progress)
                self._look_into_suspicion()
        except BaseException as error:
            self.close()
            if isinstance(error, apsw.Error):  # of tables that are not ours, say
                raise DatabaseDamaged(path=str(path), detail=str(error)) from error
            raise

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """The connection, inside a transaction that sees one state of the file."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """The connection, inside a transaction that is committed at the end or, failing, undone."""
        with self._transaction(_WRITE) as connection:
            yield connection

    def data_version(self) -> int:
        """A number that differs once another connection has written."""
        with self._lock, self._errors():
            return int(str(self._connection.pragma("data_version")))

    def interrupt(self) -> None:
        """End what another thread reads or writes at this moment; it raises `Interrupted`."""
        self._connection.interrupt()

    def give_back_room(self) -> None:
        """Make the file as small as what it holds."""
        with self._lock, self._errors():
            self._connection.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file. Never raises: what was committed is safe. Harmless when repeated."""
        with self._lock:
            try:
                self._connection.close()
            except apsw.Error as error:  # tidying up failed; the next to open it tries again
                _log.warning("closing %s: %s", self._path.name, error)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[apsw.Connection]:
        asked = time.monotonic()
        with self._lock, self._errors():
            self._connection.execute(begin)
            began = time.monotonic()
            try:
                yield self._connection
                if self.before_commit is not None and begin == _WRITE:
                    self.before_commit(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.lines.clear()
                # Some errors end the transaction by themselves.
                with suppress(apsw.Error):
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                raise
            self._log_committed(begin, asked, began)

    def _log_committed(self, begin: str, asked: float, began: float) -> None:
        lines = self._connection.lines
        if lines:
            self._connection.lines = []
            for logger, line, facts in lines:
                logger.debug(line, *facts)
        took = time.monotonic() - asked
        if took > _SLOW:
            _log.debug(
                "slow file=%s kind=%s waited_ms=%.0f ms=%.0f",
                *(self._path.name, "read" if begin == "BEGIN" else "write"),
                *(1000 * (began - asked), 1000 * took),
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except apsw.InterruptError as error:
            raise Interrupted from error
        except apsw.FullError as error:
            raise DiskFull(path=str(self._path), detail=str(error)) from error
        except _DAMAGED as error:
            mark_suspect(self._path)
            raise DatabaseDamaged(path=str(self._path), detail=str(error)) from error
        except _UNUSABLE as error:
            kind = DiskFull if self._ran_out(error) else FolderUnusable
            raise kind(path=str(self._path), detail=str(error)) from error

    def _ran_out(self, error: apsw.Error) -> bool:
        # Growing the shared-memory file or a sync can fail for lack of room, and say only "IO".
        if not isinstance(error, apsw.IOError) or not hasattr(self, "_connection"):
            return False
        return is_no_room(self._connection.system_errno)

    def _refuse_newer(self, schema: Schema) -> None:
        identity, version = versions_in(self._path)
        if identity == schema.application_id and version > len(schema.migrations):
            raise self._too_new(version)

    def _too_new(self, version: int) -> DatabaseTooNew:
        return DatabaseTooNew(path=str(self._path), detail=f"schema version {version}")

    def _prepare(self, schema: Schema) -> None:
        connection = self._connection
        connection.set_busy_timeout(_BUSY_MS)
        # Until it is known to be ours, nothing of a journal beside it is to be written into it.
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        self._check_kind(schema)
        self._use_write_ahead_log()
        connection.pragma("synchronous", "FULL" if schema.durable else "NORMAL")
        connection.pragma(
            "fullfsync", schema.durable
        )  # without it macOS syncs only to the drive's cache
        connection.pragma("foreign_keys", True)  # noqa: FBT003 - apsw takes the value by position
        for name, function in schema.functions.items():
            connection.create_scalar_function(name, function, 1, deterministic=True)
        for number, migration in enumerate(schema.migrations, start=1):
            if self._version() >= number:
                continue
            with self.writing():
                # Asked again inside the transaction: another process may be migrating too.
                if self._version() < number:
                    connection.execute(migration)
                    connection.pragma("application_id", schema.application_id)
                    connection.pragma("user_version", number)
                    _log.debug("migrated file=%s version=%d", self._path.name, number)
        if self._version() > len(schema.migrations):  # its header was still in the journal
            raise self._too_new(self._version())
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)

    def _renew(self, schema: Schema, progress: Callable[[float], None] | None) -> None:
        if not schema.renewals or not is_begun(self._connection):
            return
        while True:
            with self.writing() as connection:
                share = renew_some(connection, schema.renewals)
            if share is None:
                break
            if progress is not None:
                progress(share * _ROWS_TAKE)
        if int(str(self._connection.pragma("page_count"))) > _WORTH_PACKING:
            try:
                self.give_back_room()
            except StorageError as error:  # no room to do it, or another process reads: no matter
                _log.warning("packing %s: %s", self._path.name, error)
        with self.writing() as connection:
            end_renewal(connection)
        _log.debug("renewed file=%s", self._path.name)

    def _look_into_suspicion(self) -> None:
        """Damage in the midst shows only when it is read: what was met there is looked into now."""
        if not suspect(self._path).exists():
            return
        problem = str(next(self._connection.execute("PRAGMA integrity_check(1)"))[0])
        if problem != "ok":
            raise DatabaseDamaged(path=str(self._path), detail=problem[:200])
        with suppress(OSError):
            delete(suspect(self._path), missing_ok=False)

    def _check_kind(self, schema: Schema) -> None:
        # In one transaction: between two, another process may make the tables.
        with self.reading() as connection:
            identity = int(str(connection.pragma("application_id")))
            (tables,) = next(connection.execute("SELECT count(*) FROM sqlite_schema"))
        fresh = identity == 0 and tables == 0
        if identity != schema.application_id and not fresh:
            raise DatabaseForeign(path=str(self._path), detail="another program's database")

    def _use_write_ahead_log(self) -> None:
        # Switching the mode does not wait for another process that does the same: SQLite says busy.
        deadline = time.monotonic() + _BUSY_MS / 1000
        while True:
            try:
                self._connection.pragma("journal_mode", "WAL")
            except apsw.BusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def _version(self) -> int:
        return int(str(self._connection.pragma("user_version")))


def listed(ids: Iterable[int]) -> apsw.CArrayBinding:
    """Ids for ``IN carray(?)``: SQLite reads the packed numbers themselves.

    Of an array nothing is copied or made into text, however many there are.
    """
    return apsw.carray(packed(ids) or packed((0,)))  # it takes none that is empty; 0 is no id


def versions_in(path: Path) -> tuple[int, int]:
    """Whose a database is and its schema version, by its header alone; zeros if it has none.

    An ordinary connection touches the file (journal, checkpoint) by merely reading it.
    """
    address = f"{path.absolute().as_uri()}?immutable=1"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        with closing(apsw.Connection(address, flags=flags)) as glance:
            identity, version = (
                int(str(glance.pragma(name))) for name in ("application_id", "user_version")
            )
    except apsw.Error:
        return 0, 0  # none yet, or damaged, which opening it will tell
    return identity, version


def insert_many(
    connection: apsw.Connection, into: str, rows: Sequence[Sequence[apsw.SQLiteValue]]
) -> None:
    """Insert rows by as few statements as they need, in their order.

    After each statement a thread queues for the interpreter anew, and ``executemany`` makes one of
    each row.

    Args:
        connection: inside a transaction.
        into: how the statement begins: ``INSERT INTO move(task_id, state, at)``.
        rows: a value for each of those columns.
    """
    for first in range(0, len(rows), _ROWS):
        some = rows[first : first + _ROWS]
        row = f"({', '.join('?' * len(some[0]))})"
        connection.execute(
            f"{into} VALUES {', '.join([row] * len(some))}",
            [value for values in some for value in values],
        )


def suspect(path: Path) -> Path:
    """The mark beside a database in which damage was met: the next start looks into it."""
    return path.with_name(f"{path.name}.suspect")


def mark_suspect(path: Path) -> None:
    """Leave that mark, as far as the disk lets us."""
    with suppress(OSError):
        suspect(path).touch()
