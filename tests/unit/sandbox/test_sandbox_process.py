from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


def test_it_ends_when_its_standard_input_closes(start):
    server = start()
    assert server.process.poll() is None
    assert server.stop() == ""
    assert server.process.returncode == 0


def test_it_ends_at_once_even_while_a_client_hangs(start):
    server = start("--faults")
    server.misbehave({"endpoint": "Task/List", "hang": True})
    with pytest.raises(httpx.ReadTimeout):
        server.post("Task/List", timeout=0.2)
    server.run()
    assert server.stop() == ""
    assert server.process.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGTERM to catch")
def test_it_ends_on_sigterm(start):
    server = start()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(5) == 0


def test_it_wants_a_key(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "CARTOONMIX_SANDBOX_KEY"}
    done = subprocess.run(
        [sys.executable, "-m", "cartoonmix_desktop.sandbox", "--state", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "CARTOONMIX_SANDBOX_KEY" in done.stderr


def test_tasks_survive_a_restart_and_go_on(start, tmp_path):
    first = start("--limit", 1, "--speed", 3)  # slow enough to be met amid its work
    kept = first.run(samples=1, seed="one")["taskid"]
    before = first.ended(kept)
    picture = first.http.get(before["outputs"][0]["url"]).content
    running, waiting, cancelled = (first.run(samples=1)["taskid"] for _ in range(3))
    first.post("Task/Cancel", {"taskid": cancelled})
    first.until(running, "task_output")
    first.stop()
    with (tmp_path / "tasks.jsonl").open("a") as journal:
        journal.write('{"id": "99", "tok')  # cut short by a crash

    second = start("--limit", 1, "--speed", 6)
    after = second.detail(kept)
    assert after["totalcost"] == before["totalcost"]
    assert after["outputs"][0]["size"] == before["outputs"][0]["size"]
    assert second.http.get(after["outputs"][0]["url"]).content == picture
    assert second.detail(cancelled)["status"] == "task_cancel"
    assert second.ended(running)["pexit"] == "0"
    assert second.ended(waiting)["pexit"] == "0"
    fresh = second.run()["taskid"]
    assert int(fresh) > int(cancelled)


def test_a_restart_after_a_torn_line_loses_nothing_later(start):
    """The line after a torn one must not be swallowed with it."""
    server = start("--speed", 20)
    state = server.process.args[server.process.args.index("--state") + 1]
    server.stop()
    with Path(state, "tasks.jsonl").open("a") as journal:
        journal.write('{"id": "99", "tok')
    second = start("--speed", 20)
    made = second.run()["taskid"]
    second.stop()
    assert start("--speed", 20).detail(made)["id"] == made
