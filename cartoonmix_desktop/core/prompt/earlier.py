"""The prompts that were sent from one field, to be had again."""

from __future__ import annotations

MOST = 200
"""Prompts that are kept."""

_LONGEST = 100_000  # characters of all of them


class Earlier:
    """A row of texts, the oldest first, and a place in it.

    Attributes:
        texts: these; none twice.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.texts: list[str] = []
        self._at = 0
        self._shown: str | None = None
        self._own = ""  # what was being written

    def restore(self, stored: object) -> None:
        """Take what was stored; from a file, so that it may be anything."""
        self.texts, self._shown = [], None
        for text in stored if isinstance(stored, list) else ():
            if isinstance(text, str):
                self.add(text)

    def add(self, text: str) -> None:
        """Keep one as the newest; the oldest go when there are too many, or they are too long."""
        if not text.strip() or len(text) > _LONGEST:
            return
        self.texts = [*(other for other in self.texts if other != text), text][-MOST:]
        while sum(map(len, self.texts)) > _LONGEST:
            del self.texts[0]
        self._shown = None

    def step(self, now: str, by: int) -> str | None:
        """The one before or after; None where there is no more.

        Args:
            now: what the field holds; after the newest comes what it held at first.
            by: -1 for an older one, 1 for a newer one.
        """
        if now != self._shown:
            self._own, self._at = now, len(self.texts)
        row = [*self.texts, self._own]
        at = self._at + by
        if 0 <= at < len(row) and row[at] == now:  # what was just sent stands there still
            at += by
        if not 0 <= at < len(row):
            return None
        self._at, self._shown = at, row[at]
        return row[at]
