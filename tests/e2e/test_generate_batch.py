"""Many jobs by one command, as a script runs it: cut off, run again, held to a budget."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from cartoonmix_desktop import cli
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--samples", "1", "--width", "64", "--height", "64")
ROW = {"inputs": {}, "price": "0.01", "priceMethod": "cpr"}

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def sandbox(start_sandbox):
    """Fast, and fresh for each test: what it made is counted."""
    return start_sandbox(speed=200)


@pytest.fixture
def run(sandbox, monkeypatch, capsys):
    """Runs the command here; ``(exit status, lines, last line, what was said)``."""

    def generate(*options):
        for name, value in variables(sandbox).items():  # the program takes them away
            monkeypatch.setenv(name, value)
        code = cli.main(["generate", *SMALL, "--json", *map(str, options)])
        told = capsys.readouterr()
        lines = [json.loads(line) for line in told.out.splitlines()]
        return code, lines[:-1], lines[-1], told.err

    return generate


def variables(sandbox):
    """The sandbox server in Wiro's place."""
    return {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }


@pytest.mark.parametrize(
    ("kills", "cells"),
    [
        (1, 3),
        pytest.param(3, 12, marks=pytest.mark.proof),
        pytest.param(12, 12, marks=pytest.mark.proof),
    ],
)
def test_killed_and_run_again_each_cell_is_paid_once(run, sandbox, capsys, kills, cells):
    steps = f"steps=1..{cells // 3}"
    sweep = ("--prompt", "a red fox", "--sweep", "prompt=red,blue,green", "--sweep", steps)
    command = [sys.executable, str(ROOT / "main.py"), "generate", *SMALL, *sweep, "--json"]
    chance = random.Random(kills)
    for nth in range(1, kills + 1):
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | variables(sandbox),
        ) as one:
            until = time.monotonic() + 20
            while len(sandbox.ledger()) * kills < cells * 2 // 3 * nth and time.monotonic() < until:
                time.sleep(0.01)
            if kills > 1:  # in the one that runs with all tests, amid a run that is under way
                time.sleep(chance.random() * 0.3)
            one.kill()
    code, lines, last, said = run(*sweep)
    assert (code, last["succeeded"], last["left"], last["unknown"]) == (0, cells, 0, 0), said
    assert [line["row"] for line in lines] == [*range(1, cells + 1)]
    assert len(sandbox.ledger()) == cells
    sent = {(e["parameters"]["prompt"], str(e["parameters"]["steps"])) for e in sandbox.ledger()}
    assert len(sent) == cells
    assert run(*sweep)[:2] == (0, lines)
    assert len(sandbox.ledger()) == cells
    name = said.rpartition("in-sweep:")[2].strip()
    assert cli.main(["search", f"in-sweep:{name}", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    made = [task["taskid"] for task in found if task["taskid"]]  # one never sent may be there too
    assert sorted(made) == sorted(line["taskid"] for line in lines)


@pytest.mark.parametrize(("rows", "paid"), [(5, 3), pytest.param(100, 60, marks=pytest.mark.proof)])
def test_a_budget_stops_it_and_a_larger_one_goes_on(run, sandbox, tmp_path, rows, paid):
    table = tmp_path / "jobs.csv"
    table.write_text("prompt,seed\n" + "".join(f"fox {n},random\n" for n in range(rows)))
    assert run("--from", table, "--budget", "9")[0] == 2, "no price is known"
    assert not sandbox.ledger()
    sandbox.faults(
        [
            {"endpoint": "Tool/Detail", "times": 999, "model": {"dynamicprice": [ROW]}},
            {"endpoint": "task", "times": 999, "costs": [[0, "0.01"]]},
        ]
    )
    os.environ["CARTOONMIX_HOME"] += "-priced"  # where nobody has asked for the list yet
    for _ in range(2):
        code, lines, last, _ = run("--from", table, "--budget", f"0.{paid:02}")
        assert (code, len(lines), last["left"]) == (5, paid, rows - paid)
        assert float(last["charged"]) == float(last["estimated"]) == paid / 100
        assert len(sandbox.ledger()) == paid
    seeds = [line["seed"] for line in lines]
    code, lines, last, _ = run("--from", table, "--budget", "9")
    assert (code, last["succeeded"], len(sandbox.ledger())) == (0, rows, rows)
    assert [line["seed"] for line in lines][:paid] == seeds


def test_a_bad_line_holds_all_until_it_is_skipped_and_a_failure_is_sent_again(
    run, sandbox, tmp_path
):
    table = tmp_path / "jobs.jsonl"
    table.write_text('{"prompt": "a"}\n{"prompt": "b", "steps": "x"}\n{"prompt": "c"}\n')
    code, _, last, said = run("--from", table)
    assert (code, last["rows"], len(sandbox.ledger())) == (2, 0, 0)
    assert "Line 2: Steps" in said
    sandbox.faults([{"endpoint": "task", "fail": "CUDA out of memory"}])
    skipping = ("--from", table, "--skip-bad-rows")
    code, lines, last, _ = run(*skipping)
    assert (code, last["succeeded"], last["failed"]) == (1, 1, 1)
    assert "CUDA" in lines[0]["error"]
    assert run(*skipping)[0] == 0
    assert len(sandbox.ledger()) == 3
    assert run(*skipping, "--again")[0] == 0
    assert len(sandbox.ledger()) == 5
    assert run("--prompt", "fox", "--sweep", "prompt=red,blue")[0] == 2
    assert run("--prompt", "fox", "--sweep", "steps=9..1+1")[0] == 2
    assert len(sandbox.ledger()) == 5


def test_a_lost_answer_is_not_paid_twice(run, sandbox):
    sandbox.faults([{"endpoint": "Run", "close": "after"}])
    sweep = ("--prompt", "fox", "--sweep", "steps=1,2")
    code, _, last, _ = run(*sweep)
    assert (code, last["succeeded"], last["unknown"]) == (4, 1, 1)
    assert run(*sweep)[0] == 0, "it was found at the server"
    assert len(sandbox.ledger()) == 2


def test_what_was_deleted_once_it_was_paid_is_not_paid_again(run, sandbox):
    sandbox.faults([{"endpoint": "task", "times": 9, "costs": [[0, "0.01"]]}])
    sweep = ("--prompt", "fox", "--sweep", "steps=1,2")
    _, lines, last, said = run(*sweep)
    assert last["charged"] == "0.02"
    name = said.rpartition("in-sweep:")[2].strip()

    async def delete_for_good():
        locations = Locations.from_environment()
        store = LocalStore(locations, Settings(locations.data / "settings.json"), once=True)
        studio = Studio(store, {}, only=AccountKind.SANDBOX)
        await studio.open()
        tasks = [task for task, _ in await studio.history.batch(name)]
        pieces = Pieces(tasks=(tasks[0].id,))
        await studio.trash.put(pieces)
        await studio.trash.delete(pieces)
        await studio.close()
        return {task.uid for task in tasks}

    before = asyncio.run(delete_for_good())
    code, again, last, _ = run(*sweep)
    assert (code, last["succeeded"], last["charged"], len(sandbox.ledger())) == (0, 2, "0.02", 2)
    assert [(line["outcome"], line["cost"]) for line in again] == [("succeeded", "0.01")] * 2
    assert (again[0]["outputs"], again[1]) == ([], lines[1])
    # Made anew on wish, under a uid that was never used: the journal tells the old one as gone.
    assert run(*sweep, "--again")[0] == 0
    with closing(Ledger(Locations.from_environment().data / "history.sqlite3")) as ledger:
        after = {task.uid for task, _ in ledger.queue_order.batch(name, [], "")}
    assert len(after - before) == 2
    assert len(sandbox.ledger()) == 4


def test_two_at_once_pay_once(sandbox):
    command = [sys.executable, str(ROOT / "main.py"), "generate", *SMALL, "--json"]
    command += ["--prompt", "fox", "--sweep", "steps=1..3"]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | variables(sandbox))
        for _ in range(2)
    ]
    told = [one.communicate(timeout=100)[0].splitlines() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert len(sandbox.ledger()) == 3
    assert told[0][:-1] == told[1][:-1]
