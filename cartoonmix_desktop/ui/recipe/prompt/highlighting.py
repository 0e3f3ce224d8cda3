"""Shows what means something in a prompt, in colours that change no letter's width.

Only what is in sight, and some of what is around it, is coloured: Qt lays a whole paragraph out
again with each letter, and the more slowly the more colours it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QTextCharFormat, QTextLayout

from cartoonmix_desktop.core.prompt.syntax import Kind, tokens_of
from cartoonmix_desktop.core.prompt.utf16 import Places
from cartoonmix_desktop.ui.widgets.controls import text_of
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QTextBlock
    from PySide6.QtWidgets import QPlainTextEdit

_AROUND = 100  # code units beyond what is in sight
_ROLES = {
    Kind.ESCAPE: "muted",
    Kind.BRACKET: "muted",
    Kind.WEIGHT: "accent",
    Kind.NETWORK: "accent",
    Kind.BREAK: "accent",
    Kind.BRACE: "good",
    Kind.BAR: "good",
    Kind.COUNT: "good",
    Kind.WILDCARD: "good",
    Kind.MUTED: "muted",
}


class Highlighter(QObject):
    """Colours one field, and draws waves where something is to be told."""

    def __init__(self, edit: QPlainTextEdit) -> None:
        """Begin.

        Args:
            edit: the field, its owner.
        """
        super().__init__(edit)
        self._edit = edit
        self._seen = (0, 600)  # code units
        self._done = (0, 0)
        self._waves: list[tuple[int, int]] = []
        self._look = QTimer(self, singleShot=True)
        self._look.timeout.connect(self._on_look)
        self._formats: dict[Kind | None, QTextCharFormat] = {}
        edit.document().contentsChange.connect(self._on_contents_change)
        edit.verticalScrollBar().valueChanged.connect(self.look)
        Theme.current().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def look(self) -> None:
        """Colour what has come into sight, soon."""
        self._look.start()

    def show_waves(self, waves: Sequence[tuple[int, int]]) -> None:
        """Underline these places.

        Args:
            waves: from and to, in code units.
        """
        if self._waves != [*waves]:
            self._waves = [*waves]
            self._color(None)

    def _on_theme_changed(self) -> None:
        color = Theme.current().color
        for kind, role in _ROLES.items():
            made = QTextCharFormat()
            made.setForeground(color(role))
            made.setFontStrikeOut(kind is Kind.MUTED)
            self._formats[kind] = made
        wave = QTextCharFormat()
        wave.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        wave.setUnderlineColor(color("warn"))
        self._formats[None] = wave
        self._color(None)

    def _on_contents_change(self, at: int, removed: int, added: int) -> None:
        more = added - removed
        self._waves = [
            (start + more, end + more) if start >= at + removed else (start, end)
            for start, end in self._waves
            if end <= at or start >= at + removed
        ]
        first, last = self._seen
        if not first - _AROUND <= at <= last + _AROUND:
            first = last = at
        self._seen = min(first, at), max(last, at)
        self._color(at)
        self._look.start()

    def _on_look(self) -> None:
        view = self._edit.viewport()
        corners = QPoint(0, 0), QPoint(view.width(), view.height())
        first, last = (self._edit.cursorForPosition(corner).position() for corner in corners)
        self._seen = first, last
        if first < self._done[0] or last > self._done[1]:
            self._color(None)

    def _color(self, changed: int | None) -> None:
        """Colour what is in sight.

        Args:
            changed: where the text was changed; Qt lays that paragraph out anyway.
        """
        document = self._edit.document()
        text = text_of(self._edit)
        places = Places(text)
        begin, end = max(0, self._seen[0] - _AROUND), self._seen[1] + _AROUND
        tokens = tokens_of(text, places.points(begin), min(places.points(end), len(text)))
        ranges: list[tuple[int, int, Kind | None]] = [
            (places.units(token.start), places.units(token.end), token.kind)
            for token in tokens
            if token.kind is not Kind.COMMA
        ]
        ranges += [(a, b, None) for a, b in self._waves if a < end and b > begin]
        self._done = begin, end
        block = document.findBlock(begin)
        while block.isValid() and block.position() < end:
            first = block.position()
            last = first + block.length()
            wanted = [
                self._range(max(a, first) - first, min(b, last) - first, kind)
                for a, b, kind in ranges
                if a < last and b > first
            ]
            self._give(block, wanted, dirty=changed is None or not first <= changed < last)
            block = block.next()

    def _range(self, start: int, end: int, kind: Kind | None) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = start, end - start, self._formats[kind]
        return made

    def _give(
        self, block: QTextBlock, wanted: list[QTextLayout.FormatRange], *, dirty: bool
    ) -> None:
        layout = block.layout()
        now = layout.formats()
        if composed := layout.preeditAreaText():
            # What is being composed stands in the layout and not in the text.
            at, length = layout.preeditAreaPosition(), Places(composed).units(len(composed))
            for each in wanted:
                if each.start >= at:
                    each.start += length
                elif each.start + each.length > at:
                    each.length += length
            wanted += [each for each in now if at <= each.start < at + length]
        if wanted != now:
            layout.setFormats(wanted)
            if dirty:
                self._edit.document().markContentsDirty(block.position(), block.length())
