"""What stands where a picture would be: how far it is, or why there is none and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.ui.picture.candidate_list import CandidateList
from cartoonmix_desktop.ui.widgets.focus_order import take_turn
from cartoonmix_desktop.ui.widgets.icons import Drawing
from cartoonmix_desktop.ui.widgets.one_press import once
from cartoonmix_desktop.ui.widgets.painting import paint_bar
from cartoonmix_desktop.ui.widgets.text import label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, set_style
from cartoonmix_desktop.wording import picture as words
from cartoonmix_desktop.wording.tasks.actions import ACTION_HELP, ACTION_WORDS, Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.doubt import Candidate
    from cartoonmix_desktop.core.task.remote import Progress

_WIDTH = 500  # of the column of words
_ICON = 28
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
_LOW = 240  # height below which words and buttons need the room of the mark


class PicturePlaceholder(QScrollArea):
    """A calm column in the middle: mark, title, words, bar, buttons. It scrolls where it is low."""

    action_requested = Signal(str)
    """A value of `Action`."""
    candidate_chosen = Signal(str)
    """The server's id of a task."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its buttons take it, and scroll it
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self._mark = Drawing("image", "muted", _ICON)
        self._title = label(size=15, wrap=True)
        self._words = label(role="muted", wrap=True, selectable=True)
        self._bar = _Bar()
        self._candidates = CandidateList()
        self._candidates.chosen.connect(self.candidate_chosen)
        for part in (self._title, self._words):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(2 * SPACE)
        self._actions: tuple[Action, ...] = ()
        column = QWidget()
        column.setMaximumWidth(_WIDTH)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        inner.setSpacing(3 * SPACE)
        inner.addWidget(self._mark, alignment=Qt.AlignmentFlag.AlignHCenter)
        inner.addWidget(self._title)
        inner.addWidget(self._words)
        inner.addWidget(self._candidates)
        inner.addWidget(self._bar, alignment=Qt.AlignmentFlag.AlignHCenter)
        inner.addSpacing(SPACE)
        inner.addLayout(self._buttons)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(column, 1)
        row.addStretch()
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)
        self.setWidget(page)

    def resizeEvent(self, arg__1: QResizeEvent) -> None:
        """Leave the mark out where there is hardly room for words."""
        self._mark.setVisible(arg__1.size().height() >= _LOW)
        self._lay_buttons()
        super().resizeEvent(arg__1)

    def show_words(
        self,
        mark: tuple[str, str],
        title: str,
        words: str = "",
        actions: Sequence[Action] = (),
    ) -> None:
        """Show plain text.

        Args:
            mark: an icon's name and the colour role of icon and title.
            title: one line.
            words: more of it; may be empty.
            actions: a button each, the first is the one that helps.
        """
        self._mark.set_drawing(*mark)
        set_style(self._title, "role", mark[1] if mark[1] != "muted" else "text")
        _say(self._title, title)
        _say(self._words, words)
        self._words.setVisible(bool(words))
        self._bar.hide()
        self._candidates.hide()
        if tuple(actions) != self._actions:
            self._actions = tuple(actions)
            self._make_buttons()

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Show tasks of the server under the words, each with a button that takes it."""
        self._candidates.show_candidates(candidates)

    def show_progress(self, progress: Progress | None) -> None:
        """Show a bar under the words."""
        self._bar.show_progress(progress)
        self._bar.show()

    def _make_buttons(self) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        self._buttons.addStretch()
        before: QWidget = self
        for action in self._actions:
            button = QPushButton(ACTION_WORDS[action])
            button.setToolTip(tooltip(ACTION_HELP[action]))
            button.setProperty("action", action.value)
            button.clicked.connect(self._on_clicked)
            once(button)
            self._buttons.addWidget(button)
            take_turn(button, before)
            before = button
        self._buttons.addStretch()
        self._lay_buttons()

    def _lay_buttons(self) -> None:
        """Side by side, or one below the other where that is too wide."""
        places = [self._buttons.itemAt(n) for n in range(self._buttons.count())]
        widths = [w.sizeHint().width() for p in places if p and (w := p.widget()) is not None]
        taken = sum(widths) + (len(places) - 1) * self._buttons.spacing() + 8 * SPACE
        fits = taken <= min(self.width(), _WIDTH)
        self._buttons.setDirection(_ACROSS if fits else _DOWN)

    def _on_clicked(self) -> None:
        self.action_requested.emit(self.sender().property("action"))


def _say(words: QLabel, text: str) -> None:
    if words.text() != text:  # a selection in it survives
        words.setText(text)


class _Bar(QProgressBar):
    """A progress bar that stands still when nobody knows how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setFixedSize(240, 4)
        self.setAccessibleName(words.PROGRESS)
        self._progress: Progress | None = None

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far it is; None for unknown."""
        self._progress = progress
        known = progress is not None and progress.percent is not None
        self.setRange(0, 100 if known else 0)
        if known and progress is not None and progress.percent is not None:
            self.setValue(round(progress.percent))
        self.update()

    def paintEvent(self, arg__1: QPaintEvent) -> None:  # noqa: ARG002  Qt's signature
        """Paint the same bar as in the rows of the history."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_bar(painter, QRectF(self.rect()), self._progress)
        painter.end()
