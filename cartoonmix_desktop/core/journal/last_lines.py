"""Which lines of a journal still hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cartoonmix_desktop.core.journal.lines import OF_TASK, Kind, head

if TYPE_CHECKING:
    from collections.abc import Iterator

_GONE = Kind.GONE.value
_OF_TASK = tuple(kind.value for kind in OF_TASK)


class Place(NamedTuple):
    """Where a line is in the file: its first byte, and its length with its end."""

    start: int
    length: int


class LastLines:
    """Goes through a journal, line by line, and remembers where those are that hold.

    It takes some hundred bytes a task, however often that was written.

    Attributes:
        read: lines that were whole, also those that a later version may have written.
        passed_over: lines that were not.
        live: bytes of the lines that hold.
    """

    def __init__(self) -> None:
        self.read = self.passed_over = self.live = 0
        self._places: dict[bytes, dict[bytes, Place]] = {}  # by key, then by letter

    def take(self, line: bytes, start: int) -> None:
        """Look at the next line; whatever it holds, this never raises.

        Args:
            line: with its end.
            start: its place in the file.
        """
        found = head(line)
        if found is None:
            self.passed_over += 1
            return
        self.read += 1
        letter, key = found
        places = self._places.setdefault(key, {})
        for over in (letter, *_OF_TASK) if letter == _GONE else (letter,):
            former = places.pop(over, None)
            self.live -= 0 if former is None else former.length
        places[letter] = Place(start, len(line))
        self.live += len(line)

    def every_key(self) -> Iterator[str]:
        """Of all lines that hold, in the order in which they first came."""
        return (key.decode("ascii") for key in self._places)

    def places(self, key: str) -> dict[bytes, Place]:
        """Where the lines with a key are that hold, by their letters; empty for an unknown one."""
        return self._places.get(key.encode("ascii"), {})

    def tells_all_of(self, former: LastLines) -> bool:
        """Whether of everything that another journal tells this one tells something too."""
        for key, letters in former._places.items():
            here = self._places.get(key, {})
            if not here.keys() >= letters.keys() - (set(_OF_TASK) if _GONE in here else set()):
                return False
        return True

    def in_order(self) -> list[Place]:
        """All that hold, in the order of the file."""
        return sorted(place for places in self._places.values() for place in places.values())
