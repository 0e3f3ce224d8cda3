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

_SHARE = (0.1, 0.6, 0.7, 0.8, 0.85)  # of the way from start to end


@pytest.fixture(scope="module")
def flows(start_sandbox):
    scripts = Scripts(dict(os.environ) | {"PYTHONPATH": str(ROOT)})
    running = Flows(scripts, start_sandbox("--limit", "6", speed=200))
    yield running
    log = running.end()
    assert "Traceback" not in log, log[-3000:]


@pytest.fixture(scope="module")
def operations(flows, tmp_path_factory):
    """How many operations a click takes where nothing goes wrong."""
    whole = flows.run(tmp_path_factory.mktemp("whole") / "home", prompt=uuid.uuid4().hex)
    assert whole.state == "kept"
    return len(whole.operations)


def test_a_share_of_kills(flows, operations, tmp_path):
    ended = [
        dies_and_is_finished(flows, tmp_path / f"{fault}-{share}", fault, int(share * operations))
        for share in _SHARE
        for fault in ("kill", "half")
    ]
    assert set(ended) <= {"", "kept", "unknown", None}
    assert "kept" in ended


@pytest.mark.parametrize(("error", "told"), [("ENOSPC", "full"), ("EACCES", "cannot be written")])
def test_a_share_of_refusals(flows, operations, tmp_path, error, told):
    titles = [
        title
        for share in _SHARE[1:4]
        for title in fails_and_goes_on(
            flows, tmp_path / f"{share}", error, int(share * operations), 6
        ).told
    ]
    assert titles
    assert all(told in title for title in titles)


def test_a_share_of_spoiled_pictures(tmp_path):
    scripts = Scripts(dict(os.environ) | {"PYTHONPATH": str(ROOT)})
    told = scripts.run("mutating_pictures.py", "7", "400", str(tmp_path))
    assert told["bugs"] == told["opened"] == told["left"] == []
    assert sum(told["outcomes"].values()) == 400
