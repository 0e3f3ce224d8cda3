"""The window as hands and screen readers find it: its keys, and the names of its controls."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import pytest_asyncio
from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, Qt, QTranslator
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcutEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QWidget,
)

from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.command_names import BAR, Command, Menu, Scope
from cartoonmix_desktop.ui.command_table import TABLE
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.one_press import one_press
from cartoonmix_desktop.wording.history import PICTURES_HELP
from cartoonmix_desktop.wording.window import NO_LOG

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from cartoonmix_desktop.ui.shell.main_window import MainWindow
    from cartoonmix_desktop.ui.widgets.theme import Theme

README = Path(__file__).parents[3] / "README.md"
MODIFIERS = r"(?:(?:Ctrl|Shift|Alt)\+)"
NAMED = r"(?:Return|Space|Left|Right|Up|Down|Home|Del|F\d+|[A-Z0-9])\b"
A_KEY = re.compile(rf"{MODIFIERS}*{NAMED}|{MODIFIERS}+[+,−?]")
PROMISED = {
    *("Prompt", "Negative prompt", "Samples", "Steps", "Guidance scale", "Seed", "Clip skip"),
    *("Width", "Height", "Scheduler", "Generate", "Search history", "History"),
}
SPENDS_OR_DESTROYS = {
    *(Command.GENERATE, Command.GENERATE_SEVERAL, Command.RETRY_FAILED),
    *(Command.MORE_LIKE_THIS, Command.SAME_AGAIN, Command.DUPLICATE_WAITING),
    *(Command.DELETE_TASK, Command.DELETE_PICTURE, Command.DELETE_PICTURES),
    *(Command.REMOVE_WAITING, Command.REMOVE, Command.DELETE_NOW),
}


@pytest_asyncio.fixture
async def window(theme: Theme, tmp_path: Path) -> AsyncIterator[MainWindow]:
    """The main window with all that the program puts into it."""
    locations = locations_in(tmp_path)
    studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")), {})
    controller = Controller(studio)
    await studio.open()
    yield controller.window
    await controller.close()
    await studio.close()
    controller.window.widget.deleteLater()


def locations_in(folder: Path) -> Locations:
    """Where the program keeps what it knows."""
    return Locations.from_environment({"CARTOONMIX_HOME": str(folder / "cartoonmix")})


def actions_of(window: MainWindow) -> set[QAction]:
    """All that the table gave the window."""
    return {a for a in window.widget.findChildren(QAction) if a.objectName() in [*Command]}


def name_of(control: Any) -> str:
    """What a screen reader says."""
    if control.accessibleName():
        return str(control.accessibleName())
    if isinstance(control, QToolButton) and (action := control.defaultAction()) is not None:
        return action.text()  # those inside a text field have nothing else
    return control.text() if isinstance(control, QAbstractButton) else ""


async def test_no_command_is_a_dead_entry(window: MainWindow) -> None:
    assert window.commands.unbound == []
    known = actions_of(window)
    for menu in [window.menu(place) for place in BAR if place is not Menu.RATE]:
        entries = [entry for entry in menu.actions() if not entry.isSeparator()]
        assert entries
        assert set(entries) <= known


async def test_no_two_commands_share_a_key_where_both_would_work(window: MainWindow) -> None:
    clashes = {c: window.commands.clashes(c, e.usual) for c, e in TABLE.items()}
    assert {c: others for c, others in clashes.items() if others} == {}
    assert len({key for e in TABLE.values() for key in e.usual}) > 50
    # No action has a key that the table does not know.
    others = set(window.widget.findChildren(QAction)) - actions_of(window)
    assert [a.text() for a in others if a.shortcuts()] == []


async def test_every_control_has_a_name_and_the_promised_ones_exactly_once(
    window: MainWindow,
) -> None:
    kinds = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
    controls = [w for kind in kinds for w in window.widget.findChildren(kind)]
    widgets = [w for w in window.widget.findChildren(QWidget) if w.isVisibleTo(window.widget)]
    named = Counter(w.accessibleName() for w in widgets)
    nameless = [
        f"{w.toolTip()!r} in {w.parent()}"
        for w in controls
        if w.isVisibleTo(window.widget)  # others get their words when they appear
        and not name_of(w)
        and not isinstance(w.parent(), QComboBox)
        and not w.objectName().startswith("qt_")
    ]
    assert not nameless, "\n".join(nameless)
    assert {name: named[name] for name in PROMISED} == dict.fromkeys(PROMISED, 1)


async def test_a_held_key_spends_and_destroys_nothing_twice(window: MainWindow) -> None:
    assert {command for command in SPENDS_OR_DESTROYS if not TABLE[command].once} == set()
    done: list[Command] = []
    watch = one_press()
    for command in SPENDS_OR_DESTROYS:
        action = window.commands[command]
        action.triggered.disconnect()  # of what it does: here it is counted alone
        action.triggered.connect(partial(done.append, command))
        action.setEnabled(True)
    for watch.repeats in (True, True, False):
        for command in SPENDS_OR_DESTROYS:
            action = window.commands[command]
            if TABLE[command].scope is Scope.WINDOW:
                QCoreApplication.sendEvent(action, QShortcutEvent(QKeySequence("F7"), 0))
            else:
                window.commands.answer(press(TABLE[command].usual[0]), {TABLE[command].scope})
    assert Counter(done) == Counter(SPENDS_OR_DESTROYS)


async def test_keys_of_a_part_work_in_it_alone(window: MainWindow, qtbot: QtBot) -> None:
    given: list[Command] = []
    for command in (Command.FAVOURITE, Command.RATE_5, Command.NEARER, Command.MOVE_UP):
        window.commands[command].triggered.connect(partial(given.append, command))
        window.commands[command].setEnabled(True)
    qtbot.keyClick(window.history.view, Qt.Key.Key_F)
    qtbot.keyClick(window.pane, Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier)
    qtbot.keyClick(window.pane, Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(window.history.pictures, Qt.Key.Key_Plus)
    qtbot.keyClick(window.queue.view, Qt.Key.Key_F)
    qtbot.keyClick(window.queue.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(window.history.view, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert given == [Command.FAVOURITE, Command.RATE_5, Command.NEARER, Command.MOVE_UP]


def press(key: str) -> QKeyEvent:
    """What the system tells of a key that goes down."""
    combination: QKeyCombination = cast("Any", QKeySequence(key))[0]
    kind = QEvent.Type.KeyPress
    return QKeyEvent(kind, combination.key(), combination.keyboardModifiers())


async def test_a_key_of_ones_own_survives_a_restart(
    window: MainWindow, theme: Theme, tmp_path: Path
) -> None:
    window.commands.set_keys(Command.EXPORT, ("Ctrl+J",))
    stored = locations_in(tmp_path).data / "settings.json"
    async with asyncio.timeout(10):
        while Settings(stored).get("keys", {}) != {"export": ["Ctrl+J"]}:  # noqa: ASYNC110  a file
            await asyncio.sleep(0.01)
    again = Controller(Studio(LocalStore(locations_in(tmp_path), Settings(stored)), {}))
    assert again.window.commands[Command.EXPORT].shortcut() == QKeySequence("Ctrl+J")
    await again.close()
    again.window.widget.deleteLater()


def test_the_readme_tells_the_keys_as_they_are() -> None:
    rows = README.read_text(encoding="utf-8").partition("| to do this | press |")[2]
    told = {
        key.replace("−", "-")
        for row in rows.partition("\n\n")[0].splitlines()[2:]
        for key in A_KEY.findall(row.split(" | ")[1])
    }
    keys = {key for entry in TABLE.values() for key in entry.keys}
    everywhere = {e.keys[0] for e in TABLE.values() if e.keys and e.scope is Scope.WINDOW}
    assert len(told) > 30
    assert told - keys == set()
    assert everywhere - told == set()


async def test_the_log_is_opened_once_there_is_one(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(desktop, "open_text", opened.append)
    window.commands[Command.SHOW_LOG].trigger()
    assert opened == []
    assert window.banner.accessibleName() == NO_LOG
    log = locations_in(tmp_path).logs / "cartoonmix.log"
    log.write_text("a line\n")
    window.commands[Command.SHOW_LOG].trigger()
    assert opened == [log]


async def test_tooltips_write_keys_as_the_system_does(window: MainWindow) -> None:
    pot = README.parent / "resources" / "locale" / "cartoonmix_desktop.pot"
    assert [line for line in pot.read_text("utf-8").splitlines() if "Ctrl" in line] == []
    side = window.history.view_options.pictures_side
    assert side.toolTip() == f"{PICTURES_HELP} (Ctrl+3)"
    window.commands.set_keys(Command.SHOW_PICTURES, ("Ctrl+G",))
    assert side.toolTip() == f"{PICTURES_HELP} (Ctrl+G)"


@pytest.fixture
def german_keys(qapp: QApplication) -> Iterator[None]:
    """Qt as it is where keys have other names than those that are stored."""

    class Names(QTranslator):
        def isEmpty(self) -> bool:  # noqa: N802
            return False

        def translate(self, context: str, text: str, *_rest: object) -> str:
            there = {"Ctrl": "Strg", "Shift": "Umschalt", "Return": "Eingabe", "Del": "Entf"}
            return there.get(text, text) if context == "QShortcut" else text

    names = Names()
    qapp.installTranslator(names)
    yield
    qapp.removeTranslator(names)


async def test_nothing_that_is_shown_has_the_stored_name_of_a_key(
    german_keys: None, window: MainWindow
) -> None:
    things = [*window.widget.findChildren(QWidget), *window.widget.findChildren(QAction)]
    said = {thing.toolTip() for thing in things} | {thing.statusTip() for thing in things}
    assert len([text for text in said if "Strg+" in text]) > 5
    assert [text for text in said if re.search(r"\b(Ctrl|Shift|Return|Del)\b", text)] == []


MAC = """
import json, sys
import PySide6.QtWidgets
sys.platform = "darwin"
from cartoonmix_desktop.ui.command_names import BAR, Command
from cartoonmix_desktop.ui.command_table import TABLE, meet
from cartoonmix_desktop.wording.commands import BAR as TITLES
clashes = [
    (one, other)
    for one, first in TABLE.items() for other, second in TABLE.items()
    if one < other and meet(first.scope, second.scope) and set(first.usual) & set(second.usual)
]
keys = {command: entry.usual for command, entry in TABLE.items()}
print(json.dumps([len(BAR), len(TITLES), clashes, keys]))
"""


def test_a_mac_has_its_own_keys_and_its_menu_of_windows() -> None:
    told = subprocess.run([sys.executable, "-c", MAC], capture_output=True, check=True, text=True)
    menus, titles, clashes, keys = json.loads(told.stdout)
    assert menus == titles == len(BAR) + 1
    assert clashes == []
    assert keys["close-window"] == ["Ctrl+W"]  # on a Mac Qt takes Command for it
    assert keys["minimize"] == ["Ctrl+M"]
    assert keys["delete-picture"][0] == "Ctrl+Backspace"
    assert "Ctrl+Space" not in {key for each in keys.values() for key in each}  # Spotlight's
