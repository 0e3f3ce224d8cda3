"""What an account made elsewhere as a list: a tick, a picture, the prompt, and its facts.

Pictures are asked for when their rows come into sight, and only then.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cartoonmix_desktop.core.task.maker import Whose
from cartoonmix_desktop.core.task.task import Output, OutputState
from cartoonmix_desktop.ui.widgets.icons import pixmap
from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails
from cartoonmix_desktop.ui.widgets.painting import paint_picture
from cartoonmix_desktop.ui.widgets.text import elided
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font
from cartoonmix_desktop.wording.tasks import elsewhere as words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from PySide6.QtGui import QImage

    from cartoonmix_desktop.core.task.remote import RemoteOutput
    from cartoonmix_desktop.services.sending.take_up import Found
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn

    Preview = Callable[[RemoteOutput], Awaitable[bytes | None]]
    """Gives a small copy of a picture at the server."""

_EDGE = 48  # of a picture
_TICK = 18  # of the box that is ticked
_ROW = _EDGE + 4 * SPACE
_NOWHERE = QModelIndex()


class FoundModel(QAbstractListModel):
    """One row a task; those that are ours and have pictures are ticked from the beginning.

    Signals:
        chosen_changed: other rows are ticked.
        picture_ready: the number of a row of which there is another picture.
    """

    chosen_changed = Signal()
    picture_ready = Signal(int)

    def __init__(self, preview: Preview, spawn: Spawn, parent: QObject | None = None) -> None:
        """Set up an empty model.

        Args:
            preview: gives pictures.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
        """
        super().__init__(parent)
        self.found: list[Found] = []
        self._preview = preview
        self._ticked: set[str] = set()
        self._outputs: dict[tuple[str, int], Output] = {}  # stand for those at the server
        self._remote: dict[int, RemoteOutput] = {}
        self._thumbnails = Thumbnails(self._fetch, spawn, self, batch=1)
        self._thumbnails.ready.connect(self._show)

    def clear(self) -> None:
        """Begin anew."""
        self.beginResetModel()
        self.found.clear()
        self._ticked.clear()
        self.endResetModel()
        self.chosen_changed.emit()

    def add(self, found: Sequence[Found]) -> None:
        """Put rows at the end."""
        if not found:
            return
        first = len(self.found)
        self.beginInsertRows(_NOWHERE, first, first + len(found) - 1)
        self.found += found
        self.endInsertRows()
        ours = {one.remote.id for one in found if one.whose is Whose.OURS and one.remote.outputs}
        self._ticked |= ours
        self.chosen_changed.emit()

    def drop(self, ids: Iterable[str]) -> None:
        """Take out what was taken up."""
        gone = set(ids)
        self.beginResetModel()
        self.found = [one for one in self.found if one.remote.id not in gone]
        self._ticked -= gone
        self.endResetModel()
        self.chosen_changed.emit()

    @property
    def chosen(self) -> list[Found]:
        """What is ticked, from the top."""
        return [one for one in self.found if one.remote.id in self._ticked]

    def tick(self, rows: Iterable[int], *, on: bool) -> None:
        """Tick some rows, or take their ticks away."""
        ids = {self.found[row].remote.id for row in rows}
        self._ticked = self._ticked | ids if on else self._ticked - ids
        if self.found:
            self.dataChanged.emit(self.index(0), self.index(len(self.found) - 1))
        self.chosen_changed.emit()

    def is_ticked(self, row: int) -> bool:
        """Whether a row is."""
        return self.found[row].remote.id in self._ticked

    def picture(self, row: int, number: int, size: QSize) -> QImage | None:
        """A picture of ``size`` device pixels, or None until it is there."""
        task = self.found[row].remote
        if number >= len(task.outputs):
            return None
        key = (task.id, number)
        if (output := self._outputs.get(key)) is None:
            output = Output(len(self._outputs) + 1, number, OutputState.PENDING)
            self._outputs[key] = output
            self._remote[output.id] = task.outputs[number]
        return self._thumbnails.get(output, size, row)

    def retain(self, rows: range) -> None:
        """Ask for no pictures of other rows any more."""
        self._thumbnails.retain(rows)

    async def _fetch(self, outputs: Sequence[Output]) -> list[bytes | None]:
        return [await self._preview(self._remote[output.id]) for output in outputs]

    def _show(self, row: int) -> None:
        if row < len(self.found):
            self.dataChanged.emit(self.index(row), self.index(row))
            self.picture_ready.emit(row)

    # --- as Qt asks ------------------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """How many tasks there are."""
        return 0 if parent.isValid() else len(self.found)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Rows can be ticked."""
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Words for people and their tools, and the tick."""
        if not index.isValid():
            return None
        row = index.row()
        if role == Qt.ItemDataRole.CheckStateRole:
            ticked = self.is_ticked(row)
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return " – ".join(self.words(row))
        return None

    def setData(
        self,
        index: QModelIndex | QPersistentModelIndex,
        value: Any,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        """Tick a row, or take its tick away."""
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.tick([index.row()], on=Qt.CheckState(value) is Qt.CheckState.Checked)
        return True

    def words(self, row: int) -> tuple[str, str]:
        """The two lines of a row."""
        found = self.found[row]
        return words.title_of(found), words.facts_words(found, date.today())  # noqa: DTZ011  local


class _Delegate(QStyledItemDelegate):
    """Paints a row from what is at hand."""

    def __init__(self, model: FoundModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._view = model, parent

    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002  Qt's signature
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002
    ) -> QSize:
        """All rows are as high."""
        return QSize(320, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """A box to tick, a picture and two lines."""
        theme, place, row = Theme.current(), option.rect, index.row()
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        ground = QRectF(place).adjusted(SPACE, 1, -SPACE, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            _fill(painter, ground, "selection")
        elif option.state & QStyle.StateFlag.State_MouseOver:
            _fill(painter, ground, "hover")
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), 6, 6)
        box = QStyleOptionViewItem(option)
        box.rect = QRect(place.left() + 3 * SPACE, place.center().y() - _TICK // 2, _TICK, _TICK)
        on, off = QStyle.StateFlag.State_On, QStyle.StateFlag.State_Off
        box.state = QStyle.StateFlag.State_Enabled | (on if self._model.is_ticked(row) else off)
        self._view.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, box, painter, self._view
        )
        left = box.rect.right() + 3 * SPACE
        paint_tile(
            painter, self._model, row, 0, QRectF(left, place.top() + 2 * SPACE, _EDGE, _EDGE)
        )
        left += _EDGE + 3 * SPACE
        room, middle = place.right() - left - 3 * SPACE, place.center().y()
        title, facts = self._model.words(row)
        for said, role, size, top in (
            (title, "text", 13, middle - 21),
            (facts, "muted", 11, middle + 2),
        ):
            painter.setFont(font(size))
            painter.setPen(theme.color(role))
            painter.drawText(
                QRect(left, top, room, 20),
                Qt.AlignmentFlag.AlignVCenter,
                elided(said, painter.fontMetrics(), room),
            )
        painter.restore()

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,  # noqa: ARG002  Qt's signature
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """A click on the box, or the space bar anywhere in the list, ticks."""
        row = index.row()
        if isinstance(event, QMouseEvent):
            on_box = event.position().x() < option.rect.left() + _TICK + 5 * SPACE
            if on_box and event.type() is QEvent.Type.MouseButtonRelease:
                self._model.tick([row], on=not self._model.is_ticked(row))
            return on_box and event.type() is not QEvent.Type.MouseMove
        return False


def paint_tile(painter: QPainter, model: FoundModel, row: int, number: int, tile: QRectF) -> None:
    """One picture of a row, or what stands for it."""
    ratio = painter.device().devicePixelRatio()
    image = model.picture(row, number, tile.size().toSize() * ratio)
    if image is not None:
        paint_picture(painter, tile, image)
        return
    _fill(painter, tile, "pressed")
    if number >= len(model.found[row].remote.outputs):
        painter.drawPixmap(tile.center() - QPointF(10, 10), pixmap("image", "muted", 20, ratio))


def _fill(painter: QPainter, ground: QRectF, role: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Theme.current().color(role))
    painter.drawRoundedRect(ground, 6, 6)


class FoundList(QListView):
    """The rows; several can be selected, and ticked by the space bar."""

    def __init__(self, model: FoundModel, parent: QWidget | None = None) -> None:
        """Show a model.

        Args:
            model: its rows.
            parent: its owner.
        """
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(_Delegate(model, self))
        self.setAccessibleName(words.FOUND)
        self.setProperty("painted", "true")
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        Theme.current().changed.connect(self.viewport().update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The space bar ticks all that is selected, or takes their ticks away."""
        rows = [index.row() for index in self.selectionModel().selectedIndexes()]
        if event.key() == Qt.Key.Key_Space and rows:
            self._model.tick(rows, on=not all(map(self._model.is_ticked, rows)))
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Typing does not jump."""

    def _on_scrolled(self) -> None:
        top, bottom = QPointF(1, 1).toPoint(), self.viewport().rect().bottomLeft()
        first, last = self.indexAt(top).row(), self.indexAt(bottom).row()
        self._model.retain(
            range(max(first, 0), (last if last >= 0 else len(self._model.found)) + 1)
        )
