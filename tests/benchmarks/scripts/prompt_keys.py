"""Letters typed into the middle of a prompt of 10,000, each until it is painted.

Prints one JSON object: seconds of each letter in the form's field and in a plain QPlainTextEdit,
and those of the notes after a pause.
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from cartoonmix_desktop.ui.recipe.panel import RecipePanel
from cartoonmix_desktop.ui.recipe.prompt.edit import PromptEdit
from cartoonmix_desktop.ui.widgets.theme import Theme

_LETTERS = 80
_TEXT = (
    "(masterpiece, best quality:1.2), 1girl, [blurry], {red|blue} hair, __colours__ sky, "
    r"<lora:ink:0.8>, \(smile\), /* medium shot */, black sweater, jewelry, "
)


def main() -> None:
    app = QApplication([])
    theme = Theme(app)
    theme.apply("dark")
    panel, plain = RecipePanel(), QPlainTextEdit()
    panel.resize(320, 900)
    panel.show()
    edits = panel.findChildren(PromptEdit)
    prompt = next(edit for edit in edits if edit.accessibleName() == "Prompt")
    text = (_TEXT * 100)[:10_000]
    prompt.enter(text)
    plain.setPlainText(text)
    app.processEvents()
    plain.resize(prompt.size())
    plain.show()
    told: dict[str, list[float]] = {"prompt": [], "plain": [], "notes": []}
    for edit in (prompt, plain):
        cursor = edit.textCursor()
        cursor.setPosition(len(text) // 2)
        edit.setTextCursor(cursor)
        app.processEvents()
    for _ in range(_LETTERS):
        for name, edit in (("prompt", prompt), ("plain", plain)):
            began = time.perf_counter()
            QTest.keyClick(edit, Qt.Key.Key_A)
            app.processEvents()
            told[name].append(time.perf_counter() - began)
        began = time.perf_counter()
        prompt.read_notes()
        told["notes"].append(time.perf_counter() - began)
        app.processEvents()
    assert prompt.toPlainText() == plain.toPlainText() != text
    assert len(prompt.notes) > 100
    assert prompt.document().begin().layout().formats(), "it is coloured"
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
