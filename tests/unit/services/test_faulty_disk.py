"""A share of what `make proof` does: one click on a disk that fails, in a process that dies."""

from __future__ import annotations

import os
import sys
import uuid

import pytest

from tests.benchmarks.conftest import ROOT, Scripts
from tests.benchmarks.one_flow import Flows, dies_and_is_finished, fails_and_goes_on

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks descriptors up in /proc"),
]

_SHARE = (20, 110, 131, 175, 187)  # of some 230 operations


@pytest.fixture(scope="module")
def flows(start_sandbox):
    scripts = Scripts(dict(os.environ) | {"PYTHONPATH": str(ROOT)})
    running = Flows(scripts, start_sandbox("--limit", "6", speed=200))
    yield running
    log = running.end()
    assert "Traceback" not in log, log[-3000:]


def test_a_share_of_kills(flows, tmp_path):
    ended = [
        dies_and_is_finished(flows, tmp_path / f"{fault}-{at}", fault, at)
        for at in _SHARE
        for fault in (("kill", "half") if at % 2 else ("kill",))
    ]
    assert set(ended) <= {"", "kept", "unknown", None}
    assert "kept" in ended


@pytest.mark.parametrize(("error", "told"), [("ENOSPC", "full"), ("EACCES", "cannot be written")])
def test_a_share_of_refusals(flows, tmp_path, error, told):
    titles = [
        title
        for at in _SHARE[1:4]
        for title in fails_and_goes_on(flows, tmp_path / f"{at}", error, at, 6).told
    ]
    assert titles
    assert all(told in title for title in titles)


def test_a_click_that_meets_nothing(flows, tmp_path):
    assert flows.run(tmp_path / "home", prompt=uuid.uuid4().hex).state == "kept"


def test_a_share_of_spoiled_pictures(tmp_path):
    scripts = Scripts(dict(os.environ) | {"PYTHONPATH": str(ROOT)})
    told = scripts.run("mutating_pictures.py", "7", "400", str(tmp_path))
    assert told["bugs"] == told["opened"] == told["left"] == []
    assert sum(told["outcomes"].values()) == 400
