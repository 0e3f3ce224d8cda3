"""``cartoonmix-desktop search``: what a script reads of it."""

from __future__ import annotations

import json

import pytest

from cartoonmix_desktop.cli import main
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.locations import HISTORY_FILE, Locations

MODEL = "futurist/cartoonmix-v1.0"
PROMPTS = {"a red fox": ("768", 7), "An owl": ("1536", 300), "a fox and an owl": ("512", 20)}


def told(capsys, *arguments):
    status = main(["search", *map(str, arguments)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CARTOONMIX_HOME", str(tmp_path / "home"))
    return Locations.from_environment()


@pytest.fixture
def history(home):
    home.data.mkdir(parents=True)
    ledger = Ledger(home.data / HISTORY_FILE)
    for number, (prompt, (width, seed)) in enumerate(PROMPTS.items(), 1):
        values = {"prompt": prompt, "width": width, "height": "768", "seed": str(seed)}
        request = GenerationRequest(MODEL, values)
        ledger.add(request, "account", "owner", at=float(number), uid=f"{number:032x}")
    ledger.close()


def prompts(capsys, *arguments):
    status, out, err = told(capsys, *arguments, "--json")
    assert (status, err) == (0, "")
    return [json.loads(line)["inputs"]["prompt"] for line in out.splitlines()]


@pytest.mark.usefixtures("history")
def test_a_task_is_a_line_of_json(capsys):
    status, out, _ = told(capsys, "red", "--json")
    assert status == 0
    task = json.loads(out)
    assert task.pop("created")
    assert task == {
        "id": 1,
        "taskid": None,
        "outcome": "waiting",
        "model": MODEL,
        "inputs": {"prompt": "a red fox", "width": "768", "height": "768", "seed": "7"},
        "tags": [],
        "note": "",
        "cost": None,
        "outputs": [],
    }


@pytest.mark.usefixtures("history")
def test_for_people_a_task_is_a_line(capsys):
    status, out, _ = told(capsys, "red")
    assert status == 0
    assert out.split()[1:] == ["waiting", "0", "a", "red", "fox"]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("newest", "a fox and an owl"),
        ("oldest", "a red fox"),
        ("size", "An owl"),
        ("seed", "a red fox"),
        ("prompt", "a fox and an owl"),
        ("cost", "a fox and an owl"),
        ("rating", "a fox and an owl"),
    ],
)
def test_each_order_and_limit(capsys, order, first):
    found = prompts(capsys, "", "--sort", order, "--limit", "0")
    assert sorted(found) == sorted(PROMPTS)
    assert found[0] == first
    assert prompts(capsys, "", "--sort", order, "--limit", "1") == [first]


@pytest.mark.usefixtures("history")
def test_the_best_match_first(capsys):
    assert prompts(capsys, "fox", "--sort", "match") == ["a red fox", "a fox and an owl"]
    assert prompts(capsys, "fox", "--sort", "match", "--limit", "1") == ["a red fox"]


@pytest.mark.usefixtures("history")
def test_nothing_that_is_understood(capsys):
    status, out, err = told(capsys, "cost:often")
    assert (status, out) == (2, "")
    assert "cost" in err


def test_no_history_is_none_and_stays_so(capsys, home):
    assert told(capsys, "fox") == (0, "", "")
    assert not (home.data / HISTORY_FILE).exists()
