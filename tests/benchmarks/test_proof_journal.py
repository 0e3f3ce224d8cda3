"""Killed at any moment, a history and its journal say the same after the next start."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from tests.unit.storage.history.journal_walk import is_in_the_journal, opened

pytestmark = pytest.mark.timeout(1500)
_KILLS = [3, pytest.param(200, marks=pytest.mark.proof)]


@pytest.mark.parametrize("kills", _KILLS)
def test_kills_amid_changes(tmp_path, seed, counts, kills):
    chance, steps = random.Random(seed), 0
    for number in range(kills):
        with subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.unit.storage.history.journal_walk"),
                *(str(tmp_path), str(chance.getrandbits(32))),
            ],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            for _ in range(chance.randrange(60)):
                steps += bool(process.stdout.readline())
            time.sleep(chance.random() / 50)  # amid one
            process.kill()
        with opened(tmp_path) as (ledger, journal):
            assert ledger.outbox.lost is None
            ledger.outbox.look()
            while ledger.outbox.write_some():
                pass
            assert ledger.outbox.lost is None
            if number % 5 == 0 or number == kills - 1:
                is_in_the_journal(ledger, tmp_path / "history.sqlite3", journal)
    assert steps > kills
    counts.add("kills amid changes of the history", kills, f"kills; seed {seed}")
    counts.add("kills amid changes of the history", steps, "changes, all of them in the journal")
