"""The window as hands and screen readers find it: its keys, and the names of its controls."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest_asyncio
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcutEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QToolButton,
    QWidget,
)

from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.reuse.recipe_view import AGAIN, MORE
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.widgets.one_press import one_press

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cartoonmix_desktop.ui.shell.main_window import MainWindow
    from cartoonmix_desktop.ui.widgets.theme import Theme

# What parts of the window do with keys of their own: an entry of the window would take them away.
OF_PARTS = {"Ctrl+C", "Ctrl+A", "Ctrl+X", "Ctrl+V", "Ctrl+Space", "Ctrl+D", "Alt+Up", "Alt+Down"}
OF_PARTS |= {"Alt+Home", "F2", "Return", "Space", "Escape", "Left", "Right", "Z", "+", "-", "="}
PROMISED = {
    *("Prompt", "Negative prompt", "Samples", "Steps", "Guidance scale", "Seed", "Clip skip"),
    *("Width", "Height", "Scheduler", "Generate", "Search history", "History"),
}
SPENDS_OR_DESTROYS = {
    *("Generate", "Generate several times…", "Retry failed tasks", MORE, AGAIN),
    *("Move task to trash", "Move picture to trash", "Move to trash", "Remove all waiting tasks"),
}


@pytest_asyncio.fixture
async def window(theme: Theme, tmp_path: Path) -> AsyncIterator[MainWindow]:
    """The main window with all that the program puts into it."""
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")), {})
    controller = Controller(studio)
    await studio.open()
    yield controller.window
    await controller.close()
    await studio.close()
    controller.window.deleteLater()


def everywhere(action: QAction) -> bool:
    """Whether its key works wherever in the window the focus is."""
    return action.shortcutContext() == Qt.ShortcutContext.WindowShortcut


def keys(actions: list[QAction]) -> dict[str, list[str]]:
    """Shortcuts, and the entries that have each."""
    found = defaultdict(list)
    for action in actions:
        for key in action.shortcuts():
            found[key.toString(QKeySequence.SequenceFormat.PortableText)].append(action.text())
    return found


def name_of(control: Any) -> str:
    """What a screen reader says."""
    if control.accessibleName():
        return str(control.accessibleName())
    if isinstance(control, QToolButton) and (action := control.defaultAction()) is not None:
        return action.text()  # those inside a text field have nothing else
    return control.text() if isinstance(control, QAbstractButton) else ""


async def test_no_two_entries_share_a_key(window: MainWindow) -> None:
    of_window = keys([a for a in window.findChildren(QAction) if everywhere(a)])
    assert len(of_window) > 20
    assert {key: who for key, who in of_window.items() if len(who) > 1} == {}
    assert set(of_window) & OF_PARTS == set()
    for widget in (w for w in window.findChildren(QWidget) if not isinstance(w, QMenu)):
        of_part = keys([a for a in widget.actions() if not everywhere(a)])
        assert {key: who for key, who in of_part.items() if len(who) > 1} == {}, widget
        assert set(of_part) & set(of_window) == set(), widget


async def test_every_control_has_a_name_and_the_promised_ones_exactly_once(
    window: MainWindow,
) -> None:
    kinds = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
    controls = [w for kind in kinds for w in window.findChildren(kind)]
    widgets = [w for w in window.findChildren(QWidget) if w.isVisibleTo(window)]
    named = Counter(w.accessibleName() for w in widgets)
    nameless = [
        f"{w.toolTip()!r} in {w.parent()}"
        for w in controls
        if w.isVisibleTo(window)  # others get their words when they appear
        and not name_of(w)
        and not isinstance(w.parent(), QComboBox)
        and not w.objectName().startswith("qt_")
    ]
    assert not nameless, "\n".join(nameless)
    assert {name: named[name] for name in PROMISED} == dict.fromkeys(PROMISED, 1)


async def test_a_held_key_spends_and_destroys_nothing_twice(window: MainWindow) -> None:
    entries = [a for a in window.findChildren(QAction) if a.parent() is window]  # may have keys
    actions = [a for a in entries if a.text() in SPENDS_OR_DESTROYS]
    assert {action.text() for action in actions} == SPENDS_OR_DESTROYS
    done: list[int] = []
    watch = one_press()
    for action in actions:
        action.triggered.disconnect()  # of what it does: here it is counted alone
        action.triggered.connect(lambda: done.append(1))
        action.setEnabled(True)
    for watch.repeats in (True, True, False):
        for action in actions:
            QCoreApplication.sendEvent(action, QShortcutEvent(QKeySequence("Ctrl+Return"), 0))
    assert len(done) == len(actions)
