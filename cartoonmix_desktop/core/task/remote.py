"""What the server says of a task, after the validating boundary, and how its words are read.

Source: the Wiro API reference (statuses, `pexit`, live frames).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from decimal import Decimal

    from cartoonmix_desktop.core.task.maker import Maker

_SECRET = {"token", "url"}  # whoever holds them sees pictures

POSTPROCESS_END = "task_postprocess_end"
CANCEL = "task_cancel"
TERMINAL = frozenset({POSTPROCESS_END, CANCEL})
"""The only statuses after which nothing runs; any other, known or not, is still running."""

ERRORS = frozenset({"task_error", "task_error_full"})
"""Statuses that Wiro's own clients read differently: as an end, and as a line on stderr.

A live frame of them is never believed; told by Task/Detail again and again, it rests the task.
"""


class Verdict(StrEnum):
    """How a task ended at the server."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """Where a task that has not ended stands, coarse enough for a person."""

    QUEUED = "queued"
    PREPARING = "preparing"
    GENERATING = "generating"
    FINISHING = "finishing"


_PHASES = {
    "task_queue": Phase.QUEUED,
    "task_accept": Phase.PREPARING,
    "task_assign": Phase.PREPARING,
    "task_preprocess_start": Phase.PREPARING,
    "task_preprocess_end": Phase.PREPARING,
    "task_start": Phase.GENERATING,
    "task_output": Phase.GENERATING,
    "task_error": Phase.GENERATING,  # a line on stderr, not a failure
    "task_output_full": Phase.FINISHING,
    "task_error_full": Phase.FINISHING,
    "task_end": Phase.FINISHING,
    "task_postprocess_start": Phase.FINISHING,
}


def phase_of(status: str | None) -> Phase | None:
    """The phase a status belongs to; None for one that is unknown or terminal."""
    return _PHASES.get(status or "")


class _Discreet(Struct, frozen=True):
    """Does not tell, where it is logged, what opens something."""

    def __repr__(self) -> str:
        names = (name for name in self.__struct_fields__ if name not in _SECRET)
        facts = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__name__}({facts})"


class RemoteOutput(_Discreet, frozen=True):
    """One output as the server lists it. The URL is public to whoever holds it: never log it.

    Attributes:
        id: the server's id.
        name: the server's name; never used as a file name.
        url: where the bytes are.
        size: bytes, None if not told.
        content_type: what the server believes.
    """

    id: str
    name: str
    url: str
    size: int | None
    content_type: str = ""


class RemoteTask(_Discreet, frozen=True):
    """One task as Task/Detail, Task/List, Cancel and Kill describe it.

    Attributes:
        id: the server's id.
        token: ``socketaccesstoken``, may be empty.
        status: as on the wire.
        exit_code: ``pexit``, None when null or absent.
        outputs: in the server's order.
        cost: USD, None when not told.
        seconds: ``elapsedseconds``, None when not told.
        created: unix seconds, None when not told.
        started: unix seconds, 0 when it did not start, None when not told.
        ended: unix seconds, None when not told.
        debug_error: stderr of the run.
        debug_output: stdout of the run.
        parameters: the inputs the server recorded, empty when not told.
        model: slug, or its last part; empty when not told.
        maker: who made it, as far as it is told.
    """

    id: str
    token: str
    status: str
    exit_code: str | None = None
    outputs: tuple[RemoteOutput, ...] = ()
    cost: Decimal | None = None
    seconds: float | None = None
    created: float | None = None
    started: float | None = None
    ended: float | None = None
    debug_error: str = ""
    debug_output: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    model: str = ""
    maker: Maker = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict | None:
        """How it ended, or None while it runs.

        A failed task also ends in ``task_postprocess_end``: success needs exit code 0 or none
        told. Its outputs may be listed later.
        """
        if self.status == CANCEL:
            return Verdict.CANCELLED
        if self.status != POSTPROCESS_END:
            return None
        return Verdict.SUCCEEDED if self.exit_code in {None, "", "0"} else Verdict.FAILED


class TaskPage(Struct, frozen=True):
    """A page of Task/List.

    Attributes:
        tasks: in the server's order.
        total: how many there are in all, None when not told.
    """

    tasks: list[RemoteTask]
    total: int | None = None


class RunReceipt(_Discreet, frozen=True):
    """The answer to Run: the task exists.

    Attributes:
        task_id: the server's id.
        token: ``socketaccesstoken``, may be empty.
    """

    task_id: str
    token: str


class Progress(Struct, frozen=True):
    """How far a running task is; every field None or empty when the server did not say.

    Attributes:
        percent: 0 to 100.
        step: steps done.
        steps: steps in all.
        speed: e.g. ``"1.2 it/s"``.
        remaining: the server's words, e.g. ``"3s"``.
    """

    percent: float | None = None
    step: int | None = None
    steps: int | None = None
    speed: str = ""
    remaining: str = ""


class LiveFrame(_Discreet, frozen=True):
    """One message of the live socket: a hint that something changed, never the truth.

    Attributes:
        status: the frame's type.
        task_id: may be empty.
        token: may be empty (newer servers leave it out).
        progress: when the frame told it.
    """

    status: str
    task_id: str = ""
    token: str = ""
    progress: Progress | None = None
