"""What a crash leaves behind, and what it does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cartoonmix_desktop.storage.crash_reports import MOST, CrashReports

SECRET = "key-0123456789"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "home" / "crashes"


def raised(error):
    """The error with a traceback, and with another that it came from."""
    try:
        try:
            raise KeyError(f"prompt {SECRET}")
        except KeyError as cause:
            raise error from cause
    except type(error) as caught:
        return caught


def run(folder, last):
    """A process that watches over itself and does ``last``."""
    code = (
        "import sys, os, signal, ctypes, pathlib\n"
        "from cartoonmix_desktop.storage.crash_reports import CrashReports\n"
        f"reports = CrashReports(pathlib.Path({str(folder)!r}))\n"
        "print(reports.begin(), flush=True)\n" + last
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def reports_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_report_holds_kinds_and_places_and_no_values(folder):
    path = CrashReports(folder).write(raised(OSError(13, SECRET, f"/home/{SECRET}")))
    text = path.read_text("utf-8")
    assert SECRET not in text
    assert "builtins.KeyError" in text
    assert "builtins.PermissionError [errno 13]" in text
    assert "test_crash_reports.py" in text
    assert "CartoonMix Desktop" in text


def test_a_group_is_told_with_its_parts(folder):
    group = ExceptionGroup(SECRET, [raised(ValueError(SECRET)), raised(TypeError(SECRET))])
    text = CrashReports(folder).write(group).read_text("utf-8")
    assert "ValueError" in text
    assert "TypeError" in text
    assert SECRET not in text


def test_the_home_is_not_named(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(Path(__file__).parent))
    monkeypatch.setenv("USERPROFILE", str(Path(__file__).parent))
    text = CrashReports(folder).write(raised(ValueError())).read_text("utf-8")
    assert str(Path(__file__).parent) not in text
    assert f"~{os.sep}test_crash_reports.py" in text


def test_a_crash_of_the_interpreter_is_told_once(folder):
    crashed = run(folder, "ctypes.string_at(0)")
    assert crashed.returncode != 0
    reports = CrashReports(folder)
    path = reports.begin()
    reports.end()
    assert "Segmentation fault" in path.read_text("utf-8") or os.name == "nt"
    assert reports_in(folder) == [path.name]
    again = CrashReports(folder)
    assert again.begin() is None
    again.end()


def test_an_exception_that_ends_the_program_is_told_once(folder):
    CrashReports(folder).write(raised(ValueError(SECRET)), fatal=True)
    reports = CrashReports(folder)
    assert "ValueError" in reports.begin().read_text("utf-8")
    reports.end()
    reports = CrashReports(folder)
    assert reports.begin() is None
    reports.end()


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
@pytest.mark.parametrize(
    "last", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(3)", "reports.end()", "pass"]
)
def test_what_was_killed_or_ended_is_no_crash(folder, last):
    done = run(folder, last)
    assert done.stdout == "None\n"
    assert done.returncode in {0, 3, -signal.SIGKILL}
    reports = CrashReports(folder)
    assert reports.begin() is None
    reports.end()
    assert reports_in(folder) == []


def test_few_reports_are_kept(folder):
    for _ in range(MOST + 3):
        CrashReports(folder).write(raised(ValueError()))
    assert len(reports_in(folder)) <= MOST


def test_a_bug_that_happens_again_and_again_does_not_fill_the_folder(folder):
    reports = CrashReports(folder)
    written = [reports.write(raised(ValueError())) for _ in range(100)]
    assert len([path for path in written if path]) == len(reports_in(folder)) < MOST


def test_a_folder_that_cannot_be_made_is_no_reason_to_fail(folder):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way")
    reports = CrashReports(folder)
    assert reports.begin() is None
    assert reports.write(raised(ValueError())) is None
    reports.end()


def test_reports_from_a_clock_that_was_ahead_do_not_push_out_a_new_one(folder):
    folder.mkdir(parents=True)
    for number in range(MOST):
        (folder / f"2099-01-0{number + 1} 12.00.00 1-1.txt").write_text("old", "utf-8")
    path = CrashReports(folder).write(raised(ValueError()))
    assert path.exists()
    assert len(reports_in(folder)) == MOST
