"""The menu bar: titles with the empty window, entries as soon as there is something to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from cartoonmix_desktop.ui.widgets.one_press import once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QMainWindow, QWidget

    from cartoonmix_desktop.ui.shell.main_window import MainWindow


class Menus(QObject):
    """What the menus hold, and what of it can be done at this moment.

    Attributes:
        recipe: filled further by who does what it says, as are ``queue`` and ``marks``.
        queue: of what waits.
        marks: filled each time it is opened.
        show_recipe: whether that panel is there, as for the next.
        show_history: beside or below the picture.
        show_pictures: in a grid, instead of tasks.
    """

    def __init__(self, window: MainWindow) -> None:
        """The titles alone."""
        super().__init__(window)
        self._window = window
        bar = window.menuBar()
        self._file = bar.addMenu("&File")
        self._edit = bar.addMenu("&Edit")
        self._view = bar.addMenu("&View")
        self.recipe: QMenu = bar.addMenu("&Recipe")
        self.queue: QMenu = bar.addMenu("&Queue")
        self.marks: QMenu = bar.addMenu("&Marks")
        self._help = bar.addMenu("&Help")
        self.show_recipe: QAction
        self.show_history: QAction
        self.show_pictures: QAction

    def fill(self) -> None:
        """The entries, the window being populated."""
        window, pane = self._window, self._window.pane
        generate = _action(window, "Generate", "Ctrl+Return", window.generate_requested)
        once(generate)
        generate.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        save = _action(window, "Save picture as…", "Ctrl+S", pane.save_picture)
        folder = _action(window, "Show picture in folder", "Ctrl+Shift+S", pane.show_in_folder)
        opened = _action(window, "Open pictures folder", "", window.open_library_requested)
        leave = _action(window, "Quit", "Ctrl+Q", window.close)
        leave.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)  # also beside long work
        leave.setMenuRole(QAction.MenuRole.QuitRole)
        _fill(self._file, [generate], [save, folder, opened])
        self._file.addSeparator()
        self._exchange_end = self._file.addSeparator()
        self._file.addAction(leave)

        copy = _action(window, "Copy picture", "Ctrl+Shift+C", pane.copy_picture)
        words = _action(window, "Copy prompt of picture", "", pane.copy_prompt)
        find = _action(window, "Find in history", "Ctrl+F", window.focus_search)
        account = _action(window, "Account…", "", window.account_requested)
        settings = _action(window, "Settings…", "Ctrl+,", window.settings_requested)
        settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        trash = window.trash
        _fill(
            self._edit,
            *(window.undo.actions, [copy, words], trash.of_edit, [find], [account, settings]),
        )

        self.show_recipe = _toggle(window, "Recipe panel", "Ctrl+1", window.recipe)
        self.show_history = _toggle(window, "History panel", "Ctrl+2", window.history)
        self.show_pictures = QAction("Pictures in a grid", window, checkable=True)
        self.show_pictures.setShortcut(QKeySequence("Ctrl+3"))
        step = [
            _action(window, "Previous picture", "Alt+Left", pane.previous_picture),
            _action(window, "Next picture", "Alt+Right", pane.next_picture),
        ]
        zoom = [
            _action(window, "Fit picture", "Ctrl+0", pane.fit),
            _action(window, "Actual size", "", pane.actual_size),
            _action(window, "Zoom in", "Ctrl++", pane.zoom_in),
            _action(window, "Zoom out", "Ctrl+-", pane.zoom_out),
        ]
        zoom[2].setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        shown = [self.show_recipe, self.show_history, self.show_pictures]
        _fill(self._view, shown, step, zoom, trash.of_view)

        recipe = window.recipe
        use = _action(window, "Use recipe of picture", "Ctrl+R", pane.use_recipe)
        _fill(
            self.recipe,
            [
                _action(window, "Open recipe…", "Ctrl+O", recipe.open_requested),
                _action(window, "Save recipe as…", "", recipe.save_requested),
            ],
            [
                _action(window, "Edit prompt", "Ctrl+L", window.show_recipe),
                _action(window, "Inspirations…", "Ctrl+I", window.inspirations_requested),
                _action(window, "Reset recipe", "", recipe.reset),
            ],
            [use],
        )
        self.marks.aboutToShow.connect(self._fill_marks)
        about = _action(window, "About CartoonMix Desktop", "", window.about_requested)
        about.setMenuRole(QAction.MenuRole.AboutRole)
        _fill(self._help, [_action(window, "Licences…", "", window.licences_requested), about])

        self._of_picture = [save, folder, copy, *zoom]
        self._of_task = [words, use]
        pane.offer_changed.connect(self._on_offer_changed)
        self._on_offer_changed(task=False, picture=False)

    def add_exchange(self, actions: Sequence[QAction]) -> None:
        """Offer ways in and out in the menu of files."""
        self._file.insertActions(self._exchange_end, list(actions))

    def _fill_marks(self) -> None:
        self.marks.clear()
        for former in self.marks.findChildren(QMenu):
            former.deleteLater()
        self._window.marks.fill(self.marks, self._window.history.search.collection)

    def _on_offer_changed(self, task: bool, picture: bool) -> None:
        """Offer what can be done."""
        for action in self._of_task:
            action.setEnabled(task)
        for action in self._of_picture:
            action.setEnabled(picture)


def _fill(menu: QMenu, *groups: list[QAction]) -> None:
    for number, group in enumerate(groups):
        if number:
            menu.addSeparator()
        menu.addActions(group)


def _action(window: QMainWindow, text: str, shortcut: str, target: Any) -> QAction:
    """A menu entry; ``target`` is a signal without arguments or a bound method."""
    action = QAction(text, window)
    if shortcut:
        action.setShortcut(QKeySequence(shortcut))
    action.triggered.connect(lambda _checked=False: getattr(target, "emit", target)())
    return action


def _toggle(window: QMainWindow, text: str, shortcut: str, part: QWidget) -> QAction:
    action = QAction(text, window, checkable=True, checked=True)
    action.setShortcut(QKeySequence(shortcut))
    action.toggled.connect(part.setVisible)
    return action
