"""The line in which a search is typed: it underlines what it cannot use, and completes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QStandardItem,
    QStandardItemModel,
    QTextCharFormat,
)
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cartoonmix_desktop.core.search.query import Problem, parse, part_at, quoted
from cartoonmix_desktop.core.search.query_values import FIELDS
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import elided, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font
from cartoonmix_desktop.wording import search as words

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAY_SUGGEST = {Qt.Key.Key_Space, Qt.Key.Key_F5}
_COMPLETION = Qt.ItemDataRole.UserRole + 1
_HELP = Qt.ItemDataRole.UserRole + 2
_LINE = 28  # height of a suggestion
_NARROWEST, _WIDEST = 280, 520  # width of the suggestions
_NAME = 108  # room for a suggestion before its help
_MOST_PROBLEMS = 2  # problems that are told under the field; all are underlined
_SHOWN = 12  # suggestions without scrolling


class SearchEdit(QLineEdit):
    """Escape clears it, Down leads into the list, and a key tells what can be typed here.

    Attributes:
        fields: the action that tells it as well.
    """

    left_downwards = Signal()
    problems_changed = Signal(str)
    """What is the matter with the text, in few lines; empty when nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: dict[str, Sequence[tuple[str, str]]] = {}
        self._problems: tuple[Problem, ...] = ()
        self._composing = False
        self.setAccessibleName(words.SEARCH_HISTORY)
        self.setPlaceholderText(words.SEARCH_HISTORY_HINT)
        self.setClearButtonEnabled(True)
        for clear in self.findChildren(QAction):  # Qt's own, which has no name
            clear.setText(words.CLEAR)
            clear.setToolTip(words.CLEAR_HELP)
        mark = self.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        mark.setText(words.SEARCH)
        fields = self.addAction(icon("fields", "muted"), QLineEdit.ActionPosition.TrailingPosition)
        fields.setText(words.FIELDS)
        fields.triggered.connect(self._on_fields)
        self.fields = fields
        self._completer = QCompleter(QStandardItemModel(self), self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setCompletionRole(_COMPLETION)
        self._completer.setMaxVisibleItems(_SHOWN)
        self._completer.activated.connect(self._on_completed)
        self._popup = QListView()
        self._popup.setAccessibleName(words.SUGGESTIONS)
        self._popup.setProperty("popup", "true")
        self._popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._completer.setPopup(self._popup)
        self._popup.setItemDelegate(_SuggestionDelegate(self._popup))
        self.textChanged.connect(self._on_text_changed)
        self.textEdited.connect(self._on_text_edited)
        Theme.current().changed.connect(self._underline)

    def set_names(self, tags: Sequence[tuple[str, int]], collections: Sequence[str]) -> None:
        """Say what fields may be completed with.

        Args:
            tags: names and how many tasks can be found by each.
            collections: names.
        """
        self._names = {
            "tag": [(name, words.tasks_with(count)) for name, count in tags if count],
            "in": [(name, "") for name in collections],
        }

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is the matter with the text."""
        return self._problems

    # --- problems --------------------------------------------------------------------------------

    def _on_text_changed(self, text: str) -> None:
        self._problems = parse(text, date.today()).problems  # noqa: DTZ011  the person's own day
        # What is wrong is said before what is only unfinished.
        told = sorted(self._problems, key=lambda problem: problem.is_hint)
        said = list(dict.fromkeys(words.problem_words(problem) for problem in told))
        self.setToolTip(tooltip("\n".join(said)))
        self.setAccessibleDescription(" ".join(said))
        self._underline()
        self.problems_changed.emit("\n".join(said[:_MOST_PROBLEMS]))

    def _underline(self) -> None:
        """Draw a wave under each problem: a line edit takes formats as an input method's."""
        if self._composing:
            return  # it would end what is being composed
        text, cursor = self.text(), self.cursorPosition()
        formats = []
        for problem in self._problems:
            if problem.is_hint:
                continue
            wave = QTextCharFormat()
            wave.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            wave.setUnderlineColor(Theme.current().color("warn"))
            start, end = (_units(text[:place]) for place in (problem.start, problem.end))
            kind = QInputMethodEvent.AttributeType.TextFormat
            formats.append(QInputMethodEvent.Attribute(kind, start - cursor, end - start, wave))
        super().inputMethodEvent(QInputMethodEvent("", formats))

    def inputMethodEvent(self, arg__1: QInputMethodEvent) -> None:
        """Note whether something is being composed."""
        self._composing = bool(arg__1.preeditString())
        super().inputMethodEvent(arg__1)
        self._underline()

    # --- completion ------------------------------------------------------------------------------

    def suggest(self) -> None:
        """Show what can be typed at the cursor."""
        self._suggest(also_fields=True)

    def _on_fields(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.text() and not self.text().endswith((" ", ":")):
            self.end(False)  # noqa: FBT003  Qt's signature
            self.insert(" ")
        self.suggest()

    def _on_text_edited(self, _text: str) -> None:
        self._suggest(also_fields=False)

    def _suggest(self, *, also_fields: bool) -> None:
        part = part_at(self.text(), self.cursorPosition())
        typed = part.typed.casefold()
        if part.field is not None:
            known = [*self._names.get(part.field.name, ()), *words.values_of(part.field.name)]
            found = [(name, name, help_) for name, help_ in known if _fits(name, typed)]
            if [name for name, _, _ in found if name.casefold() != typed] == []:
                found = []  # it is all there
        elif also_fields:
            begun = [field for field in FIELDS if field.name.startswith(typed)] or FIELDS
            found = [(f"{f.name}:", f"{f.name}:", words.FIELD_HELP[f.name]) for f in begun]
            found += () if typed else words.SYNTAX_HELP
        else:
            found = []
        if not found:
            self._popup.hide()
            return
        model = QStandardItemModel(self._completer)
        for shown, completion, help_ in found:
            item = QStandardItem(shown)
            item.setData(completion, _COMPLETION)
            item.setData(help_, _HELP)
            item.setData(f"{shown} {help_}", Qt.ItemDataRole.AccessibleTextRole)
            model.appendRow(item)
        self._completer.setModel(model)
        width = max(_NARROWEST, min(max(self.width(), _width_of(found)), _WIDEST))
        self._completer.complete(QRect(0, 0, width, self.height()))

    def _on_completed(self, chosen: str) -> None:
        part = part_at(self.text(), self.cursorPosition())
        if part.field is not None:
            # A name is quoted, lest it stand for all that begin so.
            plain = chosen.replace("-", "").replace("+", "").isalnum()
            bare = plain and part.field.name not in self._names
            chosen = f"{chosen if bare else quoted(chosen)} "
        rest = self.text()[part.end :]
        whole = self.text()[: part.start] + chosen
        self.setSelection(0, _units(self.text()))
        self.insert(whole + (rest.lstrip() if chosen.endswith(" ") else rest))
        self.setCursorPosition(_units(whole))
        if chosen.endswith(":"):
            self._suggest(also_fields=False)

    # --- keys ------------------------------------------------------------------------------------

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        """Handle the keys that lead out, and the one that asks."""
        if arg__1.key() in _MAY_SUGGEST and _suggests(arg__1):
            self.suggest()
        elif self._popup.isVisible() and arg__1.key() in _OF_POPUP:
            arg__1.ignore()  # the completer takes them
        elif arg__1.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif arg__1.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.left_downwards.emit()
        else:
            super().keyPressEvent(arg__1)


_OF_POPUP = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab}


class _SuggestionDelegate(QStyledItemDelegate):
    """A suggestion, and beside it in grey what it means."""

    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002  Qt's signature
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002
    ) -> QSize:
        return QSize(_NAME, _LINE)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme = Theme.current()
        place: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(place, theme.color("pressed"))
        inner = place.adjusted(2 * SPACE, 0, -2 * SPACE, 0)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setFont(font(13))
        painter.setPen(theme.color("text"))
        metrics = painter.fontMetrics()
        help_ = str(index.data(_HELP) or "")
        room = inner.width() if not help_ else max(_NAME, inner.width() // 2)
        name = elided(str(index.data()), metrics, room)
        painter.drawText(inner, middle, name)
        if help_:
            inner.setLeft(inner.left() + max(_NAME, metrics.horizontalAdvance(name) + 3 * SPACE))
            painter.setFont(font(11))
            painter.setPen(theme.color("muted"))
            painter.drawText(inner, middle, elided(help_, painter.fontMetrics(), inner.width()))
        painter.restore()


def _width_of(found: Sequence[tuple[str, str, str]]) -> int:
    """Pixels that suggestions take with all of their help, and a scroll bar beside them."""
    names, helps = QFontMetrics(font(13)), QFontMetrics(font(11))
    widest = max(
        max(_NAME, names.horizontalAdvance(shown) + 3 * SPACE) + helps.horizontalAdvance(help_)
        for shown, _completion, help_ in found
    )
    return widest + 10 * SPACE


def _fits(name: str, typed: str) -> bool:
    plain = name.casefold()
    return typed in plain or plain.replace(" ", "-").startswith(typed)


def _units(text: str) -> int:
    """Qt's length of ``text``, which counts in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _suggests(event: QKeyEvent) -> bool:
    from cartoonmix_desktop.ui.command_names import Command  # once there is all else
    from cartoonmix_desktop.ui.command_table import TABLE  # once there is all else

    pressed = QKeySequence(event.keyCombination())
    return pressed in map(QKeySequence, TABLE[Command.SUGGEST].usual)
