"""Past recipes come back: shown, put into the form, made again, compared, followed to their kin."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.difference import differing
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.batch import alike
from cartoonmix_desktop.core.task.generation_text import text_of_task
from cartoonmix_desktop.ui.command_names import Command, When
from cartoonmix_desktop.ui.commands import add_entry
from cartoonmix_desktop.ui.reuse.compare_dialog import CompareDialog, Side
from cartoonmix_desktop.ui.reuse.recipe_view import TIMES
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.toast import Toast
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording.formats import age_words
from cartoonmix_desktop.wording.recipe import reuse as words
from cartoonmix_desktop.wording.recipe.form import RECIPE_COPIED, with_price

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QMenu

    from cartoonmix_desktop.core.recipe.inputs import Value
    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.services.history.history import History
    from cartoonmix_desktop.services.sending.task_commands import TaskCommands
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.recipe.panel import RecipePanel
    from cartoonmix_desktop.ui.reuse.picture_side import PictureSide

_TO_PARENT = ("parent", words.COMPARE_PARENT)


class ReusePresenter(QObject):
    """Joins the recipe view, the menus and the form to the history."""

    def __init__(
        self,
        history: History,
        commands: TaskCommands,
        form: RecipePanel,
        pane: PictureSide,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        """Connect all.

        Args:
            history: has the recipes.
            commands: makes pictures from them.
            form: takes them in.
            pane: shows the recipe of its picture.
            frame: the window around them.
            spawn: runs a coroutine and shows what goes wrong.
            parent: its owner.
        """
        super().__init__(parent)
        self._history, self._tasks = history, commands
        self._frame, self._context, self._spawn = frame, frame.context, spawn
        self._form, self._pane, self._view = form, pane, pane.recipe
        self._before: tuple[dict[str, object], bool, int | None] | None = None
        self._toast = Toast(pane.stage)
        self._toast.pressed.connect(self._on_undo)
        self._context.rows_menu_opening.connect(self._on_rows_menu)
        self._context.picture_menu_opening.connect(self._on_picture_menu)
        self._context.selection_changed.connect(self._offer)
        self._context.task_shown.connect(self._on_task_shown)
        pane.recipe_toggled.connect(self._on_recipe_toggled)
        self._form.recipe_changed.connect(self._on_form_changed)
        self._view.use_requested.connect(self._on_use)
        self._view.more_requested.connect(self._on_more)
        self._view.words_of_more = self._price_of_shown
        self._view.again_requested.connect(self._on_again)
        self._view.compare_requested.connect(self._on_compare)
        self._view.task_requested.connect(self._on_task_requested)
        self._bind()

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def _shown(self) -> Task | None:
        return self._context.task

    def _on_task_shown(self) -> None:
        self._offer()
        self._show_recipe()

    def _on_recipe_toggled(self, wanted: bool) -> None:
        self._frame.commands[Command.SHOW_RECIPE].setChecked(wanted)
        self._show_recipe()

    def _show_recipe(self) -> None:
        """Nothing is read for a view that nobody sees."""
        if self._shown is not None and self._pane.recipe_wanted:
            self._view.show_task(self._shown)
            self._view.show_form(self._form.raw())
            self._spawn(self._look_up(self._shown.id))

    async def _look_up(self, task_id: int) -> None:
        history = self._history
        lineage = await history.lineage(task_id)
        parent_ids = (
            [lineage.parent_id] if lineage.parent_there and lineage.parent_id is not None else []
        )
        tasks = await history.tasks([*parent_ids, *lineage.children])
        if self._shown is not None and self._shown.id == task_id:
            self._view.show_lineage(lineage, {task.id: task for task in tasks})

    def _on_form_changed(self) -> None:
        if self._pane.recipe_wanted:
            self._view.show_form(self._form.raw())

    def _on_task_requested(self, task_id: int) -> None:
        self._context.turn_to(task_id)

    # --- into the form ---------------------------------------------------------------------------

    def use_all(self, task_id: int) -> None:
        """Put the whole recipe of a task into the form."""

        async def work() -> None:
            task = await self._history.task(task_id)
            self._use(task, [entry.name for entry in CARTOONMIX])
            self._frame.show_recipe()

        self._spawn(work())

    def _on_use(self, names: Sequence[str]) -> None:
        if self._shown is not None:
            self._use(self._shown, names)

    def _on_use_all_but_seed(self) -> None:
        self._on_use([entry.name for entry in CARTOONMIX if entry.name != "seed"])

    def _use(self, task: Task, names: Sequence[str]) -> None:
        """Put values into the form; more than one makes the task what the form came from."""
        panel = self._form
        before = (panel.raw(), panel.new_seed_each_time, panel.origin)
        values = {n: v for n, v in _known_inputs(task).items() if n in names}
        if not values:
            self._say(words.NO_RECIPE)
            return
        panel.set_raw(values)
        if len(names) > 1:
            panel.origin = task.id
        changed = differing(before[0], panel.raw())
        self._before = before if changed else None
        left = words.left_as_it_was(values, names)
        self._say(words.used(changed), common.UNDO if changed else "", left)

    def _say(self, said: str, action: str = "", more: str = "") -> None:
        self._toast.lie_on(self._frame.stage)
        self._toast.say(said, action, more)

    def _on_undo(self) -> None:
        if self._before is not None:
            values, new_seed, self._form.origin = self._before
            self._before = None
            self._form.set_raw(values)
            self._form.new_seed_each_time = new_seed

    # --- made again ------------------------------------------------------------------------------

    def _on_more(self, times: int) -> None:
        if self._shown is not None:
            self._make(self._shown.id, times)

    def _on_again(self) -> None:
        if self._shown is not None:
            self._make(self._shown.id, 0)

    def _make(self, task_id: int, times: int) -> None:
        """Generate a recipe with new seeds; 0 times: once, as it is."""

        async def work() -> None:
            task = await self._history.task(task_id)
            values = _known_inputs(task)
            if not values.get("prompt"):  # what is not told would be the model's own example
                self._say(words.NO_RECIPE)
                return
            request = GenerationRequest.build(values)
            requests = alike(request, times) if times else [request]
            await self._tasks.generate_several(requests, [task_id] * len(requests))
            known = {*values, "seed"} if times else values  # each has a new seed
            if defaults := words.set_to_defaults(known):
                self._say(words.INCOMPLETE, more=defaults)

        self._spawn(work())

    def _price_of(self, task: Task | None, times: int) -> str:
        """What so many more of a task send and cost."""
        if task is None or self._form.words_of_press is None:
            return ""
        return self._form.words_of_press([task.request] * times)

    def _price_of_shown(self, times: int) -> str:
        return self._price_of(self._shown, times)

    # --- compared --------------------------------------------------------------------------------

    def _on_compare(self, other: str) -> None:
        if self._shown is not None:
            self._spawn(self._compare(self._shown.id, other))

    def _on_compare_two(self) -> None:
        chosen = self._context.few_tasks()
        if len(chosen) == 2:
            self._spawn(self._compare_tasks(*sorted(chosen)))

    async def _compare(self, task_id: int, other: str) -> None:
        task = await self._history.task(task_id)
        if other == "form":
            self._open(_side(task), Side(self._form.raw(), words.AS_IT_IS_NOW))
            return
        lineage = await self._history.lineage(task_id)
        there = lineage.parent_id if lineage.parent_there else None
        found = there if other == "parent" else lineage.before
        if found is not None:
            await self._compare_tasks(found, task_id)
        elif other == "parent":
            self._say(words.PARENT_DELETED)
        else:
            self._say(words.NO_TASK_BEFORE)

    async def _compare_tasks(self, first: int, second: int) -> None:
        tasks = await self._history.tasks([first, second])
        if len(tasks) == 2:
            self._open(*map(_side, tasks))

    def _open(self, first: Side, second: Side) -> None:
        dialog = CompareDialog(first, second, self._pane.thumbnails, self._frame.widget)
        dialog.task_requested.connect(self._on_task_requested)
        dialog.open()

    # --- menus -----------------------------------------------------------------------------------

    def _bind(self) -> None:
        commands, pane = self._frame.commands, self._pane
        commands[Command.SHOW_RECIPE].setChecked(pane.recipe_wanted)
        own: dict[Command, Callable[..., object]] = {
            Command.SHOW_RECIPE: self._on_wanted,
            Command.USE_ALL_BUT_SEED: self._on_use_all_but_seed,
            Command.MORE_LIKE_THIS: partial(self._on_more, 1),
            Command.SAME_AGAIN: self._on_again,
            Command.COMPARE_WITH_FORM: self._compare_with_form,
            Command.COMPARE_TWO: self._on_compare_two,
            Command.COPY_TASK_RECIPE: self._on_copy,
        }
        for command, act in own.items():
            commands.bind(command, act)
        self._offer()

    def _on_copy(self) -> None:
        if self._shown is not None and self._shown.request.values:
            desktop.copy_text(text_of_task(self._shown))
            self._say(RECIPE_COPIED)
        else:
            self._say(words.NO_RECIPE)

    def _compare_with_form(self) -> None:
        self._on_compare("form")

    def _on_wanted(self, wanted: bool) -> None:
        self._pane.recipe_wanted = wanted
        if wanted and self._context.shows_pictures:
            self._frame.previewing = True  # it stands beside the picture

    def _offer(self) -> None:
        self._frame.commands.allow(When.TWO, len(self._context.few_tasks()) == 2)

    def _on_rows_menu(self, menu: QMenu) -> None:
        chosen = self._context.few_tasks()
        if len(chosen) == 2:
            menu.addSeparator()
            menu.addAction(self._frame.commands[Command.COMPARE_TWO])
        elif len(chosen) == 1:
            self._offer_of(menu, chosen[0])

    def _on_picture_menu(self, menu: QMenu) -> None:
        if self._shown is not None:
            self._offer_of(menu, self._shown.id)

    def _offer_of(self, menu: QMenu, task_id: int) -> None:
        """What can be done with the recipe of one task."""
        menu.addSeparator()
        add_entry(menu, Command.MORE_LIKE_THIS, partial(self._make, task_id, 1))
        several = menu.addMenu(words.SEVERAL_MORE)
        task = self._context.task_at_hand(task_id) or self._shown
        for times in TIMES:
            known = task if task is not None and task.id == task_id else None
            said = with_price(words.more(times), self._price_of(known, times))
            several.addAction(said, partial(self._make, task_id, times))
        add_entry(menu, Command.SAME_AGAIN, partial(self._make, task_id, 0))
        compare = menu.addMenu(icon("swap", "muted"), words.COMPARE_RECIPE)
        came = [_TO_PARENT] if task is not None and task.parent_id is not None else []
        for other, title in (*words.COMPARISONS.items(), *came):
            compare.addAction(title, partial(self._compare_later, task_id, other))

    def _compare_later(self, task_id: int, other: str) -> None:
        self._spawn(self._compare(task_id, other))


def _known_inputs(task: Task) -> dict[str, Value]:
    """The inputs of CartoonMix that a task has; a picture from outside may tell none of them."""
    known = {entry.name for entry in CARTOONMIX}
    return {name: value for name, value in task.request.values.items() if name in known}


def _side(task: Task) -> Side:
    return Side(task.request.values, age_words(task.created_at, time.time()), task)
