"""The style sheet of the whole program.

Widgets choose a style by properties, never by a sheet of their own:

- ``primary``: the one button that a view is for; ``quiet``: a button without a frame.
- ``danger``: a button that destroys.
- ``role``: the colour of a label, see `cartoonmix_desktop.ui.widgets.text.label`, or of a button
  that is one line of words.
- ``invalid``: a field whose value cannot be meant.
- ``surface``: ``"panel"``, ``"window"``, ``"card"``, ``"footer"``, ``"toast"`` or ``"banner"``,
  for frames.
- ``popup``: a list that lies over others.
- ``flat``: a text that is only read.
- ``painted``: a list that shows the focus at its current row.
- ``plain``: a number box without arrows; ``fold``: a button that shows and hides;
  ``card``: a button that holds labels.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The focus ring is two pixels where the plain border is one: the padding gives the pixel back.
_SHEET = Template("""
QWidget[surface="panel"] { background: $panel; }
QWidget[surface="window"] { background: $window; }
QFrame[surface="card"] { background: $panel; border: 1px solid $line; border-radius: 6px; }
QFrame[surface="toast"] { background: $pressed; border: 1px solid $handle; border-radius: 6px; }
QFrame[surface="footer"] { background: $panel; border: 0; border-top: 1px solid $line; }
QFrame[surface="banner"] { background: $panel; border: 0; border-bottom: 1px solid $line; }
QDialog, QMessageBox { background: $panel; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QLabel { background: transparent; }
QLabel[role="text"] { color: $text; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="accent"] { color: $accent; }
QLabel[role="on_accent"] { color: $on_accent; }
QLabel[role="good"] { color: $good; }
QLabel[role="warn"] { color: $warn; }
QLabel[role="bad"] { color: $bad; }
QLabel:disabled { color: $disabled; }

QPushButton, QToolButton {
  background: $panel; color: $text; border: 1px solid $line; border-radius: 6px; outline: 0;
}
QPushButton { padding: 6px 12px; }
QToolButton { padding: 4px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $pressed; }
QPushButton:checked, QToolButton:checked { background: $selection; border-color: $accent; }
QPushButton:disabled, QToolButton:disabled {
  background: $panel; color: $disabled; border-color: $line;
}
QPushButton:focus { border: 2px solid $accent; padding: 5px 11px; }
QToolButton:focus { border: 2px solid $accent; padding: 3px; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }
QToolButton::menu-button { border: 0; width: 16px; }
QPushButton[primary="true"], QPushButton:default {
  background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[primary="true"]:hover, QPushButton:default:hover { background: $accent_hover; }
QPushButton[primary="true"]:pressed, QPushButton:default:pressed { background: $accent_pressed; }
QPushButton[primary="true"]:focus, QPushButton:default:focus { border: 2px solid $text; }
QPushButton[primary="true"]:disabled, QPushButton:default:disabled {
  background: $pressed; color: $disabled; border-color: $pressed;
}
QPushButton[danger="true"] { color: $bad; }
QPushButton[danger="true"]:disabled { color: $disabled; }
QPushButton[quiet="true"], QToolButton[quiet="true"] {
  background: transparent; border-color: transparent;
}
QPushButton[quiet="true"]:hover, QToolButton[quiet="true"]:hover { background: $hover; }
QPushButton[quiet="true"]:pressed, QToolButton[quiet="true"]:pressed { background: $pressed; }
QPushButton[quiet="true"]:checked, QToolButton[quiet="true"]:checked { background: $selection; }
QToolButton[fold="true"]:checked, QToolButton[plain="true"]:checked { background: transparent; }
QToolButton[fold="true"]:checked:hover, QToolButton[plain="true"]:checked:hover {
  background: $hover;
}
QPushButton[quiet="true"]:focus, QToolButton[quiet="true"]:focus { border-color: $accent; }
QPushButton[role] { text-align: left; padding: 1px 4px; }
QPushButton[role]:focus { padding: 0 3px; }
QPushButton[role="muted"] { color: $muted; }
QPushButton[role="warn"] { color: $warn; }
QPushButton[card="true"] { text-align: left; padding: 0; }
QPushButton[card="true"]:hover { border-color: $accent; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox {
  background: $field; color: $text; border: 1px solid $line; border-radius: 6px;
  selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QAbstractSpinBox, QComboBox { padding: 4px 8px; min-height: 18px; }
QLineEdit { padding: 4px 6px; }
QPlainTextEdit, QTextEdit { padding: 4px; }
QLineEdit:hover, QPlainTextEdit:hover, QTextEdit:hover, QAbstractSpinBox:hover, QComboBox:hover {
  border-color: $handle;
}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QAbstractSpinBox[invalid="true"],
QComboBox[invalid="true"] { border-color: $bad; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
  border: 2px solid $accent; padding: 3px 7px;
}
QLineEdit:focus { padding: 3px 5px; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $accent; padding: 3px; }
QPlainTextEdit[flat="true"] {
  background: transparent; border-color: transparent; padding: 0;
}
QPlainTextEdit[flat="true"]:focus { border: 2px solid $accent; padding: 0; }
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QAbstractSpinBox:disabled,
QComboBox:disabled { color: $disabled; background: $panel; border-color: $line; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: 0; padding: 0; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  subcontrol-origin: border; width: 18px; border: 0; background: transparent; margin: 2px;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; margin-bottom: 0; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin-top: 0; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {
  background: $hover; border-radius: 4px;
}
QAbstractSpinBox::up-button:pressed, QAbstractSpinBox::down-button:pressed { background: $pressed; }
QAbstractSpinBox[plain="true"]::up-button, QAbstractSpinBox[plain="true"]::down-button {
  width: 0; margin: 0;
}
QAbstractSpinBox::up-arrow { image: url(icons:sheet-up.svg); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url(icons:sheet-down.svg); width: 10px; height: 10px; }
QAbstractSpinBox[plain="true"]::up-arrow, QAbstractSpinBox[plain="true"]::down-arrow {
  image: none; width: 0;
}
QComboBox { combobox-popup: 0; }
QComboBox::drop-down { border: 0; width: 20px; }
QComboBox::down-arrow { image: url(icons:sheet-down.svg); width: 14px; height: 14px; }
QComboBox QAbstractItemView {
  background: $panel; border: 1px solid $line; padding: 4px; outline: 0;
  selection-background-color: $pressed; selection-color: $text;
}
QComboBox QAbstractItemView:focus { border: 1px solid $line; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 6px; border-radius: 4px; }
QComboBox QAbstractItemView::item:hover, QComboBox QAbstractItemView::item:selected {
  background: $pressed; color: $text;
}

QSlider { min-height: 22px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal {
  width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: $text;
}
QSlider::handle:horizontal:hover { background: $accent; }
QSlider::handle:horizontal:focus {
  width: 12px; height: 12px; margin: -6px 0; border-radius: 8px; border: 2px solid $accent;
}
QSlider::groove:vertical { width: 4px; border-radius: 2px; background: $line; }
QSlider::add-page:vertical { width: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:vertical {
  width: 14px; height: 14px; margin: 0 -5px; border-radius: 7px; background: $text;
}
QSlider::handle:vertical:focus {
  width: 12px; height: 12px; margin: 0 -6px; border-radius: 8px; border: 2px solid $accent;
}
QSlider::sub-page:horizontal:disabled, QSlider::add-page:vertical:disabled,
QSlider::handle:disabled { background: $disabled; }

QCheckBox, QRadioButton { color: $text; spacing: 8px; padding: 3px; background: transparent; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator {
  width: 14px; height: 14px; border: 1px solid $handle; background: $field;
}
QCheckBox::indicator { border-radius: 4px; }
QListView::indicator {
  width: 14px; height: 14px; border: 1px solid $handle; border-radius: 4px; background: $field;
}
QListView::indicator:checked {
  background: $accent; border-color: $accent; image: url(icons:sheet-check-$tone.svg);
}
QListView::indicator:indeterminate { background: $muted; border-color: $accent; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked {
  background: $accent; border-color: $accent; image: url(icons:sheet-check-$tone.svg);
}
QCheckBox::indicator:indeterminate { background: $muted; border-color: $accent; }
QRadioButton::indicator:checked {
  width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent;
}
QCheckBox:focus, QRadioButton:focus { border: 2px solid $accent; border-radius: 6px; padding: 1px; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $disabled; }

QScrollArea { border: 0; background: transparent; }
QScrollBar { background: transparent; border: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $handle; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenuBar { background: $window; color: $text; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $panel; color: $text; border: 1px solid $line; padding: 4px;
  menu-scrollable: 1; }
QMenu::item { padding: 5px 24px 5px 10px; border-radius: 4px; }
QMenu::item:selected { background: $pressed; }
QMenu::item:disabled { color: $disabled; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
QMenu::right-arrow { image: url(icons:sheet-right.svg); width: 14px; height: 14px; }
QToolTip { background: $panel; color: $text; border: 1px solid $line; padding: 4px 6px; }

QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover, QSplitter::handle:pressed { background: $accent; }

QListView, QTreeView, QTableView {
  background: $panel; color: $text; border: 0; outline: 0;
  selection-background-color: $selection; selection-color: $text;
}
QListView::item, QTreeView::item, QTableView::item {
  min-height: 26px; padding: 0 8px; border-radius: 4px;
}
QListView::item:hover, QTreeView::item:hover, QTableView::item:hover { background: $hover; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
  background: $selection; color: $text;
}
QTableView { border: 2px solid transparent; }
QListView:focus, QTreeView:focus, QTableView:focus { border: 2px solid $accent; }
QListView[painted="true"]:focus { border: 0; }
QListView[popup="true"], QListView[popup="true"]:focus { border: 1px solid $line; }
QHeaderView::section { background: $panel; color: $muted; border: 0; padding: 4px 8px; }

QStatusBar { background: $panel; color: $muted; border-top: 1px solid $line; }
QStatusBar::item { border: 0; }
QGroupBox { border: 1px solid $line; border-radius: 6px; margin-top: 20px; padding: 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 2px; color: $muted; }
QTabWidget::pane { border: 0; border-top: 1px solid $line; }
QTabBar { background: transparent; }
QTabBar::tab {
  background: transparent; color: $muted; padding: 6px 12px; border: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:selected:focus { border-color: $accent; border-radius: 6px; }
QProgressBar {
  background: $line; border: 0; border-radius: 2px; min-height: 4px; max-height: 4px;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }
""")


def style_sheet(colors: Mapping[str, str], *, dark: bool) -> str:
    """The sheet in these colours.

    Args:
        colors: role to ``#rrggbb``; the tokens and the mixed colours of the theme.
        dark: which of the drawings with a fixed colour fit.
    """
    return _SHEET.substitute(colors, tone="dark" if dark else "light")
