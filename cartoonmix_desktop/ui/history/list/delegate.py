"""Paints one row of the history and says where its parts are. Everything is painted: no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cartoonmix_desktop.core.task.task import UNFINISHED, OutputState, TaskState
from cartoonmix_desktop.ui.marks.paint import marks_width, paint_marks
from cartoonmix_desktop.ui.widgets.icons import pixmap
from cartoonmix_desktop.ui.widgets.painting import BAR, paint_bar, paint_picture
from cartoonmix_desktop.ui.widgets.text import elided
from cartoonmix_desktop.ui.widgets.text_layout import PLAIN, SMALL, fitted, wide
from cartoonmix_desktop.ui.widgets.theme import RADIUS, SPACE, Theme, font, mixed
from cartoonmix_desktop.wording.formats import age_words
from cartoonmix_desktop.wording.history import more_pictures
from cartoonmix_desktop.wording.marks import seen_of
from cartoonmix_desktop.wording.tasks.actions import ACTION_WORDS, actions_of
from cartoonmix_desktop.wording.tasks.states import (
    is_at_work,
    pace_words,
    state_mark,
    state_words,
    title_of,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QFont

    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.history.list.model import HistoryModel
    from cartoonmix_desktop.wording.tasks.actions import Action

ROW = 72
"""Height of a row in device-independent pixels."""

EDGE = 3 * SPACE
"""Between the sides of the list and what stands in it."""

_MOSAIC = 56  # edge of the pictures' square
_GAP = 2  # between the pictures in it
_MARK = 14  # edge of the icon before the state words
_BUTTON = 20  # height of a painted button
_MOST_BUTTONS = 2  # in a row; its menu and the picture pane have all
_LOW = 6  # below buttons and bars
_SECOND = 17  # from one line of a title to the next
_BAD = (OutputState.BROKEN, OutputState.ASIDE)

# Qt's flags are put together here: to do so is slow in Python, and a row needs a score of them.
_SMOOTH = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
_ACTIVE = (
    QStyle.StateFlag.State_MouseOver
    | QStyle.StateFlag.State_Selected
    | QStyle.StateFlag.State_HasFocus
)
_ON_A_LINE = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextSingleLine.value
_LEFT, _MIDDLE, _RIGHT = (
    side.value | _ON_A_LINE
    for side in (
        Qt.AlignmentFlag.AlignLeft,
        Qt.AlignmentFlag.AlignHCenter,
        Qt.AlignmentFlag.AlignRight,
    )
)


class HistoryDelegate(QStyledItemDelegate):
    """Paints rows of a `HistoryModel`.

    Attributes:
        hot: the task and the action under the pointer.
        pressed: whether the hot button is held down.
    """

    def __init__(self, model: HistoryModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.hot: tuple[int, Action] | None = None
        self.pressed = False

    def buttons(self, row: QRect, task: Task) -> list[tuple[Action, QRect]]:
        """Where the buttons of a row are, from left to right.

        Args:
            row: the row's rectangle.
            task: its task.
        """
        metrics = QFontMetrics(font(11, medium=True))
        right, top = row.right() - EDGE, row.bottom() + 1 - _LOW - _BUTTON
        placed: list[tuple[Action, QRect]] = []
        for action in reversed(actions_of(task)[:_MOST_BUTTONS]):
            width = metrics.horizontalAdvance(ACTION_WORDS[action]) + 4 * SPACE
            placed.insert(0, (action, QRect(right - width + 1, top, width, _BUTTON)))
            right -= width + SPACE
        return placed

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the row from what is at hand; nothing is read or decoded here."""
        painter.save()
        painter.setRenderHints(_SMOOTH)
        row: QRect = option.rect
        flags = option.state
        self._paint_ground(painter, row, flags)
        task = self._model.task_at(index.row())
        if task is None:
            self._paint_placeholder(painter, row)
        else:
            self._paint_task(painter, row, task, active=bool(flags & _ACTIVE))
        painter.restore()

    # --- the parts -------------------------------------------------------------------------------

    def _paint_ground(self, painter: QPainter, row: QRect, flags: QStyle.StateFlag) -> None:
        ground = QRectF(row).adjusted(SPACE, 1, -SPACE, -1)
        theme = Theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        if flags & QStyle.StateFlag.State_Selected:
            # Fainter than the theme's selection: muted words must stay readable on it.
            tokens = theme.tokens
            painter.setBrush(QColor(mixed(tokens.panel, tokens.accent, 0.12)))
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
            painter.setBrush(theme.color("accent"))
            bar = QRectF(ground.left(), ground.top() + 2 * SPACE, 3, ground.height() - 4 * SPACE)
            painter.drawRoundedRect(bar, 1.5, 1.5)
        elif flags & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        if flags & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)

    def _paint_placeholder(self, painter: QPainter, row: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Theme.current().color("hover"))
        painter.drawRoundedRect(_mosaic(row), 3, 3)
        words = _words(row)
        painter.drawRoundedRect(
            QRectF(words.left(), words.top() + 4, words.width() * 0.7, 10), 3, 3
        )
        painter.drawRoundedRect(
            QRectF(words.left(), words.top() + 26, words.width() * 0.4, 8), 3, 3
        )

    def _paint_task(self, painter: QPainter, row: QRect, task: Task, *, active: bool) -> None:
        now = self._model.clock()
        progress = self._model.progress_of(task.id)
        self._paint_mosaic(painter, _mosaic(row), task)
        words = _words(row)
        lower = self._paint_title(painter, words, task, progress, now)
        words.setTop(words.top() + lower)
        buttons = self.buttons(row, task) if active else []
        room = buttons[0][1].left() - 2 * SPACE - words.left() if buttons else words.width()
        at_work = is_at_work(task)
        second = room if not at_work else -1 if buttons else 0
        # Buttons are for the hand, and what is under way changes: marks make room for both.
        seen, beside = seen_of(task), self._beside_state(words, task)
        marks = 0 if buttons or at_work else marks_width(seen, beside)
        if marks:
            line = QRect(words.left(), words.top() + 21, words.width(), 17)
            paint_marks(painter, line, seen, beside)
            words.setWidth(words.width() - marks)
        self._paint_state(painter, words, task, progress, now, second)
        if at_work and room > 0:
            middle = row.bottom() + 1 - _LOW - _BUTTON / 2
            pace = "" if buttons else pace_words(progress)
            if pace:  # a button takes its place
                small = font(11, tabular=True)
                taken = min(QFontMetrics(small).horizontalAdvance(pace), room * 2 // 3)
                line = QRect(words.left() + room - taken, int(middle) - 9, taken, 18)
                pace = elided(pace, QFontMetrics(small), taken)
                _text(painter, line, pace, small, Theme.current().color("muted"))
                room -= taken + 2 * SPACE
            paint_bar(painter, QRectF(words.left(), middle - BAR / 2, room, BAR), progress)
        for action, place in buttons:
            self._paint_button(painter, place, action, hot=self.hot == (task.id, action))

    def _beside_state(self, words: QRect, task: Task) -> int:
        """The room that the state words leave on their line."""
        return words.width() - _MARK - SPACE - wide(self._model.words(task))

    def _paint_title(
        self, painter: QPainter, words: QRect, task: Task, progress: Progress | None, now: float
    ) -> int:
        """Paint the prompt and the age. The prompt has two lines if the state needs but one.

        Returns:
            How much lower the state stands for it, in pixels.
        """
        theme = Theme.current()
        line = QRect(words.left(), words.top(), words.width(), 20)
        state = wide(state_words(task, progress, now))
        roomy = task.state is TaskState.KEPT and not actions_of(task)
        marks = marks_width(seen_of(task), self._beside_state(words, task))
        roomy = roomy and state + _MARK + SPACE + marks <= words.width()
        age = age_words(task.created_at, now)
        taken = wide(age) + 2 * SPACE
        small = font(11, tabular=True)
        _text(painter, line, age, small, theme.color("muted"), _RIGHT)
        plain = font(13)
        second = line.width() if roomy else 0
        title, rest = fitted(title_of(task), line.width() - taken, second, PLAIN)
        _text(painter, line, title, plain, theme.color("text"))
        if not rest:
            return 0
        line.translate(0, _SECOND)
        _text(painter, line, rest, plain, theme.color("text"))
        return _SECOND

    def _paint_state(
        self,
        painter: QPainter,
        words: QRect,
        task: Task,
        progress: Progress | None,
        now: float,
        second: int,
    ) -> None:
        """Paint the mark and the state words, on two lines if they need it.

        Args:
            painter: on the row.
            words: where words stand.
            task: the task.
            progress: how far it is.
            now: unix seconds.
            second: the width that the second line may take; 0 if the pace stands there, beside
                the bar, and below 0 if something else does.
        """
        name, role = state_mark(task)
        line = QRect(words.left(), words.top() + 21, words.width(), 17)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(
            QPointF(line.left(), line.top() + (line.height() - _MARK) / 2),
            pixmap(name, role, _MARK, ratio),
        )
        line.setLeft(line.left() + _MARK + SPACE)
        paced = second == 0
        second -= _MARK + SPACE
        small = font(11, tabular=True)
        color = Theme.current().color(role)
        said = state_words(task, progress, now)
        if paced:
            said = said.removesuffix(pace_words(progress)).removesuffix(" · ")
        second = 0 if second < 8 * SPACE else second
        first, rest = fitted(said, line.width(), second, SMALL)
        _text(painter, line, first, small, color)
        if rest:
            line = QRect(line.left(), line.bottom() + 1, second, line.height())
            _text(painter, line, rest, small, color)

    def _paint_button(self, painter: QPainter, place: QRect, action: Action, *, hot: bool) -> None:
        theme = Theme.current()
        ground = "panel" if not hot else "pressed" if self.pressed else "hover"
        painter.setPen(QPen(theme.color("muted" if hot else "line"), 1))
        painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), SPACE, SPACE)
        label = ACTION_WORDS[action]
        _text(painter, place, label, font(11, medium=True), theme.color("text"), _MIDDLE)

    def _paint_mosaic(self, painter: QPainter, square: QRect, task: Task) -> None:
        outputs = task.outputs
        samples = task.request.values.get("samples", 1)
        expected = samples if isinstance(samples, int) and task.state in UNFINISHED else 1
        count = len(outputs) or max(1, expected)
        tiles = _tiles(square, count)
        ratio = painter.device().devicePixelRatio()
        for place, tile in reversed(tuple(enumerate(tiles))):  # the last wish is granted first
            output = outputs[place] if place < len(outputs) else None
            image = None
            if output is not None and output.state is OutputState.KEPT:
                image = self._model.thumbnail(task, output, tile.size() * ratio)
            if image is None:
                self._paint_empty(painter, tile, output, alone=len(tiles) == 1)
            else:
                paint_picture(painter, QRectF(tile), image)
        if count > len(tiles):
            tile = tiles[-1]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 150))
            painter.drawRoundedRect(tile, 3, 3)
            white = QColor("white")
            more = more_pictures(count - len(tiles) + 1)
            _text(painter, tile, more, font(11, medium=True), white, _MIDDLE)

    def _paint_empty(
        self, painter: QPainter, tile: QRect, output: Output | None, *, alone: bool
    ) -> None:
        """Paint the place of a picture that is not there."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Theme.current().color("pressed"))
        painter.drawRoundedRect(tile, 3, 3)
        if output is None and not alone:
            return
        if output is None:
            mark = ("image", "disabled")
        elif output.state in _BAD or self._model.is_missing(output):
            mark = ("warning", "warn")
        else:
            return
        size = 20 if alone else 16
        corner = QPointF(tile.center()) + QPointF(0.5, 0.5) - QPointF(size, size) / 2
        painter.drawPixmap(corner, pixmap(*mark, size, painter.device().devicePixelRatio()))


def _mosaic(row: QRect) -> QRect:
    return QRect(row.left() + EDGE, row.top() + (ROW - _MOSAIC) // 2, _MOSAIC, _MOSAIC)


def _words(row: QRect) -> QRect:
    left = row.left() + EDGE + _MOSAIC + 3 * SPACE
    return QRect(left, row.top() + 2 * SPACE, row.right() - EDGE - left + 1, ROW - 4 * SPACE)


def _tiles(square: QRect, count: int) -> list[QRect]:
    """Places of one to four pictures in a square."""
    left, top, edge = square.left(), square.top(), square.width()
    half = (edge - _GAP) // 2
    far = edge - half
    if count == 1:
        return [square]
    if count == 2:
        return [QRect(left, top, half, edge), QRect(left + far, top, half, edge)]
    right = [QRect(left + far, top, half, half), QRect(left + far, top + far, half, half)]
    if count == 3:
        return [QRect(left, top, half, edge), *right]
    return [
        QRect(left, top, half, half),
        right[0],
        QRect(left, top + far, half, half),
        right[1],
    ]


def _text(
    painter: QPainter,
    place: QRect,
    text: str,
    type_: QFont,
    color: QColor,
    side: int = _LEFT,
) -> None:
    painter.setFont(type_)
    painter.setPen(color)
    painter.drawText(place, side, text)
