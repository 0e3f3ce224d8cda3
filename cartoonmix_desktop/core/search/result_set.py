"""Which tasks a question has found: 100,000 of them in two packed arrays, not in a million objects.

An array of numbers costs 8 bytes a number, is compared and cut at the speed of memory, and leaves
nothing for the garbage collector to walk.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from operator import le
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def packed(numbers: Iterable[int] = ()) -> array[int]:
    """Whole numbers of 64 bits, packed."""
    return array("q", numbers)


def common(one: array[int], other: array[int], *, at_end: bool = False) -> int:
    """How many numbers both begin, or else end, with."""
    step = -1 if at_end else 1
    first, second = memoryview(one)[::step], memoryview(other)[::step]  # cut without being copied
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def runs_of(numbers: Iterable[int]) -> Iterator[range]:
    """Ascending whole numbers as runs without a gap."""
    run = range(0)
    for number in numbers:
        if run and number == run.stop:
            run = range(run.start, number + 1)
        else:
            if run:
                yield run
            run = range(number, number + 1)
    if run:
        yield run


def milliseconds(seconds: float) -> int:
    """Unix seconds as the milliseconds that `ResultSet` counts in."""
    return int(seconds * 1000)


@dataclass(eq=False)
class ResultSet:
    """Tasks in the order of the history, **oldest first**, so that a new one is put at the end.

    Attributes:
        ids: of the tasks.
        moments: when each was made, in unix milliseconds.
        whole: whether these are all; else they are the newest, and there may be older ones.
    """

    ids: array[int] = field(default_factory=packed)
    moments: array[int] = field(default_factory=packed)
    whole: bool = True

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[int]:
        """The ids, **newest first**."""
        return reversed(self.ids)

    @cached_property
    def in_order(self) -> bool:
        """Whether ids grow with time, as they do unless a clock was set back."""
        return all(map(le, self.ids, islice(self.ids, 1, None)))

    def index_of(self, task_id: int) -> int:
        """Where a task is, counted from the oldest; -1 if it is not there."""
        place = bisect_left(self.ids, task_id)
        if place < len(self.ids) and self.ids[place] == task_id:
            return place
        if self.in_order:
            return -1
        try:
            return self.ids.index(task_id)
        except ValueError:
            return -1

    def indexes_of(self, task_ids: Sequence[int]) -> list[int]:
        """Where those of these tasks are that are there, counted from the oldest, in order."""
        if self.in_order:
            return sorted(place for each in task_ids if (place := self.index_of(each)) >= 0)
        wanted = set(task_ids)
        return [place for place, task_id in enumerate(self.ids) if task_id in wanted]

    def add(self, task_id: int, seconds: float) -> None:
        """Put one more at the end, the newest."""
        if self.ids and task_id < self.ids[-1]:
            self.in_order = False
        self.ids.append(task_id)
        self.moments.append(milliseconds(seconds))
