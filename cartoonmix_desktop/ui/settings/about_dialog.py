"""What this program is, and the versions a report of a fault needs."""

from __future__ import annotations

import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cartoonmix_desktop import __version__
from cartoonmix_desktop.ui.widgets.buttons import button, worded_button
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import settings as words


class AboutDialog(CalmDialog):
    """Name, version and licence; its text can be selected and copied."""

    def __init__(self, parent: QWidget | None = None, *, sqlite_version: str = "") -> None:
        """Make it.

        Args:
            parent: the window it belongs to.
            sqlite_version: of the library that keeps the history.
        """
        super().__init__(parent, words.ABOUT, 420)
        versions = {
            "Python": platform.python_version(),
            "Qt": qVersion(),
            "SQLite": sqlite_version,
            platform.system(): platform.machine(),
        }
        self._versions = " · ".join(f"{name} {value}" for name, value in versions.items() if value)

        layout = self.content
        layout.setSpacing(SPACE)
        layout.addWidget(label(words.PROGRAM, size=20, selectable=True))
        layout.addWidget(label(words.version(__version__), role="muted", selectable=True))
        layout.addSpacing(3 * SPACE)
        layout.addWidget(label(words.WHAT_IT_IS, wrap=True, selectable=True))
        layout.addSpacing(SPACE)
        layout.addWidget(label(words.LICENCE, wrap=True, selectable=True))
        layout.addSpacing(3 * SPACE)
        layout.addWidget(label(self._versions, role="muted", size=11, wrap=True, selectable=True))
        layout.addSpacing(3 * SPACE)

        copy = worded_button(words.COPY_VERSIONS, "copy")
        copy.clicked.connect(self._on_copy)
        close = button(common.CLOSE)
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch()
        row.addWidget(close)
        layout.addLayout(row)
        close.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_copy(self) -> None:
        text = f"{words.PROGRAM} {__version__} · {self._versions}"
        QGuiApplication.clipboard().setText(text)
