"""Dialogs that a coroutine can await, and what all our dialogs share.

``exec()`` runs a second event loop inside the coroutine that called it, and another coroutine then
never goes on; so dialogs are opened, and their end is awaited as a future.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QFileDialog,
    QFrame,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from cartoonmix_desktop.ui.widgets.text import message_box
from cartoonmix_desktop.ui.widgets.theme import SPACE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent


def rule() -> QFrame:
    """A thin line between two groups."""
    made = QFrame()
    made.setFixedHeight(1)
    made.setBackgroundRole(QPalette.ColorRole.Mid)  # the palette's name for the colour of lines
    made.setAutoFillBackground(True)
    return made


class CalmDialog(QDialog):
    """A dialog of one width, as high as what it says, without a default button.

    Return presses the button that has the focus. Put the content into ``content``.
    """

    def __init__(self, parent: QWidget | None, title: str, width: int) -> None:
        """Make an empty one.

        Args:
            parent: the window it belongs to.
            title: of its window.
            width: device-independent pixels.
        """
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(width)
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(6 * SPACE, 5 * SPACE, 6 * SPACE, 5 * SPACE)
        self.content.setSpacing(2 * SPACE)
        # Lines wrap at this width alone: Qt's own guess would be wider or higher than is needed.
        self.content.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)

    def event(self, event: QEvent) -> bool:
        """What appears or goes makes the dialog higher or lower."""
        handled = super().event(event)
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.Polish}:
            wrapped = self.content.totalHeightForWidth(self.width())  # -1 when nothing wraps
            self.setFixedHeight(max(wrapped, self.content.totalMinimumSize().height()))
        return handled

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return on a button presses it; all else is as in any dialog."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            focused = self.focusWidget()
            if isinstance(focused, QAbstractButton):
                focused.click()
            return
        super().keyPressEvent(event)


class _Ending(QObject):
    """Tells how a dialog ended, also when it or its parent simply goes away."""

    def __init__(self, dialog: QDialog) -> None:
        super().__init__()
        self.result: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        dialog.finished.connect(self._set)
        dialog.destroyed.connect(self._on_gone)
        parent = dialog.parentWidget()
        if parent is not None:
            parent.window().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A parent that was closed has taken the question with it."""
        if event.type() == QEvent.Type.Hide and not event.spontaneous():
            self._on_gone()
        return super().eventFilter(watched, event)

    def _on_gone(self) -> None:
        self._set(int(QDialog.DialogCode.Rejected))

    def _set(self, code: int) -> None:
        if not self.result.done():
            self.result.set_result(code)


async def finished(dialog: QDialog) -> int:
    """Open ``dialog`` and wait for its end.

    Returns:
        Its result code; that of a rejected dialog when its parent was closed or deleted.
    """
    ending = _Ending(dialog)
    dialog.open()
    try:
        return await ending.result
    finally:
        if isValid(dialog) and dialog.isVisible():  # cancelled, or the parent was closed
            dialog.reject()


async def ask(parent: QWidget | None, title: str, text: str, buttons: Sequence[str]) -> str:
    """Ask a question that cannot be left open.

    Args:
        parent: the window that waits for the answer.
        title: the question in a few words.
        text: what it means; plain text.
        buttons: labels; the last one changes nothing, and Return and Escape mean it.

    Returns:
        The label of the button pressed.
    """
    box = message_box(
        parent,
        icon=QMessageBox.Icon.NoIcon,  # pictures are the only colourful things
        title=title,
        text=title,
        buttons=QMessageBox.StandardButton.NoButton,
    )
    box.setInformativeText(text)
    answer = harmless = buttons[-1]
    made: dict[str, QPushButton] = {}
    for label in buttons:
        role = (
            QMessageBox.ButtonRole.RejectRole
            if label == harmless
            else QMessageBox.ButtonRole.AcceptRole
        )
        made[label] = box.addButton(label, role)
    box.setEscapeButton(made[harmless])
    box.setDefaultButton(made[harmless])

    def remember(pressed: QAbstractButton) -> None:
        nonlocal answer
        answer = next(label for label, button in made.items() if button is pressed)

    box.buttonClicked.connect(remember)
    await finished(box)
    return answer


async def save_file(
    parent: QWidget | None, caption: str, suggested: Path, filters: Sequence[str]
) -> Path | None:
    """Ask where to save a file.

    Args:
        parent: the window that waits for the answer.
        caption: title of the dialog.
        suggested: folder and name to begin with; its ending is added to a name without one.
        filters: e.g. ``"PNG image (*.png)"``.

    Returns:
        The chosen path, None if the person thought better of it.
    """
    dialog = QFileDialog(parent, caption, str(suggested.parent))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters(list(filters))
    dialog.setDefaultSuffix(suggested.suffix.removeprefix("."))
    dialog.selectFile(suggested.name)
    chosen: list[str] = []
    dialog.fileSelected.connect(chosen.append)
    await finished(dialog)
    return Path(chosen[0]) if chosen and chosen[0] else None


async def choose_folder(parent: QWidget | None, caption: str, folder: Path) -> Path | None:
    """Ask for a folder, which may be made while choosing.

    Args:
        parent: the window that waits for the answer.
        caption: title of the dialog.
        folder: where to begin.

    Returns:
        The chosen folder, None if the person thought better of it.
    """
    dialog = QFileDialog(parent, caption, str(folder))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    chosen: list[str] = []
    dialog.fileSelected.connect(chosen.append)
    await finished(dialog)
    return Path(chosen[0]) if chosen and chosen[0] else None


async def open_file(
    parent: QWidget | None, caption: str, folder: Path, filters: Sequence[str]
) -> Path | None:
    """Ask which file to open.

    Args:
        parent: the window that waits for the answer.
        caption: title of the dialog.
        folder: where to begin.
        filters: e.g. ``"PNG image (*.png)"``.

    Returns:
        The chosen path, None if the person thought better of it.
    """
    dialog = QFileDialog(parent, caption, str(folder))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(list(filters))
    chosen: list[str] = []
    dialog.fileSelected.connect(chosen.append)
    await finished(dialog)
    return Path(chosen[0]) if chosen and chosen[0] else None


async def open_files(
    parent: QWidget | None, caption: str, folder: Path, filters: Sequence[str]
) -> list[Path]:
    """Ask which files to open, as `open_file`; none if the person thought better of it."""
    dialog = QFileDialog(parent, caption, str(folder))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters(list(filters))
    chosen: list[str] = []
    dialog.filesSelected.connect(chosen.extend)
    await finished(dialog)
    return [Path(path) for path in chosen if path]
