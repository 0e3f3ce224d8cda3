"""What an account made elsewhere: how it is found, shown and taken up, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.maker import Whose
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import one_line
from cartoonmix_desktop.wording.formats import clock, local, long_day, money, number, pictures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cartoonmix_desktop.core.task.maker import Maker
    from cartoonmix_desktop.services.sending.take_up import Found, Listing

TITLE = _("Take up tasks of this account")
ABOUT = _(
    "Made on another computer, on Wiro’s page or by a script. Taking them up costs nothing: "
    "their pictures are fetched, and they join your history on the day they were made."
)
MADE = _("Made")
SPANS = {
    7: _("in the last 7 days"),
    30: _("in the last 30 days"),
    365: _("in the last 12 months"),
    0: _("at any time"),
    -1: _("on other days…"),
}
"""What can be chosen: so many days back; 0 for all, -1 for days that are entered."""

DAY = "yyyy-MM-dd"
"""How a day is entered, as Qt writes it."""

FROM = _("From")
TO = _("to")
FIRST_DAY = _("First day")
LAST_DAY = _("Last day")
LOOK_AGAIN = _("Look again")
FOUND = _("Tasks made elsewhere")
ITS_PROMPT = _("Prompt of this task")
TICK_ALL = _("Tick all")
TICK_NONE = _("Tick none")
NOTHING = _("Nothing is ticked")
NOT_WHOLE = _("Wiro did not list everything")
NOT_WHOLE_ADVICE = _("There may be more tasks than these.")
UNTITLED = _("Without a prompt")
_TIME_UNKNOWN = _("time unknown")
_NO_PICTURES = _("no pictures")
_FAILED = _("failed")
_CANCELLED = _("cancelled")
_RUNNING = _("still running")
_OTHERS = _("of another member or project")
_LONGEST = 40  # characters of a name


def looking_words(listing: Listing | None) -> str:
    """While the list is read."""
    if listing is None:
        return _("Asking for the list…")
    words = ngettext("{n} task so far…", "{n} tasks so far…", listing.listed)
    return words.format(n=number(listing.listed))


def listed_words(listing: Listing) -> str:
    """What was listed, and how much of it the history knows."""
    new = listing.listed - listing.known
    if not listing.listed:
        return _("No CartoonMix task from this time is listed.")
    if not new:
        words = ngettext(
            "The only task from this time is in your history.",
            "All {n} tasks from this time are in your history.",
            listing.listed,
        )
        return words.format(n=number(listing.listed))
    words = ngettext(
        "{new} task from this time is not in your history.",
        "{new} tasks from this time are not in your history.",
        new,
    )
    if listing.known:
        words = ngettext(
            "{new} of {n} tasks from this time is not in your history.",
            "{new} of {n} tasks from this time are not in your history.",
            new,
        )
    return words.format(new=number(new), n=number(listing.listed))


def title_of(found: Found) -> str:
    """The first line of its prompt."""
    return found.request.title or UNTITLED


def facts_words(found: Found, today: date) -> str:
    """``"6 May, 15:03 · 4 pictures · $0.0035 · member Ada"``."""
    facts = [_TIME_UNKNOWN]
    if found.created is not None:
        then = local(found.created)
        facts = [_("{day}, {time}").format(day=long_day(then.date(), today), time=clock(then))]
    remote = found.remote
    if remote.verdict is None:
        facts.append(_RUNNING)
    elif remote.verdict is not Verdict.SUCCEEDED:
        facts.append(_CANCELLED if remote.verdict is Verdict.CANCELLED else _FAILED)
    if remote.outputs:
        facts.append(pictures(len(remote.outputs)))
    elif remote.verdict is Verdict.SUCCEEDED:
        facts.append(_NO_PICTURES)
    if remote.cost:
        facts.append(money(remote.cost))
    if found.whose is Whose.ANOTHERS:
        facts.append(_OTHERS)
    if found.whose is not Whose.OURS:
        facts += _names(remote.maker)
    return " · ".join(facts)


def _names(maker: Maker) -> list[str]:
    """Whom an answer names, by the names that people know where it tells them."""
    names = []
    if member := maker.get("username") or maker.get("userid") or maker.get("useruuid"):
        names.append(_("member {name}").format(name=one_line(member, _LONGEST)))
    if project := maker.get("projectname") or maker.get("projectid"):
        names.append(_("project {name}").format(name=one_line(project, _LONGEST)))
    return names


def chosen_words(found: Sequence[Found]) -> str:
    """``"12 ticked · 48 pictures · $0.04 charged"``."""
    if not found:
        return NOTHING
    count = len(found)
    facts = [ngettext("{n} ticked", "{n} ticked", count).format(n=number(count))]
    facts.append(pictures(sum(len(one.remote.outputs) for one in found)))
    if charged := sum((one.remote.cost or Decimal(0) for one in found), Decimal(0)):
        facts.append(_("{amount} charged").format(amount=money(charged)))
    return " · ".join(facts)


def take_up(count: int) -> str:
    """The button that does it."""
    if not count:
        return _("Take up")
    return ngettext("Take up {n} task", "Take up {n} tasks", count).format(n=number(count))


def taken_words(done: int, count: int, short: int) -> str:
    """How far the fetching is.

    Args:
        done: tasks that rest.
        count: of all that were taken up.
        short: of those that rest, how many lack a picture.
    """
    if done < count:
        words = _("Fetching: {done} of {n}. It goes on when this is closed.")
        return words.format(done=number(done), n=number(count))
    words = ngettext("{n} task was taken up", "{n} tasks were taken up", count)
    words = words.format(n=number(count))
    if short:
        lacking = ngettext("{n} without all its pictures", "{n} without all their pictures", short)
        return f"{words}, {lacking.format(n=number(short))}."
    return f"{words}."
