"""A task whose answer is lost, and which of the server's tasks it may be.

Nothing but a guess decides whether a task of the server is ours, since Run carries no key of ours:
the guess is made only when it can hardly be wrong, and else the person makes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.remote import RemoteTask
    from cartoonmix_desktop.core.request import GenerationRequest

_LONGEST_RUN = 60.0  # seconds from the first byte of a Run until its answer is given up
_LONGEST_NUMBER = 60  # characters


class Stage(Enum):
    """How far the server has been asked."""

    ASKING = "asking"  # and will be asked again by itself
    TOLD = "told"  # it has told all its tasks
    NO_LIST = "no_list"  # it cannot tell its tasks
    TOO_LONG_AGO = "too_long_ago"  # what it tells does not reach back to when the task was sent
    UNANSWERED = "unanswered"  # it could not be asked
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
    """

    remote_id: str
    token: str = field(repr=False)
    created: float | None
    status: str
    cost: Decimal | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is known of one task whose answer is lost.

    Attributes:
        stage: how far the server was asked.
        candidates: tasks of the server that it may be, in order of time.
        error: why the server could not tell.
    """

    stage: Stage = Stage.ASKING
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
    claims: Sequence[Claim], listed: Iterable[RemoteTask], *, ahead: float, slack: float
) -> tuple[dict[int, Candidate], dict[int, tuple[Candidate, ...]]]:
    """Which of the server's tasks are ours beyond doubt, and which may be.

    Identical requests are interchangeable: so many claims that share so many candidates are given
    one each, in order of time. Everything else, and whatever shares a candidate with a claim that
    is open, is left undecided.

    Args:
        claims: all of one account.
        listed: its tasks at the server, without those that are known to be another task of ours.
        ahead: seconds that the server's clock is ahead of ours.
        slack: seconds by which either clock may be wrong all the same.

    Returns:
        By our task's id: the one that it is; and all that it may be, in order of time.
    """
    listed = sorted(listed, key=lambda task: (task.created or 0.0, len(task.id), task.id))
    possible = {
        claim.task_id: tuple(
            candidate
            for task in listed
            if (candidate := _compare(claim, task, ahead, slack)) is not None
        )
        for claim in claims
    }
    certain: dict[int, Candidate] = {}
    for group in _sharing(sorted(claims, key=lambda claim: claim.sent_at), possible):
        wanted = {c.remote_id: c for claim in group for c in possible[claim.task_id]}
        pairs = list(zip(group, wanted.values(), strict=False))
        if (
            len(group) == len(wanted)
            and all(candidate.exact for candidate in wanted.values())
            and not any(claim.open for claim in group)
            and all(candidate in possible[claim.task_id] for claim, candidate in pairs)
        ):
            certain |= {claim.task_id: candidate for claim, candidate in pairs}
    return certain, possible


def _sharing(
    claims: Sequence[Claim], possible: Mapping[int, tuple[Candidate, ...]]
) -> list[list[Claim]]:
    """The claims in groups; those of different groups have no candidate in common."""
    groups: list[tuple[list[Claim], set[str]]] = []
    for claim in claims:
        ids = {candidate.remote_id for candidate in possible[claim.task_id]}
        joined = [claim]
        for group in [group for group in groups if group[1] & ids]:
            groups.remove(group)
            joined = group[0] + joined
            ids |= group[1]
        groups.append((joined, ids))
    return [sorted(group, key=lambda claim: claim.sent_at) for group, _ids in groups]


def _compare(claim: Claim, task: RemoteTask, ahead: float, slack: float) -> Candidate | None:
    """The server's task as a candidate for ours; None if it is another one."""
    created = None if task.created is None else task.created - ahead
    # The server tells whole seconds, cut off.
    begin, end = claim.sent_at - slack - 1, claim.sent_at + _LONGEST_RUN + slack
    if created is not None and not begin <= created <= end:
        return None
    same = _same_inputs(claim.request.body(), task.parameters)
    if same is False:
        return None
    return Candidate(
        task.id,
        task.token,
        created,
        task.status,
        task.cost,
        exact=same is True and created is not None,
    )


def _same_inputs(sent: Mapping[str, object], told: Mapping[str, Any]) -> bool | None:
    """Whether the inputs that the server told are those sent; None when it did not tell all."""
    complete = True
    for name, value in sent.items():
        if name in told and told[name] is not None:
            if not _same(value, told[name]):
                return False
        elif value != "":  # a server may well leave out an empty text
            complete = False
    return True if complete else None


def _same(sent: object, told: object) -> bool:
    """Whether two values are the same on the wire, where numbers may be texts and 4 may be 4.0."""
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return False
    if isinstance(sent, str):
        return sent.replace("\r\n", "\n") == str(told).replace("\r\n", "\n")
    number = _number(told)
    return number is not None and number == _number(sent)


def _number(value: object) -> Decimal | None:
    text = str(value).strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
