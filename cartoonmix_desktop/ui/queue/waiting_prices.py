"""What each waiting task is expected to cost, asked once for all that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cartoonmix_desktop.core.money.quote import Total, total_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartoonmix_desktop.core.money.quote import Quote
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.task import Task


class Quotes(Protocol):
    """Knows what runs are expected to cost."""

    def quote(self, request: GenerationRequest, /) -> Quote | None:
        """For a run of the account in use, from memory; None if nobody can tell, or it is free."""


class WaitingPrices:
    """Remembers what it was told, until it is told to forget."""

    def __init__(self) -> None:
        """No price is known."""
        self._quotes: Quotes | None = None
        self._known: dict[object, Quote | None] = {}

    def ask(self, quotes: Quotes) -> None:
        """Ask there from now on."""
        self._quotes = quotes
        self.forget()

    def forget(self) -> None:
        """Prices may be told differently from now on."""
        self._known.clear()

    def of(self, task: Task) -> Quote | None:
        """The price of one task; None if nobody can tell, or it is free."""
        if self._quotes is None or task.is_sandbox:
            return None
        values = task.request.values
        # Many differ by their seed alone, which no price depends on.
        key = (task.request.model, *((name, values[name]) for name in values if name != "seed"))
        if key not in self._known:
            self._known[key] = self._quotes.quote(task.request)
        return self._known[key]

    def total(self, tasks: Iterable[Task]) -> Total:
        """The prices of several tasks."""
        return total_of(self.of(task) for task in tasks)
