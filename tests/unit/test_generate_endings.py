"""What the command says of ends that come in pieces: outcome, exit status, words, waiting."""

from __future__ import annotations

import json

import pytest

from cartoonmix_desktop import cli
from cartoonmix_desktop.core.errors import Unreachable
from cartoonmix_desktop.core.task import aftercare
from cartoonmix_desktop.services.sending import follower, single_run
from cartoonmix_desktop.services.sending.aftercare import AftercareClock

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Waits of seconds instead of a minute."""
    monkeypatch.setattr(aftercare, "LOOKS", (0.3, 0.6, 0.9, 1.2, 60.0))
    monkeypatch.setattr(single_run, "_FOR_OUTPUTS", 3.0)
    monkeypatch.setattr(single_run, "_FOR_CHARGE", 1.5)
    monkeypatch.setattr(follower, "_ERROR_LASTS", 1.0)
    monkeypatch.setattr(follower, "cadence", lambda _age: 0.2)


@pytest.fixture
def run(sandbox, monkeypatch, capsys):
    """Runs the command on a task with this ending; ``(exit status, result)``."""

    def generate(**fault):
        for name, value in (
            ("API_URL", sandbox.api),
            ("SOCKET_URL", sandbox.socket),
            ("API_KEY", sandbox.credentials.key),
            ("API_SECRET", sandbox.credentials.secret),
        ):
            monkeypatch.setenv(f"CARTOONMIX_{name}", value)
        sandbox.faults([{"endpoint": "task", **fault}])
        small = ("--samples", "2", "--width", "64", "--height", "64")
        code = cli.main(["generate", "--prompt", "a fox", *small, "--json"])
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return generate


def test_pictures_that_come_late_are_waited_for(run):
    code, result = run(outputs_after=[1, 2], costs=[[0, "0.0035"]])
    assert (code, result["outcome"], len(result["outputs"])) == (0, "succeeded", 2)
    assert (result["cost"], result["error"]) == ("0.0035", None)


def test_fewer_than_asked_for_are_partly(run):
    code, result = run(outputs_after=[0, 99])
    assert (code, result["outcome"], len(result["outputs"])) == (1, "partly", 1)
    assert "1 of 2 pictures" in result["error"]


def test_none_at_all_is_a_failure_in_words(run):
    code, result = run(outputs_after=[99, 99], costs=[[0, "0.0035"]])
    assert (code, result["outcome"], result["outputs"]) == (1, "failed", [])
    assert "no pictures" in result["error"]
    assert result["cost"] == "0.0035"


def test_a_charge_is_waited_for_a_moment(run):
    code, result = run(costs=[[0, None], [0.8, "0.000000000001"]])
    assert (code, result["cost"]) == (0, "0.000000000001")


def test_a_charge_that_does_not_come_is_null(run):
    code, result = run(costs=[[0, None]])
    assert (code, result["outcome"], result["cost"]) == (0, "succeeded", None)


def test_a_server_that_is_gone_by_then_is_asked_for_no_longer(run, monkeypatch):
    asked = []

    async def look(_self, task_id):
        asked.append(task_id)
        assert len(asked) < 20, "asked again and again"
        raise Unreachable("Task/Detail", "refused")

    monkeypatch.setattr(AftercareClock, "look", look)
    code, result = run(costs=[[0, None]])
    assert (code, result["outcome"], result["cost"]) == (0, "succeeded", None)
    assert asked


def test_an_error_that_stays_is_told_in_wiros_words(run):
    code, result = run(error="Output folder creation failed")
    assert (code, result["outcome"]) == (1, "failed")
    assert "Output folder creation failed" in result["error"]
    assert "may still be running" in result["error"]


def test_a_failure_is_told_with_what_it_cost(run):
    code, result = run(fail="CUDA out of memory", costs=[[0, None], [0.5, "0.001"]])
    assert (code, result["outcome"], result["cost"]) == (1, "failed", "0.001")
    assert "CUDA out of memory" in result["error"]


def test_what_cannot_be_read_is_a_failure_that_says_what_is_kept(run, sandbox):
    sandbox.faults([{"endpoint": "files", "format": "BMP", "times": 99}])
    code, result = run(costs=[[0, "0.0035"]])
    assert (code, result["outcome"], result["outputs"]) == (1, "failed", [])
    assert "The files are kept aside" in result["error"]
