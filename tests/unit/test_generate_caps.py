"""The command and the caps: what it tells before and after, and that it sends nothing over one."""

from __future__ import annotations

import json

import pytest

from cartoonmix_desktop import cli
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings

pytestmark = pytest.mark.timeout(60)

ROW = {"inputs": {}, "price": "0.01", "priceMethod": "cpr"}


@pytest.fixture
def run(sandbox, monkeypatch, capsys):
    """Runs the command; ``(exit status, result, what was said)``."""

    def generate(*options):
        for name, value in (
            ("API_URL", sandbox.api),
            ("SOCKET_URL", sandbox.socket),
            ("API_KEY", sandbox.credentials.key),
            ("API_SECRET", sandbox.credentials.secret),
        ):
            monkeypatch.setenv(f"CARTOONMIX_{name}", value)
        small = ("--samples", "1", "--width", "64", "--height", "64")
        code = cli.main(["generate", "--prompt", "a fox", *small, "--json", *options])
        told = capsys.readouterr()
        return code, json.loads(told.out.splitlines()[-1]), told.err

    return generate


@pytest.fixture
def priced(sandbox):
    """Runs cost 0.01, and the list says so."""
    sandbox.faults(
        [
            {"endpoint": "Tool/Detail", "times": 99, "model": {"dynamicprice": [ROW]}},
            {"endpoint": "task", "times": 99, "costs": [[0, "0.01"]]},
        ]
    )


def cap(**amounts):
    data = Locations.from_environment().data
    data.mkdir(parents=True, exist_ok=True)
    settings = Settings(data / "settings.json")
    for name, amount in amounts.items():
        settings.set(f"cap_{name}", amount)


def test_it_tells_the_seed_as_it_was_sent_and_what_was_expected(run, priced, sandbox):
    code, result, _ = run("--seed", "x y")
    assert (code, result["seed"], result["estimated"], result["cost"]) == (
        *(0, "x y", "0.01"),
        "0.01",
    )
    assert run()[1]["seed"] == "123456"
    seeds = {run("--seed", "random")[1]["seed"] for _ in range(2)}
    assert len(seeds) == 2
    assert all(seed.isdecimal() for seed in seeds)
    assert {entry["parameters"]["seed"] for entry in sandbox.ledger()} >= seeds


def test_without_a_price_nothing_is_expected(run):
    code, result, _ = run()
    assert (code, result["estimated"]) == (0, None)


def test_over_a_cap_nothing_is_sent_unless_that_is_wanted(run, priced, sandbox):
    cap(day="0.015")
    before = len(sandbox.ledger())
    assert run()[0] == 0
    code, result, said = run()
    assert (code, result["outcome"], result["taskid"]) == (2, "rejected", None)
    assert result["estimated"] == "0.01"
    assert "Your cap of $0.015 for" in result["error"]
    assert "Nothing was sent. Add --over-cap to send it all the same." in said
    assert len(sandbox.ledger()) == before + 1
    code, result, _ = run("--over-cap")
    assert (code, result["cost"]) == (0, "0.01")
    assert len(sandbox.ledger()) == before + 2


@pytest.mark.parametrize("which", ["press", "day", "month"])
def test_each_cap_holds_the_command(run, priced, which):
    cap(**{which: "0.009"})
    assert run()[0] == 2


def test_with_a_cap_and_without_a_price_nothing_is_sent_unless_that_is_wanted(run, sandbox):
    cap(month="100")
    before = len(sandbox.ledger())
    code, result, said = run()
    assert (code, result["outcome"]) == (2, "rejected")
    assert "The price is not known" in said
    assert len(sandbox.ledger()) == before
    assert run("--over-cap")[0] == 0


def test_a_cap_holds_no_drawing_of_the_sandbox(run):
    cap(press="0", day="0", month="0")
    assert run("--sandbox")[0] == 0


def test_without_a_key_the_command_says_so_and_nothing_else(caplog):
    small = ("--samples", "1", "--width", "64", "--height", "64")
    assert cli.main(["generate", "--prompt", "a fox", *small]) == 3
    assert not caplog.records
