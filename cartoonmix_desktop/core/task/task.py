"""A task: one click on Generate, from the moment it is stored to the last picture on disk."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import TaskNotFound
from cartoonmix_desktop.core.recipe.others import NONE
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.remote import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.aftercare import Aftercare


class TaskState(StrEnum):
    """Where a task stands in our ledger."""

    QUEUED = "queued"  # stored; no byte sent
    SENDING = "sending"  # Run may be on its way
    ACCEPTED = "accepted"  # the server gave an id
    RUNNING = "running"  # the server says it works
    DOWNLOADING = "downloading"  # ended at the server; its pictures are owed or being fetched
    KEPT = "kept"  # every picture is on disk
    FAILED = "failed"  # ran and failed
    CANCELLED = "cancelled"  # the server says so, or it was called back just before it was sent
    REMOVED = "removed"  # taken out of the queue; never sent
    REJECTED = "rejected"  # refused; no task was made
    UNKNOWN = "unknown"  # sent, and the answer is lost
    DISCARDED = "discarded"  # set aside by the person: an unknown, or one that fell silent


MOVES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.QUEUED: frozenset({TaskState.SENDING, TaskState.CANCELLED, TaskState.REMOVED}),
    TaskState.SENDING: frozenset(
        {TaskState.QUEUED, TaskState.ACCEPTED, TaskState.REJECTED, TaskState.UNKNOWN}
    ),
    TaskState.UNKNOWN: frozenset({TaskState.ACCEPTED, TaskState.QUEUED, TaskState.DISCARDED}),
    TaskState.ACCEPTED: frozenset(
        {
            *(TaskState.RUNNING, TaskState.DOWNLOADING, TaskState.FAILED),
            *(TaskState.CANCELLED, TaskState.DISCARDED),
            TaskState.UNKNOWN,  # what the server calls by its id is another task
        }
    ),
    TaskState.RUNNING: frozenset(
        {
            *(TaskState.DOWNLOADING, TaskState.FAILED),
            *(TaskState.CANCELLED, TaskState.DISCARDED),
            TaskState.UNKNOWN,
        }
    ),
    TaskState.DOWNLOADING: frozenset({TaskState.KEPT, TaskState.FAILED, TaskState.CANCELLED}),
    TaskState.KEPT: frozenset({TaskState.DOWNLOADING}),  # a file went missing: fetched again
    TaskState.FAILED: frozenset({TaskState.DOWNLOADING}),
    TaskState.CANCELLED: frozenset({TaskState.DOWNLOADING}),
    TaskState.REMOVED: frozenset({TaskState.QUEUED}),
    TaskState.REJECTED: frozenset({TaskState.QUEUED}),
    TaskState.DISCARDED: frozenset({TaskState.ACCEPTED}),  # the person follows it again
}
"""The legal moves. Everything that changes a state goes through this table.

No way leads to `QUEUED` from a task that the server has accepted, but by `UNKNOWN`, which only the
person's word leaves that way: sent again, it would be paid twice.
"""

AT_SERVER = frozenset({TaskState.ACCEPTED, TaskState.RUNNING})
"""States in which the server holds the task and has not ended it."""

UNFINISHED = AT_SERVER | {TaskState.QUEUED, TaskState.SENDING, TaskState.DOWNLOADING}
"""States that are picked up again at every start."""

FINAL_OF_VERDICT = {
    Verdict.SUCCEEDED: TaskState.KEPT,
    Verdict.FAILED: TaskState.FAILED,
    Verdict.CANCELLED: TaskState.CANCELLED,
}
"""Where a task that ended at the server comes to rest once its pictures are on disk."""

SANDBOX = "sandbox"
"""The account of the local sandbox."""

IMPORTED = "import"
"""The account of what was imported: never sent, asked about or fetched; all others are Wiro's."""


RECEIVED = ".received"
"""How the file of an output ends that is no picture, but what was received in its place."""


class OutputState(StrEnum):
    """Where one picture stands."""

    PENDING = "pending"  # to be fetched
    KEPT = "kept"  # on disk, verified
    BROKEN = "broken"  # could not be fetched; `Output.error` says why
    ASIDE = "aside"  # fetched, and could not be read: what came is kept as it is, see `RECEIVED`
    DELETED = "deleted"  # by the person, for good; its place is remembered, and it is never fetched


class Output(Struct, frozen=True):
    """One picture of a task.

    Attributes:
        id: row in the history database.
        position: 0-based place among the task's outputs.
        state: where it stands.
        path: relative to the pictures folder, with forward slashes; empty until kept, or kept
            aside.
        size: bytes; 0 until known.
        sha256: hex; empty until kept.
        width: pixels; 0 until kept.
        height: pixels; 0 until kept.
        error: why it is broken or kept aside.
        remote_id: the server's id.
        favourite: whether the person marked it so.
        rating: 1 to 5 stars, 0 for none.
        rejected: whether the person put it aside.
    """

    id: int
    position: int
    state: OutputState
    path: str = ""
    size: int = 0
    sha256: str = ""
    width: int = 0
    height: int = 0
    error: CartoonMixError | None = None
    remote_id: str = ""
    favourite: bool = False
    rating: int = 0
    rejected: bool = False

    @property
    def was_kept(self) -> bool:
        """Whether it is or was a picture on disk, not only what was received in its place."""
        return bool(self.sha256) and not self.path.endswith(RECEIVED)


class Task(Struct, frozen=True):
    """One row of the history; an immutable snapshot.

    Attributes:
        id: row in the history database, growing with time.
        uid: 32 hex digits, our own, made before anything is sent.
        account: `SANDBOX`, `IMPORTED`, or a Wiro account's fingerprint.
        request: exactly what was or will be sent.
        state: where it stands.
        created_at: unix seconds of the click.
        remote_id: the server's id, empty until accepted.
        token: ``socketaccesstoken``, empty until accepted.
        status: the server's last status, empty until known.
        verdict: how it ended at the server, None until then.
        error: why it failed, was rejected or is unknown; of one at the server, why the latest
            question brought nothing.
        cost: USD, None when not told.
        estimated: USD that were expected before the click, None when no price was known.
        seconds: time the run took, None when not told.
        cancelling: whether the person wants it cancelled, which the server decides.
        heard_at: unix seconds when it last showed a sign of life at the server, None before.
        trashed_at: unix seconds when it was thrown away, None outside the trash.
        remote_deleted_at: unix seconds when its files at the server were deleted at the person's
            wish, None while they may be there.
        parent_id: the task whose recipe it was made from, None for none; it may be gone.
        outputs: in the server's order; without those that were thrown away by themselves.
        tags: names that the person gave it, in alphabetical order.
        note: what the person wrote to it.
        source: name of the file that it was imported from, else empty.
        elsewhere: whether it was taken up from the server, and not sent from here.
        owed: what the server still owes of it, or owed when it was last asked.
        others: what its file says that no input is for, by name; see `core.recipe.others`.
    """

    id: int
    uid: str
    account: str
    request: GenerationRequest
    state: TaskState
    created_at: float
    remote_id: str = ""
    token: str = ""
    status: str = ""
    verdict: Verdict | None = None
    error: CartoonMixError | None = None
    cost: Decimal | None = None
    estimated: Decimal | None = None
    seconds: float | None = None
    cancelling: bool = False
    heard_at: float | None = None
    trashed_at: float | None = None
    remote_deleted_at: float | None = None
    parent_id: int | None = None
    outputs: tuple[Output, ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    elsewhere: bool = False
    owed: tuple[Aftercare, ...] = ()
    others: Mapping[str, str] = NONE

    @property
    def title(self) -> str:
        """First line of its prompt; of what has none, the name of its file; or empty."""
        return self.request.title or self.source

    @property
    def at_rest(self) -> bool:
        """Whether nothing happens to it any more by itself."""
        if self.state is TaskState.DOWNLOADING:
            pending = any(output.state is OutputState.PENDING for output in self.outputs)
            unlisted = not self.outputs and any(o.reason is Owed.OUTPUTS for o in self.owed)
            return not pending and (bool(self.broken) or unlisted)
        lost = self.state in AT_SERVER and isinstance(self.error, TaskNotFound)
        return lost or self.state not in UNFINISHED

    def is_owed(self, *reasons: Owed) -> bool:
        """Whether one of these is still looked for."""
        return any(one.reason in reasons and one.due is not None for one in self.owed)

    def was_owed(self, *reasons: Owed) -> bool:
        """Whether one of these never came, and is looked for no more."""
        return any(one.reason in reasons and one.due is None for one in self.owed)

    @property
    def may_still_run(self) -> bool:
        """Whether it was told as an error a short while ago, which may not be its end."""
        return any(
            one.reason is Owed.ERROR and one.due is not None and not one.waits_for_start
            for one in self.owed
        )

    def number_of(self, output: Output) -> int:
        """The place of one of its outputs as people count, from 1; without what was thrown away."""
        return next(n for n, one in enumerate(self.outputs, 1) if one.id == output.id)

    @property
    def is_sandbox(self) -> bool:
        """Whether its pictures are drawings of the sandbox."""
        return self.account == SANDBOX

    @property
    def is_imported(self) -> bool:
        """Whether it came from a file, and no server ever knew it."""
        return self.account == IMPORTED

    @property
    def kept(self) -> tuple[Output, ...]:
        """The pictures that are on disk."""
        return tuple(output for output in self.outputs if output.state is OutputState.KEPT)

    @property
    def broken(self) -> tuple[Output, ...]:
        """The pictures that could not be fetched, or could not be read."""
        bad = (OutputState.BROKEN, OutputState.ASIDE)
        return tuple(output for output in self.outputs if output.state in bad)

    @property
    def aside(self) -> tuple[Output, ...]:
        """Of those, the ones of which what was received is kept."""
        return tuple(output for output in self.outputs if output.state is OutputState.ASIDE)
