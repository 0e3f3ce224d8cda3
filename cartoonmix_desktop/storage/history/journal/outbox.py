"""Brings what changed in the history into the journal, in the transaction that changes it.

Triggers note what changed (`tables`). Before a transaction is committed, its lines are on the disk;
then what it noted is forgotten, in the same transaction. Where the journal cannot be written, the
notes stay, and the transaction is committed all the same: they follow with a later one.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.errors import StorageError
from cartoonmix_desktop.core.journal.records import Collection, Search, told
from cartoonmix_desktop.core.log import storage as _log
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.history.journal import telling

if TYPE_CHECKING:
    from collections.abc import Callable

    import apsw

    from cartoonmix_desktop.storage.database import Database
    from cartoonmix_desktop.storage.journal.file import JournalFile, OpenJournal

_AT_ONCE = 250  # tasks of one transaction, but for those that are being sent: some tens of ms
_WORTH = 1.5  # of what holds, above which it is made smaller
_PAUSE = 2.0  # seconds after a refusal in which the disk is not asked again
_COLUMNS = "task_id, recipe, run, marks"
_DUE = f"""
    SELECT {_COLUMNS} FROM unjournaled WHERE urgent = 1
    UNION ALL SELECT * FROM (
        SELECT {_COLUMNS} FROM unjournaled WHERE urgent = 0 ORDER BY task_id DESC LIMIT ?)"""  # noqa: S608  ours
_NAMES = "SELECT kind, name FROM unjournaled_name LIMIT ?"
_WAITS = "SELECT EXISTS(SELECT 1 FROM unjournaled) OR EXISTS(SELECT 1 FROM unjournaled_name)"
_NOTE_AGAIN = """
    INSERT INTO unjournaled(task_id, recipe, run, marks)
    SELECT id, 1, 1, 1 FROM task WHERE uid IN (SELECT value FROM json_each(?))
    ON CONFLICT DO UPDATE SET recipe = 1, run = 1, marks = 1"""
_NOTE_NAMES = """
    INSERT OR IGNORE INTO unjournaled_name SELECT 'collection', name FROM collection;
    INSERT OR IGNORE INTO unjournaled_name SELECT 'search', name FROM saved_search;
    INSERT OR IGNORE INTO unjournaled_name SELECT 'gone', uid FROM deleted_task WHERE uid <> ''"""
_UPTO = "SELECT max(id) FROM (SELECT id FROM task WHERE id > ? ORDER BY id LIMIT ?)"
_NOTE_SOME = """
    INSERT INTO unjournaled(task_id, recipe, run, marks)
    SELECT id, 1, 1, 1 FROM task WHERE id > ? AND id <= ?
    ON CONFLICT DO UPDATE SET recipe = 1, run = 1, marks = 1"""


class Outbox:
    """One part of the `Ledger`: what is on its way to the journal.

    Attributes:
        problem: why the journal could not be written when it was last tried; None if it could.
        ahead: keys of a transaction that was written and never committed, as `look` found it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file: JournalFile | None = None
        self._again = 0.0  # when the disk may be asked again
        self.problem: StorageError | None = None
        self.ahead: frozenset[str] = frozenset()
        self._left = self._fills = True  # by an earlier process, perhaps

    def begin(self, file: JournalFile) -> None:
        """From now on, write what changes into this journal."""
        self._file = file
        self._database.before_commit = self._write

    @property
    def waits(self) -> bool:
        """Whether something was left to be written by a later transaction."""
        return self._left or self._fills

    def write_some(self) -> bool:
        """Write some of what waits, and ask the disk once more if it refused.

        Returns:
            Whether more waits.

        Raises:
            StorageError: the history itself cannot be written.
        """
        if self.waits:
            self._again = 0.0
            with self._database.writing() as connection:
                self._fills = self._fill_some(connection)
        return self.waits

    @property
    def lost(self) -> int | None:
        """The transaction after which the journal knows what the history has lost; None if none.

        A history that was put in the place of a newer one is behind its journal. Until `found`, its
        tasks are not written anew, since what the journal says of them is newer.
        """
        with self._database.reading() as connection:
            row: Any = connection.execute("SELECT lost FROM journal").fetchone()
            number: int | None = row[0]
            return number

    def look(self) -> None:
        """Look how far the journal is: see `lost`.

        Raises:
            StorageError: it cannot be opened, or the history not be written.
        """
        if self._file is None or not self._file.size():
            return
        with self._database.writing() as connection, self._file.opened() as journal:
            self._compare(connection, journal)

    def newer(self) -> set[str] | None:
        """The keys of all lines that tell what the history has lost; None if it lost nothing.

        Raises:
            StorageError: the journal cannot be read.
        """
        with self._database.reading() as connection:
            row: Any = connection.execute("SELECT history, lost FROM journal").fetchone()
        if row[1] is None or self._file is None:
            return None
        with self._file.opened() as journal:
            return {line.key for line in journal.lines_after(*row)}

    def found(self) -> None:
        """What the history had lost is in it again, as far as the journal knew it."""
        with self._database.writing() as connection:
            connection.execute("UPDATE journal SET lost = NULL, filled = 0")
        self._fills = True

    def compact(self, check: Callable[[], None]) -> None:
        """Make the journal smaller where much of it holds no more, or is to be forgotten.

        Args:
            check: see `JournalFile.compact`.

        Raises:
            StorageError: it could not be done, and is worth another attempt at the next start.
        """
        if self._file is None or not (size := self._file.size()):
            return
        with self._database.reading() as connection:
            row: Any = connection.execute(
                "SELECT live, forget, filled, number FROM journal"
            ).fetchone()
        live, forget, filled, number = row
        if filled is not None or not (forget or size > live * _WORTH):
            return
        live = self._file.compact(check)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE journal SET live = ?1, forget = (forget AND number <> ?2)", (live, number)
            )

    # --- inside a transaction --------------------------------------------------------------------

    def _write(self, connection: apsw.Connection) -> None:
        """Called before each transaction is committed."""
        [(waits,)] = connection.execute(_WAITS)
        if waits and self._file is not None and time.monotonic() >= self._again:
            try:
                with self._file.opened() as journal:
                    waits = self._append(connection, journal)
            except StorageError as error:
                self._again = time.monotonic() + _PAUSE
                if self.problem is None:
                    _log.warning("the journal cannot be written: %s", error)
                self.problem = error
            else:
                self.problem = None
        self._left = bool(waits)

    def _append(self, connection: apsw.Connection, journal: OpenJournal) -> bool:
        """Append what is due; says whether something was left for later."""
        history, number = self._compare(connection, journal)
        tasks: list[Any] = connection.execute(_DUE, (_AT_ONCE,)).fetchall()
        names: list[Any] = connection.execute(_NAMES, (_AT_ONCE,)).fetchall()
        of_kind = {
            kind: [name for its, name in names if its == kind]
            for kind in ("gone", "collection", "search")
        }
        lines = [
            *telling.gone(connection, of_kind["gone"]),
            *telling.recipes(connection, [row[0] for row in tasks if row[1]]),
            *telling.runs(connection, [row[0] for row in tasks if row[2]]),
            *telling.marks(connection, [row[0] for row in tasks if row[3]]),
            *telling.collections(connection, of_kind["collection"]),
            *telling.searches(connection, of_kind["search"]),
            telling.end(history, number + 1),
        ]
        journal.append(b"".join(lines))
        done = listed(row[0] for row in tasks)
        connection.execute("DELETE FROM unjournaled WHERE task_id IN carray(?)", (done,))
        connection.executemany("DELETE FROM unjournaled_name WHERE kind = ? AND name = ?", names)
        connection.execute(
            "UPDATE journal SET number = ?, forget = forget OR ?",
            (number + 1, bool(of_kind["gone"])),
        )
        return max(len(tasks), len(names)) >= _AT_ONCE

    def _compare(self, connection: apsw.Connection, journal: OpenJournal) -> tuple[str, int]:
        """Which history this is, and the number that is not in the journal yet, less one.

        What makes the two differ is set right, or noted; see `core.journal.records.Written`.
        """
        row: Any = connection.execute("SELECT history, number, lost FROM journal").fetchone()
        history, number, lost = row
        there = journal.latest(history)
        if there == number:
            return history, number
        _log.debug("journal differs history=%d journal=%d", number, there)
        if (
            there == number + 1 and lost is None
        ):  # its transaction was not committed: what it told is not so
            lines = journal.lines_after(history, number)
            self.ahead = frozenset(line.key for line in lines)
            connection.execute(_NOTE_AGAIN, (json.dumps([*self.ahead]),))
            for line in lines:
                if isinstance(record := told(line), Collection | Search):
                    kind = "search" if isinstance(record, Search) else "collection"
                    connection.execute(
                        "INSERT OR IGNORE INTO unjournaled_name VALUES (?, ?)", (kind, record.name)
                    )
        elif there > number:
            connection.execute(
                "UPDATE journal SET lost = coalesce(lost, number), number = ?", (there,)
            )
            number = there
        else:  # another one, or a former one
            connection.execute("UPDATE journal SET filled = 0")
            self._fills = True
        return history, number

    def _fill_some(self, connection: apsw.Connection) -> bool:
        """Note some more of the tasks that the journal never had; says whether there are more."""
        row: Any = connection.execute("SELECT filled, lost FROM journal").fetchone()
        filled, lost = row
        [(waits,)] = connection.execute(_WAITS)
        if filled is None or lost is not None or waits:
            return filled is not None and lost is None
        if not filled:
            connection.execute(_NOTE_NAMES)
        row = connection.execute(_UPTO, (filled, _AT_ONCE)).fetchone()
        connection.execute(_NOTE_SOME, (filled, row[0]))
        connection.execute("UPDATE journal SET filled = ?", (row[0],))
        return row[0] is not None
