"""``cartoonmix-desktop generate`` as a script runs it: a process, its output, its exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--samples", "2", "--width", "64", "--height", "64")

pytestmark = pytest.mark.timeout(90)


def generate(*arguments, environ=None):
    """Run the command; ``(exit status, last line as JSON or None, stdout, stderr)``."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QT_")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "generate", *arguments],
        env=clean | (environ or {}),
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    last = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else None
    return done.returncode, last, done.stdout, done.stderr


@pytest.fixture
def wiro(sandbox):
    """The sandbox server in Wiro's place."""
    return {
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }


def test_the_sandbox_draws_without_a_display(tmp_path):
    out = tmp_path / "out"
    code, result, _, _ = generate(
        *("--sandbox", "--prompt", "a wizard cat", *SMALL, "--json", "--out", str(out))
    )
    assert code == 0
    assert result["outcome"] == "succeeded"
    assert result["status"] == "task_postprocess_end"
    assert result["error"] is None
    assert float(result["cost"]) > 0
    assert len(result["outputs"]) == 2
    for path in map(Path, result["outputs"]):
        assert path.parent == out
        assert path.read_bytes().startswith(b"\x89PNG")


def test_every_option_reaches_the_server(sandbox, wiro):
    code, result, _, _ = generate(
        *("--prompt", "p", "--negative-prompt", "n", "--samples", "1", "--steps", "7"),
        *("--scale", "7.5", "--seed", "abc", "--clip-skip", "2", "--width", "72"),
        *("--height", "80", "--scheduler", "ddim", "--json"),
        environ=wiro,
    )
    assert code == 0
    [made] = [t for t in sandbox.ledger() if str(t["id"]) == result["taskid"]]
    sent = {name: str(value) for name, value in made["parameters"].items()}
    assert sent == {
        "prompt": "p",
        "negativePrompt": "n",
        "samples": "1",
        "steps": "7",
        "scale": "7.5",
        "seed": "abc",
        "clipSkip": "2",
        "width": "72",
        "height": "80",
        "scheduler": "DDIMScheduler",
    }


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--prompt", "  "], "Prompt"),
        ([], "Prompt"),
        (["--prompt", "x", "--steps", "many"], "Steps"),
        (["--prompt", "x", "--width", "-5"], "Width"),
        (["--prompt", "x", "--width", "0"], "Width"),
        (["--prompt", "x", "--scheduler", "nope"], "Scheduler"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_sending(sandbox, wiro, arguments, word):
    before = len(sandbox.ledger())
    code, result, _, errors = generate(*arguments, "--json", environ=wiro)
    assert code == 2
    assert result["outcome"] == "rejected"
    assert word in result["error"]
    assert word in errors
    assert len(sandbox.ledger()) == before


def test_an_unusable_output_folder_is_refused_before_sending(sandbox, wiro, tmp_path):
    (tmp_path / "file").write_text("x")
    before = len(sandbox.ledger())
    code, result, _, _ = generate(
        "--prompt", "x", "--json", "--out", str(tmp_path / "file" / "below"), environ=wiro
    )
    assert code == 2
    assert result["outcome"] == "rejected"
    assert len(sandbox.ledger()) == before


def test_the_servers_refusal_is_told_in_its_words(wiro):
    code, result, _, _ = generate("--prompt", "x", "--steps", "999", "--json", environ=wiro)
    assert (code, result["outcome"]) == (2, "rejected")
    assert "must be between" in result["error"]


def test_without_credentials_it_says_how_to_sign_in():
    code, result, _, errors = generate("--prompt", "x", "--json")
    assert (code, result["outcome"]) == (3, "rejected")
    assert "CARTOONMIX_API_KEY" in errors
    assert "--sandbox" in errors


def test_a_wrong_key_is_no_valid_credentials(wiro):
    code, result, _, _ = generate(
        "--prompt", "x", "--json", environ=wiro | {"CARTOONMIX_API_SECRET": "wrong"}
    )
    assert (code, result["outcome"]) == (3, "rejected")
    assert "authorization" in result["error"]


def test_a_failed_task(sandbox, wiro):
    sandbox.faults([{"endpoint": "task", "fail": "CUDA out of memory"}])
    code, result, _, _ = generate("--prompt", "x", *SMALL, "--json", environ=wiro)
    assert (code, result["outcome"]) == (1, "failed")
    assert "CUDA out of memory" in result["error"]
    assert result["outputs"] == []


def test_a_lost_answer_is_an_unknown_outcome(sandbox, wiro):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", "close": "after"}])
    code, result, _, _ = generate("--prompt", "x", *SMALL, "--json", environ=wiro)
    assert (code, result["outcome"]) == (4, "unknown")
    assert result["taskid"] is None
    assert len(sandbox.ledger()) == before + 1


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        ({"refuse": "limit"}, "Wiro runs 1 task of this account at a time (balance $10.00)"),
        ({"refuse": "balance"}, "A minimum of $0.50 is required"),
        ({"refuse": "spend"}, "Your team has reached its spend limit"),
        ({"http": 429, "headers": {"Retry-After": "0"}}, "Wiro is limiting requests"),
        ({"http": 429, "headers": {"Retry-After": "9999"}}, "Wiro is limiting requests"),
    ],
    ids=["96", "97", "team", "429", "429, long"],
)
def test_a_refusal_for_the_moment_leaves_nothing_behind(sandbox, wiro, refusal, why):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", "times": 9, **refusal}])
    code, result, _, _ = generate("--prompt", "x", *SMALL, "--json", environ=wiro)
    assert (code, result["outcome"], result["taskid"]) == (2, "rejected", None)
    assert f"{why}. Nothing was sent. Run it again later." in re.sub(
        " for \\d+ s", "", result["error"]
    )
    assert len(sandbox.ledger()) == before


ID = '"taskid": "{taskid}", "socketaccesstoken": "{token}"'


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, f'{{"result": true, {ID}}}'),
        (400, f'{{"result": false, "errors": [{{"code": 96, "message": "limit"}}], {ID}}}'),
        (404, f'{{"errors": [{{"code": 1, "message": "slug-owner-project-not-exist"}}], {ID}}}'),
        (401, f'{{"result": false, {ID}}}'),
        (499, "<html>closed</html>"),
        (502, f'{{"result": true, {ID}}}'),
    ],
)
def test_an_answer_that_may_hide_a_task_is_an_unknown_outcome(sandbox, wiro, status, body):
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", "answer": {"http": status, "body": body}}])
    code, result, _, _ = generate("--prompt", "x", *SMALL, "--json", environ=wiro)
    assert (code, result["outcome"], result["outputs"]) == (4, "unknown", [])
    assert len(sandbox.ledger()) == before + 1, "sent once"


def test_the_id_of_another_task_is_an_unknown_outcome(sandbox, wiro):
    code, first, _, _ = generate("--prompt", "the first", *SMALL, "--json", environ=wiro)
    assert code == 0
    body = f'{{"result": true, "taskid": "{first["taskid"]}"}}'
    fault = {"endpoint": "Run", "answer": {"body": body}}
    for environ in (wiro, wiro | {"CARTOONMIX_HOME": f"{os.environ['CARTOONMIX_HOME']}-2"}):
        sandbox.faults([fault])  # known here; and where it is not, told by Detail to be another
        code, result, _, _ = generate("--prompt", "a second", *SMALL, "--json", environ=environ)
        assert (code, result["outcome"]) == (4, "unknown")
        assert (result["taskid"], result["outputs"]) == (None, [])


def test_no_network_is_told_and_nothing_waits_to_be_sent_later(wiro):
    gone = wiro | {
        "CARTOONMIX_API_URL": "http://127.0.0.1:9/v1",
        "CARTOONMIX_SOCKET_URL": "ws://127.0.0.1:9/v1",
    }
    code, result, _, _ = generate("--prompt", "x", "--json", environ=gone)
    assert code == 4
    assert result["outcome"] == "failed"
    code, result, _, _ = generate("--prompt", "y", *SMALL, "--json", environ=wiro)
    assert (code, result["outcome"]) == (0, "succeeded")


@pytest.mark.parametrize(
    "url", ["http://example.org/v1", "https://example.org/v1", "ftp://127.0.0.1/v1", "nonsense"]
)
def test_an_address_that_is_not_wiros_is_refused(url):
    code, result, _, errors = generate(
        "--prompt", "x", "--json", environ={"CARTOONMIX_API_URL": url, "CARTOONMIX_API_KEY": "k"}
    )
    assert (code, result["outcome"]) == (2, "rejected")
    assert "CARTOONMIX_API_URL" in errors


def test_the_secret_stays_out_of_every_output(wiro, home):
    code, _, out, errors = generate("--prompt", "x", *SMALL, environ=wiro)
    assert code == 0
    assert len(out.split()) == 2
    secret = wiro["CARTOONMIX_API_SECRET"]
    assert secret not in out + errors
    for path in home.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_qt_is_not_imported():
    code = (
        "import sys; from cartoonmix_desktop.cli import main\n"
        "import cartoonmix_desktop.generate\n"
        "sys.exit(any(name.split('.')[0] in {'PySide6', 'qasync'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
