"""The history in words for people: states, times, money, sizes, and what can be done with a task.

Free of Qt; every clock is passed in.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.errors import (
    NotAPicture,
    NothingListed,
    OutcomeUnknown,
    PictureTooLarge,
    PictureTruncated,
    ProtocolError,
    TaskFailed,
    TaskNotFound,
    TaskSilent,
    ValidationRefused,
)
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.outcome import Outcome, charge_of, outcome_of
from cartoonmix_desktop.core.task.remote import Phase, Verdict, phase_of
from cartoonmix_desktop.core.task.task import AT_SERVER, UNFINISHED, OutputState, TaskState
from cartoonmix_desktop.wording.endings import ENDINGS
from cartoonmix_desktop.wording.errors import describe, one_line
from cartoonmix_desktop.wording.progress import TaskProgress

if TYPE_CHECKING:
    from pathlib import Path

    from cartoonmix_desktop.core.task.remote import Progress
    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.services.events import UpdatesChanged

# Not from strftime: its names follow the system's language, ours follow the program's.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_PHASES = {
    Phase.QUEUED: "Queued at {0}",
    Phase.PREPARING: "Preparing",
    Phase.GENERATING: "Generating",
    Phase.FINISHING: "Finishing",
}
_HEADLINES = {
    TaskState.REJECTED: "Refused",
    TaskState.QUEUED: "Waiting to be sent",
}
_MARKS = {
    TaskState.CANCELLED: "cancel",
    TaskState.DISCARDED: "cancel",
    TaskState.REMOVED: "cancel",
    TaskState.KEPT: "check",
    TaskState.DOWNLOADING: "download",
}
_CANCELLABLE = AT_SERVER | {TaskState.QUEUED, TaskState.SENDING}
_MINUTE = 60.0
_HOUR = 3600.0


class Action(StrEnum):
    """What a person can do with one task of the history."""

    CANCEL = "cancel"
    FETCH_AGAIN = "fetch_again"
    FIND = "find"
    SEND_AGAIN = "send_again"
    DISCARD = "discard"
    RETRY = "retry"
    ASK_AGAIN = "ask_again"
    KEEP_WAITING = "keep_waiting"
    STOP_FOLLOWING = "stop_following"
    FOLLOW_AGAIN = "follow_again"
    USE_RECIPE = "use_recipe"
    COPY_PROMPT = "copy_prompt"
    DELETE = "delete"
    DELETE_REMOTE = "delete_remote"


ACTION_WORDS = {
    Action.CANCEL: "Cancel",
    Action.FETCH_AGAIN: "Fetch again",
    Action.FIND: "Find…",
    Action.SEND_AGAIN: "Send again",
    Action.DISCARD: "Set aside",
    Action.RETRY: "Try again",
    Action.ASK_AGAIN: "Ask again",
    Action.KEEP_WAITING: "Keep waiting",
    Action.STOP_FOLLOWING: "Stop following",
    Action.FOLLOW_AGAIN: "Follow again",
    Action.USE_RECIPE: "Use this recipe",
    Action.COPY_PROMPT: "Copy prompt",
    Action.DELETE: "Move to trash",
    Action.DELETE_REMOTE: "Delete Wiro’s copies…",
}
"""The words on the button or menu entry of each action."""

ACTION_HELP = {
    Action.CANCEL: "Stop this task. Pictures that are ready are kept.",
    Action.FETCH_AGAIN: "Fetch the missing pictures once more. This costs nothing.",
    Action.FIND: "Look through a folder for missing pictures, by their bytes.",
    Action.SEND_AGAIN: "Send it once more. If Wiro did start it, it is charged twice.",
    Action.DISCARD: "Leave it as it is and stop asking.",
    Action.RETRY: "Generate with the same recipe.",
    Action.ASK_AGAIN: "Ask the server about it now. This costs nothing.",
    Action.KEEP_WAITING: "Go on asking, and tell me again after another day without news.",
    Action.STOP_FOLLOWING: "Ask no more. Wiro may still finish and charge it; nothing is fetched.",
    Action.FOLLOW_AGAIN: "Ask about it again, and fetch its pictures. This costs nothing.",
    Action.USE_RECIPE: "Put this recipe into the form.",
    Action.COPY_PROMPT: "Copy the words of the prompt.",
    Action.DELETE: "Move this task with its pictures to the trash. It can be restored.",
    Action.DELETE_REMOTE: "Remove the pictures at the server. Yours stay.",
}
"""One sentence for each action."""


def actions_of(task: Task) -> tuple[Action, ...]:
    """What the state of ``task`` calls for; empty when nothing does."""
    if _is_lost(task) or (task.broken and not _is_moving(task)) or _fell_short(task):
        again = (Action.FETCH_AGAIN,) if can_fetch_again(task) else ()
        retry = task.state is TaskState.FAILED and not task.broken
        return (*again, Action.RETRY) if retry else again
    if _is_silent(task):
        return (Action.KEEP_WAITING, Action.ASK_AGAIN, Action.STOP_FOLLOWING)
    if task.state in _CANCELLABLE:
        return () if _is_cancelling(task) else (Action.CANCEL,)
    if task.state is TaskState.UNKNOWN:
        return (Action.SEND_AGAIN, Action.DISCARD, Action.ASK_AGAIN)
    if task.state is TaskState.DISCARDED and task.remote_id:
        return (Action.FOLLOW_AGAIN,)
    if task.state is TaskState.REJECTED and isinstance(task.error, ValidationRefused):
        return (Action.USE_RECIPE,)  # as it is, it would be refused again
    if task.state in {TaskState.FAILED, TaskState.REJECTED, TaskState.REMOVED}:
        return (Action.RETRY,)
    return ()


def can_fetch_again(task: Task) -> bool:
    """Whether the server may still have the pictures."""
    return task.remote_deleted_at is None and not task.is_imported


def can_delete_remote(task: Task) -> bool:
    """Whether the server may have pictures of ``task`` that are kept here too."""
    known = task.remote_id and task.token and task.remote_deleted_at is None
    decided = task.at_rest and not task.is_owed(Owed.OUTPUTS, Owed.MORE, Owed.ERROR)
    return bool(known and task.kept and decided and task.verdict is not None)


def remote_words(task: Task, words: str) -> str:
    """``words`` about Wiro, said of the sandbox where the task is its."""
    return words.replace("Wiro", "the sandbox") if task.is_sandbox else words


def state_mark(task: Task) -> tuple[str, str]:
    """The icon that stands before the state words, and the colour role of both."""
    if task.state in {TaskState.FAILED, TaskState.REJECTED}:
        return "error", "bad"
    if task.is_owed(Owed.OUTPUTS, Owed.MORE) and not task.broken:
        return "clock", "muted"
    doubtful = task.state is TaskState.UNKNOWN or _is_silent(task) or _is_garbled(task)
    if doubtful or Action.FETCH_AGAIN in actions_of(task):
        return "warning", "warn"
    if task.state in AT_SERVER and phase_of(task.status) not in {None, Phase.QUEUED}:
        return "sparkle", "muted"
    return _MARKS.get(task.state, "clock"), "muted"


def is_at_work(task: Task) -> bool:
    """Whether something happens to ``task`` at this moment, so that a bar is shown."""
    if task.state is TaskState.DOWNLOADING:
        return _is_moving(task)
    return state_mark(task)[0] == "sparkle"


def state_words(task: Task, progress: Progress | None, now: float) -> str:
    """Where a task stands, in one line of plain text.

    Args:
        task: the task.
        progress: the last that the server told of a running task; an `TaskProgress` says more.
        now: unix seconds; a wait of a minute and more is said.
    """
    title = describe(task.error).title if task.error else ""
    if _is_moving(task):
        if _is_lost(task) or _is_silent(task):
            return title
        return _under_way(task, progress, title, now)
    if task.state is TaskState.REJECTED:
        return f"Refused: {title}" if title else "Refused"
    who = "the sandbox" if task.is_sandbox else "Wiro"
    if task.state is TaskState.UNKNOWN:
        if not isinstance(task.error, OutcomeUnknown) or task.error.found == 0:
            return f"Sent, but no answer: {who} may have started it"
        if task.error.found < 0:
            return f"No answer – asking {who} whether it started"
        which = "a task" if task.error.found == 1 else f"one of {task.error.found} tasks"
        return f"No answer – it may be {which} at {who}"
    if task.state is TaskState.REMOVED:
        return "Removed before it was sent"
    if task.state is TaskState.DISCARDED:
        return "Set aside: no news" if task.remote_id else "Set aside: sent, but no answer"
    if task.is_owed(Owed.OUTPUTS):
        return f"No pictures so far – asking {who} again"
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
        who = "The sandbox" if task.is_sandbox else "Wiro"
        more = (
            f"{who} ended the task but has not listed its pictures yet."
            " They are fetched as soon as it does."
        )
        return words, f"{more}{_asked(task, now)}"
    if task.error is None:
        pace = pace_words(progress) if is_at_work(task) else ""
        return words.removesuffix(pace).removesuffix(" · "), pace
    why = describe(task.error)
    headline = _HEADLINES.get(task.state)
    if task.state is TaskState.FAILED:
        headline = "".join(ending_words(task, Outcome.FAILED))
    if headline is None or _is_lost(task):
        return words, why.advice
    advice = why.advice + (_asked(task, now) if isinstance(task.error, NothingListed) else "")
    if task.is_owed(Owed.ERROR):
        advice = remote_words(
            task,
            "It may still be running: Wiro is asked again, and pictures that come after all are "
            "fetched. If you try again now, both may be charged.",
        )
    return headline, "\n\n".join(part for part in (why.title, advice) if part)


def broken_words(task: Task, output: Output) -> tuple[str, str]:
    """A title and more words where a picture of ``task`` would be that is not there.

    Args:
        task: whose picture it is.
        output: one that could not be fetched, or could not be read.
    """
    if output.state is OutputState.ASIDE:
        return f"Picture {task.number_of(output)} could not be read", _aside_words(task, output)
    why = describe(output.error) if output.error else None
    return (
        f"Picture {task.number_of(output)} could not be fetched",
        f"{why.title}\n\n{why.advice}" if why else "",
    )


def _aside_words(task: Task, output: Output) -> str:
    kept = f"What Wiro sent is kept as it arrived ({size_words(output.size)})."
    later = " A later version that can read it will show it here by itself."
    if isinstance(output.error, NotAPicture):
        why = f"It is not a PNG, JPEG or WebP that can be shown.{later}"
    elif isinstance(output.error, PictureTooLarge):
        why = f"It has more pixels than can be shown.{later}"
    elif isinstance(output.error, PictureTruncated):
        why = "Not all of it arrived."
    else:  # or the latest attempt brought nothing
        why = f"{describe(output.error).title}." if output.error else ""
    return remote_words(task, f"{kept} {why}".rstrip())


def missing_words(path: Path, output: Output) -> str:
    """More words where a picture would be whose file is gone."""
    gone = f"There is no file {path} any more."
    if output.error is None:
        return gone
    return f"{gone}\n\nIt could not be fetched again: {describe(output.error).title}."


def picture_words(task: Task, output: Output, progress: Progress | None, now: float) -> str:
    """The line under a picture: ``"Picture 2 of 4 · 512 × 512 · 202 KB · 6.0 s · $0.0035"``.

    Args:
        task: whose picture it is.
        output: kept.
        progress: as for `state_words`.
        now: as for `state_words`.
    """
    facts = [f"{output.width} × {output.height}", size_words(output.size)]
    if len(task.outputs) > 1:
        facts.insert(0, f"Picture {task.number_of(output)} of {len(task.outputs)}")
    if outcome_of(task) is not Outcome.KEPT:
        return f"{' · '.join(facts)} – {state_words(task, progress, now)}" + (
            f".{asked}" if (asked := _asked(task, now)) else ""
        )
    if task.seconds is not None:
        facts.append(f"{task.seconds:.1f} s")
    charge = "" if task.is_sandbox or task.is_imported else ending_words(task, Outcome.KEPT)[1]
    return " · ".join(facts) + charge


def ending_words(task: Task, outcome: Outcome) -> tuple[str, str]:
    """How a task ended, and what stands behind that of its cost: ``("Failed", " · $0.0035")``.

    Args:
        task: that ended.
        outcome: how.
    """
    head, charge = ENDINGS[outcome, charge_of(task)]
    asked = max(task.request.samples, len(task.outputs))
    if outcome is Outcome.KEPT:
        asked = len(task.kept)
    if task.is_sandbox and outcome in {Outcome.KEPT, Outcome.PARTLY, Outcome.ASIDE}:
        charge = " · sandbox"
    price = money(task.cost) if task.cost is not None else ""
    return head.format(kept=len(task.kept), pictures=pictures(asked)), charge.format(price=price)


def _is_moving(task: Task) -> bool:
    """Whether a task goes on by itself; one whose pictures are broken stays where it is."""
    if task.state is TaskState.DOWNLOADING:
        return not task.at_rest
    return task.state in UNFINISHED


def _asked(task: Task, now: float) -> str:
    """How often, and when last, pictures were asked for that should be there; may be empty."""
    reasons = {Owed.OUTPUTS, Owed.MORE}
    looks = [(one.tries, one.asked) for one in task.owed if one.reason in reasons and one.asked]
    if not looks:
        return ""
    tries, asked = looks[0]
    times = "once," if tries == 1 else f"{tries} times, last"
    return f" Asked {times} {age_words(asked or now, now)}."


def _fell_short(task: Task) -> bool:
    """Whether a task that has ended lists fewer pictures than it should."""
    reasons = (Owed.OUTPUTS, Owed.MORE, Owed.ERROR)
    return task.is_owed(*reasons) or task.was_owed(*reasons) or _gave_no_reason(task)


def _gave_no_reason(task: Task) -> bool:
    """Whether a task failed without a word: earlier versions took pictures that came late so."""
    unsaid = isinstance(task.error, TaskFailed) and not task.error.server_message
    return task.state is TaskState.FAILED and unsaid and not task.outputs


def _is_lost(task: Task) -> bool:
    """Whether the server no longer knows a task that it had accepted."""
    return task.state in AT_SERVER and isinstance(task.error, TaskNotFound)


def _is_silent(task: Task) -> bool:
    """Whether nothing new was heard for so long that the person is asked."""
    return task.state in AT_SERVER and isinstance(task.error, TaskSilent)


def _is_garbled(task: Task) -> bool:
    """Whether the server's latest answer about a running task could not be understood."""
    return task.state in AT_SERVER and isinstance(task.error, ProtocolError)


def _is_cancelling(task: Task) -> bool:
    """Whether a cancellation is on its way."""
    return task.cancelling and task.state in AT_SERVER | {TaskState.SENDING}


def _under_way(task: Task, progress: Progress | None, problem: str, now: float) -> str:
    if _is_cancelling(task):
        if not (task.is_owed(Owed.STOP) or task.was_owed(Owed.STOP)):
            return "Cancelling…"
        who = "the sandbox" if task.is_sandbox else "Wiro"
        again = " – asking again" if task.is_owed(Owed.STOP) else ""
        return f"{who[0].upper()}{who[1:]} refused to cancel it{again}"
    if _is_garbled(task):
        return f"{problem} – asking again"
    if task.state is TaskState.SENDING:
        return "Sending"
    if task.state is TaskState.DOWNLOADING:
        many = len(task.outputs) > 1
        return "Fetching pictures" + (
            f" · {len(task.kept)} of {len(task.outputs)}" if many and task.kept else ""
        )
    if task.state is TaskState.QUEUED:
        if problem:
            return f"Waiting to be sent: {problem}"
        if isinstance(progress, TaskProgress) and progress.position:
            return _in_line(progress)
        words = "Waiting to be sent"
    else:
        phase = phase_of(task.status)
        if progress is not None and phase is not Phase.FINISHING:
            return _generating(progress, now)
        # An accepted task has no status yet; one that this version does not know is running.
        words = _PHASES[phase or Phase.QUEUED] if phase or not task.status else "Running"
        words = words.format("the sandbox" if task.is_sandbox else "Wiro")
    waited = now - task.created_at
    return words + (f" · {_minutes(waited)}" if _MINUTE <= waited < _HOUR else "")


def _in_line(progress: TaskProgress) -> str:
    if progress.edited:
        return "Waiting while you edit it"
    position = "next in line" if progress.position == 1 else f"{ordinal(progress.position)} in line"
    if progress.paused:
        return f"Waiting, paused · {position}"
    return f"Waiting for a free slot · {position}" if progress.full else f"Waiting · {position}"


def _generating(progress: Progress, now: float) -> str:
    facts = ["Generating"]
    if progress.percent is not None:
        facts[0] += f" {min(max(progress.percent, 0), 100):.0f} %"
    # "3s" and "1m 3s" get their thin air; what is not like that stays as the server says it.
    remaining = re.sub(r"(\d)([a-z])", r"\1 \2", one_line(progress.remaining, 24))
    if remaining:
        facts.append(f"about {remaining}")
    elif isinstance(progress, TaskProgress) and (left := progress.left(now)) is not None:
        facts.append(estimate_words(left))
    facts.append(pace_words(progress))
    return " · ".join(filter(None, facts))


def pace_words(progress: Progress | None) -> str:
    """How a running task goes on: ``"step 6/10 · 1.2 it/s"``, as far as the server told.

    It is how `state_words` ends, for who has another place for it.
    """
    if progress is None:
        return ""
    told = progress.step is not None and progress.steps
    step = f"step {progress.step}/{progress.steps}" if told else ""
    return " · ".join(filter(None, (step, one_line(progress.speed, 24))))


def estimate_words(left: float) -> str:
    """What our own estimate says of the time to come; it never counts below a second.

    Args:
        left: seconds, below 0 when the task is late.
    """
    if left < 1.5:
        return "any moment now"
    if left < 20:
        rough = f"{left:.0f} s"
    elif left < 90:
        rough = f"{5 * round(left / 5)} s"
    else:
        rough = f"{left / _MINUTE:.0f} min"
    return f"about {rough} (estimated)"


def ordinal(number: int) -> str:
    """``"1st"``, ``"2nd"``, ``"11th"``, ``"1,003rd"``."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    teen = 10 < number % 100 < 14
    return f"{number:,}{'th' if teen else ends.get(number % 10, 'th')}"


def _ended(task: Task, who: str) -> str:
    if task.is_imported:
        return "Imported"
    seconds = f" · {task.seconds:.1f} s" if task.seconds is not None else ""
    if task.is_owed(Owed.MORE) and not task.broken:
        return f"{len(task.kept)} of {pictures(task.request.samples)} so far – asking {who} again"
    outcome = outcome_of(task) or Outcome.KEPT
    head, charge = ending_words(task, outcome)
    if not task.broken:
        none_left = f"; {who} listed no more" if outcome is Outcome.PARTLY else ""
        return head + none_left + seconds + charge
    lost = [output for output in task.broken if output.state is OutputState.BROKEN]
    why = f": {describe(lost[0].error).title}" if lost and lost[0].error else ""
    if outcome is Outcome.FAILED:  # none is here at all
        alone = len(task.outputs) == 1
        head = "The picture could not be fetched" if alone else "No picture could be fetched"
        return head + charge + why
    facts = [head + charge]
    if task.aside:
        facts.append(f"{len(task.aside)} kept aside")
    if lost:
        one = f"picture {task.number_of(lost[0])}"
        facts.append(f"{one if len(lost) == 1 else f'{len(lost)} pictures'} could not be fetched")
    return " · ".join(facts) + why


def _kept(task: Task) -> str:
    return f" · {pictures(len(task.kept))} kept" if task.kept else ""


def pictures(count: int) -> str:
    """``"1 picture"``, ``"4 pictures"``."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def age_words(created_at: float, now: float) -> str:
    """When a task was made, short enough for the edge of a row. Times are local.

    Args:
        created_at: unix seconds.
        now: unix seconds.
    """
    age = now - created_at
    if -_MINUTE < age < _MINUTE:
        return "just now"
    if _MINUTE <= age < _HOUR:
        return f"{_minutes(age)} ago"
    then, today = local(created_at), local(now).date()
    clock = f"{then.hour:02}:{then.minute:02}"
    days = (today - then.date()).days
    if days == 0:
        return clock
    if 0 < days < 7:
        return f"{_WEEKDAYS[then.weekday()][:3]} {clock}"
    short = f"{then.day} {_MONTHS[then.month - 1][:3]}"
    return short if then.year == today.year else f"{short} {then.year}"


def day_words(day: date, today: date) -> str:
    """The heading over the tasks of one day."""
    days = (today - day).days
    if days == 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if 1 < days < 7:
        return _WEEKDAYS[day.weekday()]
    words = f"{day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def news_words(updates: UpdatesChanged, longest: int = 300) -> str:
    """What is known of newer versions, e.g. "Version 1.2.0 is out: …"; empty before the first look.

    Args:
        updates: as the services tell it.
        longest: characters of the notes, which come from outside.
    """
    said = []
    if updates.newer:
        notes = one_line(updates.notes, longest)
        said.append(f"Version {updates.newer} is out{': ' + notes if notes else '.'}")
    if updates.error is not None:
        words = describe(updates.error)
        said.append(f"{words.title}. {words.advice}")
    if updates.wanted and updates.looked and not said:
        then = local(updates.looked)
        day = f"{then.day} {_MONTHS[then.month - 1]}"
        said.append(f"You have the newest version, as of {day}, {then.hour:02}:{then.minute:02}.")
    return " ".join(said)


def money(cost: Decimal) -> str:
    """US dollars: cents, or as many as four places where cents would hide a price."""
    if 0 < cost < Decimal("0.0001"):
        return "< $0.0001"
    places = 2 if cost >= 1 or cost == 0 else 4
    whole, _, fraction = f"{cost:,.{places}f}".partition(".")
    return f"${whole}.{fraction[:2]}{fraction[2:].rstrip('0')}"


def size_words(bytes: int) -> str:  # noqa: A002  the unit is the best name
    """A file size in decimal units, as file managers show it: ``"202 KB"``, ``"4.2 GB"``."""
    if bytes < 1000:
        return "1 byte" if bytes == 1 else f"{bytes} bytes"
    size, units = float(bytes), iter(("KB", "MB", "GB", "TB"))
    unit = ""
    while size >= 999.5 and (following := next(units, "")):
        size, unit = size / 1000, following
    return f"{size:,.0f} {unit}" if size >= 99.95 or unit == "KB" else f"{size:.1f} {unit}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds // _MINUTE)} min"


def local(moment: float) -> datetime:
    """A moment (unix seconds) on the clock here."""
    return datetime.fromtimestamp(moment, tz=UTC).astimezone()


def title_of(task: Task) -> str:
    """What stands on a task's row: the prompt's first line, or the name of its file."""
    return task.title or "No prompt"
