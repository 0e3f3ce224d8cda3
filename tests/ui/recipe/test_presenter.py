"""Recipes from outside in the form: said, undone, never sent."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.recipe.links import from_link
from cartoonmix_desktop.core.recipe.recipe import from_text, to_text
from cartoonmix_desktop.ui.history.list.model import HistoryModel
from cartoonmix_desktop.ui.notices import Notices
from cartoonmix_desktop.ui.recipe import presenter as recipe_presenter
from cartoonmix_desktop.ui.recipe.presenter import RecipePresenter
from cartoonmix_desktop.ui.shell.empty_window import EmptyWindow
from cartoonmix_desktop.ui.shell.first_rooms import FirstRooms
from cartoonmix_desktop.ui.shell.main_window import MainWindow
from cartoonmix_desktop.ui.widgets.controls import GrowingText
from cartoonmix_desktop.wording.common import NoticeAction, Offer


@pytest.fixture
def presenter(theme, qtbot, owned, list_source, drawings):
    model = HistoryModel(list_source([]), owned.spawn)
    empty = EmptyWindow()
    model.setParent(empty)
    rooms = FirstRooms(empty, model)
    window = MainWindow(rooms, drawings.path, drawings.thumbnails, owned.spawn)
    qtbot.addWidget(empty)
    notices = Notices(window.banner, empty)
    failures = []

    def spawn(work):
        async def told():
            try:
                await work
            except CartoonMixError as error:
                failures.append(error)
                notices.show_problem(error)

        owned.spawn(told())

    made = RecipePresenter(window.recipe, notices, window, spawn, empty)

    def act(offer: Offer) -> None:
        if offer.action is NoticeAction.UNDO_RECIPE:
            made.undo()

    notices.action_requested.connect(act)
    notices.action_requested.connect(lambda _offer: made.undo())
    made.window, made.panel, made.owned, made.failures = window, window.recipe, owned, failures
    window.recipe.generate_requested.connect(lambda _: pytest.fail("nothing may be sent"))
    window.widget.show()
    return made


def banner(presenter):
    words = [
        label.text() for label in presenter.window.banner.findChildren(QLabel) if label.isVisible()
    ]
    buttons = [
        each for each in presenter.window.banner.findChildren(QPushButton) if each.isVisible()
    ]
    return " ".join(words), {each.text(): each for each in buttons}


async def opened(presenter, text):
    presenter.open_given(text)
    await presenter.owned.settle()
    return banner(presenter)


async def test_a_link_fills_the_form_says_so_and_is_undone(presenter):
    presenter.panel.set_raw({"prompt": "mine", "steps": 11})
    presenter.panel.new_seed_each_time = True
    words, buttons = await opened(
        presenter, "cartoonmix:recipe?prompt=a%20%3Cb%3Efox%3C%2Fb%3E&seed=5&colour=red&steps=no"
    )
    assert presenter.panel.raw()["prompt"] == "a <b>fox</b>"
    assert presenter.panel.raw()["steps"] == "11"
    assert not presenter.panel.new_seed_each_time
    assert "Recipe from a link: Prompt and Seed were changed." in words
    assert "“colour”" in words
    assert "Steps must be a number" in words
    buttons["Undo"].click()
    assert presenter.panel.raw()["prompt"] == "mine"
    assert presenter.panel.new_seed_each_time
    assert not presenter.window.banner.isVisible()


def picture(folder, text, name="fox.png"):
    info = PngInfo()
    info.add_text("parameters", text)
    Image.new("RGB", (8, 8)).save(folder / name, pnginfo=info)
    return str(folder / name)


async def test_a_picture_without_a_negative_prompt_empties_that_of_the_form(presenter, tmp_path):
    presenter.panel.set_raw({"prompt": "mine", "negativePrompt": "fog", "clipSkip": 7})
    settings = "Steps: 7, Sampler: DDIM, CFG scale: 5, Seed: 3, Size: 512x640"
    words, buttons = await opened(presenter, picture(tmp_path, f"a fox\n{settings}"))
    assert presenter.panel.raw()["negativePrompt"] == ""
    assert presenter.panel.raw()["clipSkip"] == "7"
    assert "Not in the picture, left as they were: samples, clip skip." in words
    buttons["Undo"].click()
    assert presenter.panel.raw()["negativePrompt"] == "fog"
    words, _ = await opened(
        presenter, picture(tmp_path, f"a fox\n{settings}, Batch size: 2, Version: v1.10.1")
    )
    assert presenter.panel.raw()["clipSkip"] == "1"  # which that program never writes
    assert "Not told" not in words


async def test_what_stays_as_it_was_is_named(presenter, tmp_path):
    words, _ = await opened(presenter, "cartoonmix:recipe?prompt=a%20fox&width=512&height=512")
    assert (
        "Not in the link, left as they were: "
        "negative prompt, samples, steps, guidance scale, scheduler, clip skip, seed."
    ) in words
    path = tmp_path / "fox.cartoonmix"
    path.write_text(to_text(presenter.panel.raw() | {"negativePrompt": ""}), "utf-8")
    words, _ = await opened(presenter, str(path))
    assert "Not told" not in words
    text = to_text(
        {name: value for name, value in presenter.panel.raw().items() if name != "steps"}
    )
    path.write_text(text, "utf-8")
    words, _ = await opened(presenter, str(path))
    assert "Not in the file, left as it was: steps." in words


async def test_what_is_told_and_does_not_fit_is_named_once(presenter, tmp_path):
    text = "a fox\nSteps: 7, Sampler: UniPC, Seed: 3, Size: 8x8, Clip skip: 2, Batch size: 1"
    words, _ = await opened(presenter, picture(tmp_path, text))
    assert "Not in the picture, left as it was: guidance scale." in words
    assert "Left out: " in words
    assert "Scheduler" in words.partition("Left out: ")[2]


async def test_a_link_that_changes_nothing_offers_no_undo(presenter):
    presenter.panel.set_raw({"prompt": "a fox"})
    words, buttons = await opened(presenter, "cartoonmix:recipe?prompt=a%20fox")
    assert "already has it" in words
    assert buttons == {}


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("cartoonmix:generate?prompt=x", "“generate”"),
        ("cartoonmix:recipe?prompt=" + "x" * 50_000, "The recipe in the link is too large"),
        ("cartoonmix:recipe?callbackUrl=https://example.org", "can be used"),
        ("/no/such/file.png", "There is no file file.png"),
    ],
    ids=["action", "huge", "callback", "file"],
)
async def test_what_cannot_be_opened_leaves_the_form_alone(presenter, link, said):
    before = presenter.panel.raw()
    words, _ = await opened(presenter, link)
    assert said in words
    assert presenter.panel.raw() == before


async def test_a_file_is_dropped_on_the_window_and_on_the_prompt(presenter, tmp_path, qtbot):
    path = tmp_path / "fox.cartoonmix"
    path.write_text(to_text({"prompt": "dropped"}), "utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    data.setText(str(path))
    prompt = presenter.panel._fields["prompt"].edit
    assert not prompt.canInsertFromMimeData(data)
    usual = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    enter = QDragEnterEvent(QPointF(9, 9).toPoint(), *usual)
    drop = QDropEvent(QPointF(9, 9), *usual)
    for event in (enter, drop):
        QGuiApplication.sendEvent(presenter.window.widget, event)
        assert event.isAccepted()
    await presenter.owned.settle()
    assert presenter.panel.raw()["prompt"] == "dropped"
    assert "Recipe from fox.cartoonmix" in banner(presenter)[0]


async def test_words_are_no_files(presenter):
    data = QMimeData()
    data.setText("just words")
    usual = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    enter = QDragEnterEvent(QPointF(9, 9).toPoint(), *usual)
    enter.ignore()
    QGuiApplication.sendEvent(presenter.window.widget, enter)
    assert not enter.isAccepted()


async def test_a_recipe_is_saved_and_opened_again(presenter, tmp_path, monkeypatch):
    path = tmp_path / "owl.cartoonmix"
    suggested = []

    async def choose(_parent, _caption, suggestion, *_):
        suggested.append(suggestion)
        return path

    monkeypatch.setattr(recipe_presenter, "save_file", choose)
    monkeypatch.setattr(recipe_presenter, "open_file", choose)
    presenter.panel.set_raw({"prompt": "an owl: by ../night", "callbackUrl": "https://example.org"})
    presenter.panel.save_requested.emit()
    await presenter.owned.settle()
    assert suggested[0].name == "an owl by night.cartoonmix"
    saved = from_text(path.read_bytes(), "owl")
    assert saved.values["prompt"] == "an owl: by ../night"
    assert "callbackUrl" not in saved.values
    presenter.panel.reset()
    presenter.panel.open_requested.emit()
    await presenter.owned.settle()
    assert presenter.panel.raw()["prompt"] == "an owl: by ../night"


async def test_what_cannot_be_meant_is_not_saved(presenter):
    presenter.panel.set_raw({"prompt": ""})
    presenter.panel.save_requested.emit()
    presenter.panel.copy_link_requested.emit()
    await presenter.owned.settle()
    assert len(presenter.failures) == 2
    assert "Prompt is empty" in banner(presenter)[0]


async def test_a_link_is_copied(presenter):
    presenter.panel.set_raw({"prompt": "an owl", "callbackUrl": "https://example.org"})
    presenter.panel.copy_link_requested.emit()
    await presenter.owned.settle()
    recipe = from_link(QGuiApplication.clipboard().text())
    assert recipe.values["prompt"] == "an owl"
    assert recipe.left_out == ()


CIVITAI = "a fox in snow\nNegative prompt: text\nSteps: 31, Sampler: Euler a, CFG scale: 6, Seed: 7"


async def test_a_recipe_is_pasted_whatever_it_is_written_as(presenter, tmp_path):
    panel, clipboard = presenter.panel, QGuiApplication.clipboard()
    picture = QMimeData()
    info = PngInfo()
    info.add_text("parameters", "drawn\nSteps: 13, Sampler: Euler a, CFG scale: 5, Seed: 8")
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=info)
    picture.setData("image/png", file.getvalue())
    copied = QMimeData()
    (tmp_path / "given.png").write_bytes(file.getvalue())
    copied.setUrls([QUrl.fromLocalFile(str(tmp_path / "given.png"))])
    for given, steps in (
        (CIVITAI, "31"),
        (to_text({"prompt": "own", "steps": 19}), "19"),
        ("cartoonmix:recipe?prompt=a%20link&steps=17", "17"),
        (picture, "13"),
        (copied, "13"),
    ):
        panel.reset()
        if isinstance(given, str):
            clipboard.setText(given)
        else:
            clipboard.setMimeData(given)
        panel.paste_requested.emit()
        await presenter.owned.settle()
        assert panel.raw()["steps"] == steps
    assert presenter.failures == []
    clipboard.setText("just words")
    panel.paste_requested.emit()
    await presenter.owned.settle()
    assert "There is no recipe in the clipboard" in banner(presenter)[0]
    assert panel.raw()["prompt"] == "drawn"


async def test_a_whole_recipe_pasted_into_the_prompt_is_offered_as_one(presenter):
    panel = presenter.panel
    panel.reset()
    before = panel.raw()
    edit = panel.findChildren(GrowingText)[0]
    edit.selectAll()
    QGuiApplication.clipboard().setText("a fox, 8:30 pm, masterpiece")
    edit.paste()
    assert banner(presenter)[0] == ""
    edit.selectAll()
    QGuiApplication.clipboard().setText(CIVITAI)
    edit.paste()
    assert panel.raw()["prompt"] == CIVITAI
    assert (
        banner(presenter)[0] == "The text you pasted looks like a complete recipe, with settings."
    )
    presenter.use_pasted()
    await presenter.owned.settle()
    raw = panel.raw()
    assert (raw["prompt"], raw["negativePrompt"]) == ("a fox in snow", "text")
    assert (raw["steps"], raw["seed"]) == ("31", "7")
    presenter.undo()
    assert panel.raw() == {**before, "prompt": CIVITAI}


async def test_the_form_is_copied_as_a_text_that_others_read(presenter):
    presenter.panel.set_raw({"prompt": "an owl", "steps": "22", "seed": "5"})
    presenter.panel.copy_text_requested.emit()
    await presenter.owned.settle()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("an owl\n")
    assert "Steps: 22" in text
    assert "Seed: 5" in text


def test_what_the_system_asks_before_the_window_is_there_waits_for_it():
    code = """
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from cartoonmix_desktop.ui.app import application
app = application.made(print)
heard = []
app.open_requested.connect(heard.append)
app.sendEvent(app, QFileOpenEvent("/tmp/a b.png"))
assert heard == [] and app.pending_request == "/tmp/a b.png"
app.deliver_open_requests()
app.sendEvent(app, QFileOpenEvent(QUrl("cartoonmix:recipe?prompt=a%20fox")))
app.request_open("")
print(heard)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "['/tmp/a b.png', 'cartoonmix:recipe?prompt=a%20fox']\n", done.stderr
