"""Which pictures a question has found: 400,000 of them in three packed arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field

from cartoonmix_desktop.core.search.result_set import Item, ResultSet, packed

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence


class Gallery(ResultSet, eq=False):
    """Kept pictures, **the last to be shown first**, so that new ones are put at the end.

    Shown are the newest task first and the pictures of a task in their order; here all of that is
    backwards.

    Attributes:
        ids: of the task of each picture.
        pictures: ids of the outputs.
    """

    pictures: array[int] = field(default_factory=packed)

    @property
    def keys(self) -> array[int]:
        """What is different in each row."""
        return self.pictures

    @property
    def columns(self) -> tuple[array[int], ...]:
        """All that is known of the rows."""
        return (*super().columns, self.pictures)

    def item(self, index: int) -> Item:
        """The picture of a row, counted from the last to be shown."""
        return Item(self.ids[index], self.pictures[index])

    def index_of(self, item: Item) -> int:
        """Where a picture is, or the first of its task if none is named; -1 if it is not there."""
        span = self.span_of(item.task)
        if not item.picture:
            return span.stop - 1 if span else -1
        return next((index for index in span if self.pictures[index] == item.picture), -1)


def of_task(task_id: int, moment: int, pictures: Sequence[int]) -> Gallery:
    """The pictures of one task, given in their order."""
    count = len(pictures)
    return Gallery(
        packed((task_id,)) * count,
        packed((moment,)) * count,
        pictures=packed(reversed(pictures)),
    )
