"""A task whose answer is lost, and which of the server's tasks it may be.

Nothing but a guess decides whether a task of the server is ours, since Run carries no key of ours:
the guess is made only when it can hardly be wrong, and else the person makes it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.task.remote import RemoteTask

_LONGEST_RUN = 60.0  # seconds from the first byte of a Run until its answer is given up
_LONGEST_NUMBER = 60  # characters
_LONGEST_PROMPT = 100_000  # characters of a prompt that are compared

_TELLING = 3  # points of difference where the prompt is not wholly another
_DRAWN = 6  # digits of a seed that hardly anybody else has by chance
_LARGEST_SEED = 2**31  # those below are used as they are
_FACTS = ("samples", "steps", "scale", "clipSkip", "scheduler")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_WORDS = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|[^\W_\u2e80-\u9fff\uf900-\ufaff]+")
"""A word; of the scripts that put no spaces between them, a character."""


class Inquiry(Enum):
    """How far the server has been asked."""

    ASKING = "asking"  # and will be asked again by itself
    ANSWERED = "told"  # it has told all its tasks
    NO_LIST = "no_list"  # it cannot tell its tasks
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
    """

    remote_id: str
    token: str = field(repr=False)
    created: float | None
    status: str
    cost: Decimal | None = None
    exact: bool = True
    anothers: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is known of one task whose answer is lost.

    Attributes:
        inquiry: how far the server was asked.
        candidates: tasks of the server that it may be, in order of time.
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

    Identical requests are interchangeable: so many claims that share so many candidates are given
    one each, in order of time. Everything else, and whatever shares a candidate with a claim that
    is open, is left undecided.

    Args:
        claims: all of one account.
        listed: its tasks at the server, without those that are known to be another task of ours.
        others: ids of those that name another member or project: none is ours beyond doubt, and
            none stands in the way of one that is.
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
            if (candidate := _compare(claim, task, ahead, slack, task.id in others)) is not None
        )
        for claim in claims
    }
    certain: dict[int, Candidate] = {}
    for group in _sharing(sorted(claims, key=lambda claim: claim.sent_at), possible):
        wanted = {
            c.remote_id: c for claim in group for c in possible[claim.task_id] if not c.anothers
        }
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
    exact = _same_inputs(claim.request.body(), task.parameters) is True
    if created is None and not exact:
        return None
    return Candidate(task.id, task.token, created, task.status, task.cost, exact=exact)


def contradicts(request: GenerationRequest, told: Mapping[str, Any]) -> bool:
    """Whether the inputs that the server tells of a task can hardly be those that were sent.

    A task that is taken for another's is not followed, so this must not be said of a server that
    writes inputs its own way: trims, cuts, escapes or adds to a prompt, rounds sizes, keeps a
    number within its bounds, draws a seed. Hence:

    - What is not told, empty or of another kind says nothing.
    - A prompt is wholly another when at most half of the words of the shorter one stand in the
      longer one. That is enough by itself, unless the seed, drawn by chance, is ours: then it was
      translated, say.
    - Else it takes three points: two for a seed that is another, as nobody changes one that can be
      used; one each for a prompt where either has words that the other lacks, a negative prompt
      that is wholly another, the sides, and each other input.

    Args:
        request: what was sent.
        told: the inputs that the server recorded.
    """
    sent = request.body()
    prompt = _likeness(sent.get("prompt"), told.get("prompt"))
    negative = _likeness(sent.get("negativePrompt"), told.get("negativePrompt"))
    if prompt <= 0.5 and not _drawn_seed(sent, told):
        return True
    sides = any(_differ(sent.get(name), told.get(name)) for name in ("width", "height"))
    facts = [_differ(sent.get(name), told.get(name)) for name in _FACTS]
    points = 2 * _other_seed(sent, told) + sum((prompt < 1, negative <= 0.5, sides, *facts))
    return points >= _TELLING


def _other_seed(sent: Mapping[str, object], told: Mapping[str, Any]) -> bool:
    seed = _number(sent.get("seed", ""))
    usable = seed is None or 0 <= seed < _LARGEST_SEED  # without a number, it is a word
    return usable and _differ(sent.get("seed"), told.get("seed"))


def _drawn_seed(sent: Mapping[str, object], told: Mapping[str, Any]) -> bool:
    """Whether the server tells the seed that was sent, and it is none that many have."""
    seed, usual = (_number(value) for value in (sent.get("seed", ""), CARTOONMIX["seed"].default))
    if seed is None or seed == usual or len(str(seed)) < _DRAWN:
        return False
    return _number(told.get("seed", "")) == seed


def _likeness(sent: object, told: object) -> float:
    """The share of the shorter text's words that stand in the longer one; 1 if one has none."""
    if not isinstance(sent, str) or not isinstance(told, str):
        return 1.0
    ours = Counter(_words(sent))
    most = 0.0
    for reading in _readings(told):
        most = max(most, _shared(ours, Counter(_words(reading))))
        if most == 1:
            break
    return most


def _shared(ours: Counter[str], theirs: Counter[str]) -> float:
    shorter = min(ours.total(), theirs.total())
    return (ours & theirs).total() / shorter if shorter else 1.0


def _readings(told: str) -> Iterator[str]:
    """A text as it is told, and as it was if it is told escaped, or in the wrong encoding."""
    told = told[: 8 * _LONGEST_PROMPT]
    yield told
    yield html.unescape(told)
    yield _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), told)
    for encoding in ("latin-1", "cp1252"):
        with suppress(UnicodeError):
            yield told.encode(encoding).decode()


def _words(text: str) -> list[str]:
    """The words of a text, without what differs by how it is written alone: case and accents."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST_PROMPT].casefold())
    return _WORDS.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


def _differ(sent: object, told: object) -> bool:
    """Whether two values can be compared, and are two."""
    if isinstance(told, bool) or not isinstance(told, str | int | float) or sent is None:
        return False
    ours, theirs = _number(sent), _number(told)
    if ours is not None or theirs is not None:
        return None not in {ours, theirs} and ours != theirs
    mine, its = str(sent).strip().casefold(), str(told).strip().casefold()
    return mine not in its and its not in mine


def _in_time(claim: Claim, created: float | None, slack: float) -> bool:
    """Whether a task may have been made by a Run of then; ``created`` is on our clock."""
    # The server tells whole seconds, cut off.
    begin, end = claim.sent_at - slack - 1, claim.sent_at + _LONGEST_RUN + slack
    return created is None or begin <= created <= end


def _compare(
    claim: Claim,
    task: RemoteTask,
    ahead: float,
    slack: float,
    anothers: bool,
) -> Candidate | None:
    """The server's task as a candidate for ours; None if it is another one."""
    created = None if task.created is None else task.created - ahead
    if not _in_time(claim, created, slack):
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
        anothers=anothers,
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
