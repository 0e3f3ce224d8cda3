from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap, QStyleHints
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListView,
    QMessageBox,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QSlider,
    QSpinBox,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from cartoonmix_desktop.ui.widgets import icons
from cartoonmix_desktop.ui.widgets.text import OneLine, elided, label, message_box, tooltip
from cartoonmix_desktop.ui.widgets.theme import DARK, LIGHT, Theme, Tokens, font, mixed, set_style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot
# Remarks of the offscreen platform about itself.

ENEMY = '<img src="file:///etc/passwd"><b>not bold</b>'


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp)
    made.apply("dark")
    yield made
    # Nobody runs a loop here that would delete what was closed, and it would slow what follows.
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _luminance(color: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    value = QColor(color)
    red, green, blue = (linear(p) for p in (value.redF(), value.greenF(), value.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", ["window", "panel", "field"])
@pytest.mark.parametrize("ink", ["text", "muted", "accent", "good", "warn", "bad"])
def test_every_text_can_be_read_on_every_ground(tokens: Tokens, ground: str, ink: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_text_on_accent_and_on_what_is_pointed_at_can_be_read(
    theme: Theme, choice: str, qapp: QApplication
) -> None:
    theme.apply(choice)
    tokens = theme.tokens
    grounds = re.findall(r'primary="true"\][^{]*\{[^}]*background: (#\w+)', qapp.styleSheet())
    assert len(grounds) == 4  # at rest, pointed at, pressed, disabled
    for ground in grounds[:3]:
        assert contrast(tokens.on_accent, ground) >= 4.5
    for role in ("hover", "pressed", "selection"):
        assert contrast(tokens.text, theme.color(role).name()) >= 4.5


def test_dark_unless_told_otherwise(theme: Theme) -> None:
    theme.apply("no such thing")
    assert theme.choice == "dark"
    assert theme.tokens == DARK


def test_a_change_is_told_once_and_only_when_there_is_one(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.apply("light")
    assert theme.tokens == LIGHT
    with qtbot.assertNotEmitted(theme.changed):
        theme.apply("light")


def test_the_system_is_followed_when_asked_to(theme: Theme, qapp: QApplication) -> None:
    theme.apply("light")
    theme.apply("system")
    light = qapp.styleHints().colorScheme() == Qt.ColorScheme.Light
    assert theme.tokens == (LIGHT if light else DARK)  # dark where the system does not say
    theme.apply("light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens == LIGHT  # no longer followed


def test_every_colour_has_a_name_and_no_other(theme: Theme) -> None:
    for role, value in DARK._asdict().items():
        assert theme.color(role).name() == value
    with pytest.raises(KeyError):
        theme.color("mauve")


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert mixed("#000000", "#ffffff", 0) == "#000000"
    assert mixed("#000000", "#ffffff", 1) == "#ffffff"
    assert mixed("#000000", "#ffffff", 0.5) in {"#7f7f7f", "#808080"}


def test_type_has_its_sizes_and_weights(theme: Theme) -> None:
    assert font(20).pixelSize() == 20
    assert font(medium=True).weight() > font().weight()
    assert font().family() == font(20, medium=True).family()
    assert len(font(tabular=True).featureTags()) == 1


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_the_sheet_dresses_every_widget_without_a_complaint(
    theme: Theme, choice: str, qtbot: QtBot
) -> None:
    """Qt's warnings fail tests, so an unknown property in the sheet fails this one."""
    theme.apply(choice)
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    combo = QComboBox()
    combo.addItems(["one", "two"])
    primary, quiet = QPushButton("primary"), QToolButton()
    primary.setProperty("primary", True)
    quiet.setProperty("quiet", True)
    parts = (
        primary, quiet, QPushButton("button"), QLineEdit("line"), QPlainTextEdit("text"),
        QSpinBox(), combo, QSlider(), QSlider(Qt.Orientation.Horizontal), QCheckBox("check"),
        QRadioButton("radio"), QScrollBar(), QGroupBox("group"), QTabBar(), QProgressBar(),
        QListView(),
    )  # fmt: skip
    for part in parts:
        column.addWidget(part)
    window.show()
    for part in parts:
        part.setFocus()
        part.grab()
        part.setEnabled(False)
        part.grab()
    button = primary.grab().toImage().pixelColor(20, 8).name()
    assert button != theme.tokens.accent  # disabled
    primary.setEnabled(True)
    assert primary.grab().toImage().pixelColor(20, 6).name() == theme.tokens.accent


def test_a_property_changes_the_dress_of_a_shown_widget(theme: Theme, qtbot: QtBot) -> None:
    line = QLineEdit()
    qtbot.addWidget(line)
    line.show()
    middle = line.height() // 2
    assert line.grab().toImage().pixelColor(0, middle).name() == theme.tokens.line
    set_style(line, "invalid", True)
    assert line.grab().toImage().pixelColor(0, middle).name() == theme.tokens.bad


# --- icons ---


def _colors(picture: QPixmap) -> set[str]:
    image = picture.toImage()
    return {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_icons_are_drawn_for_the_density_of_the_screen(theme: Theme, ratio: float) -> None:
    from_icon = icons.icon("dice").pixmap(QSize(16, 16), ratio)
    assert from_icon.size() == QSize(int(16 * ratio), int(16 * ratio))
    picture = icons.pixmap("dice", "text", 16, ratio)
    assert picture.size() == from_icon.size()
    assert picture.devicePixelRatio() == ratio


def test_icons_follow_the_theme_without_being_set_again(theme: Theme) -> None:
    made = icons.icon("square", "accent")
    assert DARK.accent in _colors(made.pixmap(QSize(40, 40)))
    theme.apply("light")
    assert LIGHT.accent in _colors(made.pixmap(QSize(40, 40)))


def test_a_disabled_icon_is_fainter(theme: Theme) -> None:
    made = icons.icon("square")
    assert _colors(made.pixmap(QSize(40, 40))) == {DARK.text}
    faint = theme.color("disabled").name()
    assert _colors(made.pixmap(QSize(40, 40), QIcon.Mode.Disabled)) == {faint}


def test_icons_outlive_their_python_names(theme: Theme) -> None:
    button = QToolButton()
    button.setIcon(icons.icon("heart"))
    copy = QIcon(button.icon())
    copy.addPixmap(QPixmap(4, 4))  # lets Qt make an engine of its own
    copies = [QIcon(copy) for _ in range(20)]
    assert not button.icon().pixmap(16, 16).isNull()
    assert all(not one.pixmap(16, 16).isNull() for one in copies)


def test_a_misspelt_icon_is_found_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-drawing")


# --- text from outside ---


def test_labels_show_markup_as_it_is(qtbot: QtBot) -> None:
    made = label(ENEMY, role="bad", wrap=True, selectable=True)
    qtbot.addWidget(made)
    assert made.textFormat() == Qt.TextFormat.PlainText
    assert made.text() == ENEMY
    assert made.wordWrap()


def test_labels_take_the_colour_of_their_role(theme: Theme, qtbot: QtBot) -> None:
    made = label("█" * 8, role="warn", size=20)
    qtbot.addWidget(made)
    made.show()
    assert theme.tokens.warn in _colors(made.grab())
    theme.apply("light")
    assert theme.tokens.warn in _colors(made.grab())


@pytest.mark.parametrize("text", [ENEMY, "line\n" + ENEMY, "a < b & c", "plain", ""])
def test_tooltips_show_what_was_said(text: str) -> None:
    from PySide6.QtGui import Qt as GuiQt
    from PySide6.QtGui import QTextDocument

    shown = tooltip(text)
    if GuiQt.mightBeRichText(shown):
        document = QTextDocument()
        document.setHtml(shown)
        shown = document.toPlainText()
    assert " ".join(shown.split()) == " ".join(text.split())


def test_tooltips_are_no_walls() -> None:
    shown = tooltip("word " * 2000)
    assert len(shown) < 1300
    assert max(len(line) for line in shown.splitlines()) <= 64


def test_message_boxes_show_markup_as_it_is_and_tidy_up(qtbot: QtBot) -> None:
    box = message_box(
        None,
        icon=QMessageBox.Icon.Warning,
        title="Title",
        text=ENEMY,
        buttons=QMessageBox.StandardButton.Ok,
    )
    assert box.textFormat() == Qt.TextFormat.PlainText
    box.open()
    box.button(QMessageBox.StandardButton.Ok).click()
    qtbot.waitUntil(lambda: not isValid(box))


def test_long_text_ends_in_dots(qtbot: QtBot) -> None:
    made = OneLine("a long line\nof text " * 20)
    qtbot.addWidget(made)
    made.resize(120, 20)
    made.show()
    assert made.text().endswith("…")
    assert "\n" not in made.text()
    assert "of text" in made.toolTip()
    made.set_text("short")
    assert (made.text(), made.toolTip()) == ("short", "")


def test_shortening_is_exact_for_what_fits() -> None:
    metrics = QLabel().fontMetrics()
    assert elided("  two\n words ", metrics, 500) == "two words"
    cut = elided("i" * 5000, metrics, 100)
    assert metrics.horizontalAdvance(cut) <= 100
    assert cut.endswith("…")


def test_the_system_is_told_the_scheme(qapp, theme, monkeypatch) -> None:
    """So that title bars and its own dialogs are not white around a dark window."""
    told: list[object] = []
    monkeypatch.setattr(QStyleHints, "setColorScheme", lambda _hints, scheme: told.append(scheme))
    monkeypatch.setattr(QStyleHints, "unsetColorScheme", lambda _hints: told.append(None))
    for choice in ("light", "dark", "system", "dark"):
        theme.apply(choice)
    assert told == [Qt.ColorScheme.Light, Qt.ColorScheme.Dark, None, Qt.ColorScheme.Dark]
