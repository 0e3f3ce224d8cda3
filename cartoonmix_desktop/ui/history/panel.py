"""The history beside the picture: a search field over the list, and words where there is no row."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.history.list.view import HistoryView
from cartoonmix_desktop.ui.history.search.bar import SearchBar
from cartoonmix_desktop.ui.history.view_options import ViewOptions
from cartoonmix_desktop.ui.marks.drag import CollectionDrop, target_of
from cartoonmix_desktop.ui.widgets.buttons import worded_button
from cartoonmix_desktop.ui.widgets.text import label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import history as words
from cartoonmix_desktop.wording.tasks.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

    from cartoonmix_desktop.core.search.query import Query
    from cartoonmix_desktop.core.task.marks import Collection, SavedSearch
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.history.grid.model import GalleryModel
    from cartoonmix_desktop.ui.history.grid.view import GalleryView
    from cartoonmix_desktop.ui.history.list.model import HistoryModel
    from cartoonmix_desktop.ui.history.paged_model import PagedModel


_WIDEST_DROP = 360  # pixels of the list of collections that appears while dragging


class HistoryPanel(QWidget):
    """Search, list and empty states. All signals carry a task's id."""

    task_selected = Signal(int)
    """0 when nothing is."""
    task_activated = Signal(int)
    enlarge_requested = Signal()
    """Show the picture of what is current alone."""
    cancel_requested = Signal(int)
    fetch_again_requested = Signal(int)
    send_again_requested = Signal(int)
    discard_requested = Signal(int)
    doubt_action_requested = Signal(str, int)
    """One of the other values of `Action`, and a task's id."""
    retry_requested = Signal(int)
    use_recipe_requested = Signal(int)
    copy_prompt_requested = Signal(int)
    delete_requested = Signal(int)
    delete_remote_requested = Signal(int)
    trash_requested = Signal()
    """Open the trash."""

    options_changed = Signal()
    """From tasks to pictures, or back."""

    collection_dropped = Signal(object, object)
    """A `Target`, and the `Collection`; None for a new one."""

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.view_options = ViewOptions()
        self.view_options.changed.connect(self._on_options_changed)
        self._begun = self._pictures_shown = self._short = False
        self.search = SearchBar()
        self.search.query_changed.connect(self._ask)
        self.search.left_downwards.connect(self._enter_list)
        self.view = HistoryView(model)
        self.view.selection_changed.connect(self._say_chosen)
        self.view.task_selected.connect(self.task_selected)
        self.view.task_activated.connect(self.task_activated)
        self.view.enlarge_requested.connect(self.enlarge_requested)
        self.view.action_requested.connect(self._on_action_requested)
        self._nothing_found = label(role="muted", wrap=True)
        self._nothing_found.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._clear = QPushButton()
        self._clear.clicked.connect(self.search.show_all)
        self._no_match = QWidget()
        column = QVBoxLayout(self._no_match)
        column.setContentsMargins(4 * SPACE, 12 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addWidget(self._nothing_found)
        column.addWidget(self._clear, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        empty = label(words.NOTHING_YET, role="muted", wrap=True)
        empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        empty.setContentsMargins(4 * SPACE, 12 * SPACE, 4 * SPACE, 4 * SPACE)
        self._empty: QWidget = empty
        self._stack = QStackedWidget()
        for page in (self.view, self._no_match, self._empty):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.search)
        layout.addWidget(self.view_options)
        layout.addWidget(self._stack, 1)
        self._trash = worded_button(words.TRASH, "trash")
        self._trash.clicked.connect(self.trash_requested)
        self._trash.hide()
        foot = QHBoxLayout()
        foot.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        foot.addWidget(self._trash)
        foot.addStretch()
        self._chosen = label(role="muted", size=11)
        self._chosen.setAccessibleName(words.HOW_MANY)
        self._chosen.hide()
        foot.addWidget(self._chosen)
        layout.addLayout(foot)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(300)
        self.setAcceptDrops(True)
        self._drop = CollectionDrop(self)
        self._drop.dropped.connect(self.collection_dropped)
        self._drop.set_collections(())
        self._listen_to(model)

    @cached_property
    def pictures(self) -> GalleryView:
        """The grid, made when it is first turned to or asked for: not before the list is there."""
        from cartoonmix_desktop.ui.history.grid.model import GalleryModel
        from cartoonmix_desktop.ui.history.grid.view import GalleryView

        made = GalleryView(GalleryModel(self.model.source, self.model.spawn, self))
        made.edge_changed.connect(self._on_edge_changed)
        made.enlarge_requested.connect(self.enlarge_requested)
        made.selection_changed.connect(self._say_chosen)
        self._listen_to(made.gallery)
        self._stack.addWidget(made)
        return made

    @property
    def query(self) -> Query:
        """Which tasks are shown."""
        return self.search.query

    @property
    def gallery(self) -> GalleryModel:
        """What is in the grid."""
        return self.pictures.gallery

    def _listen_to(self, rows: PagedModel) -> None:
        for told in (rows.read, rows.rowsInserted, rows.rowsRemoved):
            told.connect(self._choose_page)
            told.connect(self._say_chosen)

    def begin(self) -> None:
        """Read for the first time: the history is open. Until then nothing is asked of it."""
        self._begun = True
        self.model.search(self.search.query)
        self.model.reload()
        if self._pictures_shown:
            self.gallery.wake(self.search.query)

    def set_empty_widget(self, widget: QWidget) -> None:
        """Show ``widget`` instead of words while there is no task at all."""
        shown = self._stack.currentWidget() is self._empty
        self._stack.removeWidget(self._empty)
        self._empty.deleteLater()
        self._empty = widget
        self._stack.addWidget(widget)
        if shown:
            self._stack.setCurrentWidget(widget)

    def select(self, task_id: int) -> None:
        """Select a task and bring it into sight."""
        self.view.select(task_id)

    def show_trash(self, items: int) -> None:
        """Offer the trash while something is in it."""
        self._trash.setText(words.trash(items))
        self._trash.setToolTip(tooltip(words.TRASH_HELP))
        self._trash.setVisible(items > 0)

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.edit.selectAll()

    def search_again(self) -> None:
        """Ask for the same once more: what fits may not be what did."""
        self.model.reload()
        if self._has_grid:
            self.gallery.reload()

    # --- tasks or pictures -----------------------------------------------------------------------

    def set_short(self, short: bool) -> None:
        """Leave a low window to the tasks: the menu and its key lead to the pictures."""
        self._short = short
        self.search.set_short(short)
        self.view_options.setVisible(self._pictures_shown or not short)
        self._say_chosen()

    @property
    def _has_grid(self) -> bool:
        return "pictures" in self.__dict__

    @property
    def shows_pictures(self) -> bool:
        """Whether there is the grid of pictures, and not the list of tasks."""
        return self.view_options.pictures

    async def wait_until_idle(self, within: float) -> None:
        """Wait until all that is in sight is painted, or for so many seconds."""
        await (self.gallery if self._pictures_shown else self.model).wait_until_idle(within)

    def _on_options_changed(self) -> None:
        options = self.view_options
        self.view.grouped = options.grouped
        if not options.pictures and not self._has_grid:
            return
        focused = self.view.hasFocus() or self.pictures.hasFocus()
        self.pictures.grouped, self.pictures.fitted = options.grouped, options.fitted
        if self.pictures.edge != options.edge:
            self.pictures.edge = options.edge
        if options.pictures == self._pictures_shown:
            return
        self._pictures_shown = options.pictures
        self.set_short(self._short)
        if not options.pictures:
            self.gallery.sleep()
        self._ask()
        self._choose_page()
        view = self.pictures if self._pictures_shown else self.view
        if focused and self._stack.currentWidget() is view:
            view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say_chosen()
        self.options_changed.emit()

    def _on_edge_changed(self, edge: int) -> None:
        self.view_options.edge = edge

    def _ask(self) -> None:
        # Only what is seen is asked for; the other way to look asks when it is turned to.
        if self._begun and self._pictures_shown:
            self.gallery.wake(self.search.query)
        elif self._begun:
            self.model.search(self.search.query)

    def _say_chosen(self) -> None:
        view, rows = (
            (self.pictures, self.gallery) if self._pictures_shown else (self.view, self.model)
        )
        count, found = view.count, rows.rowCount()
        said = ""
        if count > 1:
            said = words.selected(count, found if rows.whole else None)
        elif found and rows.whole and (self._pictures_shown or (rows.searched and not self._short)):
            said = words.found(found, grid=self._pictures_shown)
        self._chosen.setText(said)
        self._chosen.setVisible(bool(said))

    def task_at_hand(self, task_id: int) -> Task | None:
        """A task of the list if it is read already."""
        return self.model.task_at(row) if (row := self.model.row_of(task_id)) >= 0 else None

    def show_names(
        self,
        tags: Sequence[tuple[str, int]],
        collections: Sequence[Collection],
        searches: Sequence[SavedSearch],
    ) -> None:
        """Offer these names, to search for and to be dropped on."""
        self.search.edit.set_names(tags, [each.name for each in collections])
        self.search.set_searches(searches)
        self.search.set_collections(collections)
        self._drop.set_collections(collections)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show where tasks and pictures can be dropped."""
        if target_of(event.mimeData()):
            event.acceptProposedAction()
            place = self._stack.geometry()
            place.setLeft(max(place.left(), place.right() - _WIDEST_DROP))
            self._drop.show_at(place)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went elsewhere, unless onto that very list."""
        super().dragLeaveEvent(event)
        if not self._drop.geometry().contains(self.mapFromGlobal(QCursor.pos())):
            self._drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Let go beside the list: nothing happens."""
        self._drop.hide()
        event.ignore()

    def _enter_list(self) -> None:
        view = self.pictures if self._pictures_shown else self.view
        view.setFocus(Qt.FocusReason.OtherFocusReason)
        if not view.selectionModel().hasSelection() and view.model().rowCount():
            view.setCurrentIndex(view.model().index(0, 0))

    def _choose_page(self) -> None:
        view = self.pictures if self._pictures_shown else self.view
        rows = self.gallery if self._pictures_shown else self.model
        searched = rows.searched
        # Left alone, Qt hands the focus of a list that goes to a text field, and with it Ctrl+Z.
        focused = view.hasFocus() or self.hasFocus()
        if focused:
            self.setFocus()
        if rows.rowCount() or searched is None:
            self._stack.setCurrentWidget(view)
        elif searched:
            grid = self._pictures_shown
            self._nothing_found.setText(words.nothing_found(searched, grid=grid))
            self._clear.setText(words.SHOW_ALL_PICTURES if grid else words.SHOW_ALL_TASKS)
            self._stack.setCurrentWidget(self._no_match)
        else:
            self._stack.setCurrentWidget(self._empty)
        if focused and self._stack.currentWidget() is view:
            view.setFocus()

    def _on_action_requested(self, action: str, task_id: int) -> None:
        signals = {
            Action.CANCEL: self.cancel_requested,
            Action.FETCH_AGAIN: self.fetch_again_requested,
            Action.SEND_AGAIN: self.send_again_requested,
            Action.DISCARD: self.discard_requested,
            Action.RETRY: self.retry_requested,
            Action.USE_RECIPE: self.use_recipe_requested,
            Action.COPY_PROMPT: self.copy_prompt_requested,
            Action.DELETE: self.delete_requested,
            Action.DELETE_REMOTE: self.delete_remote_requested,
        }
        if (signal := signals.get(Action(action))) is not None:
            signal.emit(task_id)
        else:
            self.doubt_action_requested.emit(action, task_id)
