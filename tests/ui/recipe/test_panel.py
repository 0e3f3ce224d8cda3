from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAction, QFontMetricsF, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QWidget,
)

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.inputs import Input, Kind, Model
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.recipe.panel import NARROWEST, WIDEST, RecipePanel
from cartoonmix_desktop.ui.widgets.controls import NumberBox
from cartoonmix_desktop.ui.widgets.theme import Theme
from cartoonmix_desktop.wording.recipe.inputs import help_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

# Remarks of the offscreen platform about itself.

W = TypeVar("W", bound=QWidget)


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp)
    made.apply("dark")
    yield made
    # Nobody runs a loop here that would delete what was closed, and it would slow what follows.
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def panel(qtbot: QtBot) -> RecipePanel:
    made = RecipePanel()
    made.bind(Commands(made))
    qtbot.addWidget(made)
    made.resize(320, 900)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def named(panel: QWidget, kind: type[W], name: str) -> W:
    found = [w for w in panel.findChildren(kind) if accessible_name(w) == name]
    assert len(found) == 1, f"{len(found)} are named {name!r}"
    return found[0]


def accessible_name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def box(panel: QWidget, name: str) -> NumberBox:
    return named(panel, NumberBox, name)


def seed(panel: QWidget) -> QLineEdit:
    return named(panel, QLineEdit, "Seed")


def prompt(panel: QWidget) -> QPlainTextEdit:
    return named(panel, QPlainTextEdit, "Prompt")


def named_action(menu: QMenu, name: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == name)


def click(panel: QWidget, name: str) -> None:
    named(panel, QToolButton, name).click()


def type_over(edit: NumberBox | QLineEdit, text: str) -> None:
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)


def said(panel: QWidget) -> list[str]:
    """Everything that visible labels say."""
    return [w.text() for w in panel.findChildren(QLabel) if w.isVisible() and w.text()]


def generated(panel: RecipePanel, qtbot: QtBot) -> GenerationRequest:
    with qtbot.waitSignal(panel.generate_requested) as signal:
        panel.generate()
    request = signal.args[0]
    assert isinstance(request, GenerationRequest)
    return request


def not_generated(panel: RecipePanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.generate_requested):
        panel.generate()


# --- what is there ---


def test_untouched_it_asks_for_the_published_defaults(panel: RecipePanel, qtbot: QtBot) -> None:
    request = generated(panel, qtbot)
    assert request.model == "futurist/CartoonMix v1.0"
    assert dict(request.values) == CARTOONMIX.defaults()
    assert panel.raw() == {k: str(v) for k, v in CARTOONMIX.defaults().items()}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (QPlainTextEdit, "Prompt"),
        (QPlainTextEdit, "Negative prompt"),
        *((NumberBox, n) for n in ("Samples", "Steps", "Guidance scale", "Clip skip")),
        *((NumberBox, n) for n in ("Width", "Height")),
        (QLineEdit, "Seed"),
        (QLineEdit, "Callback URL"),
        (QComboBox, "Scheduler"),
        (QPushButton, "Generate"),
        *((QSlider, n) for n in ("Samples slider", "Steps slider", "Guidance scale slider")),
        *(
            (QToolButton, n)
            for n in ("New seed each time", "New seed", "Swap width and height", "Inspirations")
        ),
        *((QToolButton, f"Reset {entry.label}") for entry in CARTOONMIX),
    ],
)
def test_every_control_has_its_name(panel: RecipePanel, kind: type[QWidget], name: str) -> None:
    named(panel, kind, name)


def test_every_input_has_help_and_tells_its_wire_name(panel: RecipePanel) -> None:
    for entry in CARTOONMIX:
        control = next(
            w
            for w in panel.findChildren(QWidget)
            if w.accessibleName() == entry.label and not isinstance(w, QLabel)
        )
        assert control.accessibleDescription() == help_of(entry)
        shown = " ".join(control.toolTip().split())
        assert help_of(entry) in shown
        assert f"API name: {entry.name}" in shown


def test_each_scheduler_is_offered_once_by_a_readable_name(panel: RecipePanel) -> None:
    combo = named(panel, QComboBox, "Scheduler")
    names = [combo.itemText(i) for i in range(combo.count())]
    assert names[0] == "Euler"
    assert len(set(names)) == len(names) == 7


@pytest.mark.parametrize("width", [NARROWEST, 320, WIDEST])
def test_nothing_is_cut_off_at_any_width(panel: RecipePanel, width: int, qtbot: QtBot) -> None:
    panel.set_raw({"steps": "60", "width": "1000", "height": "1000", "samples": "99"})
    panel.unfolded = {"advanced": True}
    panel.resize(width, 500)
    area = panel.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert panel.width() == width
    assert area.widget().width() == area.viewport().width()
    for child in area.widget().findChildren(QWidget):
        if child.isVisible() and isinstance(child, NumberBox | QComboBox | QLabel | QSlider):
            right = child.mapTo(area.widget(), QPoint(child.width(), 0)).x()
            assert right <= area.widget().width(), child
            assert child.width() >= child.minimumSizeHint().width(), child


def test_generate_never_scrolls_out_of_sight(panel: RecipePanel) -> None:
    panel.resize(320, 300)
    area = panel.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    button = named(panel, QPushButton, "Generate")
    assert panel.rect().contains(button.geometry().translated(button.parentWidget().pos()))
    assert button.width() > 250


def test_another_model_is_another_form(qtbot: QtBot) -> None:
    model = Model(
        "someone/other",
        "Other",
        (
            Input("words", "Words", Kind.LONG_TEXT, "hello", required=True),
            Input("width", "Width", Kind.WHOLE, 7, minimum=1),
            Input("tag", "Tag", Kind.TEXT, "t"),
        ),
    )
    panel = RecipePanel(model)
    qtbot.addWidget(panel)
    panel.show()
    type_over(box(panel, "Width"), "9")
    request = generated(panel, qtbot)
    assert request.model == "someone/other"
    assert dict(request.values) == {"words": "hello", "width": 9, "tag": "t"}
    panel.new_seed_each_time = True
    assert not panel.new_seed_each_time  # it has no seed


# --- free text, and what cannot be meant ---


@pytest.mark.parametrize(
    ("name", "wire", "text", "meant"),
    [
        ("Steps", "steps", "500", 500),
        ("Samples", "samples", "1000000", 1000000),
        ("Guidance scale", "scale", "7,5", 7.5),
        ("Guidance scale", "scale", "-3", -3),
        ("Width", "width", "513", 513),
        ("Clip skip", "clipSkip", "0", 0),
        ("Steps", "steps", " 1e2 ", 100),
    ],
)
def test_what_the_server_may_accept_is_not_refused(
    panel: RecipePanel, qtbot: QtBot, name: str, wire: str, text: str, meant: float
) -> None:
    type_over(box(panel, name), text)
    assert box(panel, name).text() == text
    assert panel.raw()[wire] == text
    assert generated(panel, qtbot)[wire] == meant


@pytest.mark.parametrize(
    ("wire", "text", "label"),
    [
        ("prompt", " \n ", "Prompt"),
        ("steps", "abc", "Steps"),
        ("steps", "2.5", "Steps"),
        ("steps", "", "Steps"),
        ("width", "0", "Width"),
        ("height", "-5", "Height"),
        ("samples", "nan", "Samples"),
        ("scale", "1e999", "Guidance scale"),
        ("scheduler", "Magic", "Scheduler"),
        ("callbackUrl", "javascript:alert(1)", "Callback URL"),
    ],
)
def test_what_cannot_be_meant_is_marked_at_its_field_and_not_sent(
    panel: RecipePanel, qtbot: QtBot, wire: str, text: str, label: str
) -> None:
    panel.set_raw({wire: text})
    assert panel.raw()[wire] == text
    not_generated(panel, qtbot)
    words = [line for line in said(panel) if label in line and line != label]
    assert len(words) == 1
    focused = panel.window().focusWidget()
    assert isinstance(focused, QWidget)
    assert focused.accessibleName() == label
    assert focused.isVisible()
    assert focused.property("invalid") is True
    assert focused.accessibleDescription().startswith(words[0])
    panel.set_raw({wire: CARTOONMIX[wire].default})
    assert words[0] not in said(panel)
    assert focused.property("invalid") is False
    generated(panel, qtbot)


def test_all_errors_are_marked_and_the_first_is_shown(panel: RecipePanel, qtbot: QtBot) -> None:
    panel.resize(320, 400)
    panel.set_raw({"width": "x", "steps": "y", "callbackUrl": "z"})
    area = panel.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    not_generated(panel, qtbot)
    assert sum("not “" in line or "not a web" in line for line in said(panel)) == 3
    width = box(panel, "Width")
    assert panel.window().focusWidget() is width
    top = width.mapTo(area.viewport(), QPoint(0, 0)).y()
    assert 0 <= top <= area.viewport().height() - width.height()


def test_a_number_is_judged_when_it_is_left(panel: RecipePanel) -> None:
    type_over(box(panel, "Steps"), "many")
    assert not any("Steps must" in line for line in said(panel))
    QTest.keyClick(box(panel, "Steps"), Qt.Key.Key_Tab)
    assert any("Steps must" in line for line in said(panel))


def test_the_servers_words_stand_at_the_field_until_it_is_edited(panel: RecipePanel) -> None:
    words = "must be between 1 and 50 <b>&amp;</b>"
    panel.show_error("steps", words)
    assert words in said(panel)
    panel.set_raw({"samples": "5"})
    assert words in said(panel)
    type_over(box(panel, "Steps"), "30")
    assert words not in said(panel)


def test_the_servers_words_open_what_hides_their_field(panel: RecipePanel) -> None:
    panel.unfolded = {"negativePrompt": False, "advanced": False}
    panel.show_error("callbackUrl", "not reachable")
    panel.show_error("negativePrompt", "too long")
    panel.show_error("no such field", "ignored")
    assert {"not reachable", "too long"} <= set(said(panel))
    assert named(panel, QLineEdit, "Callback URL").isVisible()
    assert named(panel, QPlainTextEdit, "Negative prompt").isVisible()


def test_advice_is_said_and_does_not_refuse(panel: RecipePanel, qtbot: QtBot) -> None:
    panel.set_raw({"steps": "51", "width": "500", "height": "500"})
    words = said(panel)
    assert sum("More than 50 steps" in line for line in words) == 1
    assert sum("Multiples of 8" in line for line in words) == 1  # once for both sides
    assert generated(panel, qtbot)["width"] == 500
    panel.set_raw({"width": "512"})
    assert sum("Multiples of 8" in line for line in said(panel)) == 1  # the height still
    panel.set_raw({"height": "512", "steps": "50"})
    assert not any("multiples" in line or "More than" in line for line in said(panel))


def test_half_a_character_that_was_pasted_can_be_sent(panel: RecipePanel, qtbot: QtBot) -> None:
    prompt(panel).setPlainText("a \ud83d cat")
    generated(panel, qtbot).prompt.encode("utf-8")


# --- the controls ---


@pytest.mark.parametrize(
    ("name", "start", "key", "end"),
    [
        ("Width", "512", Qt.Key.Key_Up, "576"),
        ("Width", "500", Qt.Key.Key_Up, "512"),
        ("Width", "500", Qt.Key.Key_Down, "448"),
        ("Width", "64", Qt.Key.Key_Down, "64"),
        ("Width", "10", Qt.Key.Key_Down, "10"),
        ("Guidance scale", "4", Qt.Key.Key_Up, "4.5"),
        ("Guidance scale", "4.7", Qt.Key.Key_Down, "4.5"),
        ("Guidance scale", "0", Qt.Key.Key_Down, "-0.5"),
        ("Steps", "20", Qt.Key.Key_PageUp, "30"),
        ("Steps", "1", Qt.Key.Key_Down, "1"),
        ("Steps", "nonsense", Qt.Key.Key_Up, "20"),
        ("Steps", "9" * 30, Qt.Key.Key_Up, "1" + "0" * 30),
        ("Clip skip", "0", Qt.Key.Key_Down, "0"),
    ],
)
def test_arrows_go_by_sensible_steps(
    panel: RecipePanel, name: str, start: str, key: Qt.Key, end: str
) -> None:
    type_over(box(panel, name), start)
    QTest.keyClick(box(panel, name), key)
    assert box(panel, name).text() == end


def test_slider_and_number_follow_each_other(panel: RecipePanel) -> None:
    slider, number = named(panel, QSlider, "Guidance scale slider"), box(panel, "Guidance scale")
    type_over(number, "7.5")
    before = slider.value()
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert (number.text(), slider.value()) == ("8", before + 1)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert number.text() == "8.5"
    type_over(number, "100")
    assert slider.value() == slider.maximum()
    assert number.text() == "100"  # the slider's range is a hint, not a limit
    type_over(number, "7.6")
    assert number.text() == "7.6"
    type_over(number, "x")
    assert slider.value() == before  # it rests where it was


def test_a_click_in_the_groove_goes_there_and_drags_on(panel: RecipePanel) -> None:
    slider = named(panel, QSlider, "Samples slider")
    middle = slider.height() // 2
    for x in range(0, slider.width(), 3):
        panel.set_raw({"samples": "1" if x > slider.width() / 2 else "8"})
        QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(x, middle))
        share = (x - 7) / (slider.width() - 14)
        assert abs(int(str(panel.raw()["samples"])) - (1 + 7 * min(max(share, 0), 1))) <= 0.6
        QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(x, middle))
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(2, middle))
    QTest.mouseMove(slider, QPoint(slider.width(), middle))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width(), middle))
    assert panel.raw()["samples"] == "8"


def test_assistive_programs_read_and_open_the_list(panel: RecipePanel) -> None:
    combo = named(panel, QComboBox, "Scheduler")
    interface = QAccessible.queryAccessibleInterface(combo)
    assert interface.role() == QAccessible.Role.ComboBox
    panel.set_raw({"scheduler": "DDIM"})
    assert interface.text(QAccessible.Text.Value) == "DDIM"
    assert interface.childCount() == 1
    choices = interface.child(0)
    assert interface.indexOfChild(choices) == 0
    assert choices.childCount() == 7
    assert choices.child(0).text(QAccessible.Text.Name) == "Euler"
    actions = interface.actionInterface()
    actions.doAction(actions.actionNames()[0])
    assert combo.view().isVisible()
    combo.hidePopup()


def test_assistive_programs_read_and_set_numbers(panel: RecipePanel) -> None:
    interface = QAccessible.queryAccessibleInterface(box(panel, "Steps"))
    assert interface.role() == QAccessible.Role.SpinBox
    value = interface.valueInterface()
    assert (value.currentValue(), value.minimumValue(), value.minimumStepSize()) == (20, 1, 1)
    value.setCurrentValue(33.0)
    assert panel.raw()["steps"] == "33"
    value.setCurrentValue(0.0)
    assert panel.raw()["steps"] == "0"  # judged like everything that is typed


def wheel(panel: QWidget, control: QWidget) -> None:
    """Turn the wheel one notch towards oneself over the middle of a control."""
    middle = control.mapTo(panel, control.rect().center())
    QTest.wheelEvent(panel.windowHandle(), QPointF(middle), QPoint(0, -120))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(NumberBox, "Width"), (QSlider, "Steps slider"), (QComboBox, "Scheduler")],
)
def test_the_wheel_scrolls_the_panel_unless_the_field_has_the_focus(
    panel: RecipePanel, qtbot: QtBot, kind: type[QWidget], name: str
) -> None:
    panel.resize(320, 400)
    bar = panel.findChild(QScrollArea).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    control = named(panel, kind, name)
    prompt(panel).setFocus()
    panel.findChild(QScrollArea).ensureWidgetVisible(control, 0, 100)
    before, position = panel.raw(), bar.value()
    wheel(panel, control)
    assert panel.raw() == before
    assert bar.value() > position
    assert not control.hasFocus()
    control.setFocus()
    position = bar.value()
    wheel(panel, control)
    assert panel.raw() != before
    assert bar.value() == position


def test_presets_set_both_sides_and_show_which_holds(panel: RecipePanel) -> None:
    click(panel, "Portrait 512 × 768")
    assert (panel.raw()["width"], panel.raw()["height"]) == ("512", "768")
    portrait = named(panel, QToolButton, "Portrait 512 × 768")
    square = named(panel, QToolButton, "Square 512 × 512")
    assert (portrait.isChecked(), square.isChecked()) == (True, False)
    portrait.click()
    assert portrait.isChecked()  # again is still so
    click(panel, "Swap width and height")
    assert named(panel, QToolButton, "Landscape 768 × 512").isChecked()
    type_over(box(panel, "Width"), "700")
    assert not any(
        b.isChecked() for b in panel.findChildren(QToolButton) if "512 ×" in accessible_name(b)
    )
    menu = named(panel, QToolButton, "More sizes").menu()
    assert isinstance(menu, QMenu)
    named_action(menu, "Landscape 1024 × 576").trigger()
    assert (panel.raw()["width"], panel.raw()["height"]) == ("1024", "576")


def test_own_sizes_are_added_remembered_and_removed(panel: RecipePanel, qtbot: QtBot) -> None:
    menu = named(panel, QToolButton, "More sizes").menu()
    assert isinstance(menu, QMenu)
    last = menu.actions()[-1]
    panel.set_raw({"width": "640", "height": "640"})
    assert (last.text(), last.isEnabled()) == ("Add this size", False)  # it is there
    panel.set_raw({"width": "wide", "height": "640"})
    assert not last.isEnabled()
    panel.set_raw({"width": "832", "height": "600"})
    with qtbot.waitSignal(panel.recipe_changed):  # so that it is stored
        last.trigger()
    assert named_action(menu, "Landscape 832 × 600").isChecked()
    assert last.text() == "Remove this size"

    stored = json.loads(json.dumps(panel.state))
    stored["sizes"] += [[832, 600], [512, 512], [True, 512], [0, 8], [512.5, 8], ["x"], 3, None]
    again = RecipePanel()
    qtbot.addWidget(again)
    again.restore(stored)
    assert again.state["sizes"] == [[832, 600]]
    again.restore({"sizes": 3})

    panel.set_raw({"width": "512"})
    named_action(menu, "Landscape 832 × 600").trigger()
    assert (panel.raw()["width"], panel.raw()["height"]) == ("832", "600")
    last.trigger()
    assert "Landscape 832 × 600" not in [action.text() for action in menu.actions()]
    assert (panel.state["sizes"], last.text()) == ([], "Add this size")


def test_swap_keeps_what_cannot_be_meant(panel: RecipePanel) -> None:
    panel.set_raw({"width": "wide", "height": "640"})
    click(panel, "Swap width and height")
    assert (panel.raw()["width"], panel.raw()["height"]) == ("640", "wide")


def test_a_seed_is_free_text(panel: RecipePanel, qtbot: QtBot) -> None:
    panel.set_raw({"seed": "-1 or ラッキー"})
    assert generated(panel, qtbot)["seed"] == "-1 or ラッキー"


def test_the_dice_throws_numbers_of_32_bits(panel: RecipePanel) -> None:
    thrown = set()
    for _ in range(20):
        click(panel, "New seed")
        thrown.add(int(seed(panel).text()))
    assert len(thrown) > 15
    assert all(0 <= number < 2**32 for number in thrown)


def test_a_new_seed_each_time_is_the_one_that_is_shown(panel: RecipePanel, qtbot: QtBot) -> None:
    first = generated(panel, qtbot)["seed"]
    assert first == "123456"
    panel.new_seed_each_time = True
    seen = set()
    for _ in range(5):
        request = generated(panel, qtbot)
        assert request["seed"] == seed(panel).text()
        seen.add(request["seed"])
    assert len(seen) == 5
    panel.set_raw({"steps": "none"})
    before = seed(panel).text()
    not_generated(panel, qtbot)
    assert seed(panel).text() == before


def test_reset_appears_only_for_what_was_changed(panel: RecipePanel) -> None:
    changed = {
        "prompt": "a cat",
        "negativePrompt": "",
        "width": "640",
        "height": "x",
        "samples": "1",
        "steps": "21",
        "scale": "4.5",
        "scheduler": "DDIM",
        "clipSkip": "1",
        "seed": "7",
        "callbackUrl": "https://example.com/",
    }
    panel.unfolded = {"advanced": True}
    for entry in CARTOONMIX:
        button = named(panel, QToolButton, f"Reset {entry.label}")
        assert not button.isVisible()
        panel.set_raw({entry.name: changed[entry.name]})
        assert button.isVisible()
        button.click()
        assert not button.isVisible()
        assert panel.raw()[entry.name] == str(entry.default)
    panel.set_raw({"scale": "4.0"})  # the same number, said otherwise
    assert not named(panel, QToolButton, "Reset Guidance scale").isVisible()


def test_the_whole_recipe_can_be_reset(panel: RecipePanel) -> None:
    panel.set_raw({"prompt": "x", "steps": "9", "scheduler": "DDIM", "seed": "1"})
    menu = named(panel, QToolButton, "More for the recipe").menu()
    assert isinstance(menu, QMenu)
    menu.actions()[-1].trigger()
    assert panel.raw() == {k: str(v) for k, v in CARTOONMIX.defaults().items()}


def test_folding_hides_and_is_remembered(panel: RecipePanel) -> None:
    assert panel.unfolded == {"negativePrompt": True, "advanced": False}
    click(panel, "Hide negative prompt")
    heading = next(w for w in panel.findChildren(QLabel) if w.text() == "Advanced")
    QTest.mouseClick(heading, Qt.MouseButton.LeftButton)
    assert panel.unfolded == {"negativePrompt": False, "advanced": True}
    assert not named(panel, QPlainTextEdit, "Negative prompt").isVisible()
    assert named(panel, QLineEdit, "Callback URL").isVisible()
    panel.unfolded = {"negativePrompt": True, "unknown": True}
    assert panel.unfolded == {"negativePrompt": True, "advanced": True}


# --- texts and keys ---


def test_the_prompt_grows_with_its_text_within_bounds(panel: RecipePanel) -> None:
    edit = prompt(panel)
    line = math.ceil(QFontMetricsF(edit.font()).lineSpacing())
    edit.setPlainText("one")
    lowest = edit.height()
    assert 5 * line <= lowest < 7 * line
    edit.setPlainText("\n".join("abcdefgh"))
    assert edit.height() == lowest + 3 * line
    assert edit.verticalScrollBar().maximum() == 0  # all of it is seen
    edit.setPlainText("long words of many a line " * 400)
    assert edit.height() == lowest + 7 * line
    edit.setPlainText("")
    assert edit.height() == lowest


def test_tab_leaves_a_text_and_visits_all_in_order(panel: RecipePanel) -> None:
    prompt(panel).setFocus()
    before = panel.raw()
    seen = []
    for _ in range(40):
        widget = panel.window().focusWidget()
        assert isinstance(widget, QWidget)
        seen.append(accessible_name(widget))
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        if panel.window().focusWidget() is prompt(panel):
            break
    assert panel.raw() == before
    fields = [
        *("Prompt", "Negative prompt", "Width", "Height", "Samples slider", "Samples"),
        *("Steps slider", "Steps", "Guidance scale slider", "Guidance scale", "Scheduler"),
        *("Clip skip", "Seed", "New seed each time", "Generate"),
    ]
    assert [name for name in seen if name in fields] == fields
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("field", ["Prompt", "Negative prompt", "Steps", "Seed", "Scheduler"])
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_one_press_of_the_shortcut_generates_once_from_any_field(
    panel: RecipePanel, field: str, key: Qt.Key
) -> None:
    for keys in ("Ctrl+Return", "Ctrl+Enter"):
        QShortcut(QKeySequence(keys), panel).activated.connect(panel.generate)
    got: list[object] = []
    panel.generate_requested.connect(got.append)
    before = panel.raw()
    control = next(w for w in panel.findChildren(QWidget) if w.accessibleName() == field)
    control.setFocus()
    QTest.keyClick(control, key, Qt.KeyboardModifier.ControlModifier)
    assert len(got) == 1
    assert panel.raw() == before


def test_the_cursor_goes_into_the_prompt_when_asked_to(panel: RecipePanel) -> None:
    box(panel, "Steps").setFocus()
    panel.focus_prompt()
    assert panel.window().focusWidget() is prompt(panel)


def test_the_button_generates_once(panel: RecipePanel, qtbot: QtBot) -> None:
    got: list[object] = []
    panel.generate_requested.connect(got.append)
    button = named(panel, QPushButton, "Generate")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert len(got) == 2


def test_only_plain_text_is_pasted(panel: RecipePanel) -> None:
    mime = QMimeData()
    mime.setHtml('<b>bold</b><img src="file:///etc/passwd">')
    mime.setText("bold")
    clipboard = QApplication.clipboard()
    clipboard.setMimeData(mime)
    edit = prompt(panel)
    edit.selectAll()
    edit.paste()
    assert panel.raw()["prompt"] == "bold"
    assert not edit.textCursor().charFormat().fontWeight() > 400


@pytest.mark.parametrize("wire", ["prompt", "negativePrompt", "seed", "steps", "callbackUrl"])
def test_what_is_entered_for_the_person_can_be_undone(panel: RecipePanel, wire: str) -> None:
    panel.unfolded = {"advanced": True}
    control = next(
        w
        for w in panel.findChildren(QWidget)
        if w.accessibleName() == CARTOONMIX[wire].label and not isinstance(w, QLabel)
    )
    control.setFocus()
    target = control.lineEdit() if isinstance(control, NumberBox) else control
    QTest.keyClicks(target, "1")
    typed = panel.raw()[wire]
    panel.set_raw({wire: "99"})
    assert panel.raw()[wire] == "99"
    QTest.keyClick(target, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.raw()[wire] == typed


def test_a_recipe_comes_back_as_it_was_left(panel: RecipePanel, qtbot: QtBot) -> None:
    panel.set_raw(
        {"prompt": "紫の髪\nline", "steps": "abc", "scheduler": "DDIM", "width": "640", "x": 1}
    )
    kept = json.loads(json.dumps(panel.raw()))
    assert kept["scheduler"] == "DDIMScheduler"
    other = RecipePanel()
    qtbot.addWidget(other)
    other.set_raw(kept)
    assert other.raw() == panel.raw()
    other.set_raw({"steps": 30})
    assert other.raw() == panel.raw() | {"steps": "30"}


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.set_raw({"prompt": "x"}),
        lambda p: p.set_raw({"width": "x"}),
        lambda p: p.set_raw({"scheduler": "DDIM"}),
        lambda p: click(p, "New seed"),
        lambda p: named(p, QToolButton, "New seed each time").click(),
    ],
)
def test_every_edit_is_told(panel: RecipePanel, qtbot: QtBot, change: object) -> None:
    with qtbot.waitSignal(panel.recipe_changed):
        change(panel)  # type: ignore[operator]


def test_the_busy_note_comes_and_goes(panel: RecipePanel) -> None:
    panel.set_busy_note("2 running · <b>5</b> queued")
    assert "2 running · <b>5</b> queued" in said(panel)
    panel.set_busy_note("")
    assert not any("running" in line for line in said(panel))


def test_a_change_of_theme_keeps_everything(panel: RecipePanel, theme: Theme) -> None:
    panel.set_raw({"steps": "x"})
    panel.show_error("steps", "no")
    before = panel.raw()
    theme.apply("light")
    assert panel.raw() == before
    assert "no" in said(panel)
    ground = panel.grab().toImage().pixelColor(3, 3).name()
    assert ground == theme.tokens.panel


def test_a_double_click_generates_once(panel: RecipePanel, qtbot: QtBot) -> None:
    asked: list[object] = []
    panel.generate_requested.connect(asked.append)
    button = named(panel, QPushButton, "Generate")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    assert len(asked) == 1


@pytest.mark.parametrize("text", ["a b", "a\xa0b", "a\u2028b\n c ", "\\(BaNaNa\\)\t“NaN”", ""])
def test_no_letter_changes_on_its_way_through_the_form(panel: RecipePanel, text: str) -> None:
    panel.set_raw({"negativePrompt": "a b"})
    panel.set_raw({"negativePrompt": text})
    assert panel.raw()["negativePrompt"] == text
    panel.set_raw({"negativePrompt": "a b"})  # which is not the same as with a hard space
    assert panel.raw()["negativePrompt"] == "a b"
