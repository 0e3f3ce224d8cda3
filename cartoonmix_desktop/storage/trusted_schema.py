"""Whether a database is built as ours of its version is: asked before anything in it is obeyed.

Triggers, views, generated columns and indexes of expressions are programs that SQLite runs. A file
that others may have written can hold any, and looks like a history all the same.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import apsw

from cartoonmix_desktop.core.errors import DatabaseTooNew
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.storage.renewal import renew_some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

OURS = "74f05a3e24011b53a7de0bb528bb5f8834e0e97903f6559f48f8c37d8c54107f"
"""The digest of a history of this version: what has it need not be compared object by object,
which takes a tenth of a start."""

_BUSY_MS = 10_000
_STEPS = 20_000  # of SQLite's machine, between questions whether to go on: some milliseconds
_CACHE = 16_384  # KiB
_MOST_OBJECTS = 1_000  # ours has less than a hundred
_LONGEST_NAME = 100
_CONFIG = {
    apsw.SQLITE_DBCONFIG_DEFENSIVE: 1,
    apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_VIEW: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE: 0,
}
_LIMITS = {
    apsw.SQLITE_LIMIT_LENGTH: 64 * 1024**2,  # bytes of a row
    apsw.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    apsw.SQLITE_LIMIT_COLUMN: 200,
    apsw.SQLITE_LIMIT_EXPR_DEPTH: 100,
    apsw.SQLITE_LIMIT_ATTACHED: 0,
}
# SQLite's own tokens, as far as they matter: what it takes for blank, and nothing else, is blank.
_TOKEN = re.compile(
    r"(?P<blank>[ \t\n\f\r]+|--[^\n]*|/\*.*?\*/)"
    r"|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\]|\w+|.",
    re.DOTALL,
)
_Tokens = tuple[str, ...]
_STATISTICS = (  # what a tool leaves that was told to analyse; it holds numbers alone
    "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
)


def open_untrusting(
    path: Path, is_over: Callable[[], bool] = lambda: False, *, alone: bool = False
) -> apsw.Connection:
    """Open a database for reading that may mean harm: nothing of it runs, and nothing is written.

    Args:
        path: of the file.
        is_over: asked every few milliseconds, from within SQLite; True ends what is being read.
        alone: whether nobody else has it open, and no journal lies beside it that counts; then no
            file is made beside it either.

    Raises:
        apsw.Error: it cannot be opened, or its schema not be read; `apsw.InterruptError` after
            ``is_over``. What is read of it later may raise these too.
    """
    address = path.absolute().as_uri() + ("?immutable=1" if alone else "")
    connection = apsw.Connection(address, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    try:
        for option, value in _CONFIG.items():
            connection.config(option, value)
        for limit, most in _LIMITS.items():
            connection.limit(limit, most)
        connection.set_busy_timeout(_BUSY_MS)
        connection.set_progress_handler(is_over, _STEPS)
        # The last of these reads the schema; the one for its pages must stand by then.
        connection.pragma("query_only", True)  # noqa: FBT003  apsw takes it by position
        connection.pragma("cell_size_check", True)  # noqa: FBT003
        connection.pragma("mmap_size", 0)
        connection.pragma("cache_size", -_CACHE)
    except BaseException:
        connection.close()
        raise
    return connection


def strangers(connection: apsw.Connection) -> list[str]:
    """What a database has that a history of its version does not have, or has otherwise.

    Args:
        connection: to a history, or what says that it is one; `open_untrusting`, unless it is known
            already.

    Returns:
        Kind and name of each, such as ``trigger task_made``, not more than some hundred.

    Raises:
        DatabaseTooNew: of a version that is not known here.
        apsw.Error: it cannot be read, or its schema is not even SQL.
    """
    with connection:  # another program may bring it to this version just now: all of one state
        version = int(str(connection.pragma("user_version")))
        if version > len(HISTORY.migrations):
            raise DatabaseTooNew(path=connection.filename or "", detail=f"schema version {version}")
        if version == len(HISTORY.migrations) and digest(connection) == OURS:
            return []
        objects = _objects(connection)
    ours = _made_by(version)
    seen: set[tuple[str, str]] = set()
    found: list[str] = []
    for key, table, tokens in objects:
        if key in seen or (table, tokens) not in ours.get(key, ()):
            found.append(" ".join(key)[:_LONGEST_NAME])
        seen.add(key)
    return found


def digest(connection: apsw.Connection) -> str:
    """The whole schema of a database in 64 hex digits, to the letter."""
    rows: Any = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name LIMIT ?",
        (_MOST_OBJECTS,),
    ).fetchall()
    return hashlib.sha256(repr(rows).encode("utf-8", "replace")).hexdigest()


def make(connection: apsw.Connection, version: int) -> None:
    """Build a history of that version in an empty database, as the migrations do; holds nothing."""
    for name, function in HISTORY.functions.items():
        connection.create_scalar_function(name, function, 1, deterministic=True)
    connection.execute("BEGIN").fetchall()
    for migration in HISTORY.migrations[: max(version, 0)]:
        connection.execute(migration).fetchall()
    connection.pragma("application_id", HISTORY.application_id)
    connection.pragma("user_version", version)
    connection.execute("COMMIT").fetchall()


@lru_cache(maxsize=4)
def _made_by(version: int) -> Mapping[tuple[str, str], set[tuple[str, _Tokens]]]:
    """The objects of a version by kind and name, before and after what it renews."""
    made: dict[tuple[str, str], set[tuple[str, _Tokens]]] = {}

    def note() -> None:
        for key, table, tokens in _objects(connection):
            made.setdefault(key, set()).add((table, tokens))

    for sql in _STATISTICS:
        name = _tokens(sql)[2]
        made["table", name] = {(name, _tokens(sql))}
    with closing(apsw.Connection(":memory:")) as connection:
        make(connection, version)
        note()
        if connection.table_exists("main", "renewal"):
            while renew_some(connection, HISTORY.renewals) is not None:
                pass
            note()
    return made


def _objects(connection: apsw.Connection) -> list[tuple[tuple[str, str], str, _Tokens]]:
    rows: Any = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT ?", (_MOST_OBJECTS,)
    )
    return [((str(kind), str(name)), str(table), _tokens(sql)) for kind, name, table, sql in rows]


def _tokens(sql: Any) -> _Tokens:
    """The words of a definition; how they are set out is a matter of SQLite's version."""
    if sql is None:  # of an index that a UNIQUE made
        return ()
    return tuple(m[0] for m in _TOKEN.finditer(str(sql)) if m["blank"] is None)
