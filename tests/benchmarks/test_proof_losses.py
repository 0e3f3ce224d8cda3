"""The history is lost again and again amid work: every recipe, mark and charge comes back."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import apsw
import pytest

from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.locations import Locations
from tests.benchmarks.judging import examine
from tests.benchmarks.programs import Lines, environment, told_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.timeout(1200)

_LOSSES = [2, pytest.param(100, marks=pytest.mark.proof)]  # a share runs with all other tests


def truncated(history: Path, _older: Path, chance: random.Random) -> None:
    os.truncate(history, chance.randrange(history.stat().st_size))


def zeroed(history: Path, _older: Path, _chance: random.Random) -> None:
    history.write_bytes(bytes(history.stat().st_size))


def deleted(history: Path, _older: Path, _chance: random.Random) -> None:
    history.unlink()


def replaced_by_an_older_one(history: Path, older: Path, _chance: random.Random) -> None:
    if older.exists():
        shutil.copy(older, history)


def foreign(history: Path, _older: Path, _chance: random.Random) -> None:
    history.unlink()
    with closing(apsw.Connection(str(history))) as connection:
        connection.execute("CREATE TABLE theirs(x); PRAGMA application_id = 77").fetchall()


LOSSES: tuple[Callable[[Path, Path, random.Random], None], ...] = (
    *(truncated, zeroed, deleted, replaced_by_an_older_one, foreign),
)


def lose(history: Path, older: Path, chance: random.Random) -> str:
    """Do one of these to the history, its journal of SQLite's with it; says which."""
    how = chance.choice(LOSSES)
    for suffix in ("-wal", "-shm"):
        history.with_name(history.name + suffix).unlink(missing_ok=True)
    how(history, older, chance)
    return how.__name__


@pytest.mark.parametrize("losses", _LOSSES)
def test_no_recipe_mark_or_charge_is_lost_with_the_history(
    scripts, start_sandbox, tmp_path, seed, counts, losses
):
    sandbox = start_sandbox("--limit", "8", speed=50)
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    variables = environment(locations, sandbox)
    chance = random.Random(seed)
    history, older = locations.data / "history.sqlite3", tmp_path / "older.sqlite3"
    stored: set[str] = set()
    marks: dict[str, tuple[str, int]] = {}
    ways = Counter[str]()

    def hear(lines: list[str]) -> None:
        for line in lines:
            match line.split():
                case ["stored", prompt]:
                    stored.add(prompt)
                case ["marked", prompt, note, stars]:
                    marks[prompt] = note, int(stars)
                case ["restored" | "rebuilt" as way]:
                    ways[way] += 1

    number = done = 0
    while done < losses:
        number += 1
        with scripts.start("losing_worker.py", "generate", str(number), **variables) as worker:
            lines = Lines(worker)
            lines.until(lambda seen: "started" in seen)
            time.sleep(chance.uniform(0.2, 1.5))
            worker.kill()
            hear(lines.end())
            assert worker.returncode == -signal.SIGKILL, worker.stderr.read()
        if number % 3 == 1:  # for a loss that is to come: many steps later
            with closing(apsw.Connection(str(history))) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            shutil.copy(history, older)
            continue
        ways[lose(history, older, chance)] += 1
        done += 1
    with scripts.start("losing_worker.py", "drain", "0", **variables) as worker:
        out, log = worker.communicate(timeout=120)
    assert worker.returncode == 0, log
    hear(out.splitlines())
    home = examine(locations)
    paid = Counter(entry["parameters"]["prompt"] for entry in sandbox.ledger())
    ours = {prompt: task_id for task_id, prompt in home.prompts.items()}
    assert len(ours) == len(home.prompts), "no two are alike"
    assert stored - set(ours) == set(), "stored, and not in the history"
    assert set(paid) - set(ours) == set(), "paid, and not in the history"
    assert {prompt: times for prompt, times in paid.items() if times > 1} == {}
    assert not home.unfinished, home.count()
    ledger = Ledger(history)
    try:
        compare(ledger, ours, set(paid), marks)
    finally:
        ledger.close()
    proof = "history lost"
    counts.add(proof, losses, f"losses, {told_of(ways)}; {number} kills; seed {seed}")
    counts.add(proof, len(paid), f"paid, none twice; in the end {told_of(home.count())}")
    counts.add(proof, len(marks), "marked, with their notes and stars")


def compare(
    ledger: Any, ours: dict[str, int], paid: set[str], marks: dict[str, tuple[str, int]]
) -> None:
    """What was paid is kept with its charge, and what was marked has its marks."""
    for prompt, task_id in ours.items():
        task = ledger.task(task_id)
        assert task.state in {TaskState.KEPT, TaskState.UNKNOWN}, (prompt, task.state)
        assert task.state is TaskState.UNKNOWN or (prompt in paid and task.cost), prompt
    for prompt, (note, stars) in marks.items():
        task = ledger.task(ours[prompt])
        assert task.note == note
        assert stars in {output.rating for output in task.outputs}
