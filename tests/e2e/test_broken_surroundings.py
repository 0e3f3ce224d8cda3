"""The program where something around it is broken: pipes, keys, homes, folders that go away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from .conftest import wait_for

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
    gone = (desktop.home / ".local").rename(desktop.home / "gone")
    shutil.rmtree(gone)  # elsewhere, so that nothing comes into it meanwhile
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+q")
    assert window.wait() == 0
    assert window.log == ""


def test_what_is_in_the_place_of_the_history_is_kept_aside(desktop, program):
    data = desktop.home / ".local/share/cartoonmix-desktop"
    (data / "history.sqlite3" / "inside").mkdir(parents=True)
    window = program()
    window.find("Something else is in the history’s place", role="label")
    window.press("Start with an empty history", role="button")
    window.find("Generate", role="button")
    assert (data / "history.sqlite3").is_file()
    assert [*data.rglob("inside")]
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+q")
    assert window.wait() == 0


def test_a_window_that_cannot_start_says_why_and_ends_when_told(desktop, program):
    name = "window.lock"
    blocked = desktop.home / ".local/share/cartoonmix-desktop" / name
    blocked.mkdir(parents=True)
    window = program()
    window.find(matching=f"{name} cannot be written", role="label")
    window.gone("Generate", role="button")
    window.process.send_signal(signal.SIGTERM)
    assert window.wait() in {2, -signal.SIGTERM}
    [line] = window.log.splitlines()  # on the terminal, too
    assert f"{name} cannot be written" in line


def words_of(done, status=2):
    """What a start said that could not be: one line, no traceback, the right exit status."""
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    [line] = done.stderr.splitlines()
    return line


def without_display():
    shown = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    return {name: value for name, value in os.environ.items() if name not in shown}


def test_without_a_display_it_says_so(home):
    assert "needs a display" in words_of(run(*MAIN, env=without_display()))


def test_a_display_that_is_not_there_is_named(home):
    environ = without_display() | {"DISPLAY": ":4711"}
    assert "The display :4711 cannot be reached" in words_of(run(*MAIN, env=environ))


def test_a_platform_that_qt_does_not_know_is_named(home):
    assert "“nonsense”" in words_of(run(*MAIN, env=os.environ | {"QT_QPA_PLATFORM": "nonsense"}))


@pytest.mark.parametrize("library", ["libxcb-cursor.so.0", "libEGL.so.1", "libGL.so.1"])
def test_a_library_that_is_damaged_or_missing_is_named(home, library):
    folder = home / "libraries"
    folder.mkdir()
    (folder / library).touch()  # found before the right one, and no library
    environ = without_display() | {"DISPLAY": ":4711", "LD_LIBRARY_PATH": str(folder)}
    said = words_of(run(*MAIN, env=environ))
    assert f"system library is missing or damaged: {library}" in said
    assert "generate --help" in said


def test_without_a_terminal_a_box_says_it_too(home):
    tools = home / "tools"
    tools.mkdir()
    (tools / "zenity").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{home}/said"\n')
    (tools / "zenity").chmod(0o755)
    environ = without_display() | {
        "DISPLAY": ":4711",
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }
    words_of(run(*MAIN, env=environ))
    wait_for(
        "the box", lambda: (home / "said").exists() and "reached" in (home / "said").read_text()
    )
    assert "--no-markup" in (home / "said").read_text()


def first_words(*command, **options):
    """The first line on the terminal of a program that then shows a box until it is told to end."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
        finally:
            process.terminate()
        assert "Traceback" not in line + process.stderr.read()
    return line


def homes(home):
    (home / "a file").write_text("in the way")
    return {
        "a file": home / "a file",
        "of the system": Path("/proc/nobody/home"),
    }


@pytest.mark.parametrize("kind", ["a file", "of the system"])
def test_a_home_that_cannot_be_written_is_named(home, kind):
    environ = os.environ | {"CARTOONMIX_HOME": str(homes(home)[kind])}
    said = words_of(run(*DRAW, env=environ))
    assert "cannot be written" in said
    done = run(*MAIN, "--self-test", env=environ)
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stdout.splitlines() if "FAILED" in line] == ["folders"]
    assert "cannot be written" in first_words(*MAIN, env=environ)


def test_a_home_may_be_relative(home):
    environ = os.environ | {"CARTOONMIX_HOME": "here"}
    done = run(*MAIN[:1], str(MAIN[1]), *ONE, "64", env=environ, cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
    assert (home / "here/data/history.sqlite3").is_file()


def no_room():
    """From now on no file can grow, as on a full disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize("command", [DRAW, MAIN])
def test_a_full_disk_at_the_start_is_told(home, command):
    assert "The disk is full" in first_words(*command, preexec_fn=no_room)


def test_a_history_of_a_newer_version_is_told_and_left_alone(home):
    assert run(*DRAW).returncode == 0
    path = home / "cartoonmix/data/history.sqlite3"
    with closing(apsw.Connection(str(path))) as connection:
        connection.pragma("user_version", 9999)
    before = path.read_bytes()
    assert "written by a newer version" in words_of(run(*DRAW), status=1)
    assert path.read_bytes() == before


def test_no_opengl_is_needed(desktop, program):
    window = program("--sandbox", env={"QT_XCB_GL_INTEGRATION": "none", "LIBGL_DRIVERS_PATH": "/"})
    window.find("Generate", role="button")
    window.process.send_signal(signal.SIGTERM)
    assert window.wait() == 0
    assert window.log == ""
