"""The one table from every error of `core.errors` to words for people, and the action that helps.

Free of Qt, so that the command line says the same as the window. All words are plain text: what a
server or a system said is put in as it is, on one line and bounded.
"""

from __future__ import annotations

import math
import re
import time
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core import errors as e
from cartoonmix_desktop.core.money.amounts import amount_of
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.error_texts import BY_REASON, ENTRIES
from cartoonmix_desktop.wording.formats import (
    exact_money,
    local,
    long_day,
    money,
    month_of,
    number,
)
from cartoonmix_desktop.wording.recipe.inputs import label_of

if TYPE_CHECKING:
    from decimal import Decimal

    from cartoonmix_desktop.core.errors import CartoonMixError
    from cartoonmix_desktop.wording.common import NoticeAction

LONGEST = 200
"""Characters of a server's or system's words that are shown."""


class Words(Struct, frozen=True):
    """What is said of an error.

    Attributes:
        title: what is wrong, one sentence without a full stop of ours; also fits after "Refused: ".
        advice: what to do, and what was not lost or charged; whole sentences, may be empty.
        action: that helps, if any does.
        short: the title without what was said beside it.
    """

    title: str
    advice: str = ""
    action: NoticeAction | None = None
    short: str = ""

    @property
    def paragraph(self) -> str:
        """Title and advice."""
        return f"{self.title}. {self.advice}".strip()


def describe(error: CartoonMixError) -> Words:
    """The words for ``error``, translated, with its facts filled in. Never fails on odd facts."""
    facts = {name: one_line(str(fact)) for name, fact in error.facts.items()}
    facts["said"] = _clause(facts.get("server_message") or facts.get("detail") or "")
    reason = facts.get("reason") or facts.get("operation", "")
    if isinstance(error, e.StorageError | e.FileUnreadable | e.ArchiveUnusable):
        facts["path"] = _path(error.path)
    if isinstance(error, e.RecipeUnreadable):
        facts["source"] = _path(error.source) if error.source != "link" else _("the link")
    if isinstance(error, e.InputError | e.ValidationRefused):
        facts |= _of_field(facts["field"])
    if isinstance(error, e.ValidationRefused) and not error.field:
        reason = "no field"
    if isinstance(error, e.CapReached):
        facts |= _of_cap(error)
    if isinstance(error, e.RateLimited):
        try:
            facts["seconds"] = str(math.ceil(float(facts["retry_after"])))
            reason = "told how long"
        except (ValueError, OverflowError):  # not told, or not a finite number
            pass
    entry = BY_REASON.get((type(error), reason)) or ENTRIES[type(error)]
    title = entry.bare if entry.bare and not facts["said"] else entry.title
    if isinstance(error, e.ConcurrencyLimited) and isinstance(error.limit, int):
        title = _limit_words(error.limit, error.balance)
    short = entry.bare if entry.bare and entry.title != "{said}" else title
    said = [text.format_map(facts) for text in (title, entry.advice, short)]
    return Words(said[0], said[1], entry.action, said[2])


def one_line(text: str, longest: int = LONGEST) -> str:
    """Text from outside on one line, without invisible signs, cut to ``longest`` characters."""
    # Marks that turn the direction of writing could make words say something else.
    text = re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text[: longest * 20])
    text = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _clause(said: str) -> str:
    """Words from outside without their last full stop: a title has none, or gets one of ours."""
    return said[:-1] if said.endswith(".") and not said.endswith("..") else said


def _limit_words(limit: int, balance: Decimal | None) -> str:
    words = ngettext(
        "Wiro runs {n} task of this account at a time",
        "Wiro runs {n} tasks of this account at a time",
        limit,
    ).format(n=number(limit))
    if balance is None:
        return words
    return _("{limit} (balance {amount})").format(limit=words, amount=money(balance))


def _path(path: str) -> str:
    """A path whose end, which tells most, is kept."""
    shown = one_line(path, max(len(path), 1))
    return shown if len(shown) <= LONGEST else "…" + shown[1 - LONGEST :]


def _of_cap(error: e.CapReached) -> dict[str, str]:
    facts = {}
    if (cap := amount_of(error.cap)) is not None:
        facts["cap"] = exact_money(cap)
    if (total := amount_of(error.total)) is not None:
        facts["total"] = money(total)
    with suppress(ValueError):
        begins = date.fromisoformat(f"{error.period}-01"[:10])
        today = local(time.time()).date()
        month = error.reason.startswith("month")
        facts["period"] = month_of(begins) if month else long_day(begins, today)
    return facts


def _of_field(name: str) -> dict[str, str]:
    try:
        entry = CARTOONMIX[name]
    except KeyError:
        return {"field": name, "minimum": ""}
    return {"field": label_of(entry), "minimum": str(entry.minimum)}


def sentences(*parts: str) -> str:
    """Parts as sentences of one paragraph; a title has no full stop of its own."""
    ends = ".!?…"
    return " ".join(part if part[-1] in ends else part + "." for part in parts if part)
