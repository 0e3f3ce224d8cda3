"""How the queue stands, in words, at each moment."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ConcurrencyLimited,
    DiskFull,
    InsufficientBalance,
    LibraryMissing,
    RateLimited,
    SandboxFailed,
    SecretMissing,
    Unreachable,
)
from cartoonmix_desktop.services.events import QueueChanged, Rest
from cartoonmix_desktop.wording.common import NoticeAction, Offer
from cartoonmix_desktop.wording.queue import queue_state

NOW = 1_000.0
FULL = ConcurrencyLimited("Run", 96, "", 200, 1, Decimal(10))
WHY = "Wiro runs 1 task of this account at a time (balance $10.00). "


def state(online=None, edited=False, **facts):
    queue = QueueChanged(facts.pop("running", 0), facts.pop("waiting", 2), **facts)
    return queue_state(queue, NOW, online=online, edited=edited)


@pytest.mark.parametrize(
    ("error", "again_in", "words"),
    [
        (FULL, 20, WHY + "Tried again in 20 s"),
        (FULL, 0.2, WHY + "Tried again in 1 s"),
        (FULL, 0, WHY + "Trying again…"),
        (FULL, -3, WHY + "Trying again…"),
        (FULL, None, WHY + "The next is sent when one ends"),
        (
            RateLimited("Run", 0, "", 429, 119.0),
            119,
            "Wiro is limiting requests. Tried again in 119 s",
        ),
        (
            RateLimited("Run", 0, "", 429, 600.0),
            600,
            "Wiro is limiting requests. Tried again in 10 min",
        ),
    ],
)
def test_a_rest_tells_when_it_ends(error, again_in, words):
    at = None if again_in is None else NOW + again_in
    told = state(rest=Rest("wiro", error, at))
    assert (told.words, told.paused, told.ticks) == (words, False, at is not None)


@pytest.mark.parametrize(
    ("reason", "words", "offer"),
    [
        (
            InsufficientBalance("Run", 97, "No."),
            "The Wiro balance is too low",
            NoticeAction.BILLING,
        ),
        (
            SecretMissing("Run", 0, "x"),
            "This project also needs its API secret",
            NoticeAction.ADD_SECRET,
        ),
        (
            AuthenticationRefused("Run", 0, "x"),
            "Wiro does not accept the key",
            NoticeAction.SIGN_IN,
        ),
        (LibraryMissing("/a"), "The library folder /a is missing", NoticeAction.CHOOSE_LIBRARY),
        (Unreachable("Run", "dns"), "Wiro cannot be found on the network", None),
        (SandboxFailed("x"), "The sandbox is not running", None),
    ],
)
def test_a_pause_tells_why_and_what_else_helps(reason, words, offer):
    told = state(paused=reason)
    assert (told.words, told.paused) == (f"Paused: {words}", True)
    assert told.offer == (offer and Offer(offer))
    assert told.help.endswith("2 tasks are kept and wait.")
    assert "kept and wait" not in state(paused=reason, waiting=0).help


def test_what_was_said_beside_it_is_told_on_hover():
    told = state(paused=InsufficientBalance("Run", 97, "At least $0.50."))
    assert told.help.startswith("The Wiro balance is too low: At least $0.50. Add credit")


def test_a_full_disk_shows_its_own_folder():
    told = state(paused=DiskFull("/exports"))
    assert told.offer == Offer(NoticeAction.SHOW_FOLDER, path=Path("/exports"))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"online": True}, "Wiro is back. 2 tasks are waiting."),
        ({"online": True, "waiting": 0}, "Wiro is back."),
        ({"online": True, "elsewhere": True}, "Paused: Wiro cannot be found on the network"),
        ({"online": None}, "Paused: Wiro cannot be found on the network"),
        ({"online": False}, "Paused: Wiro cannot be found on the network"),
        ({"online": True, "held": True}, "Paused"),
    ],
)
def test_who_is_back_is_told_to_be_back(facts, words):
    told = state(paused=Unreachable("Run", "dns"), **facts)
    assert (told.words, told.paused) == (words, True)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"held": True}, "Paused"),
        ({"held": True, "running": 1}, "Paused. Running tasks will finish."),
        ({"held": True, "queued": 1}, "Paused. Running tasks will finish."),
        ({"held": True, "rest": Rest("wiro", FULL, NOW)}, "Paused"),
        ({}, "Sending one after another"),
        ({"edited": True}, "Not sent while you edit it"),
        ({"waiting": 0}, ""),
    ],
)
def test_what_a_person_does_is_told_first(facts, words):
    told = state(**facts)
    assert (told.words, told.paused) == (words, "held" in facts)
