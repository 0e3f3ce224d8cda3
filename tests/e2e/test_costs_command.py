"""``cartoonmix-desktop costs`` as a script runs it: a process, its output, its exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import apsw
import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.history.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]
WIRO = "wiro-0123456789ab"

pytestmark = pytest.mark.timeout(60)


def costs(home, *arguments, zone="UTC"):
    """Run the command; ``(exit status, stdout, stderr)``."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QT_")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "costs", *arguments],
        env=clean | {"CARTOONMIX_HOME": str(home), "TZ": zone},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


class Book:
    """A history that is open, as by a window."""

    def __init__(self, home):
        self.path = home / "data" / "history.sqlite3"
        self.path.parent.mkdir(parents=True)
        self.ledger = Ledger(self.path)
        self.made = 0

    def add(self, at, cost="0.0035", estimated=None, account=WIRO, tags=()):
        """A task of a moment in UTC that was charged; its id."""
        self.made += 1
        [task] = self.ledger.queue_order.add(
            [GenerationRequest.build({"prompt": "a fox"})],
            account,
            "gone",
            at=datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp(),
            uids=[f"{self.made:032x}"],
            estimates=[estimated],
        )
        for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING):
            self.ledger.move(task.id, state, at=1.0)
        self.ledger.update(task.id, cost=cost, remote_id=str(self.made))
        for output in self.ledger.set_outputs(task.id, ["a", "b"]).outputs:
            self.ledger.keep_output(
                *(output.id,),
                path=f"{output.id}.png",
                size=1,
                sha256="ab",
                width=8,
                height=8,
                at=1.0,
            )
        self.ledger.move(task.id, TaskState.KEPT, at=1.0)
        self.ledger.marks.change_tags([task.id], add=tags)
        return task.id

    def delete(self, task_id):
        self.ledger.trash.put(Pieces(tasks=(task_id,)), at=time.time())
        self.ledger.trash.delete(Pieces(tasks=(task_id,)))


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def book(home):
    made = Book(home)
    yield made
    made.ledger.close()


def test_days_are_those_of_the_clock_here_and_amounts_are_exact(home, book):
    book.add("2026-11-30T22:59:59", "0.000000000001", Decimal("0.0035"))
    book.add("2026-11-30T23:00:00", "0.1")
    book.add("2026-12-01T12:00:00", None, Decimal("0.2"))
    book.add("2026-12-01T12:00:00", "5", account=SANDBOX)
    code, told, errors = costs(home, "--json", zone="Europe/Berlin")
    assert (code, errors) == (0, "")
    assert json.loads(told) == {
        "rows": [
            {
                "key": "2026-11-30",
                "tasks": 1,
                "pictures": 2,
                "estimated": "0.0035",
                "charged": "0.000000000001",
                "unknown": 0,
            },
            {
                "key": "2026-12-01",
                "tasks": 2,
                "pictures": 4,
                "estimated": "0.2",
                "charged": "0.1",
                "unknown": 1,
            },
        ],
        "total": {
            "tasks": 3,
            "pictures": 6,
            "estimated": "0.2035",
            "charged": "0.100000000001",
            "unknown": 1,
        },
    }
    assert json.loads(costs(home, "--json")[1])["rows"][0]["key"] == "2026-11-30"
    since = ("--since", "2026-12-01")
    _, told, _ = costs(home, "--json", *since, zone="Europe/Berlin")
    assert [row["key"] for row in json.loads(told)["rows"]] == ["2026-12-01"]
    _, told, _ = costs(home, "--json", "--by", "month", *since, zone="Europe/Berlin")
    assert json.loads(told)["total"]["tasks"] == 2


def test_a_deleted_task_stays_in_its_rows_and_two_tags_count_once_in_the_total(home, book):
    book.add("2026-12-01", "1", tags=["=1+1", "Förster"])
    book.delete(book.add("2026-12-01", "2", tags=["Förster"]))
    book.add("2026-12-01", "4")
    old = book.add("2026-12-01", "8", Decimal(9), tags=["Förster"])
    book.delete(old)
    with apsw.Connection(str(book.path)) as connection:
        connection.execute(
            "UPDATE deleted_task SET tags = NULL, collections = NULL, model = NULL,"
            " pictures = NULL, estimated = NULL WHERE remote_id = '4'"
        )
    told = json.loads(costs(home, "--json", "--by", "tag")[1])
    assert {row["key"]: (row["tasks"], row["charged"]) for row in told["rows"]} == {
        "=1+1": (1, "1"),
        "Förster": (2, "3"),
        "": (1, "4"),
        "deleted": (1, "8"),
    }
    assert (told["total"]["tasks"], told["total"]["charged"]) == (4, "15")
    for by in ("model", "collection"):
        rows = json.loads(costs(home, "--json", "--by", by)[1])["rows"]
        assert [row["key"] for row in rows][-1] == "deleted"
    code, told, _ = costs(home, "--csv", "--by", "tag")
    assert code == 0
    rows = list(csv.reader(io.StringIO(told)))
    assert rows[0] == ["key", "tasks", "pictures", "estimated", "charged", "unknown"]
    assert ["'=1+1", "1", "2", "", "1", "0"] in rows
    assert ["deleted", "1", "0", "", "8", "0"] in rows


def test_people_get_a_table(home, book):
    book.add("2026-12-01", "1234.5", Decimal("0.0035"))
    book.add("2026-12-02", None)
    code, told, _ = costs(home)
    assert code == 0
    assert told.splitlines() == [
        "Day         Tasks  Pictures  Estimate     Charge  Not known yet",
        "2026-12-01      1         2   $0.0035  $1,234.50              0",
        "2026-12-02      1         2         –      $0.00              1",
        "Total           2         4   $0.0035  $1,234.50              1",
    ]


def test_a_home_without_a_history_has_spent_nothing_and_stays_as_it_is(home):
    code, told, errors = costs(home, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(told)["rows"] == []
    assert json.loads(told)["total"]["estimated"] is None
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "2026-13-01"], "“2026-13-01” is not a day; write it as 2026-12-31"),
        (["--since", "2026-02-30"], "“2026-02-30” is not a day"),
        (["--since", "yesterday"], "“yesterday” is not a day"),
        (["--since", "20261201"], "“20261201” is not a day"),
        (["--by", "week"], "week"),
        (["--json", "--csv"], "--json"),
        (["--sandbox"], "--sandbox"),
    ],
)
def test_what_cannot_be_meant_is_refused(home, arguments, said):
    code, told, errors = costs(home, *arguments)
    assert (code, told) == (2, "")
    assert said in errors


def test_a_history_that_cannot_be_read_is_said(home, book):
    with apsw.Connection(str(book.path)) as connection:
        connection.pragma("user_version", 9999)
    code, told, errors = costs(home, "--json")
    assert (code, told) == (2, "")
    assert "newer" in errors
