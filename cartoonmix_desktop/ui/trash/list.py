"""What is in the trash as a list: a picture, the prompt, and when it is deleted.

The things are few words each; their tasks and pictures are fetched when they come into sight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cartoonmix_desktop.core.task.task import OutputState
from cartoonmix_desktop.ui.widgets.icons import pixmap
from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails
from cartoonmix_desktop.ui.widgets.painting import paint_picture
from cartoonmix_desktop.ui.widgets.text import elided
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font
from cartoonmix_desktop.wording import trash as texts
from cartoonmix_desktop.wording.tasks.states import title_of
from cartoonmix_desktop.wording.trash import item_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.core.task.trash import TrashItem
    from cartoonmix_desktop.ui.widgets.image_decoding import Spawn

PAGE = 64
"""Things whose tasks are fetched at once."""

_EDGE = 48  # of a thumbnail
_ROW = _EDGE + 4 * SPACE
_NOWHERE = QModelIndex()


class TrashSource(Protocol):
    """Where the trash comes from; implemented by the services."""

    async def items(self) -> list[TrashItem]:
        """Everything in it, the last thrown away first."""

    async def tasks(self, ids: Sequence[int]) -> list[Task]:
        """Tasks, in the trash or not; absent ones are left out."""

    async def pictures(self, ids: Sequence[int]) -> list[Output]:
        """Outputs by their ids; absent ones are left out."""

    async def thumbnails(self, outputs: Sequence[Output]) -> list[bytes | None]:
        """Encoded small copies; None where a file is missing."""

    def days_left(self, at: float) -> int | None:
        """Days of use for which what was thrown away ``at`` stays; None for ever."""


class TrashModel(QAbstractListModel):
    """One row a thing."""

    def __init__(self, source: TrashSource, spawn: Spawn, parent: QObject | None = None) -> None:
        """Set up an empty model; `reload` fills it.

        Args:
            source: the trash.
            spawn: starts a coroutine in an owned task set.
            parent: its owner.
        """
        super().__init__(parent)
        self.items: list[TrashItem] = []
        self._source = source
        self._spawn = spawn
        self._tasks: dict[int, Task] = {}
        self._pictures: dict[int, Output] = {}
        self._asked: set[int] = set()  # pages
        self._thumbnails = Thumbnails(source.thumbnails, spawn, self)
        self._thumbnails.ready.connect(self._show)

    async def reload(self) -> None:
        """Read what there is."""
        items = await self._source.items()
        self.beginResetModel()
        self.items = items
        self._asked.clear()
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """How many things there are."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Words for people and their tools."""
        if index.isValid() and role in {
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        }:
            return " – ".join(self.words(index.row()))
        return None

    def words(self, row: int) -> tuple[str, str]:
        """The two lines of a row; the first is "…" until its task is fetched."""
        item = self.items[row]
        self._want(row)
        task = self._tasks.get(item.task_id)
        line = item_words(item, self._source.days_left(item.at))
        return title_of(task) if task is not None else "…", line

    def picture(self, row: int) -> Output | None:
        """The picture that stands for a row; None if there is none, or it is not fetched yet."""
        item = self.items[row]
        if item.picture_id:
            output = self._pictures.get(item.picture_id)
            return output if output is not None and output.state is OutputState.KEPT else None
        task = self._tasks.get(item.task_id)
        return next(iter(task.kept), None) if task is not None else None

    def thumbnail(self, row: int, output: Output, size: QSize) -> Any:
        """A thumbnail of ``size`` device pixels, or None until it is decoded."""
        return self._thumbnails.get(output, size, row)

    def _want(self, row: int) -> None:
        page = row // PAGE
        if page not in self._asked:
            self._asked.add(page)
            self._spawn(self._fetch(page * PAGE))

    async def _fetch(self, first: int) -> None:
        some = self.items[first : first + PAGE]
        for task in await self._source.tasks([item.task_id for item in some]):
            self._tasks[task.id] = task
        alone = [item.picture_id for item in some if item.picture_id]
        for output in await self._source.pictures(alone) if alone else ():
            self._pictures[output.id] = output
        if last := min(first + PAGE, len(self.items)):
            self.dataChanged.emit(self.index(min(first, last - 1)), self.index(last - 1))

    def _show(self, row: int) -> None:
        if row < len(self.items):
            self.dataChanged.emit(self.index(row), self.index(row))


class _Delegate(QStyledItemDelegate):
    """Paints a row from what is at hand."""

    def __init__(self, model: TrashModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002  Qt's signature
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002
    ) -> QSize:
        """All rows are as high."""
        return QSize(240, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """A picture and two lines."""
        theme, place = Theme.current(), option.rect
        state = option.state
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        ground = QRectF(place).adjusted(SPACE, 1, -SPACE, -1)
        if state & QStyle.StateFlag.State_Selected:
            self._fill(painter, ground, "selection")
        elif state & QStyle.StateFlag.State_MouseOver:
            self._fill(painter, ground, "hover")
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), 6, 6)
        tile = QRectF(place.left() + 3 * SPACE, place.top() + 2 * SPACE, _EDGE, _EDGE)
        self._paint_tile(painter, tile, index.row())
        title, line = self._model.words(index.row())
        left = round(tile.right()) + 3 * SPACE
        room = place.right() - left - 3 * SPACE
        middle = place.center().y()
        for words, role, size, top in (
            (title, "text", 13, middle - 21),
            (line, "muted", 11, middle + 2),
        ):
            painter.setFont(font(size))
            painter.setPen(theme.color(role))
            painter.drawText(
                QRect(left, top, room, 20),
                Qt.AlignmentFlag.AlignVCenter,
                elided(words, painter.fontMetrics(), room),
            )
        painter.restore()

    @staticmethod
    def _fill(painter: QPainter, ground: QRectF, role: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Theme.current().color(role))
        painter.drawRoundedRect(ground, 6, 6)

    def _paint_tile(self, painter: QPainter, tile: QRectF, row: int) -> None:
        ratio = painter.device().devicePixelRatio()
        output = self._model.picture(row)
        size = QSize(_EDGE, _EDGE) * ratio
        image = None if output is None else self._model.thumbnail(row, output, size)
        if image is not None:
            paint_picture(painter, tile, image)
            return
        self._fill(painter, tile, "pressed")
        if output is None:
            painter.drawPixmap(tile.center() - QPointF(10, 10), pixmap("image", "muted", 20, ratio))


class TrashList(QListView):
    """The rows; several can be chosen."""

    def __init__(self, model: TrashModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_Delegate(model, self))
        self.setAccessibleName(texts.TITLE)
        self.setProperty("painted", "true")
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        Theme.current().changed.connect(self.viewport().update)

    @property
    def rows(self) -> list[int]:
        """The chosen rows, from the top."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def keyboardSearch(self, search: str) -> None:
        """Typing does not jump: Qt would fetch everything to compare."""
