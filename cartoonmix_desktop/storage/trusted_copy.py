"""The facts of a history that others may have written, in a file that we have made.

Nothing but the values of known columns comes along: no object of theirs, no page of their file.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import apsw

from cartoonmix_desktop.core.errors import DatabaseDamaged, DiskFull, FolderUnusable
from cartoonmix_desktop.storage.database import Interrupted
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.storage.trusted_schema import make, open_untrusting, strangers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_LARGEST = 1024 * 1024
"""Bytes of one value: more than any prompt, note or error of ours has."""

_STEPS = 20_000  # of SQLite's machine, between questions whether to go on


class StrangersFound(Exception):
    """It holds what no history of its version does; names the first."""


def copy_facts(
    source: Path,
    target: Path,
    tables: Sequence[str],
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """Make a history of the same version, and bring what some tables hold into it.

    Rows in which a value is larger than any of ours are left out.

    Args:
        source: a history, or what says that it is one; in one file, which nobody has open.
        target: is made.
        tables: of those that its version has.
        is_over: asked all the while; True ends it.

    Raises:
        StrangersFound: see there; nothing of it was obeyed.
        DatabaseDamaged: it is not sound, or no history.
        DatabaseTooNew: of a version that is not known here.
        Interrupted: ``is_over`` has said so.
        DiskFull: no room.
        FolderUnusable: ``target`` cannot be written.
    """
    try:
        with (
            closing(open_untrusting(source, is_over, alone=True)) as theirs,
            closing(_empty(target)) as ours,
        ):
            version = int(str(theirs.pragma("user_version")))
            if theirs.pragma("application_id") != HISTORY.application_id:
                raise DatabaseDamaged(str(source), "another program's database")
            if found := strangers(theirs):
                raise StrangersFound(found[0])
            make(ours, version)
            ours.set_progress_handler(is_over, _STEPS)
            ours.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)  # what they would add is there
            for table in tables:
                if ours.table_exists("main", table):
                    _copy(theirs, ours, table, source)
    except apsw.InterruptError as error:
        raise Interrupted from error
    except apsw.FullError as error:
        raise DiskFull(str(target), str(error)) from error
    except apsw.Error as error:  # of the new file nothing else can be wrong once it is there
        raise DatabaseDamaged(str(source), str(error)) from error


def _empty(target: Path) -> apsw.Connection:
    try:
        connection = apsw.Connection(str(target))
        connection.pragma("journal_mode", "OFF")  # what is not whole at the end is thrown away
        connection.pragma("synchronous", "OFF")
    except apsw.Error as error:
        raise FolderUnusable(str(target), str(error)) from error
    return connection


def _copy(theirs: apsw.Connection, ours: apsw.Connection, table: str, source: Path) -> None:
    problem = next(theirs.execute(f"PRAGMA quick_check('{table}')"))[0]
    if problem != "ok":
        raise DatabaseDamaged(str(source), f"{table}: {problem}"[:200])
    about: Any = ours.execute(f"PRAGMA table_xinfo('{table}')")
    names = [name for _, name, *_, hidden in about if not hidden]
    listed = ", ".join(names)
    small = " AND ".join(f"ifnull(octet_length({name}), 0) <= {_LARGEST}" for name in names)
    rows: Any = theirs.execute(f"SELECT {listed} FROM {table} NOT INDEXED WHERE {small}")  # noqa: S608
    ours.execute("BEGIN").fetchall()
    ours.executemany(
        f"INSERT INTO {table}({listed}) VALUES ({', '.join('?' * len(names))})",  # noqa: S608
        rows,
    )
    ours.execute("COMMIT").fetchall()
