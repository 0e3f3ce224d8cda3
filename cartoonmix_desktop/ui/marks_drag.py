"""Tasks and pictures on their way to a collection, under the pointer; and where they may land."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QMimeData, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cartoonmix_desktop.core.marks import Collection, Target
from cartoonmix_desktop.ui.icons import icon
from cartoonmix_desktop.ui.text import label
from cartoonmix_desktop.ui.theme import SPACE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

_KIND = "application/x-cartoonmix-marks"
_MOST = 9  # lines without scrolling


def add_target(data: QMimeData, target: Target) -> None:
    """Let what is dragged also say which tasks or pictures it is."""
    both = {"tasks": target.tasks, "outputs": target.outputs}
    data.setData(_KIND, json.dumps(both).encode())


def target_of(data: QMimeData) -> Target:
    """Which tasks or pictures are dragged; none if it comes from elsewhere."""
    try:
        told = json.loads(bytes(data.data(_KIND).data()) or b"{}")
        tasks, outputs = (tuple(map(int, told.get(key, ()))) for key in ("tasks", "outputs"))
    except (ValueError, TypeError, AttributeError):
        return Target()
    return Target(tasks, outputs)


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
