"""A task whose answer is lost, and which of the server's tasks it may be.

Nothing but a guess decides whether a task of the server is ours, since Run carries no key of ours:
the guess is made only when it can hardly be wrong, and else the person makes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.likeness import (
    Difference,
    contradicts,
    differences,
    other_seed,
    same_inputs,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from decimal import Decimal

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.remote import RemoteTask

_LONGEST_RUN = 60.0  # seconds from the first byte of a Run until its answer is given up
_QUARTER = 900.0  # seconds: clocks of two places differ by whole quarters of an hour
_FURTHEST = 14 * 3600.0 + _QUARTER  # seconds between UTC and any local time
_MOST = 20  # candidates of a task that are told


class Inquiry(Enum):
    """How far the server has been asked."""

    ASKING = "asking"  # and will be asked again by itself
    ANSWERED = "told"  # it has told all its tasks
    NO_LIST = "no_list"  # it cannot tell its tasks
    NO_END = "no_end"  # what it tells has gaps, or no end that can be known
    TOO_LONG_AGO = "too_long_ago"  # what it tells does not reach back to when the task was sent
    UNANSWERED = "unanswered"  # it could not be asked
    SIGNED_OUT = "signed_out"  # nobody is signed in whom the server would tell
    OTHER_ACCOUNT = "other_account"  # the key that sent the task is not in use


@dataclass(frozen=True, slots=True)
class Candidate:
    """A task of the server that may be ours.

    Attributes:
        remote_id: the server's id.
        token: its ``socketaccesstoken``, may be empty.
        created: unix seconds on our clock, None when not told.
        status: as on the wire.
        cost: USD, None when not told.
        exact: whether the server told its inputs and when it was made, and both are ours.
        anothers: whether it names another member or project than ours.
        differences: in what it is not what was sent, the least first; it may be ours all the same.
    """

    remote_id: str
    token: str = field(repr=False)
    created: float | None
    status: str
    cost: Decimal | None = None
    exact: bool = True
    anothers: bool = False
    differences: tuple[Difference, ...] = ()

    @property
    def against(self) -> tuple[bool, float, bool]:
        """What speaks against it; sorts the likeliest first."""
        apart = sum(difference.value for difference in self.differences)
        return self.anothers, apart, not self.exact


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is known of one task whose answer is lost.

    Attributes:
        inquiry: how far the server was asked.
        candidates: tasks of the server that it may be, the likeliest first.
        error: why the server could not tell.
    """

    inquiry: Inquiry = Inquiry.ASKING
    candidates: tuple[Candidate, ...] = ()
    error: CartoonMixError | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One of our tasks that one of the server's may be.

    Attributes:
        task_id: ours.
        request: what was sent.
        sent_at: unix seconds on our clock when its Run began.
        open: whether nothing may be decided of it now: its answer may still come, or the server
            did not tell all that it may be.
    """

    task_id: int
    request: GenerationRequest
    sent_at: float
    open: bool = False


def match(
    claims: Sequence[Claim],
    listed: Iterable[RemoteTask],
    *,
    others: Collection[str] = (),
    ahead: float,
    slack: float,
) -> tuple[dict[int, Candidate], dict[int, tuple[Candidate, ...]]]:
    """Which of the server's tasks are ours beyond doubt, and which may be.

    Identical requests are interchangeable, so that those that share candidates are decided as a
    set: each candidate belongs to one of them, in order of sending. While the answer to some may
    still come, those are decided without whom the candidates would be too many.

    Args:
        claims: all of one account.
        listed: its tasks at the server, without those that are known to be another task of ours.
        others: ids of those that name another member or project: none is ours beyond doubt, and
            none stands in the way of one that is.
        ahead: seconds that the server's clock is ahead of ours.
        slack: seconds by which either clock may be wrong all the same.

    Returns:
        By our task's id: the one that it is; and all that it may be, the likeliest first.
    """
    listed = sorted(listed, key=lambda task: (task.created or 0.0, len(task.id), task.id))
    possible = {
        claim.task_id: tuple(
            candidate
            for task in listed
            if (candidate := _compare(claim, task, ahead, slack, task.id in others)) is not None
        )
        for claim in claims
    }
    certain: dict[int, Candidate] = {}
    for group in _sharing(sorted(claims, key=lambda claim: claim.sent_at), possible):
        certain |= _decided(group, possible)
    taken = {task_id: it.remote_id for task_id, it in certain.items()}
    return certain, {
        claim.task_id: tuple(
            candidate
            for candidate in sorted(possible[claim.task_id], key=lambda one: one.against)
            # What is another's by all that is told is not ours by some of it.
            if candidate.remote_id not in taken.values()
            or taken.get(claim.task_id) == candidate.remote_id
        )[:_MOST]
        for claim in claims
    }


def _decided(
    group: Sequence[Claim], possible: Mapping[int, tuple[Candidate, ...]]
) -> dict[int, Candidate]:
    """Which candidate some claims have beyond doubt that share theirs.

    Args:
        group: in order of sending.
        possible: by our task's id, in order of time.
    """
    may = {claim.task_id: [c for c in possible[claim.task_id] if _counts(c)] for claim in group}
    wanted = {c.remote_id: c for claim in group for c in may[claim.task_id]}
    if not all(candidate.exact for candidate in wanted.values()):
        return {}
    # All claims reach equally far, so that the first who can own a candidate never takes it from
    # one who could own it alone.
    owners: dict[str, Claim] = {}
    free = list(group)
    for candidate in sorted(wanted.values(), key=_age):
        owner = next((claim for claim in free if candidate in may[claim.task_id]), None)
        if owner is None:
            return {}  # more than were sent: which of them is ours is not known
        owners[candidate.remote_id] = owner
        free.remove(owner)
    if any(claim.open for claim in group):
        # Who could give his candidate to one who has none may have made nothing.
        reached = list(free)
        for claim in reached:
            for candidate in may[claim.task_id]:
                if (owner := owners[candidate.remote_id]) not in reached:
                    reached.append(owner)
        free = reached
    return {
        owner.task_id: wanted[remote_id]
        for remote_id, owner in owners.items()
        if owner not in free and not owner.open
    }


def _age(candidate: Candidate) -> tuple[float, int, str]:
    """Sorts by time, and those of one second by their number."""
    return candidate.created or 0.0, len(candidate.remote_id), candidate.remote_id


def _counts(candidate: Candidate) -> bool:
    """Whether it can settle a claim, or stand in the way of one that is settled."""
    return not candidate.anothers and not candidate.differences


def _sharing(
    claims: Sequence[Claim], possible: Mapping[int, tuple[Candidate, ...]]
) -> list[list[Claim]]:
    """The claims in groups; those of different groups have no candidate in common."""
    groups: list[tuple[list[Claim], set[str]]] = []
    for claim in claims:
        ids = {c.remote_id for c in possible[claim.task_id] if _counts(c)}
        joined = [claim]
        for group in [group for group in groups if group[1] & ids]:
            groups.remove(group)
            joined = group[0] + joined
            ids |= group[1]
        groups.append((joined, ids))
    return [sorted(group, key=lambda claim: claim.sent_at) for group, _ids in groups]


def named(claim: Claim, task: RemoteTask, *, ahead: float, slack: float) -> Candidate | None:
    """The task that the answer to our Run named, if nothing the server tells of it is against that.

    That it was named counts for much, so its inputs need not be those sent to the letter; but
    something must be told that can be compared.

    Args:
        claim: our task.
        task: the one that was named.
        ahead: as for `match`.
        slack: as for `match`.
    """
    created = None if task.created is None else task.created - ahead
    if not _in_time(claim, created, slack) or contradicts(claim.request, task.parameters):
        return None
    exact = same_inputs(claim.request.body(), task.parameters) is True
    if created is None and not exact:
        return None
    return Candidate(task.id, task.token, created, task.status, task.cost, exact=exact)


def _in_time(claim: Claim, created: float | None, slack: float) -> bool:
    """Whether a task may have been made by a Run of then; ``created`` is on our clock."""
    # The server tells whole seconds, cut off.
    begin, end = claim.sent_at - slack - 1, claim.sent_at + _LONGEST_RUN + slack
    return created is None or begin <= created <= end


def _moment(
    claim: Claim, told: float | None, ahead: float, slack: float
) -> tuple[float | None, bool] | None:
    """When a task was made, on our clock, and whether that can be judged; None: at another time.

    Some servers tell local time, and some a wrong date beside it, by which their clock is judged.
    """
    if told is None:
        return None, True  # then its recipe alone speaks
    if _in_time(claim, told - ahead, slack):
        return told - ahead, True
    if _in_time(claim, told, slack):
        return told, False
    away = told - ahead - claim.sent_at
    quarters = round(away / _QUARTER) * _QUARTER
    if abs(quarters) <= _FURTHEST and _in_time(claim, told - ahead - quarters, slack):
        return told - ahead - quarters, False
    return None


def _compare(
    claim: Claim,
    task: RemoteTask,
    ahead: float,
    slack: float,
    anothers: bool,
) -> Candidate | None:
    """The server's task as a candidate for ours; None if it is another one."""
    moment = _moment(claim, task.created, ahead, slack)
    if moment is None:
        return None
    created, judged = moment
    body = claim.request.body()
    same = same_inputs(body, task.parameters)
    against: tuple[Difference, ...] = ()
    if same is False:
        if contradicts(claim.request, task.parameters) or other_seed(body, task.parameters):
            return None
        against = differences(body, task.parameters)
    if not judged:
        against = (*against, Difference.TIME)
    return Candidate(
        task.id,
        task.token,
        created,
        task.status,
        task.cost,
        exact=same is True and judged and created is not None,
        anothers=anothers,
        differences=against,
    )
