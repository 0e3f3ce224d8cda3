"""Past recipes: shown beside the form, used in parts, made again, compared."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest_asyncio
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QScrollArea, QToolButton

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.lineage import Lineage
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.ui.command_names import Menu
from cartoonmix_desktop.ui.history.list.model import HistoryModel
from cartoonmix_desktop.ui.reuse.compare_dialog import CompareDialog
from cartoonmix_desktop.ui.reuse.presenter import ReusePresenter
from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow
from cartoonmix_desktop.ui.shell.first_rooms import FirstRooms
from cartoonmix_desktop.ui.shell.main_window import MainWindow
from cartoonmix_desktop.ui.widgets.controls import GrowingText
from cartoonmix_desktop.ui.widgets.toast import Toast


class Kept:
    """A history in memory, and a studio that only notes what is asked for."""

    def __init__(self, tasks):
        self.all = {task.id: task for task in tasks}
        self.asked = []
        self.history = self

    async def task(self, task_id):
        return self.all[task_id]

    async def tasks(self, ids):
        return [self.all[task_id] for task_id in ids if task_id in self.all]

    async def lineage(self, task_id):
        task = self.all[task_id]
        children = tuple(t.id for t in self.all.values() if t.parent_id == task_id)
        earlier = [other for other in self.all if other < task_id]
        return Lineage(
            task.parent_id,
            task.parent_id in self.all,
            children[::-1],
            len(children),
            max(earlier, default=None),
        )

    async def generate_several(self, requests, parents):
        self.asked.append((list(requests), list(parents)))


@pytest_asyncio.fixture
async def at(theme, qtbot, owned, list_source, drawings, new_task):
    """A window with four tasks, and its presenter."""

    def task(number, parent, prompt):
        return new_task(
            number, prompt=prompt, outputs=drawings.outputs(number, 1), parent_id=parent
        )

    tasks = [
        task(1, None, "a red fox in snow"),
        task(2, 1, "a red fox in rain"),
        task(3, 2, "a blue fox in rain"),
        task(4, 99, "a cat"),
    ]
    model = HistoryModel(list_source(tasks), owned.spawn)
    empty = EmptyWindow()
    model.setParent(empty)
    rooms = FirstRooms(empty, model)
    window = MainWindow(rooms, drawings.path, drawings.thumbnails, owned.spawn)
    qtbot.addWidget(empty)
    studio = Kept(tasks)
    presenter = ReusePresenter(
        studio, studio, window.recipe, window.pane, window, owned.spawn, window.widget
    )
    for part in (window.history, window.pane):
        part.use_recipe_requested.connect(presenter.use_all)
    window.widget.resize(1440, 900)
    window.widget.show()
    model.reload()
    await owned.settle()

    async def show(number):
        window.pane.show_task(studio.all[number])
        await owned.settle()

    return SimpleNamespace(
        presenter=presenter,
        window=window,
        studio=studio,
        show=show,
        view=window.pane.recipe,
        owned=owned,
    )


def button(within, name):
    """The visible button that is called so."""
    kinds = within.findChildren(QToolButton) + within.findChildren(QPushButton)
    return next(b for b in kinds if b.isVisible() and name in {b.text(), b.accessibleName()})


def said(within):
    return [each.text() for each in within.findChildren(QLabel) if each.isVisible()]


async def test_a_past_recipe_is_shown_without_touching_the_form(at):
    at.window.recipe.set_raw({"prompt": "mine", "steps": 33})
    before = at.window.recipe.raw()
    await at.show(1)
    assert not at.view.isVisible()
    button(at.window.pane, "Recipe").click()
    assert at.view.isVisible()
    texts = {t.accessibleName(): t.toPlainText() for t in at.view.findChildren(GrowingText)}
    assert texts["Prompt"] == "a red fox in snow"
    assert "EasyNegative" in texts["Negative prompt"]
    assert "≠ Form: 33" in said(at.view)
    assert "≠ Differs from the form" in said(at.view)
    assert "Euler" in said(at.view)
    assert at.window.recipe.raw() == before
    at.window.recipe.set_raw({"steps": 20})
    assert "≠ Form: 33" not in said(at.view)
    assert not at.view._others.isVisible()
    at.studio.all[2] = replace(at.studio.all[2], others={"Hires upscaler": "4x <b>Ultra</b>"})
    await at.show(2)
    assert at.view._others.isVisible()
    assert at.view._others.toPlainText() == "Hires upscaler: 4x <b>Ultra</b>"
    await at.owned.settle()


async def test_one_field_all_but_the_seed_or_all_is_used_and_undone(at):
    panel = at.window.recipe
    panel.set_raw({"prompt": "mine", "steps": 33, "seed": "5"})
    panel.new_seed_each_time = True
    at.window.pane.recipe_wanted = True
    await at.show(2)
    button(at.view, "Use this prompt").click()
    assert panel.raw()["prompt"] == "a red fox in rain"
    assert panel.raw()["steps"] == "33"
    assert panel.origin is None
    button(at.window.widget, "Undo").click()
    assert panel.raw()["prompt"] == "mine"
    menu = button(at.view, "Use parts of this recipe").menu()
    next(a for a in menu.actions() if a.text() == "Use all but the seed").trigger()
    assert (panel.raw()["steps"], panel.raw()["seed"]) == ("20", "5")
    assert panel.new_seed_each_time
    assert panel.origin == 2
    button(at.view, "Use all").click()
    assert panel.raw()["seed"] == "123456"
    assert not panel.new_seed_each_time
    button(at.window.widget, "Undo").click()
    assert panel.raw()["seed"] == "5"
    panel.reset()
    assert panel.origin is None


async def test_more_like_this_has_new_seeds_and_again_has_the_same(at):
    at.window.pane.recipe_wanted = True
    await at.show(3)
    button(at.view, "More like this").click()
    menu = button(at.view, "Make more of this recipe").menu()
    entries = {a.text().partition("\t")[0]: a for a in menu.actions()}
    entries["4 more like this"].trigger()
    entries["Generate again"].trigger()
    await at.owned.settle()
    (once, _), (four, parents), (again, _) = at.studio.asked
    assert [len(once), len(four), len(again)] == [1, 4, 1]
    assert parents == [3] * 4
    old = at.studio.all[3].request
    assert again[0] == old
    seeds = {request["seed"] for request in [*once, *four]}
    assert len(seeds) == 5
    assert old["seed"] not in seeds
    assert {request.prompt for request in four} == {old.prompt}


async def test_a_picture_that_tells_no_recipe_is_not_made_again(at):
    """What it does not tell would be the model's own example, and paid for."""
    at.studio.all[2] = msgspec.structs.replace(
        at.studio.all[2], request=GenerationRequest("another model", {})
    )
    at.window.pane.recipe_wanted = True
    await at.show(2)
    before = at.window.recipe.raw()
    entries = {
        a.text().partition("\t")[0]: a
        for a in button(at.view, "Make more of this recipe").menu().actions()
    }
    for act in (
        button(at.view, "More like this").click,
        entries["4 more like this"].trigger,
        entries["Generate again"].trigger,
        button(at.view, "Use all").click,
    ):
        act()
        await at.owned.settle()
        assert "This picture came without a recipe." in said(at.window.widget)
    assert at.studio.asked == []
    assert at.window.recipe.raw() == before
    assert at.window.recipe.origin is None


async def test_what_a_picture_does_not_tell_is_named(at):
    """It stays in the form, or is the model's default, and goes into the next run."""
    panel = at.window.recipe
    panel.set_raw({"negativePrompt": "fog", "clipSkip": 7})
    told = {n: v for n, v in at.studio.all[2].request.values.items() if n != "clipSkip"}
    told["negativePrompt"] = ""
    del told["seed"]
    at.studio.all[2] = msgspec.structs.replace(
        at.studio.all[2], request=GenerationRequest("another model", told)
    )
    at.window.pane.recipe_wanted = True
    await at.show(2)
    button(at.view, "Use all").click()
    assert (panel.raw()["negativePrompt"], panel.raw()["clipSkip"]) == ("", "7")
    left = "Not in the picture, left as they were: clip skip, seed."
    toast = next(each for each in at.window.widget.findChildren(Toast) if each.isVisible())
    assert left in said(toast)
    assert left in toast.accessibleName()
    assert toast.rect().contains(toast.childrenRect())
    panel.set_raw({"prompt": "mine"})
    button(at.view, "Use this prompt").click()
    assert left not in said(toast)
    button(at.view, "More like this").click()
    await at.owned.settle()
    assert "Not in the picture, set to its default: clip skip." in said(toast)
    [(made, _)] = at.studio.asked
    assert (made[0]["negativePrompt"], made[0]["clipSkip"]) == ("", 4)


async def test_kin_is_shown_and_led_to(at):
    at.window.pane.recipe_wanted = True
    await at.show(2)
    assert {"Came from", "Led to"} <= set(said(at.view))
    gone_to = []
    at.window.history.task_selected.connect(gone_to.append)
    button(at.view, "a red fox in snow").click()
    button(at.view, "a blue fox in rain").click()
    assert gone_to == [1, 3]
    await at.show(4)
    assert not button(at.view, "A task that was deleted").isEnabled()
    assert "Led to" not in said(at.view)
    await at.show(1)
    assert "Came from" not in said(at.view)


async def test_two_recipes_are_compared_word_by_word(at):
    await at.show(3)
    at.window.recipe.set_raw({"prompt": "a blue fox in fog", "steps": 50})
    for entry in at.window.menu(Menu.RECIPE).actions():
        if entry.text() == "Compare with the form…":
            entry.trigger()
    await at.owned.settle()
    (dialog,) = at.window.widget.findChildren(CompareDialog)
    [text] = dialog.findChildren(GrowingText)
    assert text.accessibleDescription() == "a blue fox in [removed: rain][added: fog]"
    assert {"20", "50"} <= set(said(dialog))
    assert any(
        words.startswith("The same in both: Negative prompt, Width") for words in said(dialog)
    )
    formats = {}
    block = text.document().firstBlock().begin()
    while not block.atEnd():
        part = block.fragment()
        look = part.charFormat()
        formats[part.text()] = (look.fontStrikeOut(), look.fontUnderline())
        block += 1
    assert formats["rain"] == (True, False)
    assert formats["fog"] == (False, True)
    assert text.toPlainText().split() == ["a", "blue", "fox", "in", "rain", "fog"]
    dialog.accept()


async def test_a_comparison_is_as_high_as_what_it_says(at):
    await at.show(3)
    at.window.recipe.set_raw({"prompt": "a blue fox in fog, " * 20, "steps": 50})
    at.window.widget.resize(1280, 800)
    next(e for e in at.window.menu(Menu.RECIPE).actions() if "with the form" in e.text()).trigger()
    await at.owned.settle()
    (dialog,) = at.window.widget.findChildren(CompareDialog)
    [text] = dialog.findChildren(GrowingText)
    assert text.height() > 3 * text.fontMetrics().lineSpacing()
    assert dialog.findChild(QScrollArea).verticalScrollBar().maximum() == 0
    dialog.accept()


async def test_the_selected_two_and_those_around_are_compared(at):
    view, model = at.window.history.view, at.window.history.model
    await at.show(2)
    view.selectAll()
    offered = {a.text(): a for a in at.window.menu(Menu.RECIPE).actions()}[
        "Compare the two selected…"
    ]
    assert not offered.isEnabled()
    view.clearSelection()
    for number in (3, 1):
        row = model.index(model.row_of(number))
        view.selectionModel().select(row, view.selectionModel().SelectionFlag.Select)
    assert offered.isEnabled()
    offered.trigger()
    await at.owned.settle()
    (dialog,) = at.window.widget.findChildren(CompareDialog)
    described = [t.accessibleDescription() for t in dialog.findChildren(GrowingText)]
    assert described == ["a [removed: red][added: blue] fox in [removed: snow][added: rain]"]
    dialog.accept()
    at.view.compare_requested.emit("parent")
    await at.owned.settle()
    dialog = at.window.widget.findChildren(CompareDialog)[-1]
    assert "snow" in dialog.findChildren(GrowingText)[0].toPlainText()
    dialog.accept()
    await at.show(4)
    at.view.compare_requested.emit("parent")
    await at.owned.settle()
    toast = next(t for t in at.window.widget.findChildren(Toast) if t.isVisible())
    assert toast.accessibleName() == "The task it came from was deleted."


async def test_a_rows_menu_offers_to_make_and_compare(at):
    await at.show(2)
    at.window.history.select(2)
    menu = QMenu(at.window.widget)
    at.window.history.view.menu_opening.emit(menu)
    entries = {a.text().partition("\t")[0]: a for a in menu.actions()}
    entries["More like this"].trigger()
    entries["Generate again"].trigger()
    await at.owned.settle()
    assert [parents for _, parents in at.studio.asked] == [[2], [2]]
    compared = [a.text() for a in entries["Compare recipe"].menu().actions()]
    assert compared == ["With the form", "With the task before", "With the one it came from"]


async def test_in_a_narrow_pane_the_recipe_takes_the_place_of_the_picture(at):
    at.window.pane.recipe_wanted = True
    await at.show(1)
    assert at.window.pane.stage.isVisible()
    at.window.widget.resize(760, 560)
    assert at.view.isVisible()
    assert not at.window.pane.stage.isVisible()
    button(at.view, "Hide the recipe").click()
    assert at.window.pane.stage.isVisible()
    assert not at.view.isVisible()
    at.window.pane.recipe_wanted = True
    await at.show(2)
    assert at.view.isVisible()
    at.window.pane.show_task(None)
    assert not at.view.isVisible()
    await at.owned.settle()


async def test_a_recipe_of_another_model_is_shown_as_it_is(at, new_task):
    odd = GenerationRequest("x/y", {"prompt": "<b>fox</b>", "strength": 0.5, "scheduler": "Mine"})
    at.studio.all[5] = replace(new_task(5, TaskState.FAILED), request=odd)
    at.window.pane.recipe_wanted = True
    await at.show(5)
    texts = {t.accessibleName(): t.toPlainText() for t in at.view.findChildren(GrowingText)}
    assert texts["Prompt"] == "<b>fox</b>"
    assert texts["Other inputs"] == "strength: 0.5"
    assert "unknown" in said(at.view)


async def test_what_the_form_came_from_outlives_an_edit_of_a_waiting_task(at):
    panel = at.window.recipe
    at.window.pane.use_recipe_requested.emit(1)
    await at.owned.settle()
    assert panel.origin == 1
    panel.begin_edit({"prompt": "waiting"})
    at.window.pane.use_recipe_requested.emit(2)
    await at.owned.settle()
    assert panel.origin == 2
    panel.end_edit()
    assert (panel.origin, panel.raw()["prompt"]) == (1, "a red fox in snow")
