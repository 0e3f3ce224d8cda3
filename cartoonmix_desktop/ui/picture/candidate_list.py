"""Tasks of the server of which one may be ours, each with a button that takes it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.focus_order import take_turn
from cartoonmix_desktop.ui.widgets.text import OneLine, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import picture as words
from cartoonmix_desktop.wording.tasks.unresolved import candidate_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.task.doubt import Candidate

_HIGHEST = 200  # pixels; more are scrolled


class CandidateList(QScrollArea):
    """As high as what it holds, up to a limit."""

    chosen = Signal(str)
    """The server's id."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setAccessibleName(words.CANDIDATES)
        self._candidates: tuple[Candidate, ...] = ()
        self.hide()

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Show these; none hides the list. The same ones again change nothing."""
        if tuple(candidates) != self._candidates:
            self._candidates = tuple(candidates)
            self._make_rows()
        self.setVisible(bool(candidates))

    def _make_rows(self) -> None:
        rows = QWidget()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        takes: list[QWidget] = [self]
        for candidate in self._candidates:
            take = button(words.TAKE)
            take.setAccessibleName(words.take(candidate.remote_id))
            take.setToolTip(tooltip(words.TAKE_HELP))
            take.setProperty("remote_id", candidate.remote_id)
            take.clicked.connect(self._on_clicked)
            row = QHBoxLayout()
            row.addWidget(OneLine(candidate_words(candidate)), 1)
            row.addWidget(take)
            column.addLayout(row)
            takes.append(take)
        self.setWidget(rows)
        for before, following in pairwise(takes):
            take_turn(following, before)
        self.setFixedHeight(min(rows.sizeHint().height(), _HIGHEST))

    def _on_clicked(self) -> None:
        self.chosen.emit(self.sender().property("remote_id"))
