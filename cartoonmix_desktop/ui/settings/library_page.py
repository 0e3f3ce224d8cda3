"""The page of the settings about the library: where it is, and what everything takes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cartoonmix_desktop.core.disk import BUDGETS, DiskUse
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.setting_rows import SettingRows
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE, font
from cartoonmix_desktop.wording import library as words
from cartoonmix_desktop.wording.formats import size_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QComboBox

_TERMS = (7, 30, 90, 0)  # days of use


class LibraryPage(SettingRows):
    """Where the pictures are, how long the trash keeps, and the use of the disk.

    Attributes:
        choices: the lists to choose from, by setting.

    Signals:
        changed: a setting and its new value.
        open_requested: show a kind, a `DiskUse`, in the file manager.
        move_requested: put the library into another folder.
        use_requested: take a folder as the library that holds it already.
        empty_requested: delete all that is in the trash, after a question.
        clear_requested: delete all thumbnails.
        resized: it says more or less than before.
    """

    changed = Signal(str, object)
    open_requested = Signal(object)
    move_requested = Signal()
    use_requested = Signal()
    empty_requested = Signal()
    clear_requested = Signal()
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._folder = QLineEdit()
        self._folder.setReadOnly(True)
        self._folder.setAccessibleName(words.FOLDER)
        self.add(words.FOLDER, self._folder)
        self._risk = label(role="warn", size=11, wrap=True)
        self._risk.hide()
        self._add_folder_buttons()
        self.choices: dict[str, QComboBox] = {
            "trash_days": self.add_choice(
                words.KEEP_DELETED,
                {days: words.term(days) for days in _TERMS},
                words.KEEP_DELETED_HELP,
                partial(self.changed.emit, "trash_days"),
            ),
            "thumbnail_budget": self.add_choice(
                words.THUMBNAILS,
                {size: words.budget(size) for size in BUDGETS},
                words.THUMBNAILS_HELP,
                partial(self.changed.emit, "thumbnail_budget"),
            ),
        }
        self._figures: dict[DiskUse, QLabel] = {}
        self._buttons: dict[DiskUse, QPushButton] = {}
        self.add(words.ON_DISK, self._make_figures(), at_top=True)
        self.finish()

    def show_folder(self, folder: str, risk: str) -> None:
        """Show where the pictures are.

        Args:
            folder: the path.
            risk: why that is no good place; empty if it is one.
        """
        self._folder.setText(folder)
        self._folder.setCursorPosition(0)  # a long path shows its beginning
        self._folder.setToolTip(folder)
        self._risk.setText(risk)
        self._risk.setVisible(bool(risk))
        self.resized.emit()

    def show_use(self, use: DiskUse, size: int) -> None:
        """Show the bytes of one kind."""
        self._figures[use].setText(size_words(size))
        self._figures[use].setProperty("role", "text")
        self._figures[use].style().polish(self._figures[use])
        if use in {DiskUse.TRASH, DiskUse.THUMBNAILS, DiskUse.DAMAGED}:
            self._buttons[use].setEnabled(size > 0)

    def _add_folder_buttons(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        for text, told, help_words in (
            (words.OPEN_FOLDER, partial(self.open_requested.emit, DiskUse.PICTURES), ""),
            (words.MOVE_FOLDER, self.move_requested.emit, words.MOVE_FOLDER_HELP),
            (words.USE_FOLDER, self.use_requested.emit, words.USE_FOLDER_HELP),
        ):
            made = button(text)
            made.setToolTip(help_words)
            made.setAccessibleDescription(words.FOLDER)
            made.clicked.connect(lambda _checked=False, told=told: told())
            row.addWidget(made)
        row.addStretch()
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACE)
        column.addLayout(row)
        column.addWidget(self._risk)
        self.add("", both, words.FOLDER_HELP)

    def _make_figures(self) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4 * SPACE)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        for row, (use, kind) in enumerate(words.KINDS.items()):
            figure = self._figures[use] = label("…", role="muted")
            figure.setFont(font(tabular=True))
            figure.setAccessibleName(kind)
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            made = self._buttons[use] = button(words.act_of(use))
            made.setProperty("quiet", "true")
            made.setAccessibleName(words.act_name(use))
            made.clicked.connect(partial(self._on_act, use))
            grid.addWidget(label(kind), row, 0)
            grid.addWidget(figure, row, 1)
            grid.addWidget(made, row, 2)
        return table

    def _on_act(self, use: DiskUse) -> None:
        match use:
            case DiskUse.TRASH:
                self.empty_requested.emit()
            case DiskUse.THUMBNAILS:
                self.clear_requested.emit()
            case _:
                self.open_requested.emit(use)
