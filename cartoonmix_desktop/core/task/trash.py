"""What was thrown away and can still be brought back."""

from __future__ import annotations

from msgspec import Struct

TERMS = (7, 30, 90, 0)
"""Days of use after which what is in the trash may be deleted; 0 for never."""

USUAL_TERM = 30
"""Days of use, unless the person chose otherwise."""


class Pieces(Struct, frozen=True):
    """Things of the history that are dealt with together.

    Attributes:
        tasks: ids of whole tasks.
        pictures: ids of single outputs.
    """

    tasks: tuple[int, ...] = ()
    pictures: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.tasks or self.pictures)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.tasks) + len(self.pictures)


class TrashItem(Struct, frozen=True):
    """One thing in the trash.

    Attributes:
        task_id: the task, or the one that the picture belongs to.
        picture_id: the output; 0 for a whole task.
        at: unix seconds when it was thrown away.
        pictures: how many files it holds.
        size: their bytes.
    """

    task_id: int
    picture_id: int
    at: float
    pictures: int
    size: int

    @property
    def pieces(self) -> Pieces:
        """It alone."""
        if self.picture_id:
            return Pieces(pictures=(self.picture_id,))
        return Pieces(tasks=(self.task_id,))
