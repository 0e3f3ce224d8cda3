"""A button that shows and hides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QLabel, QToolButton

from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import tooltip
from cartoonmix_desktop.wording.common import hide, show

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class Fold(QToolButton):
    """Shows and hides what belongs to it.

    Args:
        title: of what it shows and hides, as inside a sentence; part of the accessible name.
        unfolded: how it begins.
    """

    def __init__(self, title: str, *, unfolded: bool) -> None:
        super().__init__()
        self._title = title
        self._parts: list[QWidget] = []
        self.setProperty("quiet", True)  # noqa: FBT003  Qt's property value
        self.setProperty("fold", True)  # noqa: FBT003  Qt's property value
        self.setCheckable(True)
        self.setChecked(unfolded)
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(self._apply)
        self._apply()

    def add(self, part: QWidget) -> None:
        """Let ``part`` be shown and hidden by this."""
        self._parts.append(part)
        part.setVisible(self.isChecked())

    def _apply(self) -> None:
        unfolded = self.isChecked()
        self.setIcon(icon("chevron-down" if unfolded else "chevron-right", "muted"))
        self.setAccessibleName(hide(self._title) if unfolded else show(self._title))
        self.setToolTip(tooltip(self.accessibleName()))
        for part in self._parts:
            part.setVisible(unfolded)

    def be_clicked_at(self, heading: QLabel) -> None:
        """Let a click on ``heading`` do the same: it is easier to hit."""
        heading.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See `be_clicked_at`."""
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(watched, QLabel):
            self.toggle()
        return super().eventFilter(watched, event)

    def holds(self, widget: QWidget) -> bool:
        """Whether ``widget`` is, or has in it, a part of this."""
        return any(part is widget or widget.isAncestorOf(part) for part in self._parts)
