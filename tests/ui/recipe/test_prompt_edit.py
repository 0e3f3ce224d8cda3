"""The field that prompts are written in, on the real form."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.ui.command_names import Command, Scope
from cartoonmix_desktop.ui.command_table import TABLE
from cartoonmix_desktop.ui.commands import Commands
from cartoonmix_desktop.ui.recipe.panel import RecipePanel
from cartoonmix_desktop.ui.recipe.prompt.edit import Edge, PromptEdit

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
KEY = Qt.Key


@pytest.fixture
def window(theme, qtbot):
    made = QMainWindow()
    qtbot.addWidget(made)
    panel = RecipePanel()
    made.setCentralWidget(panel)
    commands = Commands(made)
    panel.bind(commands)
    made.turned = []
    commands.bind(Command.NEXT_PICTURE, lambda: made.turned.append(1))
    commands.bind(Command.PREVIOUS_PICTURE, lambda: made.turned.append(-1))
    made.addActions([commands[Command.NEXT_PICTURE], commands[Command.PREVIOUS_PICTURE]])
    made.resize(320, 900)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def edit_of(window, name="Prompt"):
    [found] = [e for e in window.findChildren(PromptEdit) if e.accessibleName() == name]
    return found


def put(edit, text):
    """``text`` with the cursor at the mark."""
    edit.setFocus()
    edit.enter(text.replace("‹", ""))
    cursor = edit.textCursor()
    cursor.setPosition(len(text[: text.index("‹")].encode("utf-16-le")) // 2)
    edit.setTextCursor(cursor)


def composing(edit, text, committed=""):
    event = QInputMethodEvent(text, [])
    event.setCommitString(committed)
    QApplication.sendEvent(edit, event)


def colours(edit):
    block, found = edit.document().begin(), {}
    text = block.text().encode("utf-16-le")
    for each in block.layout().formats():
        piece = text[2 * each.start : 2 * (each.start + each.length)].decode("utf-16-le")
        wave = each.format.underlineStyle() is each.format.UnderlineStyle.WaveUnderline
        role = "wave" if wave else each.format.foreground().color().name()
        found.setdefault(piece, []).append(role)
    return found


@pytest.mark.parametrize("name", ["Prompt", "Negative prompt"])
def test_keys_change_weight_move_and_mute_and_undo_takes_each_back(window, name):
    edit = edit_of(window, name)
    put(edit, "\U0001f600, r‹ed, 猫")
    texts = []
    for key, held, after in (
        (KEY.Key_Up, CTRL, "\U0001f600, (red:1.1), 猫"),
        (KEY.Key_Up, CTRL, "\U0001f600, (red:1.2), 猫"),
        (KEY.Key_Down, CTRL, "\U0001f600, (red:1.1), 猫"),
        (KEY.Key_Right, ALT, "\U0001f600, 猫, (red:1.1)"),
        (KEY.Key_Left, ALT, "\U0001f600, (red:1.1), 猫"),
        (KEY.Key_Slash, CTRL, "\U0001f600, /* (red:1.1) */, 猫"),
        (KEY.Key_Slash, CTRL, "\U0001f600, (red:1.1), 猫"),
    ):
        texts.append(edit.toPlainText())
        QTest.keyClick(edit, key, held)
        assert edit.toPlainText() == after
    for before in reversed(texts):
        edit.undo()
        assert edit.toPlainText() == before
    assert window.turned == []
    window.findChild(RecipePanel).area.setFocus()
    edit.clearFocus()
    QTest.keyClick(window, KEY.Key_Right, ALT)
    assert window.turned == [1]


def test_what_means_something_is_coloured_and_notes_have_waves(window, theme):
    edit = edit_of(window)
    put(edit, "‹猫\U0001f600 (a:1.2) \\( BREAK <lora:x:1> {b|c} __d__ /* (e */ [f")
    seen = colours(edit)
    accent, good = theme.color("accent").name(), theme.color("good").name()
    assert {seen[piece][0] for piece in (":1.2", "BREAK", "<lora:x:1>")} == {accent}
    assert {seen[piece][0] for piece in ("{", "|", "}", "__d__")} == {good}
    assert seen["/* (e */"] == [theme.color("muted").name()]
    said = [piece for piece, roles in seen.items() if "wave" in roles]
    assert sorted(said) == ["[", "__d__", "{b|c}"]
    notice = edit.parent().notice
    assert notice.text == (
        "Line 1, column 32: “{b|c}” is sent as written; variants are not expanded here."
        " 2 more notes are underlined."
    )
    assert not notice.is_error
    edit.expanded = True
    assert notice.text.endswith("“[” is never closed.")


def test_the_other_bracket_is_marked(window):
    edit = edit_of(window)
    put(edit, "\U0001f600 (a ‹\\( b)")
    assert edit.extraSelections() == []
    edit.moveCursor(QTextCursor.MoveOperation.End)
    marked = [each.cursor.selectedText() for each in edit.extraSelections()]
    assert marked == [")", "("]


def test_only_what_is_in_sight_of_a_long_text_is_coloured(window, qtbot):
    edit = edit_of(window)
    put(edit, "‹" + "(a:1.2), " * 1200)

    def starts():
        return [each.start for each in edit.document().begin().layout().formats()]

    qtbot.waitUntil(lambda: len(starts()) < 600)
    assert min(starts()) == 0
    edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.waitUntil(lambda: max(starts(), default=0) > 10_700)
    QTest.keyClicks(edit, "(")
    assert max(starts()) == 10_800


def test_what_is_being_composed_is_sent(window, qtbot):
    edit, panel = edit_of(window), window.findChild(RecipePanel)
    put(edit, "(a:1.2)‹, b")
    composing(edit, "に")
    layout = edit.document().begin().layout()
    assert ":1.2" in colours(edit)  # it stays coloured meanwhile
    assert layout.preeditAreaText() == "に"
    with qtbot.waitSignal(panel.generate_requested) as sent:
        QTest.mouseClick(panel.area.button, Qt.MouseButton.LeftButton)
    assert sent.args[0].prompt == "(a:1.2)に, b"
    assert edit.toPlainText() == "(a:1.2)に, b"
    edit.setFocus()
    composing(edit, "한")
    QTest.keyClick(edit, KEY.Key_Slash, CTRL)
    assert edit.toPlainText() == "/* (a:1.2)に한 */, b"
    put(edit, "a‹")
    composing(edit, "글")
    panel.area.button.setFocus()
    assert edit.toPlainText() == "a글"
    edit.setFocus()
    composing(edit, "猫")
    with qtbot.waitSignal(panel.generate_requested) as sent:
        panel.generate()  # the focus stays
    assert sent.args[0].prompt.count("猫") == 1


def test_what_is_typed_replaces_the_example_of_the_first_run(window):
    example = str(CARTOONMIX["prompt"].default)
    edit = edit_of(window)
    for begin in (
        edit.setFocus,
        lambda: QTest.mouseClick(edit.viewport(), Qt.MouseButton.LeftButton),
    ):
        edit.clearFocus()
        edit.enter(example)
        begin()
        QTest.keyClicks(edit, "a fox")
        assert edit.toPlainText() == "a fox"
        edit.undo()
        assert edit.toPlainText().endswith(example[-20:])
    edit.enter(example)
    for _ in range(2):  # the second click goes into it
        QTest.mouseClick(edit.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 8))
    edit.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(edit, ", x")
    assert edit.toPlainText() == example + ", x"
    negative = edit_of(window, "Negative prompt")
    negative.setFocus()
    assert not negative.textCursor().hasSelection()


def test_its_edge_makes_it_higher_and_the_height_is_remembered(window):
    edit, panel = edit_of(window), window.findChild(RecipePanel)
    edge = edit.findChild(Edge)
    before = edit.height()
    QTest.mousePress(edge, Qt.MouseButton.LeftButton, pos=QPoint(5, 2))
    QTest.mouseMove(edge, QPoint(5, 82))
    QTest.mouseRelease(edge, Qt.MouseButton.LeftButton, pos=QPoint(5, 82))
    assert edit.height() == before + 80
    assert panel.heights == {"prompt": before + 80}
    QTest.mouseDClick(edge, Qt.MouseButton.LeftButton)
    assert (edit.height(), panel.heights) == (before, {})
    panel.restore_heights({"negativePrompt": 200, "prompt": "much"})
    assert edit_of(window, "Negative prompt").height() == 200


def test_each_field_recalls_what_was_sent_from_it(window, qtbot):
    panel = window.findChild(RecipePanel)
    edit, negative = edit_of(window), edit_of(window, "Negative prompt")
    for text in ("one", "/* two */ 2"):
        panel.set_raw({"prompt": text, "negativePrompt": f"no {text}"})
        with qtbot.waitSignal(panel.earlier_changed):
            panel.generate()
    assert panel.earlier["negativePrompt"] == ["no one", "no /* two */ 2"]
    put(edit, "three‹")
    for key, text in ((KEY.Key_Up, "/* two */ 2"), (KEY.Key_Up, "one"), (KEY.Key_Up, "one")):
        QTest.keyClick(edit, key, ALT)
        assert edit.toPlainText() == text
    for text in ("/* two */ 2", "three", "three"):
        QTest.keyClick(edit, KEY.Key_Down, ALT)
        assert edit.toPlainText() == text
    edit.undo()
    assert edit.toPlainText() == "/* two */ 2"
    assert negative.toPlainText() == "no /* two */ 2"
    panel.restore_earlier({"prompt": 3})
    QTest.keyClick(edit, KEY.Key_Up, ALT)
    assert edit.toPlainText() == "/* two */ 2"


def test_its_menu_has_what_keys_do(window):
    edit = edit_of(window)
    menu = QMenu()
    edit.menu_opening.emit(menu)
    said = [action.text() for action in menu.actions() if action.text()]
    assert said == [entry.words for entry in TABLE.values() if entry.scope is Scope.PROMPT]
    put(edit, "a, ‹b")
    next(
        action for action in menu.actions() if action.text() == TABLE[Command.MUTE].words
    ).trigger()
    assert edit.toPlainText() == "a, /* b */"
