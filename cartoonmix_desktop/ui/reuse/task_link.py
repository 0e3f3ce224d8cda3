"""A task in one line, its picture and first words, that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from cartoonmix_desktop.ui.widgets.icons import icon
from cartoonmix_desktop.ui.widgets.text import elided, tooltip
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording.recipe import reuse as words
from cartoonmix_desktop.wording.tasks.states import title_of

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails

_EDGE = 28


class TaskLink(QToolButton):
    """A quiet button; without a task it only says something."""

    task_requested = Signal(int)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._task_id = 0
        self._output: Output | None = None
        self._words = ""
        self.setProperty("quiet", "true")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_EDGE, _EDGE))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._on_clicked)
        thumbnails.ready.connect(self._on_ready)

    def show_task(self, task: Task) -> None:
        """Lead to this task."""
        self._task_id = task.id
        self._output = next(iter(task.kept), None)
        self._say(title_of(task))
        self.setAccessibleDescription(words.GO_TO_TASK)
        self.setToolTip(tooltip(task.request.prompt.strip() or self._words))
        self._draw()
        self.setEnabled(True)

    def show_side(self, words: str, drawing: str) -> None:
        """Lead nowhere: say something that is no task, or a task that is gone.

        Args:
            words: what it is.
            drawing: an icon.
        """
        self._task_id, self._output = 0, None
        self._say(words)
        self.setToolTip("")
        self.setIcon(icon(drawing, "muted"))
        self.setEnabled(False)

    def sizeHint(self) -> QSize:
        """As high as its picture."""
        return QSize(120, _EDGE + 2 * SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width has room for more or less."""
        super().resizeEvent(event)
        self._fit()

    def _say(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(words)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - _EDGE - 7 * SPACE
        shown = elided(self._words, self.fontMetrics(), room)
        self.setText(f" {shown}")  # away from the picture

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        image = None
        if self._output is not None:
            edge = QSize(_EDGE, _EDGE) * ratio
            image = self._thumbnails.get(self._output, edge, self._output.id)
        if image is None:
            self.setIcon(icon("image", "muted"))
        else:
            small = QPixmap.fromImage(image)
            small.setDevicePixelRatio(ratio)
            self.setIcon(QIcon(small))

    def _on_ready(self, asker: int) -> None:
        if self._output is not None and asker == self._output.id:
            self._draw()

    def _on_clicked(self) -> None:
        if self._task_id:
            self.task_requested.emit(self._task_id)
