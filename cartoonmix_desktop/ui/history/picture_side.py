"""What the grid asks of the picture beside it, which is another room's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

    from cartoonmix_desktop.core.task.task import Output


class PictureSide(Protocol):
    """Shows one picture of one task."""

    left: SignalInstance
    """Escape."""

    @property
    def task_id(self) -> int:
        """The task that is shown; 0 for none."""

    @property
    def current(self) -> Output | None:
        """The picture that is shown; None for none."""

    def choose_picture(self, picture_id: int) -> None:
        """Show this one, now or as soon as its task is shown."""

    def focus_picture(self) -> None:
        """Let its keys work."""

    def copy_picture(self) -> None:
        """Copy it."""
