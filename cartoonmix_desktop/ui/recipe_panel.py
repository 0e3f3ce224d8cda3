"""The recipe panel: every input of the model, and Generate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.inputs import Kind
from cartoonmix_desktop.core.request import GenerationRequest
from cartoonmix_desktop.ui.field_parts import quiet_button
from cartoonmix_desktop.ui.fields import (
    ChoiceField,
    Field,
    LongTextField,
    NumberField,
    TextField,
    line_up,
)
from cartoonmix_desktop.ui.icons import icon
from cartoonmix_desktop.ui.seed_field import SeedField
from cartoonmix_desktop.ui.size_field import SizeField
from cartoonmix_desktop.ui.text import label, tooltip
from cartoonmix_desktop.ui.theme import SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QMouseEvent

    from cartoonmix_desktop.core.inputs import Input, Model

NARROWEST, USUAL_WIDTH, WIDEST = 280, 320, 420
"""Widths of the panel in device-independent pixels."""

_MARGIN = 4 * SPACE
_SCROLL_BAR = 10
_GROUP_GAP = 2 * SPACE  # on top of the gap between rows
_GROUP_STARTS = {"negativePrompt", "samples", "scheduler", "seed"}
_PROMPT_LINES = (5, 12)
_OTHER_LINES = (2, 6)


class Fold(QToolButton):
    """Shows and hides what belongs to it.

    Args:
        title: of what it shows and hides; part of the accessible name.
        unfolded: how it begins.
    """

    def __init__(self, title: str, *, unfolded: bool) -> None:
        super().__init__()
        self._title = title
        self._parts: list[QWidget] = []
        self.setProperty("quiet", True)  # noqa: FBT003  Qt's property value
        self.setProperty("fold", True)  # noqa: FBT003  Qt's property value
        self.setCheckable(True)
        self.setChecked(unfolded)
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(self._apply)
        self._apply()

    def add(self, part: QWidget) -> None:
        """Let ``part`` be shown and hidden by this."""
        self._parts.append(part)
        part.setVisible(self.isChecked())

    def _apply(self) -> None:
        unfolded = self.isChecked()
        self.setIcon(icon("chevron-down" if unfolded else "chevron-right", "muted"))
        self.setAccessibleName(f"{'Hide' if unfolded else 'Show'} {self._title.lower()}")
        self.setToolTip(tooltip(self.accessibleName()))
        for part in self._parts:
            part.setVisible(unfolded)

    def be_clicked_at(self, heading: QLabel) -> None:
        """Let a click on ``heading`` do the same: it is easier to hit."""
        heading.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See `be_clicked_at`."""
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(watched, QLabel):
            self.toggle()
        return super().eventFilter(watched, event)

    def holds(self, widget: QWidget) -> bool:
        """Whether ``widget`` is, or has in it, a part of this."""
        return any(part is widget or widget.isAncestorOf(part) for part in self._parts)


class GenerateButton(QPushButton):
    """The one button that the panel is for; its shortcut is written at its edge.

    The key itself is bound by the window, so that one press never generates twice.
    """

    def __init__(self) -> None:
        super().__init__("Generate")
        self.setProperty("primary", True)  # noqa: FBT003  Qt's property value
        self.setAccessibleName("Generate")
        self.setIcon(icon("sparkle", "on_accent"))
        self.setIconSize(QSize(16, 16))
        self.setMinimumHeight(36)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self.setToolTip(tooltip(f"Generate ({keys})"))
        hint = label(keys.replace("Return", "⏎"), role="on_accent", size=11)
        hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 3 * SPACE, 0)
        row.addWidget(hint, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        """A double click is one click: each costs money."""
        e.accept()


class RecipePanel(QWidget):
    """The form of a model's inputs, built from its description."""

    generate_requested = Signal(object)
    """A checked `GenerationRequest`."""
    recipe_changed = Signal()
    inspirations_requested = Signal()
    open_requested = Signal()
    save_requested = Signal()
    copy_link_requested = Signal()

    def __init__(self, model: Model = CARTOONMIX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._fields: dict[str, Field] = {}
        self._seed: SeedField | None = None
        self._folds: dict[str, Fold] = {}
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(NARROWEST)
        self.setMaximumWidth(WIDEST)
        self._form = QWidget()
        self._rows = QVBoxLayout(self._form)
        self._rows.setSpacing(2 * SPACE)
        self._fill()
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._form)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        self._form.setAutoFillBackground(False)
        self._scroll.verticalScrollBar().rangeChanged.connect(self._make_room)
        self._make_room()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._footer())

    def sizeHint(self) -> QSize:
        """The usual width."""
        return QSize(USUAL_WIDTH, super().sizeHint().height())

    # --- what is entered

    def raw(self) -> dict[str, object]:
        """Every input by wire name as it is entered, even if it cannot be meant."""
        return {name: field.raw() for name, field in self._fields.items()}

    def set_raw(self, values: Mapping[str, object]) -> None:
        """Enter values by wire name: unknown names are ignored, missing ones left alone.

        Undo in a text brings its old words back.
        """
        for name, field in self._fields.items():
            if name in values:
                field.set_raw(values[name])

    def reset(self) -> None:
        """Enter the model's defaults."""
        self.set_raw(self._model.defaults())

    @property
    def new_seed_each_time(self) -> bool:
        """Whether each Generate throws the dice first."""
        return self._seed is not None and self._seed.new_each_time.isChecked()

    @new_seed_each_time.setter
    def new_seed_each_time(self, wanted: bool) -> None:
        if self._seed is not None:
            self._seed.new_each_time.setChecked(wanted)

    @property
    def unfolded(self) -> dict[str, bool]:
        """Which parts are open, to be remembered: ``"negativePrompt"`` and ``"advanced"``."""
        return {name: fold.isChecked() for name, fold in self._folds.items()}

    @unfolded.setter
    def unfolded(self, states: Mapping[str, bool]) -> None:
        for name, fold in self._folds.items():
            fold.setChecked(bool(states.get(name, fold.isChecked())))

    # --- what is done with it

    def generate(self) -> None:
        """Check everything; mark what cannot be meant, or else ask for the pictures."""
        wrong = [field for field in self._fields.values() if field.check() is not None]
        if wrong:
            for field in wrong:
                self._unfold(field)
            self._reveal(wrong[0])
            wrong[0].control.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if self._seed is not None and self.new_seed_each_time:
            self._seed.throw()
        self.generate_requested.emit(GenerationRequest.build(self.raw(), self._model))

    def show_error(self, field: str, words: str) -> None:
        """Mark an input until it is edited, e.g. with the server's words.

        Args:
            field: wire name; one that is not on the form is ignored.
            words: plain text.
        """
        if field in self._fields:
            self._fields[field].show_error(words)
            self._unfold(self._fields[field])
            self._reveal(self._fields[field])

    def focus_prompt(self) -> None:
        """Put the cursor where most work is done: into the first field."""
        next(iter(self._fields.values())).control.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy_note(self, text: str) -> None:
        """A quiet line above Generate; empty for none."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    # --- how it is built

    def _fill(self) -> None:
        names = {entry.name for entry in self._model}
        advanced = [entry for entry in self._model if entry.advanced]
        for entry in self._model:
            if entry.advanced or (entry.name == "height" and "width" in names):
                continue
            if entry.name == "width" and "height" in names:
                self._add_size(entry, self._model["height"])
            else:
                self._add(entry)
        if advanced:
            fold = Fold("Advanced", unfolded=False)
            self._folds["advanced"] = fold
            heading = label("Advanced")
            fold.be_clicked_at(heading)
            row = QHBoxLayout()
            row.addWidget(heading, 1)
            row.addWidget(fold)
            self._rows.addSpacing(_GROUP_GAP)
            self._rows.addLayout(row)
            for entry in advanced:
                fold.add(self._add(entry))
        self._rows.addStretch()
        line_up(list(self._fields.values()))

    def _add(self, entry: Input) -> Field:
        field = self._made(entry)
        if entry.name in _GROUP_STARTS:
            self._rows.addSpacing(_GROUP_GAP)
        self._fields[entry.name] = field
        field.edited.connect(self.recipe_changed)
        self._rows.addWidget(field)
        return field

    def _made(self, entry: Input) -> Field:
        if entry.name == "seed":
            self._seed = SeedField(entry)
            self._seed.new_each_time_changed.connect(self.recipe_changed)
            return self._seed
        match entry.kind:
            case Kind.LONG_TEXT:
                return self._made_long_text(entry)
            case Kind.WHOLE | Kind.DECIMAL:
                return NumberField(entry)
            case Kind.CHOICE:
                return ChoiceField(entry)
            case _:
                return TextField(entry)

    def _made_long_text(self, entry: Input) -> LongTextField:
        if entry.required:
            ideas = quiet_button("Inspirations", "lightbulb")
            ideas.clicked.connect(self.inspirations_requested)
            return LongTextField(entry, _PROMPT_LINES, (ideas, self._made_menu()))
        fold = Fold(entry.label, unfolded=True)
        field = LongTextField(entry, _OTHER_LINES, (fold,))
        fold.add(field.edit)
        fold.be_clicked_at(field.caption.label)
        self._folds[entry.name] = fold
        return field

    def _made_menu(self) -> QToolButton:
        more = quiet_button("More for the recipe", "more")
        menu = QMenu(more)
        menu.addAction(icon("folder", "muted"), "Open recipe…", self.open_requested.emit)
        menu.addAction(icon("download", "muted"), "Save recipe as…", self.save_requested.emit)
        menu.addAction(
            icon("external", "muted"), "Copy link to recipe", self.copy_link_requested.emit
        )
        menu.addSeparator()
        menu.addAction(icon("reset", "muted"), "Reset the whole recipe", self.reset)
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return more

    def _add_size(self, width: Input, height: Input) -> None:
        size = SizeField(width, height)
        for field in size.fields():
            self._fields[field.entry.name] = field
        size.edited.connect(self.recipe_changed)
        self._rows.addSpacing(_GROUP_GAP)
        self._rows.addWidget(size)

    def _footer(self) -> QWidget:
        footer = QFrame()
        footer.setProperty("surface", "footer")
        column = QVBoxLayout(footer)
        column.setContentsMargins(_MARGIN, 3 * SPACE, _MARGIN, 3 * SPACE)
        column.setSpacing(2 * SPACE)
        self._note: QLabel = label(role="muted", size=11, wrap=True)
        self._note.hide()
        button = GenerateButton()
        button.clicked.connect(self.generate)
        column.addWidget(self._note)
        column.addWidget(button)
        return footer

    def _make_room(self) -> None:
        """The scroll bar lies in the margin: what is written keeps its width when it comes."""
        shown = self._scroll.verticalScrollBar().maximum() > 0
        right = _MARGIN - _SCROLL_BAR if shown else _MARGIN
        self._rows.setContentsMargins(_MARGIN, 3 * SPACE, right, _MARGIN)

    def _unfold(self, field: Field) -> None:
        for fold in self._folds.values():
            if fold.holds(field):
                fold.setChecked(True)

    def _reveal(self, field: Field) -> None:
        self._rows.activate()
        self._scroll.ensureWidgetVisible(field, 0, _MARGIN)
