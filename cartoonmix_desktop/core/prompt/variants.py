"""What comes of a prompt with variants: how many there are, each of them, and one that is drawn.

Nothing is made before it is asked for: of any number of variants one is found by its number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from math import perm
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from cartoonmix_desktop.core.prompt.random_numbers import RandomNumbers
from cartoonmix_desktop.core.prompt.template import (
    Choice,
    Option,
    Problem,
    Trouble,
    Wildcard,
    parse,
    parse_line,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cartoonmix_desktop.core.prompt.template import Part, Parts

LONGEST = 100_000
"""Characters that may come of a template."""

_MOST = 10**1000  # ways that are counted
_MOST_WORK = 2_000_000  # options times picks
_DEEPEST = 40  # lists inside lists
_MAY_MEAN = re.compile(r"[\\{}]|__|::")


class ListUnreadable(Exception):
    """A list is there, and cannot be read."""


class _Node(Protocol):
    @property
    def count(self) -> int:
        """How many ways there are to make it."""

    @property
    def longest(self) -> int:
        """Characters."""

    def at(self, number: int) -> str: ...

    def draw(self, numbers: RandomNumbers) -> str: ...


class Variants:
    """All that a template may become.

    Attributes:
        problems: by their place; where one is more than a note, there are no variants.
        count: how many there are, exactly.
    """

    def __init__(self, text: str, lines: Callable[[str], Sequence[str] | None]) -> None:
        """Count them.

        Args:
            text: the template.
            lines: gives a list by its name, None for none; may raise `ListUnreadable`.
        """
        template = parse(text)
        compiler = _Compiler(lines)
        self._root = compiler.sequence(template.parts, None)
        found = {*template.problems, *compiler.problems}
        if self._root.longest > LONGEST:
            found.add(Problem(0, Trouble.TOO_LONG))
        elif self._root.count > _MOST:
            found.add(Problem(0, Trouble.TOO_MANY))
        self.problems = tuple(sorted(found, key=lambda one: (one.at, one.trouble.value, one.name)))
        fails = any(not problem.is_note for problem in self.problems)
        self.count: int = 0 if fails else self._root.count

    def __getitem__(self, number: int) -> str:
        """One of them by its number from 0: what stands last changes first.

        Raises:
            IndexError: there are not as many.
        """
        if not 0 <= number < self.count:
            raise IndexError(number)
        return self._root.at(number)

    def drawn(self, seed: int) -> str | None:
        """One of them, the same for each seed everywhere; None if there are none."""
        return self._root.draw(RandomNumbers(seed)) if self.count else None


class _Text(Struct, frozen=True):
    text: str
    count: int = 1

    @property
    def longest(self) -> int:
        return len(self.text)

    def at(self, number: int) -> str:  # noqa: ARG002  there is one
        return self.text

    def draw(self, numbers: RandomNumbers) -> str:  # noqa: ARG002  no choice
        return self.text


class _Sequence:
    def __init__(self, nodes: Sequence[_Node]) -> None:
        self._nodes = nodes
        self.count = 1
        for node in nodes:
            self.count *= node.count
        self.longest = sum(node.longest for node in nodes)

    def at(self, number: int) -> str:
        texts = []
        for node in reversed(self._nodes):
            number, here = divmod(number, node.count)
            texts.append(node.at(here))
        return "".join(reversed(texts))

    def draw(self, numbers: RandomNumbers) -> str:
        return "".join(node.draw(numbers) for node in self._nodes)


class _Picks:
    """Some of several, each at most once, in any order."""

    def __init__(
        self,
        nodes: Sequence[_Node],
        weights: Sequence[float],
        least: int = 1,
        most: int = 1,
        separator: str = "",
    ) -> None:
        self._nodes, self._weights = nodes, weights
        self._least, self._most, self._separator = least, most, separator
        self._sums = tuple(accumulate(node.count for node in nodes))
        self._even = bool(nodes) and self._sums[-1] == len(nodes)  # one way to make each
        self._shares = tuple(accumulate(weights))
        self._ways = [self._ways_of(picks, nodes) for picks in range(least, most + 1)]
        self.count = sum(self._ways)
        longest = sorted((node.longest for node in nodes), reverse=True)[:most]
        self.longest = sum(longest) + max(most - 1, 0) * len(separator)

    def _ways_of(self, picks: int, nodes: Sequence[_Node]) -> int:
        """How many ordered picks of these there are, each in all its ways."""
        if self._even or picks > len(nodes):
            return perm(len(nodes), picks)
        return _symmetric(nodes, picks)[picks] * perm(picks)

    def at(self, number: int) -> str:
        if self._most == 1 and self._least == 1:
            which = bisect_right(self._sums, number)
            return self._nodes[which].at(number - (self._sums[which - 1] if which else 0))
        picks = self._least
        while number >= (ways := self._ways[picks - self._least]):
            number -= ways
            picks += 1
        texts, left = [], list(self._nodes)
        for after in range(picks - 1, -1, -1):
            which, number, rest = self._next(left, after, number)
            here, number = divmod(number, rest)
            texts.append(left.pop(which).at(here))
        return self._separator.join(texts)

    def _next(self, left: Sequence[_Node], after: int, number: int) -> tuple[int, int, int]:
        """Which is picked, its number among all that begins so, and the ways of what follows."""
        if self._even:
            rest = perm(len(left) - 1, after)
            return number // rest, number % rest, rest
        sums = _symmetric(left, after)
        for which, node in enumerate(left):
            without = 1  # the polynomial without this one
            for size in range(1, after + 1):
                without = sums[size] - node.count * without
            rest = without * perm(after)
            if number < rest * node.count:
                return which, number, rest
            number -= rest * node.count
        raise IndexError(number)

    def draw(self, numbers: RandomNumbers) -> str:
        if self._most == 1 and self._least == 1:
            which = bisect_right(self._shares, numbers.unit() * self._shares[-1])
            return self._nodes[min(which, len(self._nodes) - 1)].draw(numbers)
        picks = self._least + numbers.below(self._most - self._least + 1)
        left, texts = [*zip(self._weights, self._nodes, strict=True)], []
        for _ in range(picks):
            shares = [*accumulate(weight for weight, _node in left)]
            which = bisect_right(shares, numbers.unit() * shares[-1])
            texts.append(left.pop(min(which, len(left) - 1))[1].draw(numbers))
        return self._separator.join(texts)


def _symmetric(nodes: Sequence[_Node], most: int) -> list[int]:
    """The elementary symmetric polynomials of their counts, up to a degree."""
    sums = [1] + [0] * most
    for node in nodes:
        for size in range(most, 0, -1):
            sums[size] += sums[size - 1] * node.count
    return sums


_NONE = _Picks((), ())


class _Compiler:
    def __init__(self, lines: Callable[[str], Sequence[str] | None]) -> None:
        self._lines = lines
        self._lists: dict[str, _Node | Trouble] = {}
        self._open: list[str] = []  # lists that are being read
        self._items: dict[str, tuple[Sequence[_Node], Sequence[float]]] = {}
        self.problems: list[Problem] = []

    def sequence(self, parts: Parts, at: int | None) -> _Node:
        """What follows each other.

        Args:
            parts: these.
            at: where the list that they stand in is named; None in the template itself.
        """
        nodes = [self._node(part, at) for part in parts]
        return nodes[0] if len(nodes) == 1 else _Sequence(nodes)

    def _node(self, part: Part, at: int | None) -> _Node:
        if isinstance(part, str):
            return _Text(part)
        place = part.at if at is None else at
        return (
            self._list(part.name, place)
            if isinstance(part, Wildcard)
            else self._choice(part, place, inside=at is not None)
        )

    def _choice(self, choice: Choice, at: int, *, inside: bool) -> _Node:
        if not choice.options:
            if inside:  # the template's own are told already
                self._note(at, Trouble.EMPTY)
            return _NONE
        told = len(self.problems)
        nodes, weights = self._options(choice, at, inside=inside)
        if not nodes:
            if len(self.problems) == told:
                self._note(at, Trouble.NOTHING)
            return _NONE
        if choice.most > len(nodes):
            self._note(at, Trouble.TOO_FEW)
            return _NONE
        if choice.most * len(nodes) > _MOST_WORK:
            self._note(at, Trouble.TOO_LONG)
            return _NONE
        return _Picks(nodes, weights, choice.least, choice.most, choice.separator)

    def _options(
        self, choice: Choice, at: int, *, inside: bool
    ) -> tuple[Sequence[_Node], Sequence[float]]:
        """What it picks from; several of a list alone are picked from its lines."""
        match choice.options:
            case [only] if choice.most > 1 and len(only.parts) == 1:
                if isinstance(named := only.parts[0], Wildcard):
                    self._list(named.name, at)
                    return self._items.get(named.name, ((), ()))
        weights: dict[object, float] = {}
        firsts: dict[object, Parts] = {}
        for option in choice.options:
            if option.weight:
                same = _same(option.parts)
                weights[same] = weights.get(same, 0.0) + option.weight
                firsts.setdefault(same, option.parts)
        nodes = [self.sequence(parts, at if inside else None) for parts in firsts.values()]
        return nodes, [*weights.values()]

    def _list(self, name: str, at: int) -> _Node:
        if name in self._open or len(self._open) > _DEEPEST:
            trouble = Trouble.CIRCLE if name in self._open else Trouble.TOO_DEEP
            self._note(at, trouble, name)
            return _NONE
        if name not in self._lists:
            self._open.append(name)
            self._lists[name] = self._read(name, at)
            self._open.pop()
        found = self._lists[name]
        if isinstance(found, Trouble):
            self._note(at, found, name)
            return _NONE
        return found

    def _read(self, name: str, at: int) -> _Node | Trouble:
        try:
            lines = self._lines(name)
        except ListUnreadable:
            return Trouble.UNREADABLE
        if lines is None:
            return Trouble.MISSING
        nodes: list[_Node] = []
        shares: list[float] = []
        for line in dict.fromkeys(lines):
            option = parse_line(line) if _MAY_MEAN.search(line) else Option(1.0, (line,))
            if option.weight:
                nodes.append(self.sequence(option.parts, at))
                shares.append(option.weight)
        if not nodes:
            return Trouble.NOTHING
        self._items[name] = nodes, shares
        return _Picks(nodes, shares)

    def _note(self, at: int, trouble: Trouble, name: str = "") -> None:
        self.problems.append(Problem(at, trouble, name))


def _same(parts: Parts) -> object:
    """Equal for what is written in the same way, wherever that is."""

    def one(part: Part) -> object:
        match part:
            case Wildcard(name=name):
                return name, "list"
            case Choice(options=options, least=least, most=most, separator=separator):
                inner = tuple((option.weight, _same(option.parts)) for option in options)
                return inner, least, most, separator
        return part

    return tuple(map(one, parts))
