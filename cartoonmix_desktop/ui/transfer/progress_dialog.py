"""Work that takes long, in a small window: how far it is, Cancel, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QProgressBar, QWidget

from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog
from cartoonmix_desktop.ui.widgets.notice import Notice
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import transfer as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.services.progress import LongWork
    from cartoonmix_desktop.wording.transfer import Outcome

_LOOK = 100  # milliseconds between looks at how far it is
_MOST_HEIGHT = 200  # pixels of a list; what is longer is scrolled
_BESIDE = 40  # pixels that its scroll bar and margins take from a line
_MOST_LISTED = 1_000


class ProgressDialog(CalmDialog):
    """Leaves the window usable beside it; show with ``show()``. It deletes itself when closed.

    Signals:
        show_requested: the folder with what was made.
    """

    show_requested = Signal()

    def __init__(self, work: LongWork, doing: words.Doing, parent: QWidget | None) -> None:
        """Begin to look.

        Args:
            work: looked at until `show_outcome`.
            doing: what is done.
            parent: the window it belongs to.
        """
        super().__init__(parent, doing.title, 480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._work, self._doing = work, doing
        self._over = False
        self._title = label(doing.title, size=20)
        self._line = label(words.SCANNING, role="muted", wrap=True)
        self._bar = QProgressBar()
        self._bar.setAccessibleName(doing.title)
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._list = QListWidget()
        self._list.setAccessibleName(words.LEFT_OUT)
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.hide()
        self._problem = Notice(self)
        self._show = button(words.SHOW_FOLDER)
        self._show.clicked.connect(self.show_requested)
        self._show.hide()
        self._end = button(common.CANCEL)
        self._end.clicked.connect(self._on_end)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addStretch()
        row.addWidget(self._show)
        row.addWidget(self._end)
        for part in (self._title, self._line, self._bar, self._list, self._problem):
            self.content.addWidget(part)
        self.content.addSpacing(2 * SPACE)
        self.content.addLayout(row)
        self._timer = QTimer(self, interval=_LOOK)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._end.setFocus()

    def reject(self) -> None:
        """Escape and the window's close button stop the work; then they close what it says."""
        if self._over:
            super().reject()
        else:
            self._stop()

    def show_outcome(self, outcome: Outcome, *, folder: bool = False) -> None:
        """Say what came of it, instead of how far it is.

        Args:
            outcome: in words.
            folder: offer to show it.
        """
        self._over = True
        self._timer.stop()
        self._bar.hide()
        self._title.setText(outcome.title)
        self._line.setText(outcome.words)
        self._line.setVisible(bool(outcome.words))
        self._list_lines(outcome.lines)
        if outcome.problem:
            self._problem.show_notice("bad", *outcome.problem)
        self._show.setVisible(folder)
        self._end.setText(common.CLOSE)
        self._end.setEnabled(True)
        self._end.setFocus()
        self.setWindowTitle(outcome.title)

    def give_up(self) -> None:
        """Close: what ended the work is told elsewhere."""
        self._over = True
        self.close()

    def _list_lines(self, lines: Sequence[str]) -> None:
        self._list.setVisible(bool(lines))
        self._list.addItems(list(lines[:_MOST_LISTED]))
        if (more := len(lines) - _MOST_LISTED) > 0:
            self._list.addItem(words.and_more(more))
        margins = self.content.contentsMargins()
        room = QRect(0, 0, self.width() - margins.left() - margins.right() - _BESIDE, 0)
        self._list.ensurePolished()
        metrics, heights = self._list.fontMetrics(), []
        for row in range(self._list.count()):
            item = self._list.item(row)
            text = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, item.text())
            heights.append(text.height() + 2 * SPACE)
            item.setSizeHint(QSize(0, heights[-1]))  # Qt's own guess cuts what has a long word
        self._list.setFixedHeight(min(sum(heights), _MOST_HEIGHT) + 2 * SPACE)

    def _look(self) -> None:
        done, total = self._work.done, self._work.total
        if not total or self._over:
            return
        self._bar.setRange(0, total)
        self._bar.setValue(min(done, total))
        if not self._work.stopped:
            self._line.setText(self._doing.progress(done, total))

    def _on_end(self) -> None:
        if self._over:
            self.accept()
        else:
            self._stop()

    def _stop(self) -> None:
        self._work.stop()
        self._end.setEnabled(False)
        self._line.setText(words.STOPPING)
