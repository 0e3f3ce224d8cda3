"""Every key of the program: to be looked up, and to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.ui.command_names import Command, Scope
from cartoonmix_desktop.ui.command_table import TABLE
from cartoonmix_desktop.ui.commands import may_have, native
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.text import label, modifier
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import commands as words

if TYPE_CHECKING:
    from cartoonmix_desktop.ui.commands import Commands

_SIZE, _SMALLEST = (720, 600), (520, 380)
_ROW = 26  # pixels, as in every list
_OF_ROW = Qt.ItemDataRole.UserRole
_PLACES = {
    Scope.WINDOW: words.ANYWHERE,
    Scope.PROGRAM: words.ANYWHERE,
    Scope.MARKABLE: words.IN_ALL,
    Scope.PICTURE: words.IN_PICTURE,
    Scope.LIST: words.IN_LIST,
    Scope.GRID: words.IN_GRID,
    Scope.QUEUE: words.IN_QUEUE,
    Scope.TRASH: words.IN_TRASH,
    Scope.SEARCH: words.IN_SEARCH,
    Scope.FIELD: words.IN_FIELDS,
    Scope.PROMPT: words.IN_PROMPTS,
}
"""What each is called, in the order of the list."""


class KeysDialog(QDialog):
    """Show it with ``open()``; it deletes itself when closed."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        """List all keys.

        Args:
            commands: whose keys they are; they are changed there at once.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(words.KEYS)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.setMinimumSize(*_SMALLEST)
        self._commands = commands
        self._find = QLineEdit()
        self._find.setPlaceholderText(words.FIND_KEY)
        self._find.setAccessibleName(words.FIND_KEY)
        self._find.setClearButtonEnabled(True)
        self._find.textChanged.connect(self._on_find)
        self._rows = QTreeWidget()
        self._rows.setAccessibleName(words.KEYS)
        self._rows.setHeaderLabels([words.ACTION, words.WHERE, words.KEY])
        self._rows.setRootIsDecorated(False)
        self._rows.setUniformRowHeights(True)
        self._rows.setAllColumnsShowFocus(True)
        self._rows.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._edit = QKeySequenceEdit()
        self._edit.setMaximumSequenceLength(1)
        self._edit.setAccessibleName(words.NEW_KEY)
        for field in self._edit.findChildren(QLineEdit):
            field.setAccessibleName(words.NEW_KEY)
        self._edit.editingFinished.connect(self._on_edited)
        self._said = label(role="muted", size=11, wrap=True)
        self._said.setAccessibleName(words.KEY)
        self._none = button(words.NO_KEY)
        self._none.clicked.connect(self._on_none)
        self._default = button(words.USE_DEFAULT)
        self._default.clicked.connect(self._on_default)
        self._all = button(words.ALL_DEFAULTS)
        self._all.clicked.connect(self._on_all)
        self._lay_out()
        self._fill()
        self._rows.currentItemChanged.connect(self._on_current)
        commands.keys_changed.connect(self._show_keys)
        self._show_keys()
        self._on_find("")
        self._find.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        close = button(words.CLOSE)
        close.clicked.connect(self.reject)
        change = QHBoxLayout()
        change.setSpacing(2 * SPACE)
        change.addWidget(label(words.NEW_KEY))
        change.addWidget(self._edit, 1)
        change.addWidget(self._none)
        change.addWidget(self._default)
        last = QHBoxLayout()
        last.addWidget(self._all)
        last.addStretch()
        last.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 3 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self._find)
        column.addWidget(self._rows, 1)
        column.addLayout(change)
        column.addWidget(self._said)
        column.addLayout(last)

    def _fill(self) -> None:
        places = [*_PLACES]
        for command in sorted(TABLE, key=lambda each: places.index(TABLE[each].scope)):
            entry = TABLE[command]
            if not entry.of_task:
                row = QTreeWidgetItem([entry.words, _PLACES[entry.scope], ""])
                row.setData(0, _OF_ROW, command)
                row.setSizeHint(0, QSize(0, _ROW))
                self._rows.addTopLevelItem(row)
        header = self._rows.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def command(self) -> Command | None:
        """The chosen one."""
        row = self._rows.currentItem()
        return Command(row.data(0, _OF_ROW)) if row is not None and not row.isHidden() else None

    def _show_keys(self) -> None:
        for at in range(self._rows.topLevelItemCount()):
            row = self._rows.topLevelItem(at)
            if row is None:
                continue
            keys = self._commands.keys_of(Command(row.data(0, _OF_ROW)))
            row.setText(2, ", ".join(map(native, keys)))
        self._all.setEnabled(bool(self._commands.own_keys))
        self._show_chosen()

    def _show_chosen(self) -> None:
        command = self.command
        entry = TABLE[command] if command is not None else None
        changeable = entry is not None and not entry.native
        keys = self._commands.keys_of(command) if command is not None else ()
        self._edit.setEnabled(changeable)
        self._edit.setKeySequence(QKeySequence(keys[0] if keys else ""))
        self._none.setEnabled(changeable and bool(keys))
        own = self._commands.own_keys
        self._default.setEnabled(changeable and command in own)
        if command is None:
            self._say(words.NOTHING_FOUND)
        else:
            self._say(words.CHANGE_HINT if changeable else words.FIXED)

    def _say(self, said: str) -> None:
        self._said.setText(said)

    def _on_current(self) -> None:
        self._show_chosen()

    def _on_find(self, text: str) -> None:
        wanted = text.casefold().split()
        first = None
        for at in range(self._rows.topLevelItemCount()):
            row = self._rows.topLevelItem(at)
            if row is None:
                continue
            told = " ".join(row.text(column) for column in range(3)).casefold()
            row.setHidden(not all(word in told for word in wanted))
            first = row if first is None and not row.isHidden() else first
        current = self._rows.currentItem()
        if first is not None and (current is None or current.isHidden()):
            self._rows.setCurrentItem(first)
        self._show_chosen()

    # --- what is changed -------------------------------------------------------------------------

    def _on_edited(self) -> None:
        command, pressed = self.command, self._edit.keySequence()
        key = pressed.toString(QKeySequence.SequenceFormat.PortableText)
        if command is None or not key or key in self._commands.keys_of(command):
            return
        problem = self._problem(command, pressed, key)
        if problem:
            self._show_chosen()
            self._say(problem)
        else:
            self._commands.set_keys(command, (key,))

    def _problem(self, command: Command, pressed: QKeySequence, key: str) -> str:
        if not may_have(TABLE[command], pressed):
            everywhere = TABLE[command].scope in {Scope.PROGRAM, Scope.WINDOW}
            return _cannot_have() if everywhere else words.CANNOT_HAVE_HERE
        others = self._commands.clashes(command, (key,))
        return words.taken(native(key), TABLE[others[0]].words) if others else ""

    def _on_none(self) -> None:
        if (command := self.command) is not None:
            self._commands.set_keys(command, ())

    def _on_default(self) -> None:
        """The usual keys, unless one of them was given away meanwhile."""
        if (command := self.command) is None:
            return
        usual = TABLE[command].usual
        if others := self._commands.clashes(command, usual):
            [key, *_] = [k for k in usual if self._commands.clashes(command, (k,))]
            self._say(words.taken(native(key), TABLE[others[0]].words))
        else:
            self._commands.set_keys(command, usual)

    def _on_all(self) -> None:
        self._commands.restore({})


def _cannot_have() -> str:
    held = Qt.KeyboardModifier
    return words.cannot_have(modifier(held.ControlModifier), modifier(held.AltModifier))
