from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QToolButton,
)

from cartoonmix_desktop.core.errors import (
    NotAPicture,
    PictureGone,
    TaskFailed,
    TaskSilent,
    ValidationRefused,
)
from cartoonmix_desktop.core.task.doubt import Candidate, Doubt, Inquiry
from cartoonmix_desktop.core.task.remote import Progress, Verdict
from cartoonmix_desktop.core.task.task import SANDBOX, Output, OutputState, TaskState
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.picture.pane import PicturePane
from cartoonmix_desktop.ui.picture.placeholder import PicturePlaceholder
from cartoonmix_desktop.ui.picture.view import PictureView
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.image_decoding import decode
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.wording.tasks.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = (400, 300)


@pytest.fixture
def pane(theme, owned, drawings, qtbot) -> PicturePane:
    made = PicturePane(drawings.path, drawings.thumbnails, owned.spawn)
    made.bind(Commands(made))
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


@pytest.fixture
def show(pane, owned) -> Callable[..., object]:
    """Shows a task and waits until its picture is there."""

    async def show(task, progress=None) -> None:
        pane.show_task(task, progress)
        await owned.settle()
        pane.grab()
        await owned.settle()

    return show


def view_of(pane: PicturePane) -> PictureView:
    return pane.findChild(PictureView)


def color(pane: PicturePane) -> str:
    """Of the middle of the picture; empty when something else stands there."""
    view = view_of(pane)
    if not view.isVisible():
        return ""
    return view.grab().toImage().pixelColor(view.rect().center()).name()


def words(pane: PicturePane) -> list[str]:
    return [w.text() for w in pane.findChildren(QLabel) if w.isVisible() and w.text()]


def buttons(pane: PicturePane) -> dict[str, QPushButton]:
    return {b.text(): b for b in pane.findChildren(QPushButton) if b.isVisible()}


def tool(pane: PicturePane, name: str) -> QAbstractButton:
    return next(b for b in pane.findChildren(QAbstractButton) if b.accessibleName() == name)


def frames(pane: PicturePane) -> list[str]:
    return [
        b.accessibleName()
        for b in pane.findChildren(QAbstractButton)
        if b.accessibleName().startswith("Picture ") and b.isVisible()
    ]


async def test_a_task_with_pictures(pane, show, new_task, drawings, qtbot):
    task = new_task(1, outputs=drawings.outputs(1, 4, LARGE), seconds=6.0)
    await show(task)
    assert color(pane) == "#c03030"
    assert frames(pane) == [f"Picture {n} of 4" for n in (1, 2, 3, 4)]
    assert any(w.startswith("Picture 1 of 4 · 400 × 300 · ") for w in words(pane))
    assert "Sandbox drawing" not in words(pane)
    assert pane.current == task.outputs[0]


async def test_walking_through_the_pictures(pane, show, new_task, drawings, owned, qtbot):
    await show(new_task(1, outputs=drawings.outputs(1, 3, LARGE)))
    pane.focus_picture()
    view = view_of(pane)
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
        await owned.settle()
        seen.append(color(pane))
    assert seen == ["#30a040", "#3050c0", "#3050c0", "#30a040"]
    qtbot.mouseClick(tool(pane, "Picture 1 of 3"), Qt.MouseButton.LeftButton)
    await owned.settle()
    assert color(pane) == "#c03030"
    assert tool(pane, "Picture 1 of 3").isChecked()
    assert not tool(pane, "Picture 2 of 3").isChecked()
    qtbot.mouseClick(tool(pane, "Next picture"), Qt.MouseButton.LeftButton)
    await owned.settle()
    assert color(pane) == "#30a040"


async def test_zoom_by_keys_and_buttons(pane, show, new_task, drawings, qtbot):
    await show(new_task(1, outputs=drawings.outputs(1, 2, (2000, 1500))))
    view = view_of(pane)
    fit = view.zoom
    assert f"{fit * 100:.0f} %" in words(pane)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    assert view.zoom == 1.0
    assert "100 %" in words(pane)
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.zoom == 1.25
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.zoom == pytest.approx(1.0)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    assert view.zoom == fit
    qtbot.mouseClick(tool(pane, "Actual size"), Qt.MouseButton.LeftButton)
    assert view.zoom == 1.0
    qtbot.mouseClick(tool(pane, "Fit picture"), Qt.MouseButton.LeftButton)
    assert view.fits


async def test_the_same_task_again_keeps_the_place(pane, show, new_task, drawings, owned):
    outputs = drawings.outputs(1, 3, (2000, 1500))
    await show(new_task(1, TaskState.DOWNLOADING, outputs=outputs))
    pane.next_picture()
    await owned.settle()
    view = view_of(pane)
    view.zoom_to(2.0)
    place = view.target()
    await show(new_task(1, outputs=outputs))
    assert pane.current == outputs[1]
    assert view.target() == place
    pane.next_picture()  # to compare the same spot
    await owned.settle()
    assert view.target() == place
    await show(new_task(2, outputs=drawings.outputs(2, 1, (2000, 1500))))
    assert view.fits


async def test_pictures_appear_while_others_are_fetched(pane, show, new_task, drawings):
    kept = drawings.outputs(1, 3, LARGE)
    pending = tuple(Output(o.id, o.position, OutputState.PENDING) for o in kept)
    await show(new_task(1, TaskState.DOWNLOADING, outputs=pending))
    assert "Fetching pictures" in words(pane)
    await show(new_task(1, TaskState.DOWNLOADING, outputs=(kept[0], kept[1], pending[2])))
    assert color(pane) == "#c03030"
    assert frames(pane)[2] == "Picture 3 of 3: not there yet"
    pane.next_picture()
    await show(new_task(1, outputs=kept))
    assert color(pane) == "#30a040"  # what is looked at stays


async def test_a_running_task(pane, show, new_task, qtbot):
    task = new_task(1, TaskState.RUNNING, "a fox", status="task_output", samples=3)
    await show(task, Progress(60, remaining="3s"))
    assert "Generating 60 % · about 3 s" in words(pane)
    assert "a fox" in words(pane)
    assert len(frames(pane)) == 3
    bar = pane.findChild(QProgressBar)
    assert bar.isVisible()
    assert bar.value() == 60
    await show(task, Progress())
    assert bar.maximum() == 0  # nobody knows
    stopped: list[int] = []
    pane.cancel_requested.connect(stopped.append)
    assert list(buttons(pane)) == ["Cancel"]
    qtbot.mouseClick(buttons(pane)["Cancel"], Qt.MouseButton.LeftButton)
    assert stopped == [1]
    assert not tool(pane, "Copy picture").isVisible()


async def test_a_failed_task_says_why_in_plain_text(pane, show, new_task, qtbot):
    why = "<b>CUDA</b> <img src=file:///etc/passwd>"
    await show(new_task(1, TaskState.FAILED, error=TaskFailed(why), cost=Decimal(0)))
    assert "Failed – not charged" in words(pane)
    assert any(why in w for w in words(pane))
    assert not pane.findChild(QProgressBar).isVisible()
    for shown in pane.findChildren(QLabel):
        assert shown.textFormat() == Qt.TextFormat.PlainText
    again: list[int] = []
    pane.retry_requested.connect(again.append)
    qtbot.mouseClick(buttons(pane)["Try again"], Qt.MouseButton.LeftButton)
    assert again == [1]


async def test_an_unknown_outcome_leaves_the_choice(pane, show, new_task, qtbot):
    await show(new_task(1, TaskState.UNKNOWN))
    asked: list[str] = []
    pane.send_again_requested.connect(lambda _: asked.append("send again"))
    pane.discard_requested.connect(lambda _: asked.append("set aside"))
    for text in ("Send again", "Dismiss"):
        qtbot.mouseClick(buttons(pane)[text], Qt.MouseButton.LeftButton)
    assert asked == ["send again", "set aside"]


async def test_candidates_are_listed_and_one_is_taken(pane, show, new_task, qtbot):
    candidates = tuple(Candidate(str(2221 + n), "", 1000.0 + n, "task_start") for n in range(9))
    doubts = {1: Doubt(Inquiry.ASKING)}
    pane.doubt_of = doubts.get
    await show(new_task(1, TaskState.UNKNOWN))
    assert not any(button.text() == "Take this one" for button in pane.findChildren(QPushButton))
    doubts[1] = Doubt(Inquiry.ANSWERED, candidates)
    pane.renew_doubt(1)
    takes = [b for b in pane.findChildren(QPushButton) if b.text() == "Take this one"]
    assert [b.accessibleName() for b in takes] == [f"Take task {2221 + n}" for n in range(9)]
    taken = []
    pane.adopt_requested.connect(lambda *what: taken.append(what))
    qtbot.mouseClick(takes[1], Qt.MouseButton.LeftButton)
    assert taken == [(1, "2222")]
    pane.renew_doubt(2)  # another task's
    await show(new_task(2, TaskState.FAILED))
    assert not any(b.isVisible() for b in pane.findChildren(QPushButton) if b in takes)


async def test_a_silent_task_asks_what_to_do(pane, show, new_task, qtbot):
    await show(new_task(1, TaskState.RUNNING, status="task_start", error=TaskSilent()))
    asked = []
    pane.doubt_action_requested.connect(lambda *what: asked.append(what))
    for text in ("Keep waiting", "Check now", "Stop checking"):
        qtbot.mouseClick(buttons(pane)[text], Qt.MouseButton.LeftButton)
    assert asked == [("keep_waiting", 1), ("ask_again", 1), ("stop_following", 1)]


async def test_what_is_kept_aside_is_neither_read_nor_handed_on(
    pane, show, new_task, drawings, owned, qtbot, monkeypatch
):
    first, second = drawings.outputs(1, 2, LARGE)
    path = drawings.folder / "x.received"
    (drawings.folder / second.path).rename(path)  # a sound picture, for who would look
    aside = Output(
        second.id, 1, OutputState.ASIDE, path.name, 213_000, "1" * 64, error=NotAPicture("GIF")
    )
    looked_at: list[int] = []
    monkeypatch.setattr(pane, "_path_of", lambda o: looked_at.append(o.id) or drawings.path(o))
    monkeypatch.setattr("PySide6.QtGui.QDrag.exec", lambda *_: pytest.fail("it was dragged"))
    await show(
        new_task(1, TaskState.DOWNLOADING, outputs=(first, aside), verdict=Verdict.SUCCEEDED)
    )
    assert frames(pane)[1] == "Picture 2 of 2: could not be read; the received file is kept"
    pane.next_picture()
    assert "Picture 2 could not be read" in words(pane)
    assert any("is kept as it arrived (213 KB)" in said for said in words(pane))
    assert (pane.current, pane.deletable) == (None, aside)
    for name in ("Copy picture", "Save picture as…", "Show picture in folder"):
        assert not tool(pane, name).isEnabled()
    pane._drag_out(1)
    await owned.settle()
    assert set(looked_at) == {first.id}
    asked: list[int] = []
    pane.fetch_again_requested.connect(asked.append)
    qtbot.mouseClick(buttons(pane)["Fetch again"], Qt.MouseButton.LeftButton)
    assert asked == [1]


async def test_a_broken_picture_says_why(pane, show, new_task, drawings, owned, qtbot):
    first, second = drawings.outputs(1, 2, LARGE)
    broken = Output(second.id, 1, OutputState.BROKEN, error=PictureGone("404"))
    task = new_task(1, TaskState.DOWNLOADING, outputs=(first, broken), verdict=Verdict.SUCCEEDED)
    await show(task)
    assert color(pane) == "#c03030"
    assert frames(pane)[1].startswith("Picture 2 of 2: could not be fetched: ")
    pane.next_picture()
    assert "Picture 2 could not be fetched" in words(pane)
    assert pane.current is None
    assert not tool(pane, "Copy picture").isEnabled()
    asked: list[int] = []
    pane.fetch_again_requested.connect(asked.append)
    qtbot.mouseClick(buttons(pane)["Fetch again"], Qt.MouseButton.LeftButton)
    assert asked == [1]
    await show(new_task(1, outputs=(first, second)))
    assert color(pane) == "#30a040"


async def test_a_missing_file_is_said_to_be_missing(pane, show, new_task, drawings, qtbot):
    task = new_task(1, outputs=drawings.outputs(1, 2, LARGE))
    path = drawings.path(task.outputs[0])
    path.unlink()
    await show(task)
    assert "Picture 1 is missing" in words(pane)
    assert any(str(path) in w for w in words(pane))
    assert frames(pane)[0] == "Picture 1 of 2: the file is missing"
    asked: list[int] = []
    pane.fetch_again_requested.connect(asked.append)
    qtbot.mouseClick(buttons(pane)["Fetch again"], Qt.MouseButton.LeftButton)
    assert asked == [1]


async def test_a_file_that_is_no_picture_is_not_shown(pane, show, new_task, drawings, qtbot):
    task = new_task(1, outputs=drawings.outputs(1, 1, LARGE))
    sought: list[Output] = []
    pane.find_requested.connect(sought.append)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    drawings.path(task.outputs[0]).write_text(svg, "utf-8")
    await show(task)
    assert "Picture 1 cannot be shown" in words(pane)
    path = drawings.path(task.outputs[0])
    assert f"The file {path} exists but is damaged." in words(pane)
    assert color(pane) == ""
    qtbot.mouseClick(buttons(pane)["Find…"], Qt.MouseButton.LeftButton)
    assert sought == [task.outputs[0]]


async def test_a_file_that_is_too_large_is_not_called_damaged(pane, show, new_task, drawings):
    task = new_task(1, outputs=drawings.outputs(1, 1, LARGE))
    path = drawings.path(task.outputs[0])
    Image.new("1", (9000, 9000)).save(path)
    await show(task)
    assert "Picture 1 cannot be shown" in words(pane)
    assert f"The file {path} is too large." in words(pane)


async def test_a_picture_that_comes_late_does_not_replace_another(pane, new_task, drawings, owned):
    first = new_task(1, outputs=drawings.outputs(1, 1, LARGE))
    second = new_task(2, outputs=drawings.outputs(2, 2, LARGE))
    pane.show_task(first)
    pane.show_task(second)
    pane.next_picture()
    await owned.settle()
    assert color(pane) == "#30a040"
    pane.show_task(first)
    pane.show_task(None)
    await owned.settle()
    assert color(pane) == ""


async def test_what_is_done_with_a_picture(pane, show, new_task, drawings, qtbot):
    task = new_task(1, outputs=drawings.outputs(1, 2, LARGE))
    heard: list[tuple[str, Output]] = []
    for name in ("save", "copy", "show_in_folder"):
        signal = getattr(pane, f"{name}_requested")
        signal.connect(lambda output, name=name: heard.append((name, output)))
    pane.copy_picture()
    assert heard == []  # there is none
    await show(task)
    for name in ("Save picture as…", "Copy picture", "Show picture in folder"):
        qtbot.mouseClick(tool(pane, name), Qt.MouseButton.LeftButton)
    qtbot.keyClick(view_of(pane), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert [name for name, _ in heard] == ["save", "copy", "show_in_folder", "copy"]
    assert all(output == task.outputs[0] for _, output in heard)


async def test_the_menu_of_a_picture(pane, show, new_task, drawings, qtbot):
    await show(new_task(1, outputs=drawings.outputs(1, 1, LARGE)))
    heard: list[Output] = []
    pane.save_requested.connect(heard.append)
    view = view_of(pane)
    at = view.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, view.mapToGlobal(at))
    QApplication.sendEvent(view, event)
    (menu,) = [m for m in pane.findChildren(QMenu) if m.isVisible()]
    entries = {action.text(): action for action in menu.actions()}
    assert list(entries) == [
        *("Copy picture", "Save picture as…", "Show picture in folder", ""),
        *("Use recipe of picture", "Copy prompt of picture", "Copy recipe of picture"),
        "Move picture to trash",
    ]
    entries["Save picture as…"].trigger()
    menu.close()
    assert len(heard) == 1


async def test_the_recipe_is_told_and_can_be_used(pane, show, new_task, drawings, until, qtbot):
    asked: list[tuple[str, int]] = []
    pane.use_recipe_requested.connect(lambda task_id: asked.append(("use", task_id)))
    pane.copy_prompt_requested.connect(lambda task_id: asked.append(("copy", task_id)))
    pane.use_recipe()
    pane.copy_prompt()
    assert asked == []  # there is none
    pane.resize(1100, 600)
    await show(new_task(1, prompt="a <b>fox</b>", outputs=drawings.outputs(1, 1, LARGE)))
    assert "a <b>fox</b>" in words(pane)
    figures = "20 steps · guidance scale 4 · Euler · clip skip 4 · seed 123456"
    await until(lambda: figures in words(pane))
    pane.resize(360, 600)
    await until(lambda: figures not in words(pane))  # the picture's own facts come first
    (prompt,) = [w for w in pane.findChildren(QLabel) if w.text() == "a <b>fox</b>"]
    assert "seed 123456" in prompt.toolTip()
    assert "<b>" not in prompt.toolTip()
    for button in pane.findChildren(QToolButton):
        if button.text() == "Use this recipe":
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    pane.copy_prompt()
    assert asked == [("use", 1), ("copy", 1)]


async def test_a_refused_value_leads_back_to_the_recipe(pane, show, new_task, until, qtbot):
    why = "Request parameter [steps] must be between 1 and 50"
    error = ValidationRefused(operation="Run", code=1, server_message=why, field="steps")
    await show(new_task(1, TaskState.REJECTED, "a fox", error=error))
    assert "a fox" in words(pane)
    await until(lambda: "512 × 512 · 4 samples · 20 steps" in " ".join(words(pane)))
    used: list[int] = []
    pane.use_recipe_requested.connect(used.append)
    assert list(buttons(pane)) == ["Use this recipe"]
    qtbot.mouseClick(buttons(pane)["Use this recipe"], Qt.MouseButton.LeftButton)
    assert used == [1]


async def test_sandbox_drawings_are_marked(pane, show, new_task, drawings):
    await show(new_task(1, account=SANDBOX, outputs=drawings.outputs(1, 1, LARGE)))
    assert "Sandbox drawing" in words(pane)


async def test_no_task(pane, show, new_task, drawings):
    cards = label("four cards")
    pane.set_empty_widget(cards)
    assert cards.isVisible()
    await show(new_task(1, outputs=drawings.outputs(1, 1, LARGE)))
    assert not cards.isVisible()
    pane.show_task(None)
    assert cards.isVisible()
    assert frames(pane) == []


async def test_a_picture_is_dragged_as_its_file(drawings):
    (output,) = drawings.outputs(1, 1)
    data = desktop.files_data([drawings.path(output)])
    assert data.urls() == [QUrl.fromLocalFile(str(drawings.path(output)))]


async def test_the_words_for_screen_readers(pane, show, new_task, drawings):
    await show(new_task(1, prompt="a fox", outputs=drawings.outputs(1, 2, LARGE)))
    view = view_of(pane)
    assert view.accessibleName() == "Picture"
    assert view.accessibleDescription().startswith("Picture 1 of 2 · 400 × 300")
    assert view.accessibleDescription().endswith("a fox")


@pytest.mark.parametrize(("width", "below"), [(232, True), (600, False)])
def test_no_button_of_a_notice_is_cut_off(theme, qtbot, width, below):
    notice = PicturePlaceholder()
    qtbot.addWidget(notice)
    notice.resize(width, 400)
    notice.show()
    actions = (Action.SEND_AGAIN, Action.ASK_AGAIN, Action.DISCARD)
    notice.show_words(("warning", "warn"), "Sent, but no answer", "It may run.", actions)
    QApplication.processEvents()
    made = [b for b in notice.findChildren(QPushButton) if b.isVisible()]
    spans = [notice.viewport().rect().contains(_in(notice.viewport(), b)) for b in made]
    assert spans == [True] * len(actions)
    assert (len({b.x() for b in made}) == 1) == below


def _in(outer, inner):
    return inner.rect().translated(inner.mapTo(outer, inner.rect().topLeft()))


async def test_the_first_picture_is_shown_first_whichever_comes_first(
    pane, show, drawings, new_task
):
    first, second = drawings.outputs(1, 2, LARGE)
    pending = replace(first, state=OutputState.PENDING)
    await show(new_task(1, TaskState.DOWNLOADING, outputs=(pending, second)))
    assert pane.current is None
    await show(new_task(1, TaskState.DOWNLOADING, outputs=(first, second)))
    assert pane.current.id == first.id
    broken = replace(first, state=OutputState.BROKEN)
    await show(new_task(2, outputs=(broken, second)))
    assert pane.current.id == second.id


def test_a_copied_picture_is_its_pixels_and_its_file(theme, tmp_path):
    """Not what its file says: that would go wherever it is pasted."""
    path = tmp_path / "a fox.png"
    info = PngInfo()
    info.add_text("parameters", "a secret prompt")
    Image.new("RGB", (8, 8), "#3050c0").save(path, pnginfo=info)
    desktop.copy_picture(path, decode(path.read_bytes()))
    data = QApplication.clipboard().mimeData()
    assert data.imageData().pixelColor(4, 4).name() == "#3050c0"
    assert data.imageData().textKeys() == []
    told = bytes(data.data("x-special/gnome-copied-files").data()).decode()
    assert told == f"copy\n{path.as_uri()}"
    assert data.urls() == [QUrl.fromLocalFile(str(path))]
