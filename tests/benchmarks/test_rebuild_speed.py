"""How fast a history comes back from its journal, beside reading and hashing its pictures."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from cartoonmix_desktop.core.journal.lines import FILE, written
from cartoonmix_desktop.core.journal.records import (
    KINDS,
    Marks,
    Picture,
    PictureMarks,
    Recipe,
    Run,
    body,
)
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.journal.reading import read_journal
from tests.benchmarks.figures import Bound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

_TASKS, _PICTURES = 10_000, 4
_SIZE = 300_000  # bytes of a picture
_READ = 400  # files that stand for all


def lines() -> Iterator[bytes]:
    for number in range(_TASKS):
        values = {"prompt": f"a fox {number} in the snow, " + "detail " * 20, "seed": str(number)}
        values |= {"negativePrompt": "bad hands", "scheduler": "EulerDiscreteScheduler"}
        pictures = tuple(
            Picture(
                *(place, "kept", f"{number}-{place}", f"2026-11/{number}-{place}.png", ""),
                *(f"{number * _PICTURES + place:064x}", _SIZE, 512, 512, 1.7e9),
            )
            for place in range(_PICTURES)
        )
        run = Run("kept", str(number), cost="0.0035", seconds=6.0, pictures=pictures)
        recipe = Recipe("futurist/CartoonMix v1.0", values, 1.7e9 + number, "wiro-1")
        for record in (recipe, run, Marks(("cat",), "", (PictureMarks(0, True, 4),))):
            yield written(KINDS[type(record)], f"{number:032x}", body(record))


def test_10_000_tasks_come_back(tmp_path: Path, figures: Any) -> None:
    journal = tmp_path / FILE
    journal.write_bytes(b"".join(lines()))
    ledger = Ledger(tmp_path / "history.sqlite3")
    began = time.perf_counter()
    with read_journal(journal) as state:
        assert ledger.rebuilding.rebuild(state, at=1.8e9).entered == _TASKS
    took = time.perf_counter() - began
    ledger.close()
    files = [tmp_path / f"{number}.png" for number in range(_READ)]
    for file in files:
        file.write_bytes(os.urandom(_SIZE))
    began = time.perf_counter()
    for file in files:
        hashlib.sha256(file.read_bytes()).digest()
    floor = (time.perf_counter() - began) * _TASKS * _PICTURES / _READ
    figures.compare(
        "10,000 tasks from the journal",
        _TASKS / took,
        _TASKS / floor,
        "tasks/s",
        bound=Bound(share=0.7),
        against="reading and hashing their 40,000 pictures",
    )
