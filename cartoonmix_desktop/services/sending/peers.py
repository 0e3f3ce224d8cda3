"""What the services of sending ask of whoever joins them, which they do not know.

`Pipeline` joins them and does all of this; `Reachability` hears of answers too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.task.task import Task


class AnswerListener(Protocol):
    """Hears how each question to a server went."""

    def note(self, account: str, error: CartoonMixError | None) -> None:
        """A server was asked.

        Args:
            account: whose.
            error: why there was no answer, or what it refused; None if all is well.
        """


class TaskTaker(Protocol):
    """Takes over tasks that a server has."""

    def accept(self, task: Task) -> None:
        """See a task through from now on, unless that is done already."""


class QueueListener(Protocol):
    """Hears of what waits and what runs."""

    def tell_pending(self) -> None:
        """There is more or less of it, or it was paused or resumed, or a task got further."""


class SenderPeer(TaskTaker, QueueListener, Protocol):
    """What the sender asks about the tasks that are no longer its own."""

    def count_at_server(self, account: str) -> int:
        """How many of an account's tasks its server holds and has not ended."""
