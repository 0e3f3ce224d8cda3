"""The actions of one window, made once from the table; who does them binds himself by name.

A key works where the table says. Those of the whole window are Qt's shortcuts; those of a part are
looked up when the part has not answered the key itself, so that a letter typed into a field stays
a letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from cartoonmix_desktop.ui.command_names import Command, Menu, Scope, When
from cartoonmix_desktop.ui.command_table import TABLE, Entry, meet
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.one_press import once, repeats
from cartoonmix_desktop.ui.widgets.text import tooltip

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

_FIRST_SPECIAL = 0x0100_0000  # keys below it write a sign
_CONTEXTS = {
    Scope.PROGRAM: Qt.ShortcutContext.ApplicationShortcut,
    Scope.WINDOW: Qt.ShortcutContext.WindowShortcut,
}
_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


class Commands(QObject):
    """The actions of a window, what of them can be done at this moment, and their keys."""

    keys_changed = Signal()

    def __init__(self, window: QWidget) -> None:
        """Make all that anything can be bound to.

        Args:
            window: their owner, in which their keys work.
        """
        super().__init__(window)
        self._depending: dict[When, list[QAction]] = {when: [] for when in When}
        self._actions: dict[Command, QAction] = {}
        self._bound: set[Command] = set()
        self._own: dict[Command, tuple[str, ...]] = {}  # keys that are not the usual ones
        for command, entry in TABLE.items():
            if entry.of_task or (entry.native and not entry.at):
                continue
            made = QAction(entry.words, window, checkable=entry.checkable)
            made.setObjectName(command)
            made.setMenuRole(entry.role)
            # A key of a part is only shown here: without a widget Qt never asks for it.
            made.setShortcutContext(_CONTEXTS.get(entry.scope, Qt.ShortcutContext.WidgetShortcut))
            made.setShortcuts(_sequences(entry.usual))
            when = TABLE[entry.as_].when if entry.as_ is not None else entry.when
            self._depending[when].append(made)
            made.setEnabled(when is When.ALWAYS)
            _dress(made, entry)
            self._actions[command] = made
        for command, entry in TABLE.items():
            if entry.as_ is not None:
                self._bound.add(command)
                self._actions[command].triggered.connect(self._actions[entry.as_].trigger)

    def __getitem__(self, command: Command) -> QAction:
        """Its action."""
        return self._actions[command]

    # --- who does it, and when -------------------------------------------------------------------

    def bind(self, command: Command, act: Callable[..., object]) -> None:
        """Have it done.

        Args:
            command: which; it has nobody yet who does it.
            act: called without an argument, or with whether it is on where it is checkable.
        """
        if command in self._bound:
            raise ValueError(f"{command} is done already")
        self._bound.add(command)
        action = self._actions[command]
        if TABLE[command].checkable:
            action.toggled.connect(act)
        else:
            action.triggered.connect(lambda _checked=False: act())

    @property
    def unbound(self) -> list[Command]:
        """Those that nobody does."""
        return [command for command in self._actions if command not in self._bound]

    def allow(self, when: When, so: bool) -> None:
        """Say whether something is so, on which commands depend."""
        for action in self._depending[when]:
            action.setEnabled(so)

    # --- where it is seen ------------------------------------------------------------------------

    def fill(self, menu: QMenu, place: Menu, without: Container[Command] = ()) -> None:
        """Put what belongs there at the end of a menu, a line between groups."""
        placed = [
            (group, self._actions[command])
            for command, entry in TABLE.items()
            for at, group in entry.at
            if at is place and command not in without
        ]
        last = None
        for group, action in sorted(placed, key=lambda each: each[0]):
            if last is not None and group != last:
                menu.addSeparator()
            menu.addAction(action)
            last = group
        menu.setToolTipsVisible(menu.toolTipsVisible() or place is Menu.RECIPE)

    def follow(self, button: QAbstractButton, command: Command) -> None:
        """Let a button do it; its tooltip tells the key."""
        button.clicked.connect(self._actions[command].trigger)
        self.explain(button, command)

    def explain(self, thing: QWidget | QAction, command: Command, words: str = "") -> None:
        """Let a tooltip tell the key of a command, as this system writes it.

        Args:
            thing: what has the tooltip.
            command: whose key.
            words: what else it says; the command's own if left out.
        """

        def tell() -> None:
            keys = self.keys_of(command) or self._keys_of_same(command)
            shown = f" ({native(keys[0])})" if keys else ""
            thing.setToolTip(tooltip((words or TABLE[command].words) + shown))

        self.keys_changed.connect(tell)
        tell()

    def attend(self, part: QWidget, *scopes: Scope) -> None:
        """Let the keys of a part of the window work in it and in what it holds."""
        part.installEventFilter(_Keys(self, set(scopes), part))

    def answer(self, event: QKeyEvent, scopes: set[Scope]) -> bool:
        """Do what a key that was pressed in a part is for, if it is for anything there."""
        pressed = _pressed(event)
        for command, action in self._actions.items():
            entry = TABLE[command]
            if entry.scope in scopes and not entry.native and action.isEnabled():
                if pressed.isdisjoint(action.shortcuts()):
                    continue
                if not (entry.once and repeats()):
                    action.trigger()
                return True
        return False

    def takes(self, event: QKeyEvent, scopes: set[Scope]) -> bool:
        """Whether a key that was pressed in a part is taken from the whole window there."""
        return any(
            TABLE[command].over is not None
            and TABLE[command].scope in scopes
            and not _pressed(event).isdisjoint(action.shortcuts())
            for command, action in self._actions.items()
        )

    # --- keys ------------------------------------------------------------------------------------

    def keys_of(self, command: Command) -> tuple[str, ...]:
        """Its keys as they are written everywhere, such as ``"Ctrl+S"``."""
        return self._own.get(command, TABLE[command].usual)

    @property
    def own_keys(self) -> dict[str, list[str]]:
        """The keys that are not the usual ones, to be stored."""
        return {command.value: list(keys) for command, keys in self._own.items()}

    def clashes(self, command: Command, keys: Sequence[str]) -> list[Command]:
        """The other commands that have one of these keys where this one would work."""
        wanted = set(_sequences(keys))
        return [
            other
            for other, entry in TABLE.items()
            if command not in {other, entry.over}
            and other is not TABLE[command].over
            and meet(entry.scope, TABLE[command].scope)
            and not wanted.isdisjoint(_sequences(self.keys_of(other)))
        ]

    def set_keys(self, command: Command, keys: Sequence[str]) -> None:
        """Give it other keys, at once; none is none."""
        if tuple(keys) == TABLE[command].usual:
            self._own.pop(command, None)
        else:
            self._own[command] = tuple(keys)
        self._actions[command].setShortcuts(_sequences(keys))
        self.keys_changed.emit()

    def restore(self, stored: object) -> None:
        """Take the keys that were stored; what is unfit or not known any more keeps the usual ones.

        Args:
            stored: as `own_keys` gave it; from a file, so that it may be anything.
        """
        self._own = _own(stored)
        # The usual keys never clash, so that there is an end.
        while unfit := [c for c, keys in self._own.items() if self.clashes(c, keys)]:
            del self._own[unfit[-1]]
        for command, action in self._actions.items():
            action.setShortcuts(_sequences(self.keys_of(command)))
        self.keys_changed.emit()

    def _keys_of_same(self, command: Command) -> tuple[str, ...]:
        same = (c for c, entry in TABLE.items() if entry.as_ is command)
        return next((self.keys_of(c) for c in same), ())


class _Keys(QObject):
    """Looks at the keys that come to one part of the window."""

    def __init__(self, commands: Commands, scopes: set[Scope], part: QWidget) -> None:
        super().__init__(part)
        self._commands, self._scopes = commands, scopes

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() is QEvent.Type.KeyPress:
            return self._commands.answer(event, self._scopes)
        taken = event.type() is QEvent.Type.ShortcutOverride and self._commands.takes(
            event, self._scopes
        )
        if taken:
            event.accept()
        return taken


def add_entry(
    menu: QMenu, command: Command, act: Callable[[], object] | None = None, said: str = ""
) -> QAction:
    """Put a command into a menu that is about to open, for what was clicked alone.

    Args:
        menu: which.
        command: what it is.
        act: does it; None where the menu itself tells.
        said: words that fit what was clicked better than the usual ones.
    """
    entry = TABLE[command]
    made = menu.addAction(said or entry.words)
    _dress(made, entry)
    if act is not None:
        made.triggered.connect(lambda _checked=False: act())
    menu.setToolTipsVisible(menu.toolTipsVisible() or bool(entry.help))
    return made


def _dress(made: QAction, entry: Entry) -> None:
    if entry.drawing:
        made.setIcon(icon(entry.drawing))
    if entry.help:
        made.setToolTip(tooltip(entry.help))
    if entry.once:
        once(made)


def native(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key, _PORTABLE).toString(_NATIVE)


def may_have(entry: Entry, key: QKeySequence) -> bool:
    """Whether a key may be given to it: what writes or moves in fields is not taken from them."""
    if key.count() != 1:
        return False
    pressed: QKeyCombination = cast("Any", key)[0]  # the binding does not tell that it can
    bare = not pressed.keyboardModifiers() & ~Qt.KeyboardModifier.ShiftModifier
    function = Qt.Key.Key_F1 <= pressed.key() <= Qt.Key.Key_F35
    of_dialogs = pressed.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
    everywhere = entry.scope in {Scope.PROGRAM, Scope.WINDOW}
    return not of_dialogs and not (everywhere and bare and not function)


def _own(stored: object) -> dict[Command, tuple[str, ...]]:
    """What of the stored keys can be used."""
    known = {command.value for command in TABLE}
    found: dict[Command, tuple[str, ...]] = {}
    for name, keys in stored.items() if isinstance(stored, dict) else ():
        if name not in known or not isinstance(keys, list):
            continue
        entry = TABLE[Command(name)]
        fit = all(
            isinstance(key, str) and may_have(entry, QKeySequence(key, _PORTABLE)) for key in keys
        )
        if fit and not entry.native and not entry.of_task:
            found[Command(name)] = tuple(keys)
    return found


def _sequences(keys: Sequence[str]) -> list[QKeySequence]:
    return [QKeySequence(key, _PORTABLE) for key in keys]


def _pressed(event: QKeyEvent) -> set[QKeySequence]:
    """What was pressed; where a sign needs Shift on some keyboards, also without it."""
    key = Qt.Key(event.key())
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    found = {QKeySequence(QKeyCombination(held, key))}
    letter = Qt.Key.Key_A <= key <= Qt.Key.Key_Z
    if key < _FIRST_SPECIAL and not letter:
        found.add(QKeySequence(QKeyCombination(held & ~Qt.KeyboardModifier.ShiftModifier, key)))
    return found
