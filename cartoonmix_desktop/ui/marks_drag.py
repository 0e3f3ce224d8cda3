"""Tasks and pictures on their way to a collection, under the pointer; and where they may land."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QMimeData, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QDrag, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.found import packed
from cartoonmix_desktop.core.marks import Collection, Target
from cartoonmix_desktop.ui.desktop import files_data
from cartoonmix_desktop.ui.icons import icon, pixmap
from cartoonmix_desktop.ui.text import label
from cartoonmix_desktop.ui.theme import SPACE, Theme, font

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

_KIND = "application/x-cartoonmix-marks"
_MOST = 9  # lines without scrolling
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


def carry(widget: QWidget, target: Target, files: Sequence[Path], count: int) -> None:
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
    theme, words = Theme.current(), f"{count:,}"
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
    """A list of collections that lies over the history while something can be dropped on it."""

    dropped = Signal(object, object)
    """A `Target`, and the `Collection`; None for a new one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self.list = _Landing(self)
        self.list.dropped.connect(self._on_dropped)
        self.list.left.connect(self.hide)
        words = label("Drop on a collection", role="muted", size=11)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(words)
        column.addWidget(self.list)
        self.hide()

    def set_collections(self, collections: Sequence[Collection]) -> None:
        """Offer these, and a new one."""
        self.list.clear()
        for each in collections:
            item = QListWidgetItem(icon("folder", "muted"), each.name)
            item.setData(Qt.ItemDataRole.UserRole, each)
            self.list.addItem(item)
        self.list.addItem(QListWidgetItem(icon("plus", "muted"), "New collection…"))

    def show_at(self, place: QRect) -> None:
        """Show it at the upper edge of a rectangle of its parent."""
        self.list.setCurrentRow(-1)
        lines = min(self.list.count(), _MOST)
        self.list.setFixedHeight(lines * self.list.sizeHintForRow(0) + 2 * self.list.frameWidth())
        self.setGeometry(
            place.left() + 2 * SPACE,
            place.top(),
            place.width() - 4 * SPACE,
            min(self.sizeHint().height(), place.height()),
        )
        self.show()
        self.raise_()

    def _on_dropped(self, target: Target, collection: object) -> None:
        self.hide()
        self.dropped.emit(target, collection)


class _Landing(QListWidget):
    """Marks the collection under the pointer, and takes what is let go there."""

    dropped = Signal(object, object)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Collections to drop on")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome our own."""
        if target_of(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, e: QDragMoveEvent) -> None:
        """Light up the line under the pointer."""
        item = self.itemAt(e.position().toPoint())
        self.setCurrentItem(cast("QListWidgetItem", item))
        e.setAccepted(item is not None)

    def dragLeaveEvent(self, e: QDragLeaveEvent) -> None:
        """The pointer went on."""
        super().dragLeaveEvent(e)
        self.left.emit()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it."""
        item = self.itemAt(event.position().toPoint())
        target = target_of(event.mimeData())
        if item is None or not target:
            event.ignore()
            return
        event.acceptProposedAction()
        self.dropped.emit(target, item.data(Qt.ItemDataRole.UserRole))
