"""The buttons that are not a dialog's own: one with a frame, and two kinds without."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import tooltip

_ICON = 16


def button(text: str, *, primary: bool = False) -> QPushButton:
    """A push button that becomes nobody's default by itself.

    Args:
        text: its label, also its accessible name.
        primary: the one button that the view is for.
    """
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setProperty("primary", primary)
    return made


def worded_button(text: str, drawing: str) -> QToolButton:
    """A button without a frame, for what is beside the point: an icon and its words."""
    made = QToolButton()
    made.setProperty("quiet", "true")
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setIcon(icon(drawing))
    made.setIconSize(QSize(_ICON, _ICON))
    made.setText(text)
    return made


def icon_button(
    name: str, icon_name: str, *, role: str = "muted", kind: type[QToolButton] = QToolButton
) -> QToolButton:
    """A small button without a frame.

    Args:
        name: accessible name and tooltip.
        icon_name: a drawing in ``resources/icons``.
        role: its colour.
        kind: what it is made as.
    """
    made = kind()
    made.setProperty("quiet", True)  # noqa: FBT003  Qt's property value
    made.setIcon(icon(icon_name, role))
    made.setIconSize(QSize(_ICON, _ICON))
    made.setAccessibleName(name)
    made.setToolTip(tooltip(name))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
