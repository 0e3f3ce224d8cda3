"""The queue: what waits to be sent and how that stands, under the history; else not there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.services.events import QueueChanged
from cartoonmix_desktop.ui.command_names import Command, Menu, Scope, When
from cartoonmix_desktop.ui.queue.model import QueueModel
from cartoonmix_desktop.ui.queue.state_line import StateLine
from cartoonmix_desktop.ui.widgets.buttons import worded_button
from cartoonmix_desktop.ui.widgets.fold import Fold
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import OneLine, elided, label, tooltip
from cartoonmix_desktop.ui.widgets.theme import RADIUS, SPACE, Theme, font
from cartoonmix_desktop.wording import queue as words
from cartoonmix_desktop.wording.formats import number

if TYPE_CHECKING:
    from decimal import Decimal

    from cartoonmix_desktop.services.events import (
        BalanceChanged,
        ConnectionChanged,
        PendingChanged,
    )
    from cartoonmix_desktop.ui.commands import Commands
    from cartoonmix_desktop.ui.queue.waiting_prices import Quotes

ROW = 28
_MOST_ROWS = 6
_SHARE = 0.45  # of the height of what it stands in
_EDGE = 3 * SPACE
_UNDO = 12_000  # milliseconds that the way back is offered
_HOLDS = (words.PAUSE, words.RESUME)
_TICK = 250  # milliseconds between looks at the clock, which counts seconds


class _Delegate(QStyledItemDelegate):
    """Paints a place, a prompt, and what tells it from its neighbours."""

    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002  Qt's signature
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002  Qt's signature
    ) -> QSize:
        """All rows are alike."""
        return QSize(100, ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one row."""
        model = index.model()
        if not isinstance(model, QueueModel):
            return
        theme, row, flag = Theme.current(), option.rect, QStyle.StateFlag
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(row).adjusted(SPACE, 1, -SPACE, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & flag.State_Selected:
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        elif option.state & flag.State_MouseOver:
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        if option.state & flag.State_HasFocus:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
        small, plain = font(11, tabular=True), font(13)
        metrics = QFontMetrics(small)
        nth = number(index.row() + 1)
        column = max(metrics.horizontalAdvance("000"), metrics.horizontalAdvance(nth))
        line = QRect(row).adjusted(_EDGE, 0, -_EDGE, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        muted = theme.color("text" if option.state & flag.State_Selected else "muted")
        painter.setFont(small)
        painter.setPen(muted)
        place = QRect(line.left(), line.top(), column, line.height())
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, nth)
        line.setLeft(line.left() + column + 2 * SPACE)
        facts = (
            model.price(index.row()),
            elided(model.mark(index.row()), metrics, line.width() // 3),
        )
        for text in filter(None, facts):  # the price is never cut short
            painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, text)
            line.setRight(line.right() - metrics.horizontalAdvance(text) - 2 * SPACE)
        painter.setFont(plain)
        painter.setPen(theme.color("text"))
        title = words.title_of(model.task_at(index.row()).request)
        painter.drawText(line, middle, elided(title, QFontMetrics(plain), line.width()))
        painter.restore()


class QueueView(QListView):
    """The rows. All that can be done with them has a key, and is in the menu.

    Signals carry ids in the order of the queue.
    """

    move_requested = Signal(object, int)
    front_requested = Signal(object)
    edit_requested = Signal(int)
    duplicate_requested = Signal(object)
    remove_requested = Signal(object)

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self._model = model
        self._commands: Commands | None = None
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(words.QUEUE)
        self.setProperty("painted", "true")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        model.move_requested.connect(self.move_requested)
        self.doubleClicked.connect(self._on_double_clicked)
        Theme.current().changed.connect(self.viewport().update)

    def chosen(self) -> list[int]:
        """Ids of the selected rows, in the order of the queue."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self._model.task_at(row).id for row in rows]

    def bind(self, commands: Commands) -> None:
        """Do what can be done with rows, by menu and key."""
        self._commands = commands
        own = {
            Command.EDIT_WAITING: self.edit_recipe,
            Command.DUPLICATE_WAITING: self.duplicate,
            Command.SEND_NEXT: self.send_next,
            Command.MOVE_UP: self._up,
            Command.MOVE_DOWN: self._down,
            Command.REMOVE: self.remove,
        }
        for command, act in own.items():
            commands.bind(command, act)
        commands.attend(self, Scope.QUEUE)
        commands.allow(When.ONE_WAITING, len(self.chosen()) == 1)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def _on_selection_changed(self) -> None:
        if self._commands is not None:
            self._commands.allow(When.ONE_WAITING, len(self.chosen()) == 1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the current row: Qt makes one current alone, and no key would do anything."""
        super().focusInEvent(event)
        if not self.chosen() and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.setCurrentIndex(self.currentIndex())

    def keyboardSearch(self, search: str) -> None:
        """Typing does not jump: rows are few words each, and numbers change."""

    def step(self, by: int) -> None:
        """Move the selection up (-1) or down (1)."""
        ids, line = self.chosen(), self._model.ids()
        if not ids:
            return
        rows = [line.index(task_id) for task_id in ids]
        rest = [task_id for task_id in line if task_id not in set(ids)]
        at = rows[0] - 1 if by < 0 else rows[-1] + 2 - len(ids)
        if 0 <= at <= len(rest):
            self.move_requested.emit(ids, rest[at] if at < len(rest) else 0)

    def send_next(self) -> None:
        """Move the selection to the front."""
        if ids := self.chosen():
            self.front_requested.emit(ids)

    def edit_recipe(self) -> None:
        """Put the recipe of the current row into the form."""
        if ids := self.chosen():
            self.edit_requested.emit(ids[0])

    def duplicate(self) -> None:
        """Let the selection wait a second time."""
        if ids := self.chosen():
            self.duplicate_requested.emit(ids)

    def remove(self) -> None:
        """Take the selection out."""
        if ids := self.chosen():
            self.remove_requested.emit(ids)

    def contextMenuEvent(self, arg__1: QContextMenuEvent) -> None:
        """All that can be done, for mouse and keyboard."""
        by_mouse = arg__1.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(arg__1.pos()) if by_mouse else self.currentIndex()
        if not index.isValid():
            return
        if not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
        here = arg__1.globalPos()
        if not by_mouse:
            here = self.viewport().mapToGlobal(self.visualRect(index).center())
        self.menu().popup(here)

    def menu(self) -> QMenu:
        """The menu of the selection; it deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._commands is not None:
            self._commands.fill(menu, Menu.WAITING)
        return menu

    def sizeHint(self) -> QSize:
        """As high as its rows, up to six, and less than half of what it stands in."""
        around = self.window().height() if self.parent() is None else self._room()
        rows = min(self._model.rowCount(), _MOST_ROWS, max(2, int(around * _SHARE) // ROW))
        return QSize(200, rows * ROW + SPACE)

    def _room(self) -> int:
        panel = self.parentWidget()
        holder = panel.parentWidget() if panel is not None else None
        return holder.height() if holder is not None else self.window().height()

    def _up(self) -> None:
        self.step(-1)

    def _down(self) -> None:
        self.step(1)

    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self.edit_recipe()


class QueuePanel(QFrame):
    """A heading that folds, how the queue stands, the rows, and for a moment the way back.

    What is said of its state has its place before there is anything to say: nothing moves when the
    queue is paused, and its buttons stay under the pointer.

    Attributes:
        view: the rows.
        state: how the queue stands, as it is said here.
    """

    pause_requested = Signal()
    resume_requested = Signal()
    put_back_requested = Signal()
    action_requested = Signal(object)
    """An `Offer`."""
    state_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "footer")
        self._model = QueueModel()
        self._model.setParent(self)
        self.state = words.QueueState("")
        self._queue = QueueChanged(0, 0)
        self._online: bool | None = None
        self._balance: Decimal | None = None
        self._edited = False
        self._unfolded: bool | None = None  # what comes back when there is room again
        self.view = QueueView(self._model)
        self._fold = Fold(words.FOLDED, unfolded=True)
        self._pause = worded_button(words.PAUSE, "pause")
        widths = [worded_button(text, "pause").sizeHint().width() for text in _HOLDS]
        self._pause.setMinimumWidth(max(widths))  # it stays under the pointer
        self._pause.clicked.connect(self._on_pause)
        self._count = OneLine(role="muted", size=11)
        self._head = self._make_head()
        self._line = StateLine()
        self._line.action_requested.connect(self.action_requested)
        self._back = QWidget()
        self._said = label(role="muted", size=11)
        back = QHBoxLayout(self._back)
        back.setContentsMargins(3 * SPACE, SPACE, 2 * SPACE, SPACE)
        put_back = worded_button(words.PUT_BACK, "reset")
        put_back.clicked.connect(self._on_put_back)
        back.addWidget(self._said, 1)
        back.addWidget(put_back)
        self._back.hide()
        self._forgetting = QTimer(self, singleShot=True, interval=_UNDO)
        self._forgetting.timeout.connect(self._forget)
        self._clock = QTimer(self, interval=_TICK)
        self._clock.timeout.connect(self._show_state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._head, self._count, self._line, self.view, self._back):
            column.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._show_state()
        self.hide()

    def _make_head(self) -> QWidget:
        heading = label(words.QUEUE, size=13)
        self._fold.be_clicked_at(heading)
        self._fold.add(self.view)
        self._count.setContentsMargins(3 * SPACE, 0, 3 * SPACE, SPACE)
        made = QWidget()
        head = QHBoxLayout(made)
        head.setContentsMargins(3 * SPACE, SPACE, 2 * SPACE, SPACE)
        head.setSpacing(2 * SPACE)
        head.addWidget(heading)
        head.addStretch()
        head.addWidget(self._pause)
        head.addWidget(self._fold)
        return made

    @property
    def unfolded(self) -> bool:
        """Whether the rows are shown where there is room for them."""
        return self._fold.isChecked() if self._unfolded is None else self._unfolded

    @unfolded.setter
    def unfolded(self, wanted: bool) -> None:
        if self._unfolded is None:
            self._fold.setChecked(wanted)
        else:
            self._unfolded = wanted

    def set_short(self, short: bool) -> None:
        """Fold while the window has little height; the person may unfold it all the same."""
        if short and self._unfolded is None:
            self._unfolded = self._fold.isChecked()
            self._fold.setChecked(False)
        elif not short and self._unfolded is not None:
            self._fold.setChecked(self._unfolded)
            self._unfolded = None

    def show_pending(self, pending: PendingChanged) -> None:
        """Show who waits now."""
        current = self.view.currentIndex()
        row = current.row()
        before = self._model.task_at(row).id if current.isValid() else 0
        self._model.show_pending(pending)
        count = self._model.rowCount()
        self._edited = count == 1 and pending.edited != 0
        self._show_count()
        if count and before and self._model.row_of(before) < 0:  # its neighbour takes its place
            self.view.setCurrentIndex(self._model.index(min(row, count - 1)))
        self._show_state()
        self.view.updateGeometry()

    def show_queue(self, queue: QueueChanged) -> None:
        """Show what holds up the queue."""
        self._queue = queue
        self._show_state()

    def show_connection(self, connection: ConnectionChanged) -> None:
        """Show whether what waits for a connection could be sent now."""
        self._online = connection.online
        self._show_state()

    def offer_back(self, count: int) -> None:
        """Offer for a moment to put removed tasks back."""
        self._said.setText(words.removed(count))
        self._back.show()
        self._forgetting.start()
        self._appear()

    def focus_rows(self) -> None:
        """Unfold, and lead the keyboard into the rows."""
        self._fold.setChecked(True)
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self._model.rowCount() and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self._model.index(0))

    def ask_prices(self, quotes: Quotes) -> None:
        """Say what is expected to be paid, as is told there."""
        self._model.prices.ask(quotes)
        self._show_count()

    def show_prices(self) -> None:
        """Prices may be told differently now."""
        self._model.show_prices()
        self._show_count()

    def show_balance(self, balance: BalanceChanged) -> None:
        """Say how far what is left reaches."""
        self._balance = balance.amount
        self._show_count()

    def _show_count(self) -> None:
        count, total = self._model.rowCount(), self._model.total()
        self._count.set_text(words.waiting(count, total, self._balance))

    def _show_state(self) -> None:
        """Say how the queue stands at this moment."""
        state = words.queue_state(
            self._queue, time.time(), online=self._online, edited=self._edited
        )
        (self._clock.start if state.ticks else self._clock.stop)()
        if state == self.state:
            self._appear()
            return
        self.state = state
        self._line.show_state(state)
        self._pause.setText(words.RESUME if state.paused else words.PAUSE)
        self._pause.setIcon(icon("play" if state.paused else "pause"))
        self._pause.setAccessibleName(words.RESUME_NAME if state.paused else words.PAUSE_NAME)
        self._pause.setToolTip(tooltip(words.RESUME_HELP if state.paused else words.PAUSE_HELP))
        self._appear()
        self.state_changed.emit()

    def _appear(self) -> None:
        waits = bool(self._model.rowCount())
        stands = waits or self.state.paused
        self._head.setVisible(stands)
        self._line.setVisible(stands)
        self._count.setVisible(waits)
        self.view.setVisible(waits and self._fold.isChecked())
        self.setVisible(stands or not self._back.isHidden())

    def _forget(self) -> None:
        self._back.hide()
        self._appear()

    def _on_put_back(self) -> None:
        self._forgetting.stop()
        self._forget()
        self.put_back_requested.emit()

    def _on_pause(self) -> None:
        (self.resume_requested if self.state.paused else self.pause_requested).emit()
