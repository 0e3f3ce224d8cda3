"""A prompt being written: coloured, with notes, and with keys for weights, tags and muting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QPainter, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from cartoonmix_desktop.core.prompt import editing
from cartoonmix_desktop.core.prompt.earlier import Earlier
from cartoonmix_desktop.core.prompt.syntax import Prompt, partner
from cartoonmix_desktop.core.prompt.utf16 import Places
from cartoonmix_desktop.ui.recipe.prompt.highlighting import Highlighter
from cartoonmix_desktop.ui.widgets.controls import GrowingText, replace_text, text_of
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.ui.widgets.theme import Theme
from cartoonmix_desktop.wording.recipe import prompt as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
    )
    from PySide6.QtWidgets import QMenu

    from cartoonmix_desktop.core.prompt.syntax import Note

_PAUSE = 600  # ms without a key: what is half typed is not told of
_BRACKETS = frozenset("()[]{}")
_LOWEST, _HIGHEST, _EDGE = 48, 800, 6  # pixels


class PromptEdit(GrowingText):
    """Shows what means something in a prompt, and changes it by keys; Undo takes each back.

    Args:
        lines: shown at least and at most, while the person gives it no height.
        example: a text that is there to begin with, and which the first letter replaces.

    Attributes:
        earlier: what can be recalled.

    Signals:
        notes_changed: after a pause in writing.
        menu_opening: its context menu, to be added to.
    """

    notes_changed = Signal()
    menu_opening = Signal(object)

    def __init__(
        self, lines: tuple[int, int], example: str = "", parent: QWidget | None = None
    ) -> None:
        self._height: int | None = None
        super().__init__(*lines, parent)
        self._example = example
        self._is_fresh = False
        self._is_committed = False
        self._notes: tuple[Note, ...] = ()
        self._expanded = False
        self.earlier = Earlier()
        self._edge = Edge(self)
        self._highlighter = Highlighter(self)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self.read_notes)
        self.textChanged.connect(self._pause.start)
        self.cursorPositionChanged.connect(self._show_brackets)
        Theme.current().changed.connect(self._show_brackets)

    # --- what it tells ---------------------------------------------------------------------------

    @property
    def notes(self) -> tuple[Note, ...]:
        """What may be told of the text, as it was after the last pause."""
        return self._notes

    @property
    def expanded(self) -> bool:
        """Whether variants in it are replaced before it is sent; else a note tells of them."""
        return self._expanded

    @expanded.setter
    def expanded(self, so: bool) -> None:
        self._expanded = so
        self.read_notes()

    def read_notes(self) -> None:
        """Tell of the text as it is now."""
        self._pause.stop()
        text = text_of(self)
        places = Places(text)
        self._notes = tuple(Prompt(text).notes(expanded=self._expanded))
        self._highlighter.show_waves(
            [(places.units(note.start), places.units(note.end)) for note in self._notes]
        )
        self.notes_changed.emit()

    def _show_brackets(self) -> None:
        """Mark the bracket at the cursor and the other that belongs to it."""
        found: list[QTextEdit.ExtraSelection] = []
        at = self.textCursor().position()
        for place in (at - 1, at):
            if place < 0 or self.document().characterAt(place) not in _BRACKETS:
                continue
            text = text_of(self)
            places = Places(text)
            if (other := partner(text, places.points(place))) is not None:
                found = [self._bracket(place), self._bracket(places.units(other))]
                break
        if found or self.extraSelections():
            self.setExtraSelections(found)

    def _bracket(self, at: int) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(at)
        cursor.setPosition(at + 1, QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor
        made.format.setBackground(Theme.current().color("selection"))
        made.format.setForeground(Theme.current().color("text"))
        return made

    # --- what keys do ----------------------------------------------------------------------------

    def change_weight(self, steps: int) -> None:
        """Give the selection, or the word at the cursor, more or less weight.

        Args:
            steps: 1 or -1, of a tenth.
        """
        self._change(lambda prompt, start, end: editing.weighted(prompt, start, end, steps))

    def move_tag(self, by: int) -> None:
        """Let the tag at the cursor change places with the next one.

        Args:
            by: 1 or -1.
        """
        cursor = self.textCursor().position()
        self._change(
            lambda prompt, _start, _end: editing.moved(
                prompt, Places(prompt.text).points(cursor), by
            )
        )

    def mute(self) -> None:
        """Keep the tag at the cursor, or what is selected, without sending it; or send it again."""
        self._change(editing.muted)

    def recall(self, by: int) -> None:
        """Put an earlier prompt in.

        Args:
            by: -1 for an older one, 1 for a newer one.
        """
        if (text := self.earlier.step(text_of(self), by)) is not None:
            self.enter(text)
            self.moveCursor(QTextCursor.MoveOperation.End)

    def _change(self, edit: Callable[[Prompt, int, int], editing.Edit | None]) -> None:
        self.commit_composition()
        text = text_of(self)
        places = Places(text)
        cursor = self.textCursor()
        start, end = places.points(cursor.selectionStart()), places.points(cursor.selectionEnd())
        if (change := edit(Prompt(text), start, end)) is None:
            return
        cursor.setPosition(places.units(change.start))
        cursor.setPosition(places.units(change.end), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(change.text)
        after = Places(change.applied(text))
        cursor.setPosition(after.units(change.select[0]))
        cursor.setPosition(after.units(change.select[1]), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def commit_composition(self) -> None:
        """Take what an input method is composing as it is."""
        composed = self.textCursor().block().layout().preeditAreaText()
        if not composed:
            return
        self._is_committed = False
        QGuiApplication.inputMethod().commit()
        if not self._is_committed:  # some would rather drop it
            event = QInputMethodEvent()
            event.setCommitString(composed)
            self.inputMethodEvent(event)
            QGuiApplication.inputMethod().reset()

    def event(self, event: QEvent) -> bool:
        """What is being composed stays when the focus goes, by a click on Generate for one."""
        if event.type() is QEvent.Type.FocusAboutToChange:
            self.commit_composition()
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's own entries, and ours."""
        menu: QMenu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addSeparator()
        self.menu_opening.emit(menu)
        menu.popup(event.globalPos())

    # --- the example -----------------------------------------------------------------------------

    def enter(self, text: str) -> None:
        """Put a text in; Undo brings the old one back."""
        replace_text(self, text)
        self._is_fresh = text == self._example != ""
        self.read_notes()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The example is selected, so that what is typed replaces it."""
        super().focusInEvent(event)
        if self._is_fresh:
            self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From the first key on it is the person's text."""
        self._is_fresh = False
        super().keyPressEvent(event)

    def inputMethodEvent(self, arg__1: QInputMethodEvent) -> None:
        """Likewise; and note whether something was committed."""
        if arg__1.preeditString() or arg__1.commitString():
            self._is_fresh = False
        if arg__1.commitString():
            self._is_committed = True
        super().inputMethodEvent(arg__1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The first click selects the example; the next one goes into it."""
        super().mouseReleaseEvent(event)
        if self._is_fresh and event.button() is Qt.MouseButton.LeftButton:
            self._is_fresh = False
            if not self.textCursor().hasSelection():
                self.selectAll()

    # --- its size --------------------------------------------------------------------------------

    @property
    def own_height(self) -> int | None:
        """In device-independent pixels, None while it is as high as its lines."""
        return self._height

    @own_height.setter
    def own_height(self, height: int | None) -> None:
        self._height = None if height is None else min(max(height, _LOWEST), _HIGHEST)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other words are in sight."""
        super().resizeEvent(event)
        self._edge.setGeometry(0, self.height() - _EDGE, self.width(), _EDGE)
        self._highlighter.look()

    def _fit(self) -> None:
        if self._height is None:
            super()._fit()
        elif self._height != self.height():
            self.setFixedHeight(self._height)


class Edge(QWidget):
    """The lower edge of a field: dragged, it makes it higher; a double click lets it fit itself."""

    def __init__(self, edit: PromptEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self._from: tuple[float, int] | None = None
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(tooltip(words.EDGE))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._from = event.globalPosition().y(), self._edit.height()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow."""
        if self._from is not None:
            began, height = self._from
            self._edit.own_height = height + round(event.globalPosition().y() - began)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """It stays."""
        self._from = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """As high as its lines again."""
        self._from = None
        self._edit.own_height = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A short line, clearer under the pointer."""
        painter = QPainter(self)
        width = min(28, self.width())
        color = Theme.current().color("muted" if self.underMouse() else "line")
        painter.fillRect((self.width() - width) // 2, 1, width, 2, color)
