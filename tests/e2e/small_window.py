"""A window of three widgets, to try the drivers of the end-to-end tests on."""

from __future__ import annotations

import sys

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)


class Window(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("A small window")
        self.prompt = QPlainTextEdit()
        self.prompt.setAccessibleName("Prompt")
        self.steps = QSpinBox()
        self.steps.setAccessibleName("Steps")
        self.history = QListWidget()
        self.history.setAccessibleName("History")
        self.said = QLabel("Nothing yet")
        button = QPushButton("Generate")
        button.clicked.connect(self._on_clicked)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self._on_clicked)
        QShortcut(QKeySequence("Ctrl+Q"), self).activated.connect(self.close)
        layout = QVBoxLayout(self)
        for widget in (self.prompt, self.steps, button, self.history, self.said):
            layout.addWidget(widget)

    def _on_clicked(self) -> None:
        words = f"{self.prompt.toPlainText()} × {self.steps.value()}"
        self.said.setText(words)
        self.history.insertItem(0, words)


application = QApplication(sys.argv)
window = Window()
window.show()
sys.exit(application.exec())
