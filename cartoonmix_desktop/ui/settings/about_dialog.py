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


class AboutDialog(CalmDialog):
    """Name, version and licence; its text can be selected and copied."""

    def __init__(self, parent: QWidget | None = None, *, sqlite_version: str = "") -> None:
        """Make it.

        Args:
            parent: the window it belongs to.
            sqlite_version: of the library that keeps the history.
        """
        super().__init__(parent, self.tr("About CartoonMix Desktop"), 420)
        versions = {
            "Python": platform.python_version(),
            "Qt": qVersion(),
            "SQLite": sqlite_version,
            platform.system(): platform.machine(),
        }
        self._versions = " · ".join(f"{name} {value}" for name, value in versions.items() if value)

        layout = self.content
        layout.setSpacing(SPACE)
        layout.addWidget(label("CartoonMix Desktop", size=20, selectable=True))
        version = self.tr("Version {0}").format(__version__)
        layout.addWidget(label(version, role="muted", selectable=True))
        layout.addSpacing(3 * SPACE)
        what = self.tr(
            "Generates cartoon pictures with the CartoonMix model at Wiro, keeps them on this "
            "computer and finds them again."
        )
        layout.addWidget(label(what, wrap=True, selectable=True))
        layout.addSpacing(SPACE)
        licence = self.tr("Free software under the MIT licence.")
        layout.addWidget(label(licence, wrap=True, selectable=True))
        layout.addSpacing(3 * SPACE)
        layout.addWidget(label(self._versions, role="muted", size=11, wrap=True, selectable=True))
        layout.addSpacing(3 * SPACE)

        copy = worded_button(self.tr("Copy versions"), "copy")
        copy.clicked.connect(self._on_copy)
        close = button(self.tr("Close"))
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch()
        row.addWidget(close)
        layout.addLayout(row)
        close.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_copy(self) -> None:
        text = f"CartoonMix Desktop {__version__} · {self._versions}"
        QGuiApplication.clipboard().setText(text)
