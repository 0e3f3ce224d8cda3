"""The real program: delete, undo with the keyboard, empty the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def pictures(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))


def test_deleted_undone_and_deleted_for_good(desktop, program):
    window = program("--sandbox")
    window.find(matching="^Sandbox: pictures are drawn on this computer")
    window.set_value(2, "Samples")
    window.press("Generate")
    window.find(matching=r"2 pictures · \d.* s · sandbox", role="list item", timeout=60)
    [folder] = [path for path in desktop.home.rglob("CartoonMix") if path.is_dir()]
    before = pictures(folder)
    desktop.activate("CartoonMix Desktop")
    window.focus("History")
    desktop.key("Delete")
    window.find("Moved 1 task to the trash")
    assert [name.split("/")[0] for name in pictures(folder)] == ["Trash"] * 2
    desktop.key("ctrl+z")
    window.find(matching=r"2 pictures · \d.* s · sandbox", role="list item")
    window.gone("Moved 1 task to the trash")
    assert pictures(folder) == before
    desktop.key("ctrl+shift+z")
    window.press("Trash · 1")
    window.find(matching=" – Task · 2 pictures · ", role="list item")
    window.press("Empty trash…")
    window.find(matching="^Empty the trash: ")
    window.press("Empty trash")
    window.find("The trash is empty")
    window.press("Close")
    window.gone("Trash · 1")
    assert pictures(folder) == []
    desktop.activate("CartoonMix Desktop")
    desktop.key("ctrl+q")
    assert window.wait() == 0
    assert window.log == ""
