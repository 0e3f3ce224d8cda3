"""The stored forms of requests and hashes: what is read is what was written, whatever it was."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
import uuid

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.requests import hash_column, hash_of
from cartoonmix_desktop.storage.history.schema import _FORMS, HISTORY
from tests.unit.storage.history.test_ledger import raw

BEFORE = replace(HISTORY, migrations=HISTORY.migrations[: HISTORY.migrations.index(_FORMS)])
MANY = 20_000

texts = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["", "\0", "\ud83e", "🦊", "\\ud83e", '"', "null", "1", "a\nb", "'$.values.prompt'"]
)
numbers = st.integers() | st.floats() | st.booleans() | st.none()
values = texts | numbers | st.lists(texts | numbers, max_size=2) | st.just({"a": [1.0, {}]})
names = st.sampled_from(
    ["prompt", "negativePrompt", "seed", "steps", "scale", "samples", "scheduler", "", "a.b"]
)
requests = st.tuples(texts, st.dictionaries(names, values, max_size=6)).map(
    lambda parts: GenerationRequest(*parts)
)


def exactly(request):
    """All that tells one request from another: values, their types, their order."""
    return repr((request.model, dict(request.values)))


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(requests)
def test_a_request_comes_back_as_it_was(ledger, request_):
    task = ledger.add(request_, "wiro-1", "me", at=1.0, uid=uuid.uuid4().hex)
    assert exactly(task.request) == exactly(request_)


def test_what_requests_share_stands_once_and_goes_with_the_last(ledger, history):
    prompts = ("a fox", "森 🦊", "")
    made = [
        ledger.add(
            GenerationRequest.build({"prompt": prompt or "x", "seed": str(n), "steps": 20 + n % 2}),
            *("wiro-1", "me"),
            at=float(n),
            uid=str(n),
        )
        for n, prompt in enumerate(prompts)
    ]
    assert raw(history, "SELECT count(*), max(length(request)) FROM task, recipe") == [(6, 0)]
    steps = "SELECT frame ->> '$.values.steps' FROM recipe ORDER BY 1"
    assert raw(history, steps) == [(20,), (21,)]
    assert raw(history, "SELECT count(*) FROM recipe WHERE frame LIKE '%fox%'") == [(0,)]
    ledger.update(made[1].id, request=GenerationRequest.build({"prompt": "y", "steps": 20}))
    assert raw(history, steps) == [(20,)]
    raw(history, "UPDATE task SET state = 'failed'")
    everything = Pieces(tuple(task.id for task in made))
    ledger.trash.put(everything, at=9.0)
    ledger.trash.delete(everything)
    assert raw(history, "SELECT count(*) FROM recipe") == [(0,)]


@pytest.mark.parametrize("sha256", ["0f" * 32, "0F" * 32, "", "0", "é" * 16, "0f" * 31])
def test_a_hash_comes_back_as_it_was(ledger, add, sha256):
    output = ledger.set_outputs(add().id, ["a"]).outputs[0]
    kept = ledger.keep_output(output.id, path="p", size=1, sha256=sha256, width=8, height=8, at=1.0)
    assert kept.outputs[0].sha256 == sha256
    if sha256:
        assert [one.id for one in ledger.imports.known([sha256])[sha256]] == [output.id]
        assert [one.id for one in ledger.imports.places([sha256])[sha256]] == [output.id]
    assert hash_of(hash_column(sha256)) == sha256


def test_the_same_request_is_found_however_it_was_written(ledger):
    one = GenerationRequest("m", {"prompt": "🦊 \ud83e", "steps": 20, "samples": 4, "seed": "7"})
    values = dict(reversed(one.values.items())) | {"steps": 20.0}
    for prompt in ("🦊 \ud83e", "a fox"):
        task = ledger.add(
            GenerationRequest("m", one.values | {"prompt": prompt, "scale": 7}),
            *("wiro-1", "me"),
            at=1.0,
            uid=prompt.encode("utf-8", "replace").hex(),
        )
        again = GenerationRequest("m", values | {"prompt": prompt, "scale": 7.0})
        assert ledger.same(again, "wiro-1") == task.id
        other = GenerationRequest("m", values | {"prompt": prompt, "scale": 7, "more": ""})
        assert ledger.same(other, "wiro-1") is None


# --- histories of before -------------------------------------------------------------------------


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(requests, max_size=8))
def test_a_request_of_before_is_read_as_it_was_written(tmp_path, given_):
    path = tmp_path / f"{uuid.uuid4().hex}.sqlite3"
    database = Database(path, replace(BEFORE, durable=False))
    with database.writing() as connection:
        for number, request in enumerate(given_, 1):
            written = json.dumps({"model": request.model, "values": dict(request.values)})
            connection.execute(
                "INSERT INTO task(id, uid, account, owner, request, state, created_at)"
                " VALUES (?, ?, 'a', 'o', ?, 'kept', 1)",
                (number, str(number), written),
            )
    database.close()
    ledger = Ledger(path)
    tasks = ledger.tasks(range(1, len(given_) + 1))
    ledger.close()
    assert [exactly(task.request) for task in tasks] == [exactly(request) for request in given_]


RENEW = """
import sys
from pathlib import Path
from cartoonmix_desktop.storage.database import Database
from cartoonmix_desktop.storage.history.schema import HISTORY

Database(Path(sys.argv[1]), HISTORY, lambda share: print(share, flush=True)).close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_a_renewal_that_is_killed_again_and_again_goes_on_and_loses_nothing(tmp_path):
    path = tmp_path / "history.sqlite3"
    written = many(path)
    kept = untouched(path)
    chance, reached, kills = random.Random(7), 0.0, 0
    while True:
        child = subprocess.Popen(
            [sys.executable, "-c", RENEW, str(path)], stdout=subprocess.PIPE, text=True
        )
        share = child.stdout.readline()
        assert not share or float(share) > reached  # goes on where it was
        time.sleep(chance.uniform(0, 0.7))
        child.kill()
        rest = child.stdout.read().split()
        child.stdout.close()
        reached = max(map(float, [share, *rest][-1:]), default=reached) if share else reached
        if child.wait() != -signal.SIGKILL or not share:
            break
        kills += 1
    assert kills >= 3
    ledger = Ledger(path)
    tasks = ledger.tasks(range(1, MANY + 1))
    ledger.close()
    assert [(exactly(task.request), task.outputs[0].sha256) for task in tasks] == written
    assert untouched(path) == kept
    connection = apsw.Connection(str(path))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    shapes = "SELECT count(*) FROM output WHERE typeof(sha256) = 'text' AND length(sha256) = 64"
    assert connection.execute(shapes).fetchall() == [(0,)]
    assert connection.execute("SELECT count(*) FROM renewal").fetchall() == [(0,)]
    connection.close()


def many(path):
    """A history of before with many tasks; what is to be read of each."""
    chance = random.Random(1)
    told, written = [], []
    for number in range(1, MANY + 1):
        prompt = chance.choice(["a fox", "森の中 🦊", "half \ud83e", "\0", "\\ud83e"])
        values = dict(GenerationRequest.build({"prompt": "x", "seed": str(number)}).values)
        request = GenerationRequest("m", values | {"prompt": f"{prompt} {number}"})
        sha256 = "" if number % 50 == 0 else chance.randbytes(32).hex()
        told.append((request, sha256))
        written.append((exactly(request), sha256))
    database = Database(path, replace(BEFORE, durable=False))
    with database.writing() as connection:
        connection.executemany(
            "INSERT INTO task(uid, account, owner, request, state, created_at)"
            " VALUES (?, 'a', 'o', ?, 'kept', 1)",
            (
                (str(n), json.dumps({"model": "m", "values": dict(request.values)}))
                for n, (request, _) in enumerate(told)
            ),
        )
        connection.executemany(
            "INSERT INTO output(task_id, position, remote_id, state, sha256)"
            " VALUES (?, 0, '', 'kept', ?)",
            ((n, sha256) for n, (_, sha256) in enumerate(told, 1)),
        )
    database.close()
    return written


def untouched(path):
    """All columns that a renewal is not about."""
    connection = apsw.Connection(str(path))
    tasks = "SELECT id, uid, account, state, created_at, model, seed, scheduler, scale FROM task"
    outputs = "SELECT id, task_id, position, remote_id, state, path, size FROM output"
    try:
        return connection.execute(tasks).fetchall(), connection.execute(outputs).fetchall()
    finally:
        connection.close()
