"""The turn of the keyboard for widgets that are made while the window is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def take_turn(made: QWidget, place: QWidget) -> None:
    """Let Tab reach ``made`` where ``place`` stands: Qt would reach it last in the window.

    Args:
        made: takes the focus, and has the same window as ``place``.
        place: what it was put into, or the one before it.
    """
    # Qt puts nothing behind what takes no focus. To walk back to what does is no way: bindings
    # make each widget that previousInFocusChain() returns a child of the one asked.
    policy = place.focusPolicy()
    if policy == Qt.FocusPolicy.NoFocus:
        place.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    QWidget.setTabOrder(place, made)
    place.setFocusPolicy(policy)
