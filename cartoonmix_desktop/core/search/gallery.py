"""Which pictures a question has found: 400,000 of them in three packed arrays."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from operator import le
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.search.days import days_of
from cartoonmix_desktop.core.search.result_set import packed

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence
    from datetime import date


@dataclass(eq=False)
class Gallery:
    """Kept pictures, **the last to be shown first**, so that new ones are put at the end.

    Shown are the newest task first and the pictures of a task in their order; here all of that is
    backwards.

    Attributes:
        pictures: ids of the outputs.
        tasks: whose each is.
        moments: when that task was made, in unix milliseconds.
        whole: whether these are all; else they are the first to be shown.
    """

    pictures: array[int] = field(default_factory=packed)
    tasks: array[int] = field(default_factory=packed)
    moments: array[int] = field(default_factory=packed)
    whole: bool = True

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def in_order(self) -> bool:
        """Whether ids of tasks grow with time, as they do unless a clock was set back."""
        return all(map(le, self.tasks, islice(self.tasks, 1, None)))

    @cached_property
    def days(self) -> list[tuple[int, date]]:
        """The first place of each day, and the day; only for what stands in order of time."""
        return days_of(self.moments)

    def span_of(self, task_id: int) -> range:
        """Where the pictures of a task are; where they would be if there are none."""
        if self.in_order:
            return range(bisect_left(self.tasks, task_id), bisect_right(self.tasks, task_id))
        try:
            first = self.tasks.index(task_id)
        except ValueError:
            return range(0)
        after = first + 1
        while after < len(self.tasks) and self.tasks[after] == task_id:
            after += 1
        return range(first, after)

    def index_of(self, picture_id: int, task_id: int) -> int:
        """Where a picture is; -1 if it is not there."""
        for place in self.span_of(task_id):
            if self.pictures[place] == picture_id:
                return place
        return -1

    def indexes_of(self, pictures: Sequence[int], tasks: Sequence[int]) -> list[int]:
        """Where those of these pictures, each of its task, are that are there, in order."""
        if self.in_order:
            found = (self.index_of(*each) for each in zip(pictures, tasks, strict=True))
            return sorted(place for place in found if place >= 0)
        wanted = set(pictures)
        return [place for place, picture in enumerate(self.pictures) if picture in wanted]

    def replace(self, places: range, others: Gallery) -> None:
        """Put other pictures where these are."""
        here = slice(places.start, places.stop)
        self.pictures[here] = others.pictures
        self.tasks[here] = others.tasks
        self.moments[here] = others.moments
        if "days" in self.__dict__:
            self.days = days_of(self.moments, self.days, places.start)

    def part(self, places: slice) -> Gallery:
        """Some of them."""
        return Gallery(self.pictures[places], self.tasks[places], self.moments[places])


def of_task(task_id: int, moment: int, pictures: Sequence[int]) -> Gallery:
    """The pictures of one task, given in their order."""
    count = len(pictures)
    return Gallery(
        packed(reversed(pictures)), packed((task_id,)) * count, packed((moment,)) * count
    )
