"""What an account made elsewhere: looked through, shown, picked, and taken up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.ui.transfer.take_up_list import FoundList, FoundModel, paint_tile
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.controls import DropDown
from cartoonmix_desktop.ui.widgets.dialogs import rule
from cartoonmix_desktop.ui.widgets.notice import Notice
from cartoonmix_desktop.ui.widgets.one_press import once
from cartoonmix_desktop.ui.widgets.text import OneLine, label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.tasks import elsewhere as words

if TYPE_CHECKING:
    from datetime import date

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.services.sending.take_up import Listing

_SIZE = (760, 680)
_EDGE = 96  # of a picture of the current task
_SHOWN = 4  # of its pictures
_USUAL = 30  # days


class TakeUpDialog(QDialog):
    """Show with ``open()``.

    Attributes:
        model: what it lists.
        list: its rows.

    Signals:
        look_requested: the list is to be read.
        take_requested: some `Found` are to be taken up.
    """

    look_requested = Signal()
    take_requested = Signal(object)

    def __init__(self, model: FoundModel, parent: QWidget | None = None) -> None:
        """Make it; it asks for the list as soon as it is shown.

        Args:
            model: what is found; it becomes this dialog's.
            parent: the window it belongs to.
        """
        super().__init__(parent)
        self.setWindowTitle(words.TITLE)
        self.resize(*_SIZE)
        self.setMinimumSize(560, 480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        model.setParent(self)
        self.model = model
        self.list = FoundList(model)
        self._problem = Notice()
        self._state = label(role="muted", wrap=True)
        self._bar = QProgressBar()
        self._bar.setAccessibleName(words.TITLE)
        self._bar.setTextVisible(False)
        self._make_span()
        self._make_detail()
        self._make_foot()
        head = QVBoxLayout()
        head.setContentsMargins(6 * SPACE, 5 * SPACE, 6 * SPACE, 0)
        head.setSpacing(2 * SPACE)
        head.addWidget(label(words.TITLE, size=15))
        head.addWidget(label(words.ABOUT, role="muted", wrap=True))
        head.addLayout(self._span_row)
        head.addWidget(self._state)
        head.addWidget(self._bar)
        head.addWidget(self._problem)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACE)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self._detail)
        column.addLayout(self._foot)
        model.chosen_changed.connect(self._offer)
        model.picture_ready.connect(self._on_picture_ready)
        self.list.selectionModel().currentChanged.connect(self._show_current)
        model.modelReset.connect(self._show_current)
        self._offer()
        self._show_current()
        self.list.setFocus()

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day that are wanted; None for no bound."""
        span = self._span.currentData()
        if span == -1:
            first, last = (edit.date().toPython() for edit in (self._first, self._last))
            return first, last  # type: ignore[return-value]
        return (QDate.currentDate().addDays(1 - span).toPython() if span else None), None  # type: ignore[return-value]

    # --- what is so ------------------------------------------------------------------------------

    def show_looking(self, listing: Listing | None) -> None:
        """The list is being read; None at the beginning."""
        if listing is None:
            self.model.clear()
            self._problem.clear()
        self._bar.setRange(0, 0)
        self._bar.show()
        self._say(words.looking_words(listing))

    def show_listed(self, listing: Listing) -> None:
        """It was read."""
        self._rest(words.listed_words(listing))
        if not listing.whole:
            self._problem.show_notice("warn", words.NOT_WHOLE, words.NOT_WHOLE_ADVICE)

    def show_problem(self, error: CartoonMixError) -> None:
        """Nobody answered, or the disk refused; what is listed stays."""
        self._rest("")
        said = describe(error)
        self._problem.show_notice("bad", said.title, said.advice)

    def show_taken(self, done: int, count: int, short: int) -> None:
        """How far the fetching is; see `taken_words`."""
        self._say(words.taken_words(done, count, short))
        self._bar.setRange(0, count)
        self._bar.setValue(done)
        self._bar.setVisible(done < count)

    def _rest(self, said: str) -> None:
        self._bar.hide()
        self._say(said)

    def _say(self, said: str) -> None:
        self._state.setText(said)
        self._state.setVisible(bool(said))

    # --- parts -----------------------------------------------------------------------------------

    def _make_span(self) -> None:
        self._span = DropDown()
        self._span.setAccessibleName(words.MADE)
        for days, said in words.SPANS.items():
            self._span.addItem(said, days)
        self._span.setCurrentIndex(list(words.SPANS).index(_USUAL))
        today = QDate.currentDate()
        self._first = _day(words.FIRST_DAY, today.addDays(1 - _USUAL))
        self._last = _day(words.LAST_DAY, today)
        self._between = [label(words.FROM, role="muted"), label(words.TO, role="muted")]
        again = button(words.LOOK_AGAIN)
        again.clicked.connect(self.look_requested)
        self._span.currentIndexChanged.connect(self._on_span)
        for edit in (self._first, self._last):
            edit.editingFinished.connect(self._on_days)
        self._asked = self.days
        row = self._span_row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(label(words.MADE))
        row.addWidget(self._span)
        for name, edit in zip(self._between, (self._first, self._last), strict=True):
            row.addWidget(name)
            row.addWidget(edit)
            name.hide()
            edit.hide()
        row.addStretch()
        row.addWidget(again)

    def _make_detail(self) -> None:
        self._detail = QWidget()
        self._pictures = _Pictures(self.model)
        self._prompt = QPlainTextEdit()
        self._prompt.setAccessibleName(words.ITS_PROMPT)
        self._prompt.setReadOnly(True)
        self._prompt.setTabChangesFocus(True)
        self._prompt.setProperty("flat", "true")
        self._prompt.setFixedHeight(_EDGE)
        row = QHBoxLayout()
        row.setContentsMargins(6 * SPACE, 2 * SPACE, 6 * SPACE, 0)
        row.setSpacing(4 * SPACE)
        row.addWidget(self._pictures)
        row.addWidget(self._prompt, 1)
        column = QVBoxLayout(self._detail)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(rule())
        column.addLayout(row)

    def _make_foot(self) -> None:
        every, none = button(words.TICK_ALL), button(words.TICK_NONE)
        every.clicked.connect(lambda: self._tick_all(on=True))
        none.clicked.connect(lambda: self._tick_all(on=False))
        self._every, self._none = every, none
        self._chosen = OneLine(role="muted")
        self._take = button(words.take_up(0), primary=True)
        self._take.clicked.connect(self._on_take)
        once(self._take)
        close = button(common.CLOSE)
        close.clicked.connect(self.reject)
        row = self._foot = QHBoxLayout()
        row.setContentsMargins(6 * SPACE, SPACE, 6 * SPACE, 5 * SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(every)
        row.addWidget(none)
        row.addSpacing(2 * SPACE)
        row.addWidget(self._chosen, 1)
        row.addWidget(close)
        row.addWidget(self._take)

    # --- what is done ----------------------------------------------------------------------------

    def _on_span(self) -> None:
        entered = self._span.currentData() == -1
        for part in (*self._between, self._first, self._last):
            part.setVisible(entered)
        self._on_days()

    def _on_days(self) -> None:
        self._last.setMinimumDate(self._first.date())
        if self.days != self._asked:
            self._asked = self.days
            self.look_requested.emit()

    def _tick_all(self, *, on: bool) -> None:
        self.model.tick(range(len(self.model.found)), on=on)

    def _on_take(self) -> None:
        self._problem.clear()
        if chosen := self.model.chosen:
            self.take_requested.emit(chosen)

    def _offer(self) -> None:
        chosen, found = self.model.chosen, self.model.found
        if found and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))
        self._chosen.set_text(words.chosen_words(chosen) if found else "")
        self._take.setText(words.take_up(len(chosen)))
        self._take.setEnabled(bool(chosen))
        self._every.setEnabled(len(chosen) < len(found))
        self._none.setEnabled(bool(chosen))

    def _show_current(self) -> None:
        row = self.list.currentIndex().row()
        self._detail.setVisible(row >= 0)
        self._pictures.show_row(row)
        self._prompt.setPlainText(self.model.found[row].request.prompt if row >= 0 else "")

    def _on_picture_ready(self, row: int) -> None:
        if row == self.list.currentIndex().row():
            self._pictures.update()


class _Pictures(QWidget):
    """The first pictures of the current task."""

    def __init__(self, model: FoundModel) -> None:
        super().__init__()
        self._model, self._row = model, -1
        self.setFixedHeight(_EDGE)

    @property
    def _count(self) -> int:
        there = self._row if self._row < len(self._model.found) else -1
        return min(len(self._model.found[there].remote.outputs), _SHOWN) if there >= 0 else 0

    def show_row(self, row: int) -> None:
        """Show the pictures of another row; -1 for none."""
        self._row = row
        self.setFixedWidth(max(self._count * (_EDGE + 2 * SPACE) - 2 * SPACE, 0))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  Qt's signature
        """What is at hand; the rest is asked for."""
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        for number in range(self._count):
            tile = QRectF(number * (_EDGE + 2 * SPACE), 0, _EDGE, _EDGE)
            paint_tile(painter, self._model, self._row, number, tile)


def _day(name: str, day: QDate) -> QDateEdit:
    made = QDateEdit(day)
    made.setAccessibleName(name)
    made.setDisplayFormat(words.DAY)
    made.setProperty("plain", "true")
    made.setMaximumDate(QDate.currentDate())
    return made
