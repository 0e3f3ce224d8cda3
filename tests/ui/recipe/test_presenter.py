"""Recipes from outside in the form: said, undone, never sent."""

from __future__ import annotations

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
from cartoonmix_desktop.ui.recipe import presenter as recipe_desk
from cartoonmix_desktop.ui.recipe.presenter import RecipeDesk
from cartoonmix_desktop.ui.shell.main_window import MainWindow
from cartoonmix_desktop.ui.shell.notices import Notices


@pytest.fixture
def desk(theme, qtbot, owned, list_source, drawings):
    model = HistoryModel(list_source([]), owned.spawn)
    window = MainWindow()
    model.setParent(window)
    window.add_history(model)
    window.add_rest(drawings.path, drawings.thumbnails, owned.spawn)
    qtbot.addWidget(window)
    notices = Notices(window.banner, window)
    failures = []

    def do(work):
        async def told():
            try:
                await work
            except CartoonMixError as error:
                failures.append(error)
                notices.show_problem(error)

        owned.spawn(told())

    made = RecipeDesk(window, notices, do, window)
    made.window, made.panel, made.owned, made.failures = window, window.recipe, owned, failures
    window.recipe.generate_requested.connect(lambda _: pytest.fail("nothing may be sent"))
    window.show()
    return made


def banner(desk):
    words = [label.text() for label in desk.window.banner.findChildren(QLabel) if label.isVisible()]
    buttons = [each for each in desk.window.banner.findChildren(QPushButton) if each.isVisible()]
    return " ".join(words), {each.text(): each for each in buttons}


async def opened(desk, text):
    desk.open_given(text)
    await desk.owned.settle()
    return banner(desk)


async def test_a_link_fills_the_form_says_so_and_is_undone(desk):
    desk.panel.set_raw({"prompt": "mine", "steps": 11})
    desk.panel.new_seed_each_time = True
    words, buttons = await opened(
        desk, "cartoonmix:recipe?prompt=a%20%3Cb%3Efox%3C%2Fb%3E&seed=5&colour=red&steps=no"
    )
    assert desk.panel.raw()["prompt"] == "a <b>fox</b>"
    assert desk.panel.raw()["steps"] == "11"
    assert not desk.panel.new_seed_each_time
    assert "Recipe from a link: Prompt and Seed were changed." in words
    assert "“colour”" in words
    assert "Steps must be a number" in words
    buttons["Undo"].click()
    assert desk.panel.raw()["prompt"] == "mine"
    assert desk.panel.new_seed_each_time
    assert not desk.window.banner.isVisible()


def picture(folder, text, name="fox.png"):
    info = PngInfo()
    info.add_text("parameters", text)
    Image.new("RGB", (8, 8)).save(folder / name, pnginfo=info)
    return str(folder / name)


async def test_a_picture_without_a_negative_prompt_empties_that_of_the_form(desk, tmp_path):
    desk.panel.set_raw({"prompt": "mine", "negativePrompt": "fog", "clipSkip": 7})
    settings = "Steps: 7, Sampler: DDIM, CFG scale: 5, Seed: 3, Size: 512x640"
    words, buttons = await opened(desk, picture(tmp_path, f"a fox\n{settings}"))
    assert desk.panel.raw()["negativePrompt"] == ""
    assert desk.panel.raw()["clipSkip"] == "7"
    assert "Not told by the picture, left as they were: samples, clip skip." in words
    buttons["Undo"].click()
    assert desk.panel.raw()["negativePrompt"] == "fog"
    words, _ = await opened(
        desk, picture(tmp_path, f"a fox\n{settings}, Batch size: 2, Version: v1.10.1")
    )
    assert desk.panel.raw()["clipSkip"] == "1"  # which that program never writes
    assert "Not told" not in words


async def test_what_stays_as_it_was_is_named(desk, tmp_path):
    words, _ = await opened(desk, "cartoonmix:recipe?prompt=a%20fox&width=512&height=512")
    assert (
        "Not told by the link, left as they were: "
        "negative prompt, samples, steps, guidance scale, scheduler, clip skip, seed."
    ) in words
    path = tmp_path / "fox.cartoonmix"
    path.write_text(to_text(desk.panel.raw() | {"negativePrompt": ""}), "utf-8")
    words, _ = await opened(desk, str(path))
    assert "Not told" not in words
    text = to_text({name: value for name, value in desk.panel.raw().items() if name != "steps"})
    path.write_text(text, "utf-8")
    words, _ = await opened(desk, str(path))
    assert "Not told by the file, left as it was: steps." in words


async def test_what_is_told_and_does_not_fit_is_named_once(desk, tmp_path):
    text = "a fox\nSteps: 7, Sampler: UniPC, Seed: 3, Size: 8x8, Clip skip: 2, Batch size: 1"
    words, _ = await opened(desk, picture(tmp_path, text))
    assert "Not told by the picture, left as it was: guidance scale." in words
    assert "Left out: " in words
    assert "Scheduler" in words.partition("Left out: ")[2]


async def test_a_link_that_changes_nothing_offers_no_undo(desk):
    desk.panel.set_raw({"prompt": "a fox"})
    words, buttons = await opened(desk, "cartoonmix:recipe?prompt=a%20fox")
    assert "holds it already" in words
    assert buttons == {}


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("cartoonmix:generate?prompt=x", "“generate”"),
        ("cartoonmix:recipe?prompt=" + "x" * 50_000, "larger than any recipe"),
        ("cartoonmix:recipe?callbackUrl=https://example.org", "can be used"),
        ("/no/such/file.png", "There is no file file.png"),
    ],
    ids=["action", "huge", "callback", "file"],
)
async def test_what_cannot_be_opened_leaves_the_form_alone(desk, link, said):
    before = desk.panel.raw()
    words, _ = await opened(desk, link)
    assert said in words
    assert desk.panel.raw() == before


async def test_a_file_is_dropped_on_the_window_and_on_the_prompt(desk, tmp_path, qtbot):
    path = tmp_path / "fox.cartoonmix"
    path.write_text(to_text({"prompt": "dropped"}), "utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    data.setText(str(path))
    prompt = desk.panel._fields["prompt"].edit
    assert not prompt.canInsertFromMimeData(data)
    usual = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    enter = QDragEnterEvent(QPointF(9, 9).toPoint(), *usual)
    drop = QDropEvent(QPointF(9, 9), *usual)
    for event in (enter, drop):
        QGuiApplication.sendEvent(desk.window, event)
        assert event.isAccepted()
    await desk.owned.settle()
    assert desk.panel.raw()["prompt"] == "dropped"
    assert "Recipe from fox.cartoonmix" in banner(desk)[0]


async def test_words_are_no_files(desk):
    data = QMimeData()
    data.setText("just words")
    usual = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    enter = QDragEnterEvent(QPointF(9, 9).toPoint(), *usual)
    enter.ignore()
    QGuiApplication.sendEvent(desk.window, enter)
    assert not enter.isAccepted()


async def test_a_recipe_is_saved_and_opened_again(desk, tmp_path, monkeypatch):
    path = tmp_path / "owl.cartoonmix"
    suggested = []

    async def choose(_parent, _caption, suggestion, *_):
        suggested.append(suggestion)
        return path

    monkeypatch.setattr(recipe_desk, "save_file", choose)
    monkeypatch.setattr(recipe_desk, "open_file", choose)
    desk.panel.set_raw({"prompt": "an owl: by ../night", "callbackUrl": "https://example.org"})
    desk.panel.save_requested.emit()
    await desk.owned.settle()
    assert suggested[0].name == "an owl by night.cartoonmix"
    saved = from_text(path.read_bytes(), "owl")
    assert saved.values["prompt"] == "an owl: by ../night"
    assert "callbackUrl" not in saved.values
    desk.panel.reset()
    desk.panel.open_requested.emit()
    await desk.owned.settle()
    assert desk.panel.raw()["prompt"] == "an owl: by ../night"


async def test_what_cannot_be_meant_is_not_saved(desk):
    desk.panel.set_raw({"prompt": ""})
    desk.panel.save_requested.emit()
    desk.panel.copy_link_requested.emit()
    await desk.owned.settle()
    assert len(desk.failures) == 2
    assert "Prompt is empty" in banner(desk)[0]


async def test_a_link_is_copied(desk):
    desk.panel.set_raw({"prompt": "an owl", "callbackUrl": "https://example.org"})
    desk.panel.copy_link_requested.emit()
    await desk.owned.settle()
    recipe = from_link(QGuiApplication.clipboard().text())
    assert recipe.values["prompt"] == "an owl"
    assert recipe.left_out == ()


def test_what_the_system_asks_before_the_window_is_there_waits_for_it():
    code = """
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from cartoonmix_desktop.ui.app import application
app = application.made(print)
heard = []
app.asked.connect(heard.append)
app.sendEvent(app, QFileOpenEvent("/tmp/a b.png"))
assert heard == [] and app.early == "/tmp/a b.png"
app.begin_asking()
app.sendEvent(app, QFileOpenEvent(QUrl("cartoonmix:recipe?prompt=a%20fox")))
app.ask("")
print(heard)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "['/tmp/a b.png', 'cartoonmix:recipe?prompt=a%20fox']\n", done.stderr
