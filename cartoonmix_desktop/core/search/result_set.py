"""Which tasks a question has found: 100,000 of them in two packed arrays, not in a million objects.

An array of numbers costs 8 bytes a number, is compared and cut at the speed of memory, and leaves
nothing for the garbage collector to walk.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import islice
from operator import le
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from cartoonmix_desktop.core.search.days import day_of, days_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date


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


class Item(NamedTuple):
    """What stands in one row: a task, or a picture of it."""

    task: int
    picture: int = 0


class ResultSet(Struct, eq=False, dict=True):
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

    @property
    def keys(self) -> array[int]:
        """What is different in each row."""
        return self.ids

    @property
    def columns(self) -> tuple[array[int], ...]:
        """All that is known of the rows."""
        return (self.ids, self.moments)

    @cached_property
    def in_order(self) -> bool:
        """Whether ids of tasks grow with time, as they do unless a clock was set back."""
        return all(map(le, self.ids, islice(self.ids, 1, None)))

    @cached_property
    def days(self) -> list[tuple[int, date]]:
        """The first index of each day, and the day; only for what stands in order of time."""
        return days_of(self.moments)

    def item(self, index: int) -> Item:
        """What stands in a row, counted from the oldest."""
        return Item(self.ids[index])

    def span_of(self, task_id: int) -> range:
        """The indexes of a task's rows; where they would be if there are none."""
        if self.in_order:
            return range(bisect_left(self.ids, task_id), bisect_right(self.ids, task_id))
        try:
            first = self.ids.index(task_id)
        except ValueError:
            return range(0)
        after = first + 1
        while after < len(self.ids) and self.ids[after] == task_id:
            after += 1
        return range(first, after)

    def index_of(self, item: Item) -> int:
        """Where a row is, counted from the oldest; -1 if it is not there."""
        span = self.span_of(item.task)
        return span.start if span else -1

    def indexes_of(self, items: Sequence[Item]) -> list[int]:
        """Where those of these rows are that are there, counted from the oldest, in order."""
        if self.in_order:
            return sorted(index for item in items if (index := self.index_of(item)) >= 0)
        wanted = set(items)
        return [index for index in range(len(self)) if self.item(index) in wanted]

    def add(self, task_id: int, seconds: float) -> None:
        """Put one more at the end, the newest."""
        if self.ids and task_id < self.ids[-1]:
            self.in_order = False
        moment = milliseconds(seconds)
        if "days" in self.__dict__:
            day = day_of(moment)[0]
            if not self.days or self.days[-1][1] != day:
                self.days.append((len(self), day))
        self.ids.append(task_id)
        self.moments.append(moment)

    def replace(self, indexes: range, others: ResultSet, there: range = range(0)) -> None:
        """Put others in the place of some rows.

        Args:
            indexes: those that go.
            others: of the same kind.
            there: which of them come.
        """
        here, come = slice(indexes.start, indexes.stop), slice(there.start, there.stop)
        for mine, theirs in zip(self.columns, others.columns, strict=True):
            mine[here] = theirs[come]
        if "days" in self.__dict__:
            self.days = days_of(self.moments, self.days, indexes.start)
