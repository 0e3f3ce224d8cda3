"""What is known of a task whose answer is lost, in words for the person who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.doubt import Inquiry
from cartoonmix_desktop.core.task.likeness import Difference
from cartoonmix_desktop.core.task.remote import CANCEL, TERMINAL, Phase, phase_of
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import describe, one_line
from cartoonmix_desktop.wording.formats import clock_with_seconds, local, money, number
from cartoonmix_desktop.wording.tasks.states import who_has

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.doubt import Candidate, Doubt
    from cartoonmix_desktop.core.task.task import Task

_PHASES = {
    Phase.QUEUED: _("queued"),
    Phase.PREPARING: _("preparing"),
    Phase.GENERATING: _("generating"),
    Phase.FINISHING: _("finishing"),
}
_DIFFERENCES = {
    Difference.PROMPT_WRITTEN: _("prompt written differently"),
    Difference.PROMPT_SHORTENED: _("prompt shortened"),
    Difference.PROMPT: _("similar prompt"),
    Difference.SEED: _("another seed"),
    Difference.SIZE: _("another size"),
    Difference.OTHER_INPUT: _("other settings"),
    Difference.TIME: _("time uncertain"),
}
_CHARGED = _("It may have been charged: send it again only if you are willing to pay for it twice.")
_FREE = _("The sandbox costs nothing.")

SEND_AGAIN_TITLE = _("Send it again?")
SEND_AGAIN_WORDS = _(
    "No answer came when this was sent, but Wiro may have started it all the same. "
    "If it did, sending it again is charged a second time."
)
"""The question before something is sent whose outcome is unknown."""


def doubt_words(task: Task, doubt: Doubt) -> str:
    """What was found out, and what it means; plain text of one or two sentences."""
    who = who_has(task, first=True)
    charged = _FREE if task.is_sandbox else _CHARGED
    if doubt.candidates:
        return _candidates(who, doubt)
    match doubt.inquiry:
        case Inquiry.ASKING:
            return _(
                "{who} is asked for its tasks several times in the first minute. "
                "If exactly one matches, it is picked up automatically."
            ).format(who=who)
        case Inquiry.ANSWERED:
            found = _("{who} lists no task from that time with this recipe.")
        case Inquiry.NO_LIST:
            found = _("{who} cannot list its tasks, so you have to decide.")
        case Inquiry.NO_END:
            found = _("{who}’s list could not be read to its end, so the task may be in it.")
        case Inquiry.TOO_LONG_AGO:
            found = _("{who}’s list does not go back far enough to include this task.")
        case Inquiry.SIGNED_OUT:
            found = _("Wiro is asked once you sign in.")
        case Inquiry.OTHER_ACCOUNT:
            found = _("It was sent with another key. Sign in with that key, and Wiro is asked.")
        case Inquiry.UNANSWERED:
            why = describe(doubt.error).title if doubt.error else ""
            why = why or _("{who} did not answer").format(who=who)
            asked = _("{why}. {who} is asked again once it can be reached.")
            return f"{asked.format(why=why, who=who)} {charged}"
    return f"{found.format(who=who)} {charged}"


def _candidates(who: str, doubt: Doubt) -> str:
    count = len(doubt.candidates)
    if any(candidate.differences for candidate in doubt.candidates):
        told = ngettext(
            "{who} has a task that may be this one.",
            "{who} has {n} tasks that may be this one, the likeliest first.",
            count,
        )
    elif all(candidate.exact for candidate in doubt.candidates):
        told = ngettext(
            "{who} has a task from that time with this recipe.",
            "{who} has {n} tasks from that time with this recipe.",
            count,
        )
    else:
        told = ngettext(
            "{who} has a task that may be this one, but does not tell its whole recipe or time.",
            "{who} has {n} tasks that may be this one, "
            "but does not tell their whole recipe or time.",
            count,
        )
    words = told.format(who=who, n=number(count))
    if doubt.inquiry is Inquiry.ASKING:
        which = ngettext(
            "Is it yours? (checking again…)", "Which one is yours? (checking again…)", count
        )
    else:
        which = ngettext(
            "Take it if it matches, or send again if it does not.",
            "Pick the matching task, or send again if none matches.",
            count,
        )
    return f"{words} {which}"


def candidate_words(candidate: Candidate) -> str:
    """One of the server's tasks in a line: when it was made, how it stands, its cost and number."""
    facts = [_("time unknown")]
    if candidate.created is not None:
        facts = [clock_with_seconds(local(candidate.created))]
    if candidate.status == CANCEL:
        facts.append(_("cancelled"))
    elif candidate.status in TERMINAL:
        facts.append(_("ended"))
    else:
        phase = phase_of(candidate.status)
        facts.append(_PHASES[phase] if phase else _("running"))
    if candidate.cost is not None:
        facts.append(money(candidate.cost))
    facts += (_DIFFERENCES[difference] for difference in candidate.differences)
    if candidate.anothers:
        facts.append(_("names another member or project"))
    facts.append(_("no. {id}").format(id=one_line(candidate.remote_id, 24)))
    return " · ".join(facts)
