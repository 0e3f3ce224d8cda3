"""The program where something around it is broken: pipes, keys, homes, folders that go away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAIN = (sys.executable, str(ROOT / "main.py"))
ONE = ("generate", "--sandbox", "--prompt", "cat", "--samples", "1", "--width", "64", "--height")
DRAW = (*MAIN, *ONE, "64")

pytestmark = pytest.mark.timeout(90)


def run(*command, **options):
    return subprocess.run(
        command, **({"capture_output": True, "text": True, "timeout": 80} | options), check=False
    )


def test_pictures_may_be_delivered_where_they_already_are(home):
    first = json.loads(run(*DRAW, "--json").stdout)
    folder = Path(first["outputs"][0]).parent
    again = run(*DRAW, "--json", "--out", str(folder))
    assert (again.returncode, again.stderr) == (0, "")
    assert Path(json.loads(again.stdout)["outputs"][0]).parent == folder


def test_a_reader_that_has_gone_changes_nothing(home):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = run(*DRAW, "--json", capture_output=False, stdout=gone, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((home / "cartoonmix" / "pictures").rglob("*.png"))) == 1


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-"])
def test_streams_may_be_closed(home, closed):
    done = run("sh", "-c", f'exec "$@" {closed}', "sh", *DRAW)
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (">&-" not in closed.replace("2>&-", ""))


def test_paths_are_told_on_any_pipe(home):
    environ = os.environ | {"PYTHONIOENCODING": "ascii", "CARTOONMIX_HOME": str(home / "Bücher")}
    done = run(*DRAW, "--json", env=environ)
    assert done.returncode == 0
    assert Path(json.loads(done.stdout)["outputs"][0]).is_relative_to(home / "Bücher")
    done = run(*DRAW, env=environ)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_key_that_is_no_text_is_refused(home, sandbox):
    environ = os.environ | {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": os.fsdecode(b"\xff\xfe"),
    }
    done = run(*MAIN, "generate", "--prompt", "cat", "--json", env=environ)
    assert done.returncode == 3
    assert json.loads(done.stdout)["outcome"] == "rejected"


@pytest.mark.parametrize("name", ["data/history.sqlite3", "pictures"])
def test_the_self_test_names_what_is_in_the_way(home, name):
    blocked = home / "cartoonmix" / name
    blocked.parent.mkdir(exist_ok=True)
    if name == "pictures":
        blocked.write_text("in the way")
    else:
        blocked.mkdir()
    done = run(*MAIN, "--self-test")
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert done.returncode == 1
    assert len(failed) == 1
    assert "Traceback" not in done.stderr


def test_the_window_ends_well_when_its_home_is_gone(desktop, program):
    window = program()
    window.press("Generate")
    window.find(matching="4 pictures", role="list item", timeout=60)
    shutil.rmtree(desktop.home / ".local")
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+q")
    assert window.wait() == 0
    assert window.log == ""


@pytest.mark.parametrize("name", ["history.sqlite3", "window.lock"])
def test_a_window_that_cannot_start_says_why_and_ends_when_told(desktop, program, name):
    blocked = desktop.home / ".local/share/cartoonmix-desktop" / name
    blocked.mkdir(parents=True)
    window = program()
    window.find(matching=f"{name} cannot be written", role="label")
    window.gone("Generate", role="button")
    window.process.send_signal(signal.SIGTERM)
    assert window.wait() in {2, -signal.SIGTERM}
    [line] = window.log.splitlines()  # on the terminal, too
    assert f"{name} cannot be written" in line


def test_without_a_display_it_says_so(home):
    bare = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    done = run(*MAIN, env=bare)
    assert done.returncode == 2
    assert "needs a display" in done.stderr
    assert "Traceback" not in done.stderr
