"""``--debug`` as whoever looks for a fault uses it: processes, their standard error, the log."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cartoonmix_desktop.core.log_categories import CATEGORIES

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--samples", "2", "--width", "64", "--height", "64")
LINE = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} DEBUG cartoonmix\.(\w+): \w+( \w+=[^\s=]+)+"
)

pytestmark = pytest.mark.timeout(90)


def start(home, *arguments, environ=None):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QT_")}
    return subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        env=clean | {"CARTOONMIX_HOME": str(home)} | (environ or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def run(home, *arguments, environ=None):
    """The exit status, and what the process said on its two streams."""
    with start(home, *arguments, environ=environ) as process:
        said, lines = process.communicate(timeout=80)
    return process.returncode, said, lines


def log_of(home):
    return (home / "logs" / "cartoonmix.log").read_text("utf-8")


def categories_of(text):
    return {match[1] for match in map(LINE.fullmatch, text.splitlines()) if match}


def test_a_job_tells_its_requests_and_its_states_one_a_line(tmp_path):
    code, said, lines = run(
        tmp_path,
        *("generate", "--sandbox", "--debug=wire,queue", "--prompt", "a cat", *SMALL, "--json"),
    )
    assert code == 0, lines
    assert [json.loads(line)["outcome"] for line in said.splitlines()] == ["succeeded"]
    assert all(LINE.fullmatch(line) for line in lines.splitlines()), lines
    assert categories_of(lines) == {"wire", "queue"}
    assert log_of(tmp_path) == lines
    moves = re.findall(r"queue: move task=1 from=(\w+) to=(\w+)", lines)
    assert moves[0] == ("new", "queued")
    assert moves[-1] == ("downloading", "kept")
    assert [to for _, to in moves[:-1]] == [before for before, _ in moves[1:]]
    [sent] = re.findall(r"wire: request method=POST endpoint=Run .*", lines)
    assert re.search(r" status=200 ms=\d+ bytes=[1-9]\d* error=none$", sent)
    pictures = re.findall(r"endpoint=picture status=200 ms=\d+ bytes=(\d+) error=none", lines)
    assert len(pictures) == 2


def test_nobody_who_reads_the_log_learns_a_secret(sandbox, tmp_path):
    prompt = "quaggaprompt underwater"
    address = "https://nowhere.example/quaggapicture.png"
    home = tmp_path / "home"
    environ = {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }
    told = ""
    for faults in (
        [{"endpoint": "files", "cut": 50}, {"endpoint": "files", "redirect": address}],
        [{"endpoint": "task", "output_url": address}],
        [{"endpoint": "task", "fail": f"bad prompt: {prompt} at {address}"}],
        [{"endpoint": "Run", "error": {"code": 1, "message": f"{prompt} {address}"}}],
        [{"endpoint": "Run", "answer": {"body": f'{{"{prompt}": "{address}'}}],
    ):
        sandbox.faults(faults)
        _, _, lines = run(
            home,
            *("generate", "--debug", "--prompt", prompt, "--negative-prompt", prompt, *SMALL),
            environ=environ,
        )
        sandbox.clear_faults()
        told += "\n".join(line for line in lines.splitlines() if LINE.fullmatch(line))
    log = log_of(home)
    assert categories_of(log) >= {"wire", "queue", "follow", "fetch", "money", "storage"}
    for text in (told, log):
        assert "result=kept" in text
        assert "to=unknown" in text
        for secret in ("quagga", "http:", "https:", sandbox.api.partition("//")[2]):
            assert secret not in text
        assert sandbox.credentials.key not in text
        assert sandbox.credentials.secret not in text


def test_the_window_tells_the_phases_of_its_start_and_end(tmp_path):
    window = start(
        tmp_path, "--sandbox", "--debug=window,queue", environ={"QT_QPA_PLATFORM": "offscreen"}
    )
    with window:
        deadline = time.monotonic() + 60
        log = tmp_path / "logs" / "cartoonmix.log"
        while not log.exists() or "name=started" not in log.read_text("utf-8"):
            assert time.monotonic() < deadline
            assert window.poll() is None
            time.sleep(0.05)
        window.send_signal(signal.SIGTERM)
        _, lines = window.communicate(timeout=30)
    assert window.returncode == 0
    assert re.findall(r"phase name=(\w+)", lines) == [
        *("settings_read", "empty_window_painted", "history_opened", "history_shown"),
        *("window_filled", "all_shown", "started", "closing", "closed"),
    ]
    assert categories_of(log_of(tmp_path)) == {"window"}


def test_without_it_nothing_is_logged(tmp_path):
    code, _, lines = run(tmp_path, *("generate", "--sandbox", "--prompt", "a cat", *SMALL))
    assert code == 0
    assert lines == ""
    assert not (tmp_path / "logs" / "cartoonmix.log").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--debug=wire,nonsense",), "“nonsense”"),
        (("generate", "--debug=nonsense", "--prompt", "x"), "“nonsense”"),
        (("--debug=",), "“”"),
    ],
)
def test_an_unknown_category_is_named_with_those_there_are(tmp_path, arguments, named):
    code, said, lines = run(tmp_path, *arguments)
    assert code == 2
    assert said == ""
    assert named in lines
    assert ", ".join(CATEGORIES) in lines
