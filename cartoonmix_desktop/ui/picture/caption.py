"""The two lines under a picture: what was asked for, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cartoonmix_desktop.ui.widgets.buttons import worded_button
from cartoonmix_desktop.ui.widgets.icons import Drawing
from cartoonmix_desktop.ui.widgets.text import OneLine, label, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import picture as words
from cartoonmix_desktop.wording.recipe.facts import recipe_facts, recipe_text
from cartoonmix_desktop.wording.tasks.actions import ACTION_HELP, ACTION_WORDS, Action

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from cartoonmix_desktop.core.task.task import Task

_ROOM_FOR_WORDS = 480  # below this the prompt needs it more than the button
_GAP = 4 * SPACE  # between facts of different kinds


class PictureCaption(QWidget):
    """Prompt, figures of the recipe, facts of the picture; and the way back to the recipe."""

    use_recipe_clicked = Signal()
    recipe_toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._prompt = OneLine()
        self._picture = OneLine(role="muted", size=11)
        self._recipe = OneLine(role="muted", size=11)
        self._figures = ""
        self._sandbox = QWidget()
        mark = QHBoxLayout(self._sandbox)
        mark.setContentsMargins(0, 0, 0, 0)
        mark.setSpacing(SPACE)
        mark.addWidget(Drawing("sandbox", "muted", 14))
        mark.addWidget(label(words.SANDBOX_DRAWING, role="muted", size=11))
        use = worded_button(ACTION_WORDS[Action.USE_RECIPE], "panel-left")
        use.setToolTip(tooltip(ACTION_HELP[Action.USE_RECIPE]))
        use.clicked.connect(self.use_recipe_clicked)
        asked = QHBoxLayout()
        asked.setSpacing(2 * SPACE)
        asked.addWidget(self._prompt, 1)
        self.recipe = worded_button(words.RECIPE, "fields")
        self.recipe.setCheckable(True)
        self.recipe.setAccessibleName(words.RECIPE)
        self.recipe.toggled.connect(self.recipe_toggled)
        asked.addWidget(self.recipe)
        asked.addWidget(use)
        came = QHBoxLayout()
        came.setSpacing(_GAP)
        came.addWidget(self._picture)
        came.addStretch(1)
        came.addWidget(self._recipe)
        came.addWidget(self._sandbox)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(asked)
        column.addLayout(came)

    def show_task(self, task: Task, picture: str) -> None:
        """Show what was asked for, and the facts of a picture.

        Args:
            task: whose recipe it is.
            picture: one line; empty while there is no picture.
        """
        self._prompt.set_text(task.title)
        self._prompt.set_help(recipe_text(task.request))
        self._picture.set_text(picture or recipe_facts(task.request))
        self._figures = recipe_facts(task.request, seen=True) if picture else ""
        self._recipe.set_text(self._figures)
        self._sandbox.setVisible(task.is_sandbox)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the recipe's figures where there is no room for them."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        style = Qt.ToolButtonStyle
        roomy = self.width() >= _ROOM_FOR_WORDS
        self.recipe.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if roomy else style.ToolButtonIconOnly
        )
        others = (self._picture, self._sandbox)
        taken = sum(part.sizeHint().width() + _GAP for part in others if not part.isHidden())
        room = self.width() - taken - _GAP
        self._recipe.setVisible(bool(self._figures) and self._recipe.sizeHint().width() <= room)
