"""The library on its way to another folder: asked for once more, watched, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QWidget

from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog
from cartoonmix_desktop.ui.widgets.notice import Notice
from cartoonmix_desktop.ui.widgets.text import OneLine, label
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import library as texts
from cartoonmix_desktop.wording.errors import describe

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.core.errors import CartoonMixError

_FINE = 1000  # steps of the bar


class MoveDialog(CalmDialog):
    """From where to where, and how far it is. Show with ``open()``.

    Signals:
        move_requested: begin.
        cancel_requested: leave the library where it is.
    """

    move_requested = Signal()
    cancel_requested = Signal()

    def __init__(
        self, source: Path, target: Path, risk: str, parent: QWidget | None = None
    ) -> None:
        """Make it.

        Args:
            source: where the library is.
            target: where it is to be.
            risk: why that is no good place; empty if it is one.
            parent: the window it belongs to.
        """
        super().__init__(parent, texts.MOVE_TITLE, 520)
        self._running = False
        self.content.addWidget(label(texts.MOVE_TITLE, size=20))
        self.content.addWidget(label(texts.MOVE_TEXT, wrap=True))
        places = QGridLayout()
        places.setHorizontalSpacing(3 * SPACE)
        places.setColumnStretch(1, 1)
        for row, (words, path) in enumerate(((texts.MOVE_FROM, source), (texts.MOVE_TO, target))):
            places.addWidget(label(words, role="muted"), row, 0)
            shown = OneLine(str(path))
            shown.setAccessibleName(texts.path_name(words, path))
            places.addWidget(shown, row, 1)
        self.content.addLayout(places)
        self._notice = Notice(self)
        self.content.addWidget(self._notice)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(texts.PROGRESS)
        self._figures = label(role="muted")
        self._figures.setFont(font(tabular=True))
        self._figures.setAccessibleName(texts.MOVED)
        self.content.addWidget(self._bar)
        self.content.addWidget(self._figures)
        self._bar.hide()
        self._figures.hide()
        self.content.addSpacing(2 * SPACE)
        self._cancel = button(common.CANCEL)
        self._cancel.clicked.connect(self.reject)
        self._move = button(texts.MOVE, primary=True)
        self._move.clicked.connect(self._on_move)
        row_of_buttons = QHBoxLayout()
        row_of_buttons.setSpacing(2 * SPACE)
        row_of_buttons.addStretch()
        row_of_buttons.addWidget(self._cancel)
        row_of_buttons.addWidget(self._move)
        self.content.addLayout(row_of_buttons)
        if risk:
            self._notice.show_notice("warn", risk)

    def show_figures(self, figures: tuple[int, int, int, int] | None, *, clearing: bool) -> None:
        """Show how far it is.

        Args:
            figures: files moved, files, bytes moved and bytes; None while it waits.
            clearing: the old files are removed; there is no way back.
        """
        self._cancel.setEnabled(not clearing)
        if clearing:
            self._bar.setRange(0, 0)
            self._figures.setText(texts.CLEARING)
        elif figures is None:
            self._bar.setRange(0, 0)
            self._figures.setText(texts.WAITING)
        else:
            files_done, files, done, size = figures
            self._bar.setRange(0, _FINE)
            self._bar.setValue(_FINE * done // size if size else 0)
            self._figures.setText(texts.figures(files_done, files, done, size))

    def show_problem(self, error: CartoonMixError) -> None:
        """Say why it cannot be moved there; it can be tried again."""
        self._set_running(running=False)
        words = describe(error)
        self._notice.show_notice("bad", words.title, words.advice)

    def end(self) -> None:
        """Close it: there is nothing to cancel any more."""
        self._set_running(running=False)
        self.accept()

    def reject(self) -> None:
        """Close it; while the library moves, that is cancelled first."""
        if not self._running:
            super().reject()
        elif self._cancel.isEnabled():
            self._cancel.setEnabled(False)
            self._figures.setText(texts.CANCELLING)
            self.cancel_requested.emit()

    def _on_move(self) -> None:
        self._set_running(running=True)
        self._notice.clear()
        self.show_figures(None, clearing=False)
        self.move_requested.emit()

    def _set_running(self, *, running: bool) -> None:
        self._running = running
        self._move.setEnabled(not running)
        self._cancel.setEnabled(True)
        self._bar.setVisible(running)
        self._figures.setVisible(running)
