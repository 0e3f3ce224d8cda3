"""The pictures of one task in a row, to choose from and to drag out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QScrollArea, QWidget

from cartoonmix_desktop.core.task.task import UNFINISHED, OutputState
from cartoonmix_desktop.ui.marks.paint import paint_picture_marks
from cartoonmix_desktop.ui.widgets.focus_order import take_turn
from cartoonmix_desktop.ui.widgets.icons import pixmap
from cartoonmix_desktop.ui.widgets.painting import paint_picture
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme
from cartoonmix_desktop.wording import picture as words

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QWheelEvent

    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails

FRAME = 60
"""Edge of one picture in the strip."""

RING = 3
"""Around a picture: the border of the chosen one, the focus."""

_BAD = {OutputState.BROKEN, OutputState.ASIDE}


class Filmstrip(QScrollArea):
    """A frame for each output, or for each expected one while there is none."""

    chosen = Signal(int)
    """A position among the outputs."""
    drag_started = Signal(int)
    """A position among the outputs."""
    opened = Signal()
    """A double click on the picture that is shown then."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        thumbnails.ready.connect(self._on_ready)
        self._frames: list[_Frame] = []
        inside = QWidget()
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE)
        self._row.addStretch()
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(FRAME + 2 * RING + 3 * SPACE)
        self.setAccessibleName(words.PICTURES_OF_TASK)
        # Frames get their places after they are made, and others in a narrower strip.
        self.horizontalScrollBar().rangeChanged.connect(self._show_current)
        Theme.current().changed.connect(inside.update)

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self._frames)

    def show_task(self, task: Task | None, current: int) -> None:
        """Show the pictures of ``task`` and mark the one at position ``current``."""
        count = _frames_of(task) if task is not None else 0
        while len(self._frames) > count:
            self._frames.pop().deleteLater()
        while len(self._frames) < count:
            frame = _Frame(self._thumbnails, len(self._frames))
            frame.chosen.connect(self.chosen)
            frame.drag_started.connect(self.drag_started)
            frame.opened.connect(self.opened)
            self._row.insertWidget(len(self._frames), frame)
            take_turn(frame, self._frames[-1] if self._frames else self)
            self._frames.append(frame)
        for position, frame in enumerate(self._frames):
            outputs = task.outputs if task is not None else ()
            output = outputs[position] if position < len(outputs) else None
            frame.show_output(output, count)
            frame.setChecked(position == current)
        self._show_current()

    def _show_current(self) -> None:
        for frame in self._frames:
            if frame.isChecked():
                self.ensureWidgetVisible(frame, SPACE, 0)

    def wheelEvent(self, arg__1: QWheelEvent) -> None:
        """Scroll along the strip, whichever way the wheel turns."""
        bar = self.horizontalScrollBar()
        turned = arg__1.angleDelta()
        bar.setValue(bar.value() - (turned.x() or turned.y()))

    def _on_ready(self, output_id: int) -> None:
        for frame in self._frames:
            if frame.output is not None and frame.output.id == output_id:
                frame.describe()
                frame.update()


class _Frame(QAbstractButton):
    """One picture of the strip."""

    chosen = Signal(int)
    drag_started = Signal(int)
    opened = Signal()

    def __init__(self, thumbnails: Thumbnails, position: int) -> None:
        super().__init__()
        self.output: Output | None = None
        self._thumbnails = thumbnails
        self._position = position
        self._count = 0
        self._pressed_at = QPoint()
        self.setCheckable(True)
        self.setFixedSize(FRAME + 2 * RING, FRAME + 2 * RING)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._on_clicked)

    def show_output(self, output: Output | None, count: int) -> None:
        """Show one of ``count`` outputs; None for one that is only expected."""
        if output != self.output and output is not None:
            self._thumbnails.look_again(output)
        self.output = output
        self._count = count
        self.describe()
        self.update()

    def describe(self) -> None:
        """Say in words what is shown."""
        missing = self._is_missing()
        said = words.frame_words(self._position + 1, self._count, self.output, missing=missing)
        self.setAccessibleName(said)
        self.setToolTip(tooltip(self.accessibleName()))

    def _is_missing(self) -> bool:
        return self.output is not None and self._thumbnails.is_missing(self.output)

    def _on_clicked(self) -> None:
        self.setChecked(True)
        self.chosen.emit(self._position)

    def paintEvent(self, e: QPaintEvent) -> None:  # noqa: ARG002  Qt's signature
        """Paint the thumbnail, or the mark of what is wrong."""
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        theme, ratio = Theme.current(), self.devicePixelRatioF()
        tile = QRectF(RING, RING, FRAME, FRAME)
        image = None
        if self.output is not None and self.output.state is OutputState.KEPT:
            size = QSize(FRAME, FRAME) * ratio
            image = self._thumbnails.get(self.output, size, self.output.id)
        if image is not None:
            paint_picture(painter, tile, image)
            if self.output is not None:
                paint_picture_marks(painter, tile, self.output)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("pressed"))
            painter.drawRoundedRect(tile, 3, 3)
            bad = self.output is not None and self.output.state in _BAD
            if bad or self._is_missing():
                mark = pixmap("warning", "warn", 20, ratio)
                painter.drawPixmap(tile.center() - QPointF(10, 10), mark)
        if self.isChecked() or self.hasFocus() or self.underMouse():
            role = "accent" if self.isChecked() or self.hasFocus() else "muted"
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(role), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        painter.end()

    def keyPressEvent(self, e: QKeyEvent) -> None:
        """Space presses; arrows are for who owns the strip, not for moving the focus."""
        if e.key() == Qt.Key.Key_Space:
            super().keyPressEvent(e)
        else:
            e.ignore()

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        """Its first click chose the picture."""
        if e.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def mousePressEvent(self, e: QMouseEvent) -> None:
        """Remember where a drag would begin."""
        self._pressed_at = e.position().toPoint()
        super().mousePressEvent(e)

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        """Drag the picture out."""
        moved = e.position().toPoint() - self._pressed_at
        far = moved.manhattanLength() >= QApplication.startDragDistance()
        if self.isDown() and far:
            self.setDown(False)
            self.drag_started.emit(self._position)
        else:
            super().mouseMoveEvent(e)


def _frames_of(task: Task) -> int:
    """How many frames a task has."""
    if task.outputs or task.state not in UNFINISHED:
        return len(task.outputs)
    samples = task.request.values.get("samples", 1)
    return min(samples, 64) if isinstance(samples, int) else 1
