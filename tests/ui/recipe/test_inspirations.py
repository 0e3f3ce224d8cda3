from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QWidget
from shiboken6 import isValid

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.ui.recipe.inspirations import (
    Card,
    Inspirations,
    InspirationsDialog,
    published,
)
from cartoonmix_desktop.ui.recipe.panel import RecipePanel
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

# Remarks of the offscreen platform about itself.


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp)
    made.apply("dark")
    yield made
    # Nobody runs a loop here that would delete what was closed, and it would slow what follows.
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def cards(qtbot: QtBot) -> Inspirations:
    made = Inspirations()
    qtbot.addWidget(made)
    made.resize(640, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def said(widget: QWidget) -> list[str]:
    return [w.text() for w in widget.findChildren(QLabel) if w.isVisible() and w.text()]


def point_at(card: Card) -> None:
    middle = QPointF(card.rect().center())
    QApplication.sendEvent(card, QEnterEvent(middle, middle, card.mapToGlobal(middle)))


def test_four_ship_and_all_of_them_can_be_sent() -> None:
    assert len(published()) == 4
    assert len({one.title for one in published()}) == 4
    for one in published():
        assert set(one.values) == {"prompt", "scale", "steps", "negativePrompt"}
        values, errors = CARTOONMIX.check(one.values)
        assert errors == []
        assert {name: values[name] for name in one.values} == dict(one.values)


def test_the_published_words_are_kept() -> None:
    prompts = [str(one.values["prompt"]) for one in published()]
    assert prompts[0] == CARTOONMIX["prompt"].default
    assert prompts[1].startswith("(((best quality))), pretty 1girl, brown hair, red dress")
    assert "\\(photorealistic:1.4\\)" in prompts[2]  # escaped once, as prompts escape brackets
    assert prompts[3].endswith("ferred - themed robes and hat")
    assert not any("nude" in prompt for prompt in prompts)
    assert {str(one.values["negativePrompt"]) for one in published()} == {
        CARTOONMIX["negativePrompt"].default
    }


def test_changes_are_those_against_the_recipe() -> None:
    first, second = published()[:2]
    assert first.changes(CARTOONMIX.defaults()) == []
    changed = second.changes({"steps": "30", "scale": "4.0", "negativePrompt": ""})
    assert [(name, old) for name, old, _ in changed] == [
        ("Prompt", CARTOONMIX["prompt"].default),
        ("Steps", "30"),
        ("Negative prompt", ""),
    ]
    assert second.changes({"steps": "abc", "prompt": second.values["prompt"]}) == [
        ("Steps", "abc", "20")
    ]


def test_looking_at_a_card_shows_what_it_changes_and_moves_nothing(cards: Inspirations) -> None:
    cards.set_recipe(CARTOONMIX.defaults() | {"steps": "33", "negativePrompt": ""})
    second = cards.findChildren(Card)[1]
    before = cards.sizeHint(), [card.geometry() for card in cards.findChildren(Card)]
    point_at(second)
    words = said(cards)
    assert f"“{second.inspiration.title}” changes:" in words
    assert {"Prompt", "Steps", "33", "20", "Negative prompt", "nothing"} <= set(words)
    assert before == (cards.sizeHint(), [card.geometry() for card in cards.findChildren(Card)])
    cards.set_recipe(second.inspiration.values)
    assert not any(line.endswith("changes:") for line in said(cards))
    assert "33" not in said(cards)


def test_the_keyboard_looks_at_cards_and_chooses(cards: Inspirations, qtbot: QtBot) -> None:
    cards.activateWindow()
    all_cards = cards.findChildren(Card)
    all_cards[0].setFocus()
    QTest.keyClick(all_cards[0], Qt.Key.Key_Tab)
    card = cards.window().focusWidget()
    assert isinstance(card, Card)
    assert any(card.inspiration.title in line and "changes" in line for line in said(cards))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(cards.chosen) as signal:
            QTest.keyClick(card, key)
        assert signal.args == [dict(card.inspiration.values)]


def test_cards_are_named_and_tell_their_prompt(cards: Inspirations) -> None:
    for card, one in zip(cards.findChildren(Card), published(), strict=True):
        assert card.accessibleName() == one.title
        assert card.accessibleDescription() == one.values["prompt"]
        for part in card.findChildren(QLabel):
            assert card.rect().contains(part.geometry())


def test_cards_stand_side_by_side_where_there_is_room(cards: Inspirations, qtbot: QtBot) -> None:
    one, two = cards.findChildren(Card)[:2]
    assert one.y() == two.y()
    cards.resize(400, 500)
    qtbot.waitUntil(lambda: one.x() == two.x())
    assert two.y() > one.geometry().bottom()


def test_one_click_fills_the_recipe_and_undo_brings_the_words_back(qtbot: QtBot) -> None:
    panel = RecipePanel()
    qtbot.addWidget(panel)
    panel.show()
    mine = {"prompt": "my own words", "negativePrompt": "", "steps": "33", "seed": "7"}
    panel.set_raw(mine)
    dialog = InspirationsDialog(panel.raw(), panel)
    dialog.chosen.connect(panel.set_raw)
    dialog.open()
    card = dialog.findChildren(Card)[3]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not isValid(dialog))
    wanted = {name: str(value) for name, value in published()[3].values.items()}
    assert {name: panel.raw()[name] for name in wanted} == wanted
    assert panel.raw()["seed"] == "7"  # what it does not name stays
    edits = {e.accessibleName(): e for e in panel.findChildren(QPlainTextEdit)}
    for name, wire in (("Prompt", "prompt"), ("Negative prompt", "negativePrompt")):
        QTest.keyClick(edits[name], Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert panel.raw()[wire] == mine[wire]


def test_the_dialog_can_be_left_without_a_choice(qtbot: QtBot) -> None:
    dialog = InspirationsDialog({})
    got: list[object] = []
    dialog.chosen.connect(got.append)
    dialog.open()
    close = next(b for b in dialog.findChildren(QPushButton) if not isinstance(b, Card))
    assert not close.isDefault()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(dialog))
    assert got == []


def test_the_panel_asks_for_them(qtbot: QtBot) -> None:
    panel = RecipePanel()
    qtbot.addWidget(panel)
    with qtbot.waitSignal(panel.inspirations_requested):
        button = next(
            w for w in panel.findChildren(QWidget) if w.accessibleName() == "Inspirations"
        )
        button.click()  # type: ignore[attr-defined]
