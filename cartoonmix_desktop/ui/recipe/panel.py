"""The recipe panel: every input of the model, and Generate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.inputs import Kind
from cartoonmix_desktop.core.recipe.limits import ANY
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.batch import several
from cartoonmix_desktop.ui.command_names import Command, Menu, Scope
from cartoonmix_desktop.ui.recipe.fields import (
    ChoiceField,
    Field,
    LongTextField,
    NumberField,
    TextField,
    line_up,
)
from cartoonmix_desktop.ui.recipe.generate_area import GenerateArea
from cartoonmix_desktop.ui.recipe.prompt.edit import PromptEdit
from cartoonmix_desktop.ui.recipe.seed_field import SeedField
from cartoonmix_desktop.ui.recipe.size_field import SizeField
from cartoonmix_desktop.ui.widgets.buttons import icon_button
from cartoonmix_desktop.ui.widgets.fold import Fold
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording.recipe import form as words
from cartoonmix_desktop.wording.recipe.inputs import in_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cartoonmix_desktop.core.recipe.inputs import Input, Model
    from cartoonmix_desktop.core.recipe.limits import Limits
    from cartoonmix_desktop.ui.commands import Commands

NARROWEST, USUAL_WIDTH, WIDEST = 280, 320, 420
"""Widths of the panel in device-independent pixels."""

_MARGIN = 4 * SPACE
_SCROLL_BAR = 10
_GROUP_GAP = 2 * SPACE  # on top of the gap between rows
_GROUP_STARTS = {"negativePrompt", "samples", "scheduler"}
_PROMPT_LINES = (5, 12)
_OTHER_LINES = (2, 6)


class RecipePanel(QWidget):
    """The form of a model's inputs, built from its description.

    Attributes:
        origin: the task whose recipe was put in, whatever was changed since; None for none.
        words_of_press: says what a press sends and costs.
    """

    generate_requested = Signal(object)
    """A checked `GenerationRequest`."""
    again_requested = Signal(object)
    """One whose pictures are there or on their way: the person knows."""
    several_requested = Signal(object)
    """A list of them."""
    update_requested = Signal(object)
    """One, in place of that of the waiting task which is edited."""
    edit_left = Signal()
    recipe_changed = Signal()
    earlier_changed = Signal()
    """The prompts that can be recalled."""
    inspirations_requested = Signal()
    open_requested = Signal()
    save_requested = Signal()
    copy_link_requested = Signal()
    paste_requested = Signal()
    copy_text_requested = Signal()
    text_pasted = Signal(str)
    """Into a prompt, as a whole."""

    def __init__(self, model: Model = CARTOONMIX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._fields: dict[str, Field] = {}
        self._seed: SeedField | None = None
        self._size: SizeField | None = None
        self._before_edit: tuple[dict[str, object], bool, int | None] = ({}, False, None)
        self._same: GenerationRequest | None = None  # that the person is asked about
        self.origin: int | None = None
        self.words_of_press: Callable[[Sequence[GenerationRequest]], str] | None = None
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
        self.area = GenerateArea(_MARGIN, self._batch_words)
        self.area.generate_requested.connect(self.generate)
        self.area.several_requested.connect(self.generate_several)
        self.area.edit_left.connect(self.edit_left)
        self.area.same.new_seed_requested.connect(self._on_new_seed)
        self.area.same.again_requested.connect(self._on_again)
        self.recipe_changed.connect(self.area.same.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.area)

    def sizeHint(self) -> QSize:
        """The usual width."""
        return QSize(USUAL_WIDTH, super().sizeHint().height())

    # --- what is entered

    def raw(self) -> dict[str, object]:
        """Every input by wire name as it is entered, even if it cannot be meant."""
        return {name: field.raw() for name, field in self._fields.items()}

    def set_raw(self, values: Mapping[str, object]) -> None:
        """Enter values by wire name: unknown names are ignored, missing ones left alone.

        A seed among them is kept from then on, whatever was so before.
        Undo in a text brings its old words back.
        """
        for name, field in self._fields.items():
            if name in values:
                field.set_raw(values[name])

    def bind(self, commands: Commands) -> None:
        """Do what can be done with the form, by menu, key and button."""
        own: dict[Command, Callable[[], object]] = {
            Command.GENERATE: self.generate,
            Command.GENERATE_SEVERAL: self.area.ask_times,
            Command.OPEN_RECIPE: self.open_requested.emit,
            Command.SAVE_RECIPE: self.save_requested.emit,
            Command.COPY_LINK: self.copy_link_requested.emit,
            Command.PASTE_RECIPE: self.paste_requested.emit,
            Command.COPY_RECIPE: self.copy_text_requested.emit,
            Command.RESET_RECIPE: self.reset,
        }
        for command, act in own.items():
            commands.bind(command, act)
        self._bind_prompts(commands)
        commands.fill(self._more, Menu.FORM)
        self.area.bind(commands)

    def _bind_prompts(self, commands: Commands) -> None:
        edits = [field.edit for field in self._long_texts()]

        def at_cursor(act: Callable[[PromptEdit], object]) -> Callable[[], None]:
            def work() -> None:
                for edit in edits:
                    if edit.hasFocus():
                        act(edit)

            return work

        commands.bind(Command.MORE_WEIGHT, at_cursor(lambda edit: edit.change_weight(1)))
        commands.bind(Command.LESS_WEIGHT, at_cursor(lambda edit: edit.change_weight(-1)))
        commands.bind(Command.TAG_LEFT, at_cursor(lambda edit: edit.move_tag(-1)))
        commands.bind(Command.TAG_RIGHT, at_cursor(lambda edit: edit.move_tag(1)))
        commands.bind(Command.MUTE, at_cursor(PromptEdit.mute))
        commands.bind(Command.OLDER_PROMPT, at_cursor(lambda edit: edit.recall(-1)))
        commands.bind(Command.NEWER_PROMPT, at_cursor(lambda edit: edit.recall(1)))
        commands.bind(Command.FORGET_PROMPTS, at_cursor(self._forget))
        for edit in edits:
            commands.attend(edit, Scope.PROMPT)
            edit.menu_opening.connect(lambda menu: commands.fill(menu, Menu.PROMPT))

    def _forget(self, edit: PromptEdit) -> None:
        edit.earlier.restore(())
        self.earlier_changed.emit()

    def _long_texts(self) -> list[LongTextField]:
        return [field for field in self._fields.values() if isinstance(field, LongTextField)]

    def reset(self) -> None:
        """Enter the model's defaults; whether each Generate has a new seed stays as it is."""
        new_seed = self.new_seed_each_time
        self.origin = None
        self.set_raw(self._model.defaults())
        self.new_seed_each_time = new_seed

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

    @property
    def heights(self) -> dict[str, int]:
        """Those that were given to prompts, to be remembered: by wire name, in pixels."""
        heights = {field.entry.name: field.edit.own_height for field in self._long_texts()}
        return {name: height for name, height in heights.items() if height is not None}

    def restore_heights(self, stored: object) -> None:
        """Take what `heights` gave, from a file, so that it may be anything."""
        heights = stored if isinstance(stored, dict) else {}
        for field in self._long_texts():
            height = heights.get(field.entry.name)
            field.edit.own_height = height if type(height) is int else None

    @property
    def state(self) -> dict[str, Any]:
        """What is remembered from one start to the next, as JSON knows it."""
        return {
            "values": self.raw(),
            "new_seed": self.new_seed_each_time,
            "origin": self.origin,
            "unfolded": self.unfolded,
            "heights": self.heights,
            "sizes": self._size.own if self._size else [],
        }

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take what `state` gave, from a file, so that anything may be in it."""
        values, origin, unfolded = (stored.get(name) for name in ("values", "origin", "unfolded"))
        self.set_raw(values if isinstance(values, dict) else {})
        self.new_seed_each_time = stored.get("new_seed") is not False
        self.origin = origin if type(origin) is int else None
        self.unfolded = unfolded if isinstance(unfolded, dict) else {}
        self.restore_heights(stored.get("heights"))
        if self._size:
            self._size.restore_own(stored.get("sizes"))

    @property
    def earlier(self) -> dict[str, list[str]]:
        """The prompts that can be recalled, to be remembered: by wire name, the oldest first."""
        return {field.entry.name: field.edit.earlier.texts for field in self._long_texts()}

    def restore_earlier(self, stored: object) -> None:
        """Take what `earlier` gave, from a file, so that it may be anything."""
        earlier = stored if isinstance(stored, dict) else {}
        for field in self._long_texts():
            field.edit.earlier.restore(earlier.get(field.entry.name))

    # --- what is done with it

    def generate(self) -> None:
        """Check everything; mark what cannot be meant, or else ask for the pictures.

        While the person is asked about the same recipe, it is the answer that costs nothing twice.
        """
        if not self.area.same.isHidden() and self._seed is not None:
            self._seed.throw()
        if (request := self._request()) is None:
            return
        if self.area.editing:
            self.update_requested.emit(request)
        else:
            self.generate_requested.emit(request)

    def generate_several(self, count: int) -> None:
        """Check everything, then ask for ``count`` tasks with seeds of their own."""
        if not self.area.editing and (request := self._request()) is not None:
            each = self.new_seed_each_time
            self.several_requested.emit(several(request, count, new_each_time=each))

    def ask_about_same(self, request: GenerationRequest, said: str) -> None:
        """Say under Generate that a request was not sent, and ask what is meant.

        Args:
            request: as it came from here.
            said: which pictures there are of it.
        """
        self._same = request
        values, errors = self._model.check(self.raw())
        # Who has gone on writing is not to press a button with the next space.
        self.area.same.ask(said, focus=not errors and values == dict(request.values))

    def begin_edit(self, values: Mapping[str, object]) -> None:
        """Edit the recipe of a waiting task; what is entered comes back at `end_edit`."""
        if not self.area.editing:
            self._before_edit = self.raw(), self.new_seed_each_time, self.origin
        self.area.set_editing(True)
        self.set_raw(values)
        self.focus_prompt()

    def end_edit(self) -> None:
        """Go on with what was entered before. Harmless when nothing is edited."""
        if self.area.editing:
            self.area.set_editing(False)
            values, new_seed, self.origin = self._before_edit
            self.set_raw(values)
            self.new_seed_each_time = new_seed

    def meant(self) -> GenerationRequest | None:
        """What is entered, None if it cannot be meant; nothing is marked, and no dice thrown."""
        values, errors = self._model.check(self.raw())
        return None if errors else GenerationRequest(self._model.slug, values)

    def _batch_words(self, times: int) -> str:
        """What so many times would send and cost; empty if what is entered cannot be meant."""
        request = self.meant()
        if request is None or self.words_of_press is None:
            return ""
        return self.words_of_press([request] * times)

    def _on_new_seed(self) -> None:
        if self._seed is not None:
            self._seed.throw()
        self.generate()

    def _on_again(self) -> None:
        if self._same is not None:
            self.again_requested.emit(self._same)

    def _request(self) -> GenerationRequest | None:
        """What is entered, with a new seed if one is wanted; None if it cannot be meant."""
        for prompt in self._long_texts():
            prompt.edit.commit_composition()
        wrong = [field for field in self._fields.values() if field.check() is not None]
        if wrong:
            for field in wrong:
                self._unfold(field)
            self._reveal(wrong[0])
            wrong[0].control.setFocus(Qt.FocusReason.OtherFocusReason)
            return None
        if self._seed is not None and self.new_seed_each_time and not self.area.editing:
            self._seed.throw()
        for prompt in self._long_texts():
            prompt.edit.earlier.add(prompt.raw())
        self.earlier_changed.emit()
        return GenerationRequest.build(self.raw(), self._model)

    def show_error(self, field: str, said: str) -> None:
        """Mark an input until it is edited, e.g. with the server's words.

        Args:
            field: wire name; one that is not on the form is ignored.
            said: plain text.
        """
        if field in self._fields:
            self._fields[field].show_error(said)
            self._unfold(self._fields[field])
            self._reveal(self._fields[field])

    def show_limits(self, limits: Mapping[str, Limits]) -> None:
        """Advise at each field what the server says of it; nothing is refused for it.

        Args:
            limits: by wire name.
        """
        for name, field in self._fields.items():
            field.set_limits(limits.get(name, ANY))

    def focus_prompt(self) -> None:
        """Put the cursor where most work is done: into the first field."""
        next(iter(self._fields.values())).control.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy_note(self, text: str) -> None:
        """A quiet line above Generate; empty for none."""
        self.area.set_note(text)

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
            fold = Fold(words.FOLDED_ADVANCED, unfolded=False)
            self._folds["advanced"] = fold
            heading = label(words.ADVANCED)
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
        if isinstance(field, LongTextField):
            field.edit.pasted.connect(self.text_pasted)
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
            ideas = icon_button(words.INSPIRATIONS, "lightbulb")
            ideas.clicked.connect(self.inspirations_requested)
            return LongTextField(entry, _PROMPT_LINES, (ideas, self._made_menu()))
        fold = Fold(in_sentence(entry), unfolded=True)
        field = LongTextField(entry, _OTHER_LINES, (fold,))
        fold.add(field.edit)
        fold.be_clicked_at(field.caption.label)
        self._folds[entry.name] = fold
        return field

    def _made_menu(self) -> QToolButton:
        more = icon_button(words.MORE, "more")
        menu = QMenu(more)
        self._more = menu
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return more

    def _add_size(self, width: Input, height: Input) -> None:
        size = self._size = SizeField(width, height)
        for field in size.fields():
            self._fields[field.entry.name] = field
        size.edited.connect(self.recipe_changed)
        self._rows.addSpacing(_GROUP_GAP)
        self._rows.addWidget(size)

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
