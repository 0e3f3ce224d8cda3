"""Links and files, passed to the program as a desktop does it."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from cartoonmix_desktop.core.recipe.recipe import to_text

ROOT = Path(__file__).resolve().parents[2]


def test_links_and_files_fill_the_form_and_send_nothing(desktop, program):
    recipe = desktop.home / "my fox.cartoonmix"
    recipe.write_text(to_text({"prompt": "from a file", "steps": 7}), "utf-8")
    window = program("--sandbox", "cartoonmix:recipe?prompt=from%20a%20link&steps=31")
    window.find(matching="Recipe from a link: Prompt and Steps were changed.", role="label")
    assert window.find("Prompt")["text"] == "from a link"

    second = program(recipe.as_uri())  # as a file manager passes it
    assert second.wait() == 0
    window.find(matching="Recipe from my fox.cartoonmix", role="label")
    assert window.find("Prompt")["text"] == "from a file"
    window.press("Undo")
    window.gone(matching="Recipe from")
    assert window.find("Prompt")["text"] == "from a link"

    third = program("cartoonmix:recipe?" + "x" * 30_000)
    assert third.wait() == 0
    window.find(matching="is too large", role="label")
    assert window.find("Prompt")["text"] == "from a link"

    fourth = desktop.start(
        sys.executable, str(ROOT / "main.py"), "my fox.cartoonmix", cwd=desktop.home
    )  # a path that holds in its folder alone
    assert fourth.wait(20) == 0
    window.find(matching="Recipe from my fox.cartoonmix", role="label")
    window.gone(matching="pictures ·", role="list item")
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+q")
    assert window.wait() == 0
    assert window.log == ""


def test_a_crash_and_settings_of_a_newer_version_are_told_at_the_next_start(desktop, program):
    window = program("--sandbox")
    window.find("Generate", role="button")
    folder = desktop.home / ".local/share/cartoonmix-desktop"
    window.process.send_signal(signal.SIGSEGV)
    assert window.wait() == -signal.SIGSEGV

    settings = folder / "settings.json"
    settings.write_text(json.dumps({"format": 99, "theme": {"new": 1}}), "utf-8")
    window = program("--sandbox")
    window.find(matching="ended unexpectedly last time", role="label")
    window.find("Open report", role="button")
    [report] = (folder / "crashes").glob("2*.txt")
    assert "Segmentation fault" in report.read_text("utf-8")
    assert str(desktop.home) not in report.read_text("utf-8")
    window.press("Close this message")
    window.find(matching="settings were written by a newer version", role="label")
    assert json.loads((folder / "settings.json.newer-1").read_text("utf-8"))["format"] == 99
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+q")
    assert window.wait() == 0
    assert window.log == ""
    assert [path.name for path in (folder / "crashes").iterdir()] == [report.name]
