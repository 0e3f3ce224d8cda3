"""Generate, once or several times; while a waiting task is edited, the button updates it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.batch import MOST
from cartoonmix_desktop.ui.buttons import button
from cartoonmix_desktop.ui.dialogs import CalmDialog
from cartoonmix_desktop.ui.icons import icon
from cartoonmix_desktop.ui.text import label, tooltip
from cartoonmix_desktop.ui.theme import SPACE

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

_TIMES = (2, 4, 8, 16)
_HEIGHT = 36


class GenerateButton(QPushButton):
    """The one button that the panel is for; its shortcut is written at its edge.

    The key itself is bound by the window, so that one press never generates twice.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("primary", True)  # noqa: FBT003  Qt's property value
        self.setIcon(icon("sparkle", "on_accent"))
        self.setIconSize(QSize(16, 16))
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self._keys = keys
        self.set_words("Generate")
        hint = label(keys.replace("Return", "⏎"), role="on_accent", size=11)
        hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 3 * SPACE, 0)
        row.addWidget(hint, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def set_words(self, words: str) -> None:
        """Let it say what it does now."""
        self.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(tooltip(f"{words} ({self._keys})"))

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        """A double click is one click: each costs money."""
        e.accept()


class TimesDialog(CalmDialog):
    """How many times? It says what that means before it is done."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent, "Generate several times", 340)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.times = QSpinBox()
        self.times.setRange(2, MOST)
        self.times.setValue(32)
        self.times.setAccessibleName("How many times")
        row = QHBoxLayout()
        row.addWidget(label("How many times"))
        row.addStretch()
        row.addWidget(self.times)
        self.content.addLayout(row)
        self.content.addWidget(label(SEEDS, role="muted", size=11, wrap=True))
        self._go = button("", primary=True)
        self._go.clicked.connect(self._on_go)
        leave = button("Cancel")
        leave.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(leave)
        buttons.addWidget(self._go)
        self.content.addSpacing(SPACE)
        self.content.addLayout(buttons)
        self.times.valueChanged.connect(self._say)
        self._say(self.times.value())
        self.times.selectAll()

    def _say(self, count: int) -> None:
        self._go.setText(f"Generate {count} times")

    def _on_go(self) -> None:
        self.accept()
        self.chosen.emit(self.times.value())


SEEDS = "Each is a task of its own: with a new seed if that is chosen, else with seed, seed + 1 …"


class GenerateArea(QFrame):
    """Stands under the form and never scrolls away."""

    generate_requested = Signal()
    """Generate once; or, while a waiting task is edited, update it."""
    several_requested = Signal(int)
    edit_left = Signal()
    retry_requested = Signal()
    menu_opened = Signal()

    def __init__(self, margin: int) -> None:
        super().__init__()
        self.editing = False
        self.setProperty("surface", "footer")
        self._note: QLabel = label(role="muted", size=11, wrap=True)
        self._note.hide()
        self.button = GenerateButton()
        self.button.clicked.connect(self.generate_requested)
        self._more = QToolButton()
        self._more.setIcon(icon("chevron-down"))
        self._more.setIconSize(QSize(16, 16))
        self._more.setFixedSize(_HEIGHT - SPACE, _HEIGHT)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.setAccessibleName("Generate several times")
        self._more.setToolTip(tooltip(f"Generate several times. {SEEDS}"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._made_menu())
        self._leave = button("Leave it as it was")
        self._leave.setAccessibleName("Leave the waiting task as it was")
        self._leave.clicked.connect(self.edit_left)
        self._leave.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self.button, 1)
        row.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(margin, 3 * SPACE, margin, 3 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self._note)
        column.addWidget(self._leave)
        column.addLayout(row)

    def set_note(self, text: str) -> None:
        """A quiet line above Generate; empty for none."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def set_editing(self, editing: bool) -> None:
        """Let the button update the waiting task instead of making a new one."""
        if editing != self.editing:
            self.editing = editing
            self.button.set_words("Update waiting task" if editing else "Generate")
            self._more.setVisible(not editing)
            self._leave.setVisible(editing)
            self.set_note("You edit a waiting task. It is not sent meanwhile." if editing else "")

    def set_failed(self, count: int) -> None:
        """How many of the last batch can be tried again."""
        self._retry.setEnabled(count > 0)
        failed = {0: "Retry failed tasks", 1: "Retry the failed task"}
        self._retry.setText(failed.get(count, f"Retry {count:,} failed tasks"))

    def ask_times(self) -> None:
        """Ask how many times."""
        dialog = TimesDialog(self.window())
        dialog.chosen.connect(self.several_requested)
        dialog.open()

    def _made_menu(self) -> QMenu:
        menu = QMenu(self)
        for times in _TIMES:
            entry = menu.addAction(f"Generate {times} times")
            entry.triggered.connect(partial(self._on_times, times))
        menu.addAction("Generate more times…").triggered.connect(self.ask_times)
        menu.addSeparator()
        self._retry = menu.addAction("Retry failed tasks")
        self._retry.setToolTip(tooltip("Try again what failed of the last press of Generate."))
        self._retry.setEnabled(False)
        self._retry.triggered.connect(self._on_retry)
        menu.aboutToShow.connect(self.menu_opened)
        return menu

    def _on_times(self, times: int) -> None:
        self.several_requested.emit(times)

    def _on_retry(self) -> None:
        self.retry_requested.emit()
