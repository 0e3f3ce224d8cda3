"""The window's frame in words: the banner, the status bar, the empty page, faults of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.formats import money, number, percent, pictures, size_words

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

# --- the empty page
EMPTY_TITLE = _("Your pictures appear here")
EMPTY_TEXT = _("Write what you want to see and press Generate, or start from one of these.")

# --- the form waits
READING_KEY = _("Reading your key from the keyring…")

# --- saving a picture
SAVE_PICTURE = _("Save picture")

# --- the banner
MEANWHILE_SANDBOX = _("Until then, the sandbox on this computer draws pictures.")
SANDBOX_NOTICE = _(
    "Sandbox: pictures are drawn on this computer, not by CartoonMix. They cost nothing."
)
UNHEARD = _(
    "Links and files opened elsewhere cannot reach this window: its folder holds no socket."
)
CRASHED = _(
    "CartoonMix ended unexpectedly last time. Tasks and pictures are safe. "
    "The report contains no key and no prompt."
)
OPEN_REPORT = _("Open report")

NO_LOG = _(
    "There is no log yet, because nothing went wrong. "
    "Start CartoonMix with --debug to log everything it does."
)

# --- the status bar
SENDING = _("1 sending")
SHOW_QUEUE = _("Show the queue")
SANDBOX = _("Sandbox")
SANDBOX_HELP = _("Pictures are drawn on this computer, free of charge.")
WIRO = _("Wiro")
WIRO_HELP = _("Pictures are made at Wiro and paid from your balance.")
OFFLINE_HELP = _("Everything you made is still here.")

# --- faults of our own
FAULT_TITLE = _("Something went wrong")
FAULT = _("CartoonMix Desktop ended because of an internal error.")
CANNOT_START = _("CartoonMix Desktop cannot start")


def pictures_filter(suffix: str) -> str:
    """The kind of file that a picture is saved as."""
    return _("Pictures") + f" (*{suffix})"


def newer_version(name: str) -> str:
    """A newer version exists."""
    return _("CartoonMix Desktop {version} is available.").format(version=name)


def settings_quarantined(reason: str, name: str) -> str:
    """Settings could not be used.

    Args:
        reason: ``"newer"`` or ``"damaged"``.
        name: of the file that holds them now.
    """
    if reason == "newer":
        words = _(
            "The settings were written by a newer version. They are kept as {name}; "
            "the defaults are used now."
        )
    else:
        words = _("The settings file was damaged. It is kept as {name}; the defaults are used now.")
    return words.format(name=name)


def running(count: int) -> str:
    """Tasks that run."""
    return ngettext("{n} running", "{n} running", count).format(n=number(count))


def queued(count: int, *, sandbox: bool) -> str:
    """Tasks that wait at the server."""
    if sandbox:
        words = ngettext("{n} queued at the sandbox", "{n} queued at the sandbox", count)
    else:
        words = ngettext("{n} queued at Wiro", "{n} queued at Wiro", count)
    return words.format(n=number(count))


def waiting(count: int) -> str:
    """Tasks that wait here."""
    return ngettext("{n} waiting", "{n} waiting", count).format(n=number(count))


def tasks_name(parts: str) -> str:
    """What is under way, as it is read aloud."""
    return _("Tasks: {tasks}").format(tasks=parts)


def today(spent: Decimal) -> str:
    """What today cost."""
    return _("{amount} today").format(amount=money(spent))


def kept(count: int, size: int) -> str:
    """How much is kept: ``"4.2 GB · 1,204 pictures"``; empty for nothing."""
    return f"{size_words(size)} · {pictures(count)}" if count else ""


def offline(who: str) -> str:
    """Who cannot be reached."""
    return _("{who} · Offline").format(who=who)


def account_name(who: str) -> str:
    """Who makes pictures, as it is read aloud."""
    return _("Account: {who}").format(who=who)


def brought_back(tasks: int, waiting: int) -> str:
    """What came back from the journal beside the pictures.

    Args:
        tasks: how many.
        waiting: those among them that wait to be sent.
    """
    words = ngettext(
        "{n} task that the history had lost came back from the pictures folder.",
        "{n} tasks that the history had lost came back from the pictures folder.",
        tasks,
    ).format(n=number(tasks))
    if not waiting:
        return words
    paused = ngettext(
        "{n} of them waits to be sent; the queue is paused until you resume it.",
        "{n} of them wait to be sent; the queue is paused until you resume it.",
        waiting,
    ).format(n=number(waiting))
    return f"{words} {paused}"


RENEWAL_HELP = _("You can close the window. It goes on at the next start.")
"""Under `renewing`."""


def renewing(done: int) -> str:
    """How far the history is that an older version wrote: ``"Renewing the history · 42 %"``."""
    return _("Renewing the history · {percent}").format(percent=percent(done))


def fault_text(report: Path | None) -> str:
    """What a fault of our own means, and where it is written down."""
    return _(
        "The program ran into an internal error. Tasks and pictures are safe: unfinished work is "
        "picked up at the next start.\n\nThe details are in {report}"
    ).format(report=report)


def ended(report: Path | None) -> str:
    """The program ended because of a fault, and where that is written down."""
    if report is None:
        return FAULT
    return _("{fault} The details are in {report}").format(fault=FAULT, report=report)
