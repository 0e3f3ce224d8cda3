"""How a task stands, in words for people: one line for its row, or more where there is room.

Every clock is passed in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import NothingListed, OutcomeUnknown
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.outcome import Outcome, outcome_of
from cartoonmix_desktop.core.task.remote import Phase, Verdict, phase_of
from cartoonmix_desktop.core.task.task import AT_SERVER, OutputState, TaskState
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import describe, one_line
from cartoonmix_desktop.wording.formats import (
    age_words,
    minutes,
    number,
    ordinal,
    percent,
    pictures,
    seconds,
)
from cartoonmix_desktop.wording.tasks.actions import Action, actions_of
from cartoonmix_desktop.wording.tasks.conditions import (
    is_cancelling,
    is_garbled,
    is_lost,
    is_moving,
    is_silent,
)
from cartoonmix_desktop.wording.tasks.endings import ending_words
from cartoonmix_desktop.wording.tasks.progress import TaskProgress
from cartoonmix_desktop.wording.tasks.rests import rest_words

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Task

NO_PROMPT = _("No prompt")
"""In place of the words of a task that has none."""

_WIRO = "Wiro"
_THE_SANDBOX = _("the sandbox")
_SANDBOX_FIRST = _("The sandbox")
"""At the beginning of a sentence."""

_REFUSED = _("Refused")
_WAITING = _("Waiting to be sent")
_REMOVED = _("Removed before it was sent")
_NO_NEWS = _("Dismissed: no news")
_NO_ANSWER = _("Dismissed: sent, but no answer")
_CANCELLING = _("Cancelling…")
_SENDING = _("Sending")
_FETCHING = _("Fetching pictures")
_GENERATING = _("Generating")
_RUNNING = _("Running")
_EDITED = _("Waiting while you edit it")
_NEXT = _("next in line")
_NOW = _("any moment now")
_IMPORTED = _("Imported")
_ELSEWHERE = _("made elsewhere")
_NOT_FETCHED = _("The picture could not be fetched")
_NONE_FETCHED = _("No picture could be fetched")
_STILL_RUNNING = _(
    "It may still be running: Wiro is asked again, and any pictures that still come are fetched. "
    "If you try again now, both may be charged."
)
_PHASES = {
    Phase.QUEUED: _("Queued at {who}"),
    Phase.PREPARING: _("Preparing"),
    Phase.GENERATING: _GENERATING,
    Phase.FINISHING: _("Finishing"),
}
_HEADLINES = {TaskState.REJECTED: _REFUSED, TaskState.QUEUED: _WAITING}
_MARKS = {
    TaskState.CANCELLED: "cancel",
    TaskState.DISCARDED: "cancel",
    TaskState.REMOVED: "cancel",
    TaskState.KEPT: "check",
    TaskState.DOWNLOADING: "download",
}
_MINUTE = 60.0
_HOUR = 3600.0


def title_of(task: Task) -> str:
    """What stands on a task's row: the prompt's first line, or the name of its file."""
    return task.title or NO_PROMPT


def who_has(task: Task, *, first: bool = False) -> str:
    """Who draws a task: ``"Wiro"``, ``"the sandbox"``; ``first`` in a sentence or not."""
    if task.is_sandbox:
        return _SANDBOX_FIRST if first else _THE_SANDBOX
    return _WIRO


def remote_words(task: Task, words: str) -> str:
    """``words`` about Wiro, said of the sandbox where the task is its."""
    if not task.is_sandbox:
        return words
    words = re.sub(rf"(^|[.!?] ){_WIRO}", rf"\1{_SANDBOX_FIRST}", words)
    return words.replace(_WIRO, _THE_SANDBOX)


def state_mark(task: Task) -> tuple[str, str]:
    """The icon that stands before the state words, and the colour role of both."""
    if task.state in {TaskState.FAILED, TaskState.REJECTED}:
        return "error", "bad"
    if task.is_owed(Owed.OUTPUTS, Owed.MORE) and not task.broken:
        return "clock", "muted"
    doubtful = task.state is TaskState.UNKNOWN or is_silent(task) or is_garbled(task)
    if doubtful or Action.FETCH_AGAIN in actions_of(task):
        return "warning", "warn"
    if task.state in AT_SERVER and phase_of(task.status) not in {None, Phase.QUEUED}:
        return "sparkle", "muted"
    return _MARKS.get(task.state, "clock"), "muted"


def is_at_work(task: Task) -> bool:
    """Whether something happens to ``task`` at this moment, so that a bar is shown."""
    if task.state is TaskState.DOWNLOADING:
        return is_moving(task)
    return state_mark(task)[0] == "sparkle"


def state_words(task: Task, progress: Progress | None, now: float) -> str:
    """Where a task stands, in one line of plain text.

    Args:
        task: the task.
        progress: the last that the server told of a running task; an `TaskProgress` says more.
        now: unix seconds; a wait of a minute and more is said.
    """
    title = remote_words(task, describe(task.error).title) if task.error else ""
    if is_moving(task):
        if is_lost(task) or is_silent(task):
            return title
        return _under_way(task, progress, title, now)
    if task.state is TaskState.REJECTED:
        return _("Refused: {why}").format(why=title) if title else _REFUSED
    who = who_has(task)
    if task.state is TaskState.UNKNOWN:
        return _unanswered(task, who)
    if task.state is TaskState.REMOVED:
        return _REMOVED
    if task.state is TaskState.DISCARDED:
        return _NO_NEWS if task.remote_id else _NO_ANSWER
    if task.is_owed(Owed.OUTPUTS):
        return _("No pictures so far – asking {who} again").format(who=who)
    unfetched = task.broken and task.verdict is Verdict.SUCCEEDED
    if (outcome := outcome_of(task)) in {Outcome.FAILED, Outcome.CANCELLED} and not unfetched:
        head, charge = ending_words(task, outcome)
        why = title if outcome is Outcome.FAILED else ""
        return head + charge + (f": {why}" if why else "") + _kept(task)
    return _ended(task, who)


def notice_words(task: Task, progress: Progress | None, now: float) -> tuple[str, str]:
    """A title and more words, where a task without pictures has much room.

    Args:
        task: the task.
        progress: as for `state_words`.
        now: as for `state_words`.
    """
    words = state_words(task, progress, now)
    if task.is_owed(Owed.OUTPUTS):
        more = _(
            "{who} ended the task but has not listed its pictures yet."
            " They are fetched as soon as it does."
        ).format(who=who_has(task, first=True))
        return words, " ".join(filter(None, (more, asked_words(task, now))))
    if task.error is None:
        pace = pace_words(progress) if is_at_work(task) else ""
        return words.removesuffix(pace).removesuffix(" · "), pace
    why = describe(task.error)
    headline = _HEADLINES.get(task.state)
    if task.state is TaskState.FAILED:
        headline = "".join(ending_words(task, Outcome.FAILED))
    if headline is None or is_lost(task):
        return words, remote_words(task, why.advice)
    advice = remote_words(task, why.advice)
    if isinstance(task.error, NothingListed):
        advice = " ".join(filter(None, (advice, asked_words(task, now))))
    if task.is_owed(Owed.ERROR):
        advice = remote_words(task, _STILL_RUNNING)
    title = remote_words(task, why.title)
    return headline, "\n\n".join(part for part in (title, advice) if part)


def asked_words(task: Task, now: float) -> str:
    """How often, and when last, pictures were asked for that should be there; may be empty.

    Args:
        task: the task.
        now: unix seconds.
    """
    reasons = {Owed.OUTPUTS, Owed.MORE}
    looks = [(one.tries, one.asked) for one in task.owed if one.reason in reasons and one.asked]
    if not looks:
        return ""
    tries, asked = looks[0]
    words = ngettext("Asked once, {age}.", "Asked {n} times, last {age}.", tries)
    return words.format(n=number(tries), age=age_words(asked or now, now))


def pace_words(progress: Progress | None) -> str:
    """How a running task goes on: ``"step 6/10 · 1.2 it/s"``, as far as the server told.

    It is how `state_words` ends, for who has another place for it.
    """
    if progress is None:
        return ""
    step = ""
    if progress.step is not None and progress.steps:
        step = _("step {n}/{all}").format(n=number(progress.step), all=number(progress.steps))
    return " · ".join(filter(None, (step, one_line(progress.speed, 24))))


def estimate_words(left: float) -> str:
    """What our own estimate says of the time to come; it never counts below a second.

    Args:
        left: seconds, below 0 when the task is late.
    """
    if left < 1.5:
        return _NOW
    if left < 20:
        rough = seconds(left)
    elif left < 90:
        rough = seconds(5 * round(left / 5))
    else:
        rough = minutes(_MINUTE * round(left / _MINUTE))
    return _("about {time} (estimated)").format(time=rough)


def _unanswered(task: Task, who: str) -> str:
    if not isinstance(task.error, OutcomeUnknown) or task.error.found == 0:
        return _("Sent, but no answer: {who} may have started it").format(who=who)
    found = task.error.found
    if found < 0:
        return _("No answer – asking {who} whether it started").format(who=who)
    words = ngettext(
        "No answer – it may be a task at {who}",
        "No answer – it may be one of {n} tasks at {who}",
        found,
    )
    return words.format(n=number(found), who=who)


def _under_way(task: Task, progress: Progress | None, problem: str, now: float) -> str:
    if is_cancelling(task):
        if not (task.is_owed(Owed.STOP) or task.was_owed(Owed.STOP)):
            return _CANCELLING
        words = _("{who} refused to cancel it").format(who=who_has(task, first=True))
        return _asking_again(words) if task.is_owed(Owed.STOP) else words
    if is_garbled(task):
        return _asking_again(problem)
    if task.state is TaskState.SENDING:
        return _SENDING
    if task.state is TaskState.DOWNLOADING:
        if not task.kept or len(task.outputs) == 1:
            return _FETCHING
        kept, count = number(len(task.kept)), number(len(task.outputs))
        return _("Fetching pictures · {n} of {all}").format(n=kept, all=count)
    if task.state is TaskState.QUEUED:
        if problem:
            return _("Waiting to be sent: {why}").format(why=problem)
        if isinstance(progress, TaskProgress) and progress.position:
            return _in_line(progress, now)
        words = _WAITING
    else:
        phase = phase_of(task.status)
        if progress is not None and phase is not Phase.FINISHING:
            return _generating(progress, now)
        # An accepted task has no status yet; one that this version does not know is running.
        words = _PHASES[phase or Phase.QUEUED] if phase or not task.status else _RUNNING
        words = words.format(who=who_has(task))
    waited = now - task.created_at
    return words + (f" · {minutes(waited)}" if _MINUTE <= waited < _HOUR else "")


def _asking_again(words: str) -> str:
    return _("{problem} – asking again").format(problem=words)


def _in_line(progress: TaskProgress, now: float) -> str:
    if progress.edited:
        return _EDITED
    if progress.rest is not None and not progress.paused:
        return rest_words(progress.rest, now)
    position = _NEXT
    if progress.position > 1:
        position = _("{position} in line").format(position=ordinal(progress.position))
    if progress.paused:
        return _("Waiting, paused · {position}").format(position=position)
    if progress.full:
        return _("Waiting for a free slot · {position}").format(position=position)
    return _("Waiting · {position}").format(position=position)


def _generating(progress: Progress, now: float) -> str:
    facts = [_GENERATING]
    if progress.percent is not None:
        facts[0] += f" {percent(min(max(progress.percent, 0), 100))}"
    # "3s" and "1m 3s" get their thin air; what is not like that stays as the server says it.
    remaining = re.sub(r"(\d)([a-z])", r"\1 \2", one_line(progress.remaining, 24))
    if remaining:
        facts.append(_("about {time}").format(time=remaining))
    elif isinstance(progress, TaskProgress) and (left := progress.left(now)) is not None:
        facts.append(estimate_words(left))
    facts.append(pace_words(progress))
    return " · ".join(filter(None, facts))


def _ended(task: Task, who: str) -> str:
    if task.is_imported:
        return _IMPORTED
    took = f" · {seconds(task.seconds, 1)}" if task.seconds is not None else ""
    if task.is_owed(Owed.MORE) and not task.broken:
        kept, wanted = number(len(task.kept)), pictures(task.request.samples)
        words = _("{kept} of {pictures} so far – asking {who} again")
        return words.format(kept=kept, pictures=wanted, who=who)
    outcome = outcome_of(task) or Outcome.KEPT
    head, charge = ending_words(task, outcome)
    if task.elsewhere:
        charge += f" · {_ELSEWHERE}"
    if not task.broken:
        if outcome is Outcome.PARTLY:
            head += _("; {who} listed no more").format(who=who)
        return head + took + charge
    lost = [output for output in task.broken if output.state is OutputState.BROKEN]
    why = f": {describe(lost[0].error).title}" if lost and lost[0].error else ""
    if outcome is Outcome.FAILED:  # none is here at all
        head = _NOT_FETCHED if len(task.outputs) == 1 else _NONE_FETCHED
        return head + charge + why
    facts = [head + charge]
    if aside := len(task.aside):
        words = ngettext("{n} kept aside", "{n} kept aside", aside)
        facts.append(words.format(n=number(aside)))
    if lost:
        words = ngettext(
            "picture {position} could not be fetched",
            "{n} pictures could not be fetched",
            len(lost),
        )
        position = number(task.number_of(lost[0]))
        facts.append(words.format(n=number(len(lost)), position=position))
    return " · ".join(facts) + why


def _kept(task: Task) -> str:
    if not (count := len(task.kept)):
        return ""
    words = ngettext("{n} picture kept", "{n} pictures kept", count)
    return f" · {words.format(n=number(count))}"
