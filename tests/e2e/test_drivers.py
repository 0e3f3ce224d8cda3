"""The desktop and its drivers, tried on a window of three widgets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

SMALL_WINDOW = Path(__file__).with_name("small_window.py")


@pytest.fixture
def window(program):
    started = program(script=SMALL_WINDOW)
    started.find("Generate", role="button")
    return started


def test_writes_presses_and_reads(window):
    window.write("a wizard cat\nin a hat", "Prompt")
    assert window.find("Prompt")["text"] == "a wizard cat\nin a hat"
    window.set_value(7, "Steps")
    window.press("Generate")
    window.find("a wizard cat\nin a hat × 7", role="label")
    window.write("a fox", "Prompt")
    window.press("Generate")
    window.find("a fox × 7", role="label")
    names = [row["name"] for row in window.rows("History")]
    assert names == ["a fox × 7", "a wizard cat\nin a hat × 7"]
    window.select(1, "History")
    window.find(matching="^a wizard cat", role="list item", states=["selected"])
    assert window.log == ""


def test_types_and_presses_keys(desktop, window):
    desktop.activate("A small window")
    window.focus("Prompt")
    window.find("Prompt", states=["focused"])
    desktop.type("a fox")
    window.find("Prompt", text="a fox")
    desktop.key("ctrl+Return")
    window.find(matching=r"^a fox × \d+$", role="label")
    desktop.key("ctrl+q")
    assert window.wait() == 0


def test_sees_what_goes_away(window):
    window.write("other", "Prompt")
    window.press("Generate")
    window.gone("Nothing yet")
    with pytest.raises(AssertionError, match=r"(?s)did not appear.*'Prompt'"):
        window.find("Moon", timeout=0.2)


@pytest.mark.parametrize("desktop_size", ["1280x800"])
def test_takes_pictures_of_the_screen(desktop, window, tmp_path):
    desktop.screenshot(tmp_path / "screen.png")
    with Image.open(tmp_path / "screen.png") as picture:
        assert picture.size == (1280, 800)
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 10


def test_has_a_real_keyring_that_can_be_locked(desktop):
    code = (
        "import keyring; keyring.set_password('cartoonmix', 'key', 'value');"
        "print(keyring.get_keyring().__module__, keyring.get_password('cartoonmix', 'key'))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], env=desktop.env, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["keyring.backends.SecretService", "value"]
    desktop.lock_keyring()
    assert desktop.keyring_is_locked()
