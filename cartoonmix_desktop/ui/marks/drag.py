"""Tasks and pictures on their way to a collection, under the pointer; and where they may land."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QObject,
    QPoint,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QDrag, QFontMetrics, QPainter, QPixmap, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.search.result_set import packed
from cartoonmix_desktop.core.task.marks import Collection, Target
from cartoonmix_desktop.ui.widgets.desktop import files_data
from cartoonmix_desktop.ui.widgets.icons import icon, pixmap
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font
from cartoonmix_desktop.wording import marks
from cartoonmix_desktop.wording.formats import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import (
        QDragEnterEvent,
        QDragLeaveEvent,
        QDragMoveEvent,
        QDropEvent,
        QHideEvent,
        QShowEvent,
    )

_KIND = "application/x-cartoonmix-marks"
_MOST = 9  # lines without scrolling
_EDGE = 24  # pixels in which what is held scrolls
_FASTEST = 10  # pixels, each time
_PACE = 20  # milliseconds from one time to the next
_PATIENCE = 250  # milliseconds before the first
_TURN = 3  # lines to a notch of the wheel
_BADGE = 28  # height of what is under the pointer
MOST_FILES = 2_000
"""Files that are handed to another program at once."""


def add_target(data: QMimeData, target: Target) -> None:
    """Let what is dragged also say which tasks or pictures it is."""
    numbers = packed((len(target.tasks),))
    numbers.extend(target.tasks)
    numbers.extend(target.outputs)
    data.setData(_KIND, numbers.tobytes())


def target_of(data: QMimeData) -> Target:
    """Which tasks or pictures are dragged; none if it comes from elsewhere."""
    numbers = packed()
    with suppress(ValueError):  # another program's
        numbers.frombytes(bytes(data.data(_KIND).data()))
    count, ids = numbers[0] if numbers else 0, tuple(numbers[1:])
    return Target(ids[:count], ids[count:]) if 0 <= count <= len(ids) else Target()


def start_drag(widget: QWidget, target: Target, files: Sequence[Path], count: int) -> None:
    """Take tasks or pictures along under the pointer, unless the button was let go meanwhile.

    Args:
        widget: where they come from.
        target: what they are to us.
        files: what they are to other programs.
        count: how many they are, to be shown.
    """
    if not QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
        return
    data = files_data(files)
    add_target(data, target)
    drag = QDrag(widget)
    drag.setMimeData(data)
    drag.setPixmap(_badge(count, widget.devicePixelRatioF()))
    drag.exec(Qt.DropAction.CopyAction)


def _badge(count: int, ratio: float) -> QPixmap:
    """A picture's icon, and how many of them."""
    theme, words = Theme.current(), number(count)
    width = _BADGE + (QFontMetrics(font(11, medium=True)).horizontalAdvance(words) + 2 * SPACE)
    made = QPixmap(round(width * ratio), round(_BADGE * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.color("line"))
    painter.setBrush(theme.color("panel"))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, _BADGE - 1), 6, 6)
    painter.drawPixmap(SPACE, SPACE, pixmap("image", "text", _BADGE - 2 * SPACE, ratio))
    painter.setFont(font(11, medium=True))
    painter.setPen(theme.color("text"))
    place = QRect(_BADGE, 0, width - _BADGE, _BADGE)
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
    painter.end()
    return made


class CollectionDrop(QFrame):
    """A list of collections that lies over the history while something can be dropped on it.

    It scrolls where something is held near an edge of it, and by the wheel; the line of a new
    collection stands above what scrolls.
    """

    dropped = Signal(object, object)
    """A `Target`, and the `Collection`; None for a new one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self.setAcceptDrops(True)
        self.new = _lines(marks.DROP_NEW)
        self.new.addItem(QListWidgetItem(icon("plus", "muted"), marks.DROP_NEW_LINE))
        self.list = _lines(marks.DROP_ON)
        words = label(marks.DROP, role="muted", size=11)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(words)
        column.addWidget(self.new)
        column.addWidget(self.list)
        self._held = QPoint()  # where the pointer is
        self._pace = QTimer(self)
        self._pace.timeout.connect(self._on_pace)
        self.hide()

    def set_collections(self, collections: Sequence[Collection]) -> None:
        """Offer these, and a new one."""
        self.list.clear()
        for each in collections:
            item = QListWidgetItem(icon("folder", "muted"), each.name)
            item.setData(Qt.ItemDataRole.UserRole, each)
            self.list.addItem(item)

    def show_at(self, place: QRect) -> None:
        """Show it at the upper edge of a rectangle of its parent; higher up if that is too low."""
        self._light(None)
        line = self.new.sizeHintForRow(0)
        self.new.setFixedHeight(line)
        self.list.setVisible(self.list.count() > 0)
        self.list.setFixedHeight(min(self.list.count(), _MOST) * line)
        wanted, end = self.sizeHint().height(), place.bottom() + 1
        top = max(0, min(place.top(), end - wanted))
        if (lack := wanted - (end - top)) > 0:
            self.list.setFixedHeight(max(line, self.list.height() - lack))
        self.setGeometry(
            place.left() + 2 * SPACE, top, place.width() - 4 * SPACE, self.sizeHint().height()
        )
        self.show()
        self.raise_()

    # --- what is held over it --------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome our own."""
        if target_of(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Light up the line under the pointer; near an edge, begin to scroll."""
        self._held = event.position().toPoint()
        item = self._item_at(self._held)
        self._light(item)
        event.setAccepted(item is not None)
        if not self._pull():
            self._pace.stop()
        elif not self._pace.isActive():
            self._pace.start(_PATIENCE)  # it may only be on its way across

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The pointer went on."""
        super().dragLeaveEvent(event)
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it."""
        item = self._item_at(event.position().toPoint())
        target = target_of(event.mimeData())
        self.hide()
        if item is None or not target:
            event.ignore()
            return
        event.acceptProposedAction()
        self.dropped.emit(target, item.data(Qt.ItemDataRole.UserRole))

    def showEvent(self, event: QShowEvent) -> None:
        """Hear the wheel: while something is dragged, Qt hands it to nobody."""
        super().showEvent(event)
        if (app := QApplication.instance()) is not None:
            app.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is held here any more."""
        super().hideEvent(event)
        self._pace.stop()
        if (app := QApplication.instance()) is not None:
            app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Scroll by the wheel."""
        if not isinstance(event, QWheelEvent):
            return bool(super().eventFilter(watched, event))
        self._scroll(round(-event.angleDelta().y() / 120 * _TURN * self.new.height()))
        return True

    def _on_pace(self) -> None:
        self._scroll(self._pull())
        self._pace.start(_PACE)

    def _scroll(self, pixels: int) -> None:
        bar = self.list.verticalScrollBar()
        bar.setValue(bar.value() + pixels)
        self._light(self._item_at(self._held))

    def _pull(self) -> int:
        """Pixels to scroll by while the pointer is where it is: more, the nearer to an edge."""
        port = self.list.viewport()
        y, height = port.mapFrom(self, self._held).y(), port.height()
        edge = min(_EDGE, height // 4)
        if self.list.isHidden() or edge <= y < height - edge or y < 0:
            return 0
        depth = y - edge if y < edge else min(y + 1 - height, 0) + edge
        return round(_FASTEST * depth / edge)

    def _item_at(self, place: QPoint) -> QListWidgetItem | None:
        for lines in (self.new, self.list):
            port = lines.viewport()
            here = port.mapFrom(self, place)
            if port.isVisible() and port.rect().contains(here):
                return lines.itemAt(here)
        return None

    def _light(self, item: QListWidgetItem | None) -> None:
        for lines in (self.new, self.list):
            mine = item is not None and item.listWidget() is lines
            lines.setCurrentItem(cast("QListWidgetItem", item if mine else None))


def _lines(name: str) -> QListWidget:
    """Lines that are lit from outside, and do nothing by themselves."""
    made = QListWidget()
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
    made.setAutoScroll(False)
    made.setTextElideMode(Qt.TextElideMode.ElideRight)
    return made
