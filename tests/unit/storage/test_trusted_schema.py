"""What a database holds is compared with ours before any of it is obeyed."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from msgspec.structs import replace

from cartoonmix_desktop.core.errors import DatabaseTooNew
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.storage.trusted_schema import (
    OURS,
    _tokens,
    digest,
    make,
    open_untrusting,
    strangers,
)

SAMPLES = Path(__file__).resolve().parent / "history" / "samples"
LATEST = len(HISTORY.migrations)

# What is planted in a history, and what is told of it.
PLANTED = {
    "CREATE TRIGGER loud AFTER UPDATE ON task BEGIN SELECT 1; END": ["trigger loud"],
    "CREATE TRIGGER task_deleted_too AFTER DELETE ON tag BEGIN SELECT 1; END": [
        "trigger task_deleted_too"
    ],
    "CREATE VIEW more AS SELECT 1": ["view more"],
    "DROP VIEW unfinished; CREATE VIEW unfinished AS SELECT 1 AS id, 2 AS owner": [
        "view unfinished"
    ],
    "CREATE INDEX odd ON task(length(request))": ["index odd"],
    "DROP INDEX tag_of_task; CREATE INDEX tag_of_task ON task_tag(task_id, tag_id)": [
        "index tag_of_task"
    ],
    "ALTER TABLE note ADD COLUMN more TEXT AS (text || text)": ["table note"],
    "CREATE VIRTUAL TABLE words USING fts5vocab(task_text, 'row')": ["table words"],
    "CREATE TABLE mine(x)": ["table mine"],
    "ANALYZE": [],
    "ANALYZE; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'stat)',"
    " 'stat, more AS (1))') WHERE name = 'sqlite_stat1'": ["table sqlite_stat1"],
    "DROP TRIGGER output_deleted; CREATE TRIGGER output_deleted AFTER DELETE ON output BEGIN"
    " DELETE FROM collected; END": ["trigger output_deleted"],
}


@pytest.mark.parametrize("version", range(1, LATEST + 1))
def test_a_history_of_each_version_has_no_stranger(version, tmp_path):
    sample = SAMPLES / f"history-v{version}.sqlite3"
    with closing(open_untrusting(sample, alone=True)) as connection:
        assert strangers(connection) == []

    path = tmp_path / "history.sqlite3"
    shutil.copyfile(sample, path)
    Database(path, HISTORY).close()
    with closing(open_untrusting(path)) as connection:
        assert strangers(connection) == []


def test_one_that_is_still_being_renewed_has_none(tmp_path):
    path = tmp_path / "history.sqlite3"
    shutil.copyfile(SAMPLES / "history-v13.sqlite3", path)

    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Database(path, HISTORY, stop)
    with closing(open_untrusting(path)) as connection:
        assert not connection.execute(
            "SELECT * FROM sqlite_schema WHERE name = 'output_hash'"
        ).fetchall()
        assert strangers(connection) == []


@pytest.mark.parametrize("sql", PLANTED)
def test_what_is_planted_is_told(sql, tmp_path):
    path = tmp_path / "history.sqlite3"
    Database(path, replace(HISTORY, durable=False)).close()
    with closing(apsw.Connection(str(path))) as plants:
        plants.execute(sql)
    with closing(open_untrusting(path)) as connection:
        assert strangers(connection) == PLANTED[sql]


@pytest.mark.parametrize(
    ("sql", "other"),
    [
        ("iif(1, 'a  b', 2)", "iif(1, 'a b', 2)"),
        ("NOT\u00a0NULL", "NOT NULL"),  # no blank to SQLite
        ("a -- b\n STRICT", "a STRICT\0"),
    ],
)
def test_what_only_looks_the_same_is_not(sql, other):
    assert _tokens(sql) != _tokens(other)
    assert _tokens(sql) == _tokens(f"/* {other} */\t{sql}\n")


def test_a_newer_one_is_not_judged(tmp_path):
    path = tmp_path / "history.sqlite3"
    with closing(apsw.Connection(str(path))) as made:
        made.pragma("user_version", LATEST + 1)
    with closing(open_untrusting(path)) as connection, pytest.raises(DatabaseTooNew):
        strangers(connection)


def test_nothing_planted_runs_and_nothing_is_written(tmp_path):
    path = tmp_path / "history.sqlite3"
    with closing(apsw.Connection(str(path))) as made:
        made.execute(
            "CREATE TABLE a(x); CREATE VIEW b AS SELECT x FROM a; INSERT INTO a VALUES (1)"
        )
    before = path.read_bytes()
    with closing(open_untrusting(path, alone=True)) as connection:
        for sql in ("SELECT * FROM b", "INSERT INTO a VALUES (2)", "ATTACH ':memory:' AS more"):
            with pytest.raises(apsw.Error):
                connection.execute(sql).fetchall()
    assert path.read_bytes() == before
    assert not [*tmp_path.glob("history.sqlite3-*")]


def test_what_is_read_can_be_interrupted(tmp_path):
    path = tmp_path / "history.sqlite3"
    Database(path, replace(HISTORY, durable=False)).close()
    asked: list[int] = []

    def is_over() -> bool:
        asked.append(1)
        return len(asked) > 3

    with (
        closing(open_untrusting(path, is_over)) as connection,
        pytest.raises(apsw.InterruptError),
    ):
        connection.execute(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 9000000)"
            " SELECT count(*) FROM n"
        ).fetchall()


def test_ours_is_known_at_a_glance(tmp_path):
    """After another migration: put the digest that is told here into its place."""
    path = tmp_path / "history.sqlite3"
    Ledger(path).close()
    with closing(open_untrusting(path)) as connection:
        assert digest(connection) == OURS
        assert strangers(connection) == []


def test_one_that_is_made_at_this_very_moment_has_none(tmp_path):
    """Two programs begin in a new home: one makes the tables while the other looks."""
    path = tmp_path / "history.sqlite3"
    with closing(apsw.Connection(str(path))) as maker:
        maker.pragma("journal_mode", "wal")
        made = []

        def meanwhile(_cursor, sql, _bindings):
            if "sqlite_schema" in sql and not made:  # its version was asked for already
                make(maker, len(HISTORY.migrations))
                made.append(sql)
            return True

        with closing(open_untrusting(path)) as connection:
            connection.exec_trace = meanwhile
            assert strangers(connection) == []
            assert made
            assert strangers(connection) == []
