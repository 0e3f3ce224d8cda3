"""The whole program as a person meets it: a real window, keyring, HTTP and WebSocket."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def wiro(sandbox):
    """The addresses that make the sandbox server stand for Wiro; no credentials."""
    return {"CARTOONMIX_API_URL": sandbox.api, "CARTOONMIX_SOCKET_URL": sandbox.socket}


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def keyring_item(desktop):
    """What the keyring holds for the program, read by another process."""
    code = (
        "import secretstorage; bus = secretstorage.dbus_init();"
        "found = secretstorage.search_items(bus, {'service': 'CartoonMix Desktop'});"
        "print(*(item.get_secret().decode() for item in found))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=desktop.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_sign_in_generate_quit_and_find_everything_offline(desktop, program, sandbox, wiro):
    key, secret = sandbox.credentials.key, sandbox.credentials.secret
    window = program(env=wiro)
    window.find("Generate", role="button")
    window.press("Sign in to Wiro")
    window.write(key, "API key", role="password text")
    window.write(secret, "API secret", role="password text")
    window.press("Save")
    window.find(matching="(?i)accept|works|signed in", role="label")
    desktop.key("Escape")
    window.gone("API key", role="password text")

    assert secret in keyring_item(desktop)
    said = window.find("Price", role="button")["description"]
    assert said.startswith("4 pictures · price not known")
    window.write("a lighthouse keeper, red hair", "Prompt")
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+Return")
    window.find(matching=r"^a lighthouse keeper.*4 pictures", role="list item", timeout=60)
    desktop.key("ctrl+q")
    assert window.wait() == 0

    pictures = sorted((desktop.home / "Pictures" / "CartoonMix").rglob("*.png"))
    assert len(pictures) == 4
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in pictures}
    for path in files_below(desktop.home):
        if "keyrings" not in path.parts:
            data = path.read_bytes()
            assert secret.encode() not in data, path
            assert key.encode() not in data, path
    assert secret not in window.log

    sandbox.stop()
    again = program(env=wiro)
    again.find(matching=r"^a lighthouse keeper.*4 pictures", role="list item", timeout=30)
    again.find(matching="Offline", timeout=30)
    assert again.find("Prompt")["text"] == "a lighthouse keeper, red hair"
    again.select(0, "History")
    again.find(matching="^Picture 1 of 4")
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+q")
    assert again.wait() == 0
    after = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in pictures}
    assert after == before


def test_a_newcomer_generates_at_once_and_cancels(desktop, program):
    window = program()
    window.find(matching="^Sandbox: pictures are drawn on this computer")
    window.press("Generate")
    window.find(matching=r"— ?.*|.*4 pictures", role="list item", timeout=60)
    window.find(matching="4 pictures", role="list item", timeout=60)
    window.set_value(60, "Steps")
    window.press("Generate")
    # What is cancelled before it is sent is not made, and says so in other words.
    window.find(matching="Generating", role="list item", timeout=30)
    window.press("Cancel", timeout=30)
    window.find(matching="Cancelled", role="list item", timeout=30)
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+q")
    assert window.wait() == 0
    assert window.log == ""


def test_what_cannot_be_meant_is_marked_at_its_field(desktop, program, sandbox, wiro):
    before = len(sandbox.ledger())
    window = program(
        env=wiro
        | {
            "CARTOONMIX_API_KEY": sandbox.credentials.key,
            "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
        }
    )
    window.write("  ", "Prompt")
    window.write("many", "Steps")
    window.press("Generate")
    window.find(matching="Prompt.*(empty|needed|words)", role="label")
    window.find(matching="Steps.*number", role="label")
    assert len(sandbox.ledger()) == before
    window.write("a fox", "Prompt")
    window.write("5000", "Steps")
    window.press("Generate")
    window.find(matching="must be between 1 and", role="label", timeout=30)
    assert window.find("Steps")["text"] == "5000"


def test_a_refused_key_leads_to_the_account_page_with_the_servers_words(program, sandbox, wiro):
    window = program(env=wiro | {"CARTOONMIX_API_KEY": "wrong", "CARTOONMIX_API_SECRET": "wrong"})
    window.press("Generate")
    window.find("Paused: Wiro does not accept the key", role="label", timeout=30)
    window.press("Sign in to Wiro")
    window.find(matching="Project authorization is not valid", role="label", timeout=30)
    window.find("API key", role="password text")


def test_a_locked_keyring_never_hangs_the_window(desktop, program, wiro):
    code = "import keyring; keyring.set_password('other', 'other', 'value')"
    subprocess.run([sys.executable, "-c", code], env=desktop.env, check=True)
    desktop.lock_keyring()
    window = program(env=wiro)
    window.find("Generate", role="button")
    window.find(matching="(?i)unlock", role="button", timeout=30)
    window.write("still alive", "Prompt")
    window.find("Prompt", text="still alive")


def test_a_second_start_brings_the_first_window_forward(desktop, program):
    window = program()
    window.find("Generate", role="button")
    second = program()
    assert second.wait() == 0
    assert window.process.poll() is None


def test_killed_half_way_it_goes_on_where_it_was(desktop, program):
    window = program()
    window.find("Generate", role="button")
    window.set_value(80, "Steps")  # long enough to be met half-way, on a busy machine too
    window.press("Generate")
    window.find(matching="Generating", role="list item", timeout=30)
    window.kill()
    again = program()
    again.find(matching="4 pictures", role="list item", timeout=60)
    assert len(again.rows("History")) == 1


def test_it_ends_in_order_when_the_system_asks(program):
    window = program()
    window.find("Generate", role="button")
    window.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert window.wait() == 0
    assert time.monotonic() - began < 10


def test_the_self_test_passes_on_this_desktop(desktop):
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--self-test"],
        env=desktop.env,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert all(line.startswith("ok") for line in lines)
    assert "Secret Service" in done.stdout
    assert "xcb" in done.stdout
