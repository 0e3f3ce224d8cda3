"""What is known of a task whose answer is lost, in words for the person who decides.

Free of Qt.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.doubt import Inquiry
from cartoonmix_desktop.core.task.remote import CANCEL, TERMINAL, Phase, phase_of
from cartoonmix_desktop.wording.errors import describe, one_line
from cartoonmix_desktop.wording.tasks import money

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.doubt import Candidate, Doubt
    from cartoonmix_desktop.core.task.task import Task

_PHASES = {
    Phase.QUEUED: "queued",
    Phase.PREPARING: "preparing",
    Phase.GENERATING: "generating",
    Phase.FINISHING: "finishing",
}
_CHARGED = "It may have been charged: send it again only if you would pay twice."

SEND_AGAIN_TITLE = "Send it once more?"
SEND_AGAIN_WORDS = (
    "No answer came when this was sent, and Wiro may have started it all the same. "
    "If it did, sending it again is charged a second time."
)
"""The question before something is sent whose outcome is unknown."""


def doubt_words(task: Task, doubt: Doubt) -> str:
    """What was found out, and what it means; plain text of one or two sentences."""
    who = "The sandbox" if task.is_sandbox else "Wiro"
    charged = "The sandbox costs nothing." if task.is_sandbox else _CHARGED
    count = len(doubt.candidates)
    if count:
        told = _candidates(who, doubt)
        if doubt.inquiry is Inquiry.ASKING:
            return f"{told} It is asked again in a moment."
        return f"{told} Take the one that is this, or send it again if none is."
    match doubt.inquiry:
        case Inquiry.ASKING:
            return (
                f"{who} is asked for its tasks several times in the first minute. "
                "The only one that fits is taken up by itself."
            )
        case Inquiry.ANSWERED:
            return f"{who} lists no task of that time with this recipe. {charged}"
        case Inquiry.NO_LIST:
            return f"{who} cannot list its tasks, so it is for you to decide. {charged}"
        case Inquiry.TOO_LONG_AGO:
            return f"The tasks that {who} lists do not reach back to this one. {charged}"
        case Inquiry.OTHER_ACCOUNT:
            return f"It was sent with another key: sign in with that, and Wiro is asked. {charged}"
        case Inquiry.UNANSWERED:
            why = describe(doubt.error).title if doubt.error else f"{who} did not answer"
            return f"{why}. {who} is asked again once it can be reached. {charged}"


def _candidates(who: str, doubt: Doubt) -> str:
    count = len(doubt.candidates)
    tasks = "one task" if count == 1 else f"{count} tasks"
    if all(candidate.exact for candidate in doubt.candidates):
        return f"{who} lists {tasks} of that time with this recipe."
    return f"{who} lists {tasks} that may be this one, but does not tell all of the recipe or time."


def candidate_words(candidate: Candidate) -> str:
    """One of the server's tasks in a line: when it was made, how it stands, its cost and number."""
    facts = ["time not told"]
    if candidate.created is not None:
        then = datetime.fromtimestamp(candidate.created, tz=UTC).astimezone()
        facts = [f"{then:%H:%M:%S}"]
    if candidate.status == CANCEL:
        facts.append("cancelled")
    elif candidate.status in TERMINAL:
        facts.append("ended")
    else:
        phase = phase_of(candidate.status)
        facts.append(_PHASES[phase] if phase else "running")
    if candidate.cost is not None:
        facts.append(money(candidate.cost))
    return " · ".join([*facts, f"no. {one_line(candidate.remote_id, 24)}"])
