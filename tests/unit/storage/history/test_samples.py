"""A history as each published version left it, opened by this one."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import apsw
import pytest
from msgspec.structs import astuple, replace

from cartoonmix_desktop.core.error_records import to_record
from cartoonmix_desktop.core.errors import DatabaseDamaged, DatabaseTooNew
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.wording.errors import describe

SAMPLES = Path(__file__).resolve().parent / "samples"
LATEST = len(HISTORY.migrations)
VERSIONS = range(1, LATEST + 1)

KILLED = """
import os, signal, sys
from msgspec.structs import replace
from pathlib import Path
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.history.schema import HISTORY

path, version = Path(sys.argv[1]), int(sys.argv[2])
def die(_): os.kill(os.getpid(), signal.SIGKILL)
steps = *HISTORY.migrations[:version], HISTORY.migrations[version] + "; SELECT die('now')"
Database(path, replace(HISTORY, migrations=steps, functions={**HISTORY.functions, "die": die}))
"""


@pytest.fixture
def sample(tmp_path):
    """Copies the sample of a version; gives the copy and what is in it."""

    def copied(version):
        name = f"history-v{version}"
        source = SAMPLES / f"{name}.sqlite3"
        assert source.exists(), (
            f"version {version} of the history has no sample: run"
            " `.venv/bin/python -m tests.unit.storage.history.samples.make_sample`"
            " and commit what it makes"
        )
        path = tmp_path / "history.sqlite3"
        shutil.copyfile(source, path)
        return path, json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))

    return copied


def version_of(path):
    connection = apsw.Connection(str(path))
    try:
        return connection.pragma("user_version")
    finally:
        connection.close()


def rows_of(path):
    """All rows of all tables, also of those that an index is made of."""
    connection = apsw.Connection(str(path))
    try:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        ).fetchall()
        return {n: connection.execute(f'SELECT * FROM "{n}"').fetchall() for (n,) in names}
    finally:
        connection.close()


def is_as_recorded(path, record):
    ledger = Ledger(path)
    try:
        tasks = ledger.tasks([int(number) for number in record["tasks"]])
        assert len(tasks) == len(record["tasks"])
        for task in tasks:
            task_is_as_recorded(ledger, task, record["tasks"][str(task.id)])
        for key, value in record["facts"].items():
            assert ledger.state(key) == value
        listed = set(ledger.ids().ids)
        assert listed == {task.id for task in tasks if task.trashed_at is None}
        found = set(ledger.ids(Query("fox")).ids)
        assert found == {task.id for task in tasks if "fox" in task.request.prompt} & listed
        total = sum(Decimal(row[3]) for row in record["deleted"])
        total += sum(task.cost or 0 for task in tasks)
        assert ledger.spent_since(0, without_account="") == total
        assert ledger.known(["42"], "wiro-0123456789ab") == {r[1] for r in record["deleted"]}
        collections = ledger.marks.collections()
        assert {each.name: each.count for each in collections} == record["collections"]
        for each in collections:
            assert ledger.ids(Query(f'in:"{each.name}"')).ids
        searches = {each.name: each.query for each in ledger.marks.saved_searches()}
        assert searches == record["searches"]
        if "journal" in record:
            assert rows_of(path)["journal"][0][:2] == tuple(record["journal"])
        if record["line"]:
            assert [task.id for task in ledger.adopt(["owner-0", "owner-1"], "me")][-2:] == record[
                "line"
            ]
    finally:
        ledger.close()


def task_is_as_recorded(ledger, task, wanted):
    for name in ("uid", "account", "created_at", "remote_id", "status", "seconds"):
        assert getattr(task, name) == wanted[name], name
    assert task.request.model == wanted["request"]["model"]
    assert dict(task.request.values) == wanted["request"]["values"]
    assert task.state.value == wanted["state"]
    assert (task.verdict and task.verdict.value) == wanted["verdict"]
    assert (None if task.cost is None else str(task.cost)) == wanted["cost"]
    assert (task.estimated and str(task.estimated)) == wanted.get("estimated")
    assert task.elsewhere is wanted.get("elsewhere", False)
    assert task.token == (f"token-{task.id}" if wanted["remote_id"] else "")
    assert (task.error is None) == (wanted["error"] is None)
    if task.error is not None:
        assert wanted["error"].items() <= to_record(task.error).items()
    assert task.cancelling == wanted.get("cancelling", False)
    assert task.heard_at == wanted.get("heard_at")
    assert task.trashed_at == wanted.get("trashed_at")
    assert task.remote_deleted_at == wanted.get("remote_deleted_at")
    assert task.source == wanted.get("source", "")
    assert task.parent_id == wanted.get("parent_id")
    assert dict(task.others) == wanted.get("others", {})
    assert task.note == wanted.get("note", "")
    assert list(task.tags) == wanted.get("tags", [])
    assert [list(astuple(one)) for one in task.owed] == wanted.get("owed", [])
    for output, kept in zip(task.outputs, wanted["outputs"], strict=True):
        for name, value in kept.items():
            assert getattr(output, name) == value, name
        assert output.favourite == kept.get("favourite", False)
        assert output.rating == kept.get("rating", 0)
        assert output.rejected == kept.get("rejected", False)
    for state, after in wanted["moves"]:
        assert ledger.came_to(task.id, state=_State(state)) == wanted["created_at"] + after


class _State(str):
    """The name of a state, as `came_to` takes it; it may be one that is no more."""

    @property
    def value(self):
        return str(self)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read_as_it_was_written(sample, version):
    path, record = sample(version)
    assert version_of(path) == version
    assert path.stat().st_size < 200_000
    is_as_recorded(path, record)
    assert version_of(path) == LATEST
    is_as_recorded(path, record | {"line": []})  # and once more, as what it is now


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_a_step_that_fails_in_its_midst_changes_nothing(sample, version):
    path, record = sample(version)
    before = rows_of(path)
    steps = (*HISTORY.migrations[:version], HISTORY.migrations[version] + "; SELECT no_such(1)")
    with pytest.raises(DatabaseDamaged, match="no_such"):
        Database(path, replace(HISTORY, migrations=steps))
    assert version_of(path) == version
    assert rows_of(path) == before
    is_as_recorded(path, record)


def test_each_step_stands_for_itself(sample):
    path, record = sample(1)
    steps = (*HISTORY.migrations[:-1], HISTORY.migrations[-1] + "; SELECT no_such(1)")
    with pytest.raises(DatabaseDamaged, match="no_such"):
        Database(path, replace(HISTORY, migrations=steps))
    assert version_of(path) == LATEST - 1
    is_as_recorded(path, record)


def test_amounts_told_as_text_are_whole_units_and_what_is_none_is_not_known(sample):
    path, _ = sample(10)
    told = {
        "0.0035": 3_500_000_000,
        "0.000000000001": 1,
        "0.0123456789012": 12_345_678_901,
        "1E+2": 100 * 10**12,
        "0": 0,
        **dict.fromkeys(("-0.01", "NaN", "Infinity", "1E+30", "much", ""), None),
    }
    connection = apsw.Connection(str(path))
    connection.execute("DELETE FROM deleted_task")
    for number, cost in enumerate(told, 1):
        connection.execute("UPDATE task SET cost = ? WHERE id = ?", (cost, number))
        connection.execute("INSERT INTO deleted_task VALUES ('a', '', 1, ?)", (cost,))
    connection.close()
    Ledger(path).close()
    units = list(told.values())
    for table in ("task", "deleted_task"):
        connection = apsw.Connection(str(path))
        found = connection.execute(f"SELECT cost FROM {table} LIMIT ?", (len(units),)).fetchall()
        connection.close()
        assert [row[0] for row in found] == units


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_a_step_that_is_killed_in_its_midst_changes_nothing(sample):
    path, record = sample(4)
    before = rows_of(path)
    command = (sys.executable, "-c", KILLED, str(path), "4")
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert version_of(path) == 4
    assert rows_of(path) == before
    is_as_recorded(path, record)


def test_a_newer_history_is_refused_in_words_and_not_touched(sample):
    path, _ = sample(LATEST)
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", LATEST + 1)
    connection.close()
    bytes_before, time_before = path.read_bytes(), path.stat().st_mtime_ns
    with pytest.raises(DatabaseTooNew) as refused:
        Ledger(path)
    assert "newer" in describe(refused.value).title.lower()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (bytes_before, time_before)
    assert list(path.parent.glob("history*")) == [path]
