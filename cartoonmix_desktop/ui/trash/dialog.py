"""The trash: what was deleted and can be restored, or deleted for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.trash.list import TrashList, TrashModel
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.notice import Notice
from cartoonmix_desktop.ui.widgets.one_press import once
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import trash as texts
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.trash import contents_words, term_words

if TYPE_CHECKING:
    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.task.trash import TrashItem

_SIZE = (620, 560)


class TrashDialog(QDialog):
    """Lists the trash. Show with ``open()``.

    Attributes:
        model: what it lists.
        list: its rows.

    Signals:
        restore_requested: some `TrashItem` are to be brought back.
        delete_requested: some are to be deleted for good; to be asked about first.
        empty_requested: so is everything.
    """

    restore_requested = Signal(object)
    delete_requested = Signal(object)
    empty_requested = Signal()

    def __init__(self, model: TrashModel, term: int, parent: QWidget | None = None) -> None:
        """Make it.

        Args:
            model: the trash; it becomes this dialog's.
            term: days of use that things stay; 0 for ever.
            parent: the window it belongs to.
        """
        super().__init__(parent)
        self.setWindowTitle(texts.TITLE)
        self.resize(*_SIZE)
        self.setMinimumSize(420, 320)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        model.setParent(self)
        self.model = model
        self._contents = label(size=15)
        self._problem = Notice()
        self.list = TrashList(model)
        self._empty = QWidget()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        self._restore = button(texts.RESTORE, primary=True)
        self._restore.clicked.connect(self._on_restore)
        self._delete = button(texts.DELETE_NOW)
        self._delete.clicked.connect(self.delete)
        self._all = button(texts.EMPTY_NOW)
        self._all.setProperty("danger", "true")
        self._all.clicked.connect(self.empty_requested)
        for destroying in (self._delete, self._all):
            once(destroying)
        close = button(common.CLOSE)
        close.clicked.connect(self.reject)
        head = QVBoxLayout()
        head.setContentsMargins(6 * SPACE, 5 * SPACE, 6 * SPACE, 0)
        head.setSpacing(SPACE)
        head.addWidget(self._contents)
        head.addWidget(label(term_words(term), role="muted", wrap=True))
        head.addWidget(self._problem)
        foot = QHBoxLayout()
        foot.setContentsMargins(6 * SPACE, 0, 6 * SPACE, 5 * SPACE)
        foot.setSpacing(2 * SPACE)
        for made in (self._restore, self._delete, self._all):
            foot.addWidget(made)
        foot.addStretch()
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * SPACE)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        model.modelReset.connect(self._on_reset)
        self.list.selectionModel().selectionChanged.connect(self._offer)
        self._on_reset()

    @property
    def chosen(self) -> list[TrashItem]:
        """What is selected."""
        return [self.model.items[row] for row in self.list.rows]

    def show_problem(self, error: CartoonMixError) -> None:
        """Say what went wrong."""
        words = describe(error)
        self._problem.show_notice("warn", words.title, words.advice)

    def _on_reset(self) -> None:
        items = self.model.items
        self._contents.setText(contents_words(items) or texts.NOTHING)
        appears = items and self._stack.currentWidget() is not self.list
        self._stack.setCurrentWidget(self.list if items else self._empty)
        if items:
            self.list.setCurrentIndex(self.model.index(0))
        if appears:
            self.list.setFocus()
        self._offer()

    def _offer(self) -> None:
        chosen = bool(self.list.rows)
        self._restore.setEnabled(chosen)
        self._delete.setEnabled(chosen)
        self._all.setEnabled(bool(self.model.items))

    def _on_restore(self) -> None:
        self._problem.clear()
        self.restore_requested.emit(self.chosen)

    def delete(self) -> None:
        """Ask for what is selected to be deleted for good."""
        self._problem.clear()
        if self.chosen:
            self.delete_requested.emit(self.chosen)
