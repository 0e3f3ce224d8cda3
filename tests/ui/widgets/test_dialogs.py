from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMessageBox, QWidget

from cartoonmix_desktop.ui.widgets.dialogs import ask, finished, save_file
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any

    from pytestqt.qtbot import QtBot

# The windowless platform complains so of every window that has size hints.


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QWidget:
    Theme(qapp).apply()
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


async def start(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    return task


async def ended(task: asyncio.Task[Any]) -> Any:
    return await asyncio.wait_for(task, 5)


@pytest.mark.parametrize("end", [QDialog.accept, QDialog.reject])
async def test_the_result_is_awaited(window: QWidget, end: Callable[[QDialog], None]) -> None:
    dialog = QDialog(window)
    task = await start(finished(dialog))
    assert dialog.isVisible()
    end(dialog)
    assert await ended(task) == dialog.result()


async def test_other_coroutines_go_on_meanwhile(window: QWidget) -> None:
    dialog = QDialog(window)
    task = await start(finished(dialog))
    await asyncio.wait_for(asyncio.sleep(0.01), 5)
    assert not task.done()
    dialog.accept()
    assert await ended(task) == QDialog.DialogCode.Accepted.value


@pytest.mark.parametrize("gone", [QWidget.close, QWidget.deleteLater])
async def test_a_parent_that_goes_takes_the_question_along(
    window: QWidget, gone: Callable[[QWidget], object]
) -> None:
    parent = QWidget()
    parent.show()
    task = await start(finished(QDialog(parent)))
    gone(parent)
    assert await ended(task) == QDialog.DialogCode.Rejected.value


async def test_cancelling_the_coroutine_closes_the_dialog(window: QWidget) -> None:
    dialog = QDialog(window)
    task = await start(finished(dialog))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ended(task)
    assert not dialog.isVisible()


@pytest.mark.parametrize("label", ["Quit", "Stay"])
async def test_ask_returns_the_label_pressed(window: QWidget, label: str) -> None:
    text = "<b>x</b><img src=file:///etc/passwd>"
    task = await start(ask(window, "Quit now?", text, ["Quit", "Stay"]))
    box = window.findChild(QMessageBox)
    assert box.informativeText() == text
    assert "&lt;" not in box.text()
    next(b for b in box.buttons() if b.text() == label).click()
    assert await ended(task) == label


async def test_escape_means_the_harmless_button(window: QWidget) -> None:
    task = await start(ask(window, "Quit now?", "2 tasks are running.", ["Quit", "Stay"]))
    window.findChild(QMessageBox).reject()
    assert await ended(task) == "Stay"


async def test_save_file_gives_the_path_with_its_ending(window: QWidget, tmp_path: Path) -> None:
    filters = ["PNG image (*.png)"]
    task = await start(save_file(window, "Save picture", tmp_path / "fox.png", filters))
    dialog = window.findChild(QFileDialog)
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert name.text() == "fox.png"
    name.setText("wizard")
    dialog.accept()
    assert await ended(task) == tmp_path / "wizard.png"


async def test_thinking_better_of_it_saves_nowhere(window: QWidget, tmp_path: Path) -> None:
    task = await start(save_file(window, "Save picture", tmp_path / "fox.png", ["PNG (*.png)"]))
    window.findChild(QFileDialog).reject()
    assert await ended(task) is None
