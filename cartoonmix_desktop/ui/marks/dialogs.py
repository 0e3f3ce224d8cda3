"""Small dialogs: tags and note of some tasks, a name, and the list of saved searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QWidget,
)

from cartoonmix_desktop.core.task.marks import clean_name, clean_names
from cartoonmix_desktop.services.history.marks import same_name
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.controls import text_of
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import marks as words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QKeyEvent

    from cartoonmix_desktop.core.task.marks import SavedSearch

_WIDTH = 380
_HIGH = 190  # of lists and texts


class _Answer(CalmDialog):
    """A dialog with the buttons that end it; who asks deletes it when the answer is read."""

    def __init__(self, parent: QWidget | None, title: str, done: str) -> None:
        super().__init__(parent, title, _WIDTH)
        self._done = button(done, primary=True)
        self._done.clicked.connect(self.accept)

    def _end(self) -> None:
        """Put the buttons under what there is."""
        leave = button(common.CANCEL)
        leave.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addStretch(1)
        row.addWidget(leave)
        row.addWidget(self._done)
        self.content.addSpacing(2 * SPACE)
        self.content.addLayout(row)


class NameDialog(_Answer):
    """Asks for a name."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        name: str,
        done: str,
        *,
        names: Sequence[str] = (),
        refused: str = "",
    ) -> None:
        """Ask.

        Args:
            parent: the window.
            title: what the name is for.
            name: the one to begin with.
            done: words of the button.
            names: those that would be replaced; said while one of them is typed.
            refused: why ``name`` will not do; said until something else is typed.
        """
        super().__init__(parent, title, done)
        self._names = names
        self._edit = QLineEdit(name)
        self._edit.setAccessibleName(words.NAME)
        self._edit.selectAll()
        self._edit.textChanged.connect(self._on_changed)
        self._edit.returnPressed.connect(self._on_return)
        self._note = label(role="muted", size=11, wrap=True)
        self._note.setAccessibleName(words.ABOUT_NAME)
        self.content.addWidget(label(title, size=15))
        self.content.addWidget(self._edit)
        self.content.addWidget(self._note)
        self._end()
        self._on_changed()
        if refused:
            self._note.setText(refused)
            self._done.setEnabled(False)

    @property
    def name(self) -> str:
        """What was typed, made clean."""
        return clean_name(self._edit.text())

    def _on_changed(self) -> None:
        self._done.setEnabled(bool(self.name))
        taken = any(same_name(self.name, each) for each in self._names)
        self._note.setText(words.TAKEN if taken else "")

    def _on_return(self) -> None:
        if self._done.isEnabled():
            self.accept()


class NoteDialog(_Answer):
    """A note of one or several tasks, in plain text."""

    def __init__(self, parent: QWidget | None, text: str, count: int) -> None:
        title = words.note_title(count)
        super().__init__(parent, title, common.SAVE)
        self._edit = QPlainTextEdit(text)
        self._edit.setAccessibleName(words.NOTE)
        self._edit.setTabChangesFocus(True)
        self._edit.setFixedHeight(_HIGH)
        self.content.addWidget(label(title, size=15))
        if count > 1:
            self.content.addWidget(label(words.NOTES_REPLACED, role="muted", size=11))
        self.content.addWidget(self._edit)
        self._end()
        self._edit.setFocus()

    @property
    def text(self) -> str:
        """What was written."""
        return text_of(self._edit).strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Return saves: Return alone is a line of the note."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.accept()
        else:
            super().keyPressEvent(event)


class TagDialog(_Answer):
    """The tags of some tasks: those of the library to tick, and a line for new ones."""

    def __init__(
        self, parent: QWidget | None, tags: Sequence[str], tag_counts: Mapping[str, int], count: int
    ) -> None:
        """Ask.

        Args:
            parent: the window.
            tags: all tags of the library.
            tag_counts: how many of the tasks have a tag.
            count: how many tasks there are.
        """
        title = words.tags_title(count)
        super().__init__(parent, title, common.SAVE)
        self._before: dict[str, Qt.CheckState] = {}
        self._new = QLineEdit()
        self._new.setAccessibleName(words.NEW_TAGS)
        self._new.setPlaceholderText(words.NEW_TAGS_HINT)
        self._new.returnPressed.connect(self._on_return)
        completer = QCompleter(list(tags), self._new)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._new.setCompleter(completer)
        # Later: Qt writes what is chosen into the line when we have heard of it.
        later = Qt.ConnectionType.QueuedConnection
        completer.activated.connect(self._tick_typed, later)
        self._list = QListWidget()
        self._list.setAccessibleName(words.ALL_TAGS)
        self._list.setFixedHeight(_HIGH)
        self._list.setVisible(bool(tags))
        for name in sorted(tags, key=lambda tag: tag not in tag_counts):
            wearing = tag_counts.get(name, 0)
            state = Qt.CheckState.PartiallyChecked if wearing else Qt.CheckState.Unchecked
            if wearing == count:
                state = Qt.CheckState.Checked
            self._before[name] = state
            self._list.addItem(self._item(name, state))
        self.content.addWidget(label(title, size=15))
        self.content.addWidget(self._new)
        self.content.addWidget(self._list)
        self._end()
        self._new.setFocus()

    @staticmethod
    def _item(name: str, state: Qt.CheckState) -> QListWidgetItem:
        item = QListWidgetItem(name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(state)
        return item

    @property
    def added(self) -> tuple[str, ...]:
        """What the tasks are to have that some of them had not."""
        ticked = tuple(
            name
            for name, state in self._now().items()
            if state is Qt.CheckState.Checked and self._before.get(name) is not state
        )
        return tuple(dict.fromkeys((*ticked, *clean_names(self._new.text()))))

    @property
    def removed(self) -> tuple[str, ...]:
        """What no task is to have any more."""
        return tuple(
            name
            for name, state in self._now().items()
            if state is Qt.CheckState.Unchecked and self._before.get(name) is not state
        )

    def _now(self) -> dict[str, Qt.CheckState]:
        items = (self._list.item(row) for row in range(self._list.count()))
        return {item.text(): item.checkState() for item in items}

    def _on_return(self) -> None:
        """What is typed becomes ticked; Return with nothing typed is Save."""
        if clean_names(self._new.text()):
            self._tick_typed()
        else:
            self.accept()

    def _tick_typed(self) -> None:
        items = [self._list.item(row) for row in range(self._list.count())]
        known = {item.text().casefold(): item for item in items}
        for name in clean_names(self._new.text()):
            if (item := known.get(name.casefold())) is not None:
                item.setCheckState(Qt.CheckState.Checked)
            else:
                self._list.insertItem(0, self._item(name, Qt.CheckState.Checked))
        self._list.show()
        self._new.clear()


class SearchesDialog(CalmDialog):
    """All saved searches, to rename and to delete."""

    rename_requested = Signal(object)
    """A `SavedSearch`, as in the next."""
    delete_requested = Signal(object)

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent, words.SAVED_SEARCHES, _WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._searches: Sequence[SavedSearch] = ()
        self._list = QListWidget()
        self._list.setAccessibleName(words.SAVED_SEARCHES)
        self._list.setFixedHeight(_HIGH)
        self._list.currentRowChanged.connect(self._on_row_changed)
        self._query = label(role="muted", size=11, wrap=True)
        self._rename = button(words.RENAME_MORE)
        self._rename.clicked.connect(self._on_rename)
        self._delete = button(common.DELETE)
        self._delete.clicked.connect(self._on_delete)
        leave = button(common.CLOSE, primary=True)
        leave.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(self._rename)
        row.addWidget(self._delete)
        row.addStretch(1)
        row.addWidget(leave)
        for part in (label(words.SAVED_SEARCHES, size=15), self._list, self._query):
            self.content.addWidget(part)
        self.content.addSpacing(2 * SPACE)
        self.content.addLayout(row)
        self._on_row_changed(-1)

    def show_searches(self, searches: Sequence[SavedSearch]) -> None:
        """Show these; the place in the list stays."""
        row = max(0, self._list.currentRow())
        self._searches = searches
        self._list.clear()
        self._list.addItems([each.name for each in searches])
        self._list.setCurrentRow(min(row, len(searches) - 1))

    def _chosen(self) -> SavedSearch | None:
        row = self._list.currentRow()
        return self._searches[row] if 0 <= row < len(self._searches) else None

    def _on_row_changed(self, _row: int) -> None:
        chosen = self._chosen()
        for each in (self._rename, self._delete):
            each.setEnabled(chosen is not None)
        self._query.setText(chosen.query if chosen else "")

    def _on_rename(self) -> None:
        self.rename_requested.emit(self._chosen())

    def _on_delete(self) -> None:
        self.delete_requested.emit(self._chosen())
