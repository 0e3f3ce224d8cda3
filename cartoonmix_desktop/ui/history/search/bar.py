"""The head of the history: what is searched, in which part of it, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QStyleOptionToolButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.search.query import Order, Query, inside
from cartoonmix_desktop.ui.history.search.edit import SearchEdit
from cartoonmix_desktop.ui.history.search.saved_searches import SavedSearches
from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.named_action import add_named
from cartoonmix_desktop.ui.widgets.text import elided, label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import search as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.marks import Collection, SavedSearch

_WIDEST = 180  # pixels of a collection's name on its button


class SearchBar(QWidget):
    """A line to type in; below it saved searches, the part of the history and the order."""

    query_changed = Signal(object)
    """A `Query`."""
    left_downwards = Signal()
    save_search_requested = Signal(str)
    """The query to be kept under a name."""
    edit_searches_requested = Signal()
    new_collection_requested = Signal()
    rename_collection_requested = Signal(object)
    """A `Collection`, as in the next."""
    delete_collection_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._within = ""
        self._order = Order.NEWEST
        self._collections: Sequence[Collection] = ()
        self._collection: Collection | None = None
        self._searches: Sequence[SavedSearch] = ()
        self._short = False
        self.edit = SearchEdit()
        self.edit.textChanged.connect(self._tell)
        self.edit.left_downwards.connect(self.left_downwards)
        self.edit.problems_changed.connect(self._on_problems_changed)
        self._words = label(role="muted", size=11, wrap=True)
        self._words.setAccessibleName(words.ABOUT)
        self._words.hide()
        self.row = SavedSearches()
        self.row.chosen.connect(self.ask)
        self.row.hide()
        self._chooser = self._menu_button(words.SHOW, "")
        self._chooser.menu().setToolTipsVisible(True)
        self._chooser.menu().aboutToShow.connect(self._fill_parts)
        self._saved = icon_button(words.SAVED_SEARCHES, "bookmark")
        self._saved.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._saved.setMenu(QMenu(self._saved))
        self._saved.menu().setToolTipsVisible(True)
        self._saved.menu().aboutToShow.connect(self._fill_searches)
        self._sorter = self._menu_button(words.SORT, "order")
        self._fill_orders()
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._chooser)
        row.addStretch(1)
        row.addWidget(self._sorter)
        row.addWidget(self._saved)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.edit)
        column.addWidget(self._words)
        column.addWidget(self.row)
        column.addLayout(row)
        self._show_choice()

    @staticmethod
    def _menu_button(name: str, drawing: str) -> QToolButton:
        made = icon_button(
            name, drawing or "chevron-down", kind=QToolButton if drawing else _Chooser
        )
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setFont(font(11))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setMenu(QMenu(made))
        return made

    # --- what is asked ---------------------------------------------------------------------------

    @property
    def query(self) -> Query:
        """What is asked of the history."""
        return Query(self.edit.text(), self._within, self._order)

    @property
    def collection(self) -> Collection | None:
        """The one that is looked at."""
        return self._collection

    def set_collections(self, collections: Sequence[Collection]) -> None:
        """Offer these; one that was chosen and is gone is left."""
        self._collections = collections
        if self._collection is not None:
            now = {each.id: each for each in collections}.get(self._collection.id)
            if now is None:
                self.choose("")
            elif now.name != self._collection.name:
                self.choose(inside(now.name), now)
            self._collection = now

    def set_searches(self, searches: Sequence[SavedSearch]) -> None:
        """Offer these."""
        self._searches = searches
        self.row.set_searches(searches, self._alone)
        self.set_short(self._short)

    def set_short(self, short: bool) -> None:
        """Leave a low window to the results: saved searches are in their menu alone."""
        self._short = short
        self.row.setVisible(bool(self._searches) and not short)

    def show_all(self) -> None:
        """Leave nothing out."""
        self._within, self._collection = "", None
        self._show_choice()
        if self.edit.text():
            self.edit.clear()
        else:
            self._tell()

    def ask(self, query: str) -> None:
        """Ask for this alone."""
        self._within, self._collection = "", None
        self._show_choice()
        self.edit.setText(query)
        self._tell()

    def choose(self, within: str, collection: Collection | None = None) -> None:
        """Look at one part of the history.

        Args:
            within: as in `Query`.
            collection: the one that it is.
        """
        self._within, self._collection = within, collection
        self._show_choice()
        self._tell()

    def order_by(self, order: Order) -> None:
        """Rank the results."""
        self._order = order
        self._show_choice()
        self._tell()

    @property
    def _alone(self) -> str:
        """What is asked of the whole history, as a saved search is."""
        return "" if self._within else self.edit.text().strip()

    def _tell(self) -> None:
        self.row.show_asked(self._alone)
        self.query_changed.emit(self.query)

    def _on_problems_changed(self, said: str) -> None:
        self._words.setText(said)
        self._words.setVisible(bool(said))

    def _show_choice(self) -> None:
        name = next((name for name, within in words.PARTS if within == self._within), "")
        if self._collection is not None:
            name = self._collection.name
        self._chooser.setText(elided(name, self._chooser.fontMetrics(), _WIDEST))
        self._chooser.setToolTip(tooltip(words.shown(name)))
        self._chooser.setAccessibleDescription(name)
        self._sorter.setText(words.ORDERS[self._order])
        self._sorter.setAccessibleDescription(words.ORDERS[self._order])

    # --- menus -----------------------------------------------------------------------------------

    def _fill_parts(self) -> None:
        """What is done with collections stands above them: not all may have room on a screen."""
        menu = self._chooser.menu()
        menu.clear()
        chosen = QActionGroup(menu)
        for name, within in words.PARTS:
            self._add_part(chosen, menu.addAction(name), within, None)
        menu.addSeparator()
        menu.addAction(icon("plus"), words.NEW_COLLECTION, self.new_collection_requested.emit)
        if (mine := self._collection) is not None:
            rename = add_named(menu, words.RENAME_COLLECTION, mine.name)
            rename.triggered.connect(lambda: self.rename_collection_requested.emit(mine))
            delete = add_named(menu, words.DELETE_COLLECTION, mine.name)
            delete.setToolTip(tooltip(words.DELETE_COLLECTION_HELP))
            delete.triggered.connect(lambda: self.delete_collection_requested.emit(mine))
        menu.addSeparator()
        for each in self._collections:
            action = add_named(menu, words.collection(each.count), each.name)
            self._add_part(chosen, action, inside(each.name), each)

    def _add_part(
        self, group: QActionGroup, action: QAction, within: str, of: Collection | None
    ) -> None:
        action.setCheckable(True)
        action.setChecked(within == self._within)
        group.addAction(action)
        action.triggered.connect(lambda: self.choose(within, of))

    def _fill_searches(self) -> None:
        menu = self._saved.menu()
        menu.clear()
        save = menu.addAction(icon("plus"), words.SAVE_SEARCH)
        save.setEnabled(bool(self.query))
        save.triggered.connect(self._on_save)
        edit = menu.addAction(words.EDIT_SEARCHES)
        edit.setEnabled(bool(self._searches))
        edit.triggered.connect(self.edit_searches_requested)
        menu.addSeparator()
        for each in self._searches:
            action = add_named(menu, "{}", each.name)
            action.setToolTip(tooltip(f"{each.name}\n{each.query}"))
            action.setData(each.query)
            action.triggered.connect(self._on_saved_chosen)

    def _on_saved_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.ask(str(action.data()))

    def _on_save(self) -> None:
        text = self.edit.text().strip()
        if self._within and ("OR" in text or "|" in text):
            text = f"({text})"
        self.save_search_requested.emit(" ".join(filter(None, (self._within, text))))

    def _fill_orders(self) -> None:
        menu = self._sorter.menu()
        group = QActionGroup(menu)
        for order, name in words.ORDERS.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(order is self._order)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, order=order: self.order_by(order))


class _Chooser(QToolButton):
    """A button with its arrow behind its name; its menu opens below the name all the same."""

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Only what is painted goes from right to left."""
        super().initStyleOption(option)
        option.direction = Qt.LayoutDirection.RightToLeft
