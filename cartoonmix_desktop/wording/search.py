"""The search language in words for people, and what stands around the line it is typed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.search.query import Order
from cartoonmix_desktop.core.search.query_values import (
    FIELDS_BY_NAME,
    SCHEDULERS,
    ProblemKind,
    ValueKind,
)
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.errors import one_line
from cartoonmix_desktop.wording.formats import number

if TYPE_CHECKING:
    from cartoonmix_desktop.core.search.query import Problem

# What can be typed is the same in every language: only what explains it is translated.
FIELD_HELP = {
    "is": "favourite, rejected, failed, running, waiting, sandbox…",
    "has": "note, tag, picture, rating, collection",
    "rating": _("stars: 5, >=3, 0 for none"),
    "tag": _("a tag, or the start of one"),
    "in": _("a collection"),
    "date": "today, last-week, 2026-11, >=2026-01",
    "prompt": _("words in the prompt only"),
    "negative": _("words in the negative prompt only"),
    "note": _("words in a note"),
    "other": _("other settings of an imported picture: hires, a LoRA, a hash"),
    "size": "768x512, portrait, landscape, square",
    "width": _("pixels: 512, >=768"),
    "height": _("pixels: 512, >=768"),
    "samples": _("pictures per run: 1, >2"),
    "steps": "20, 20..40, >30",
    "scale": _("guidance scale: 7, >5, 4..8"),
    "scheduler": "euler, ddim, dpm++…",
    "clip-skip": "2, >=1",
    "seed": _("123456, or 1..99"),
    "in-sweep": _("the name of a sweep, as generate tells it"),
    "cost": _("US dollars: >0.01"),
    "seconds": _("how long a run took: >10"),
    "model": _("the model's name, or part of it"),
}
"""One line for each field: what stands behind its colon."""

SYNTAX_HELP = (
    (_("-word"), "-", _("without this word")),
    (_('"two words"'), '"', _("exactly this phrase")),
    ("a OR b", "OR ", _("either of the two")),
    ("( )", "(", _("groups what belongs together")),
)
"""What else can be typed: as it is shown, what is put in, and what it does."""

WORD_HELP = {
    "favourite": _("marked with a heart"),
    "rejected": _("marked as rejected"),
    "rated": _("with stars"),
    "sandbox": _("drawn by the sandbox"),
    "wiro": _("made by Wiro"),
    "imported": _("imported from a file"),
    "without-recipe": _("imported, and tells no recipe"),
    "finished": _("all pictures are here"),
    "failed": _("ran and failed"),
    "refused": _("was not accepted"),
    "cancelled": _("was cancelled"),
    "running": _("in progress"),
    "waiting": _("not sent yet"),
    "unanswered": _("sent, but no answer"),
    "broken": _("a picture could not be fetched"),
    "partly": _("fewer pictures than asked for"),
    "kept-aside": _("a picture could not be read"),
    "sent": _("sent to Wiro, and not refused"),
    "charge-unknown": _("the charge is not known yet"),
    "made-elsewhere": _("taken up from the account, not sent from here"),
}
"""What the words of ``is:`` mean."""

_WORDS = {
    ProblemKind.UNKNOWN_FIELD: _("There is no field “{part}”, so it is searched as text."),
    ProblemKind.NOT_A_NUMBER: _("“{part}” is not a number or range for {field}."),
    ProblemKind.NOT_A_SIZE: _("A size is written 768x512, not “{part}”."),
    ProblemKind.NOT_A_DATE: _("“{part}” is not a date."),
    ProblemKind.NOT_A_RATING: _("Ratings are whole numbers from 0 to 5."),
    ProblemKind.UNKNOWN_WORD: _("“{part}” is not an option for {field}."),
    ProblemKind.UNOPENED: _("This parenthesis closes nothing."),
    ProblemKind.TOO_DEEP: _("This parenthesis is nested too deeply and is ignored."),
    ProblemKind.TOO_LONG: _("The search is too long; its end is ignored."),
}


def problem_words(problem: Problem) -> str:
    """What is the matter with a part of a query, in a sentence, and what would do."""
    field = FIELDS_BY_NAME.get(problem.field)
    if problem.is_hint and field is not None:
        return f"{field.name}: {FIELD_HELP[field.name]}"
    words = _WORDS[problem.kind].format(part=one_line(problem.part, 30), field=problem.field)
    shown = {ProblemKind.NOT_A_NUMBER, ProblemKind.NOT_A_DATE, ProblemKind.UNKNOWN_WORD}
    if problem.kind in shown and field is not None:
        words += " " + _("Try {examples}.").format(examples=FIELD_HELP[field.name])
    return words


def values_of(field_name: str) -> list[tuple[str, str]]:
    """What a field may be completed with, and a word on each; empty for free text and numbers."""
    field = FIELDS_BY_NAME[field_name]
    if field.kind is ValueKind.SCHEDULER:
        return [(readable, wire) for wire, readable in SCHEDULERS.items()]
    return [(word, WORD_HELP.get(word, "")) for word in field.words]


# --- around the line -----------------------------------------------------------------------------

SEARCH_HISTORY = "Search history"
"""The accessible name of the line: scripts rely on it in every language."""

SEARCH_HISTORY_HINT = _("Search history")
CLEAR = _("Clear search")
CLEAR_HELP = _("Clear search (Esc)")
SEARCH = _("Search")
FIELDS = _("Search fields")
FIELDS_HELP = _("Search fields")
SUGGESTIONS = _("Search suggestions")
ABOUT = _("About this search")
SHOW = _("Show")
SORT = _("Sort the history")
SAVED_SEARCHES = _("Saved searches")
SAVE_SEARCH = _("Save this search…")
EDIT_SEARCHES = _("Edit saved searches…")
NEW_COLLECTION = _("New collection…")
RENAME_COLLECTION = _("Rename “{}”…")
DELETE_COLLECTION = _("Delete “{}”")
DELETE_COLLECTION_HELP = _("Its pictures stay in the history.")
PARTS = (
    (_("All"), ""),
    (_("Favourites"), "is:favourite"),
    (_("Rated"), "is:rated"),
    (_("Rejected"), "is:rejected"),
)
"""Parts of the history, and the query for each."""

ORDERS = {Order.NEWEST: _("Newest"), Order.RELEVANCE: _("Best match")}


def shown(part: str) -> str:
    """Which part of the history is shown."""
    return _("Show: {part}").format(part=part)


def tasks_with(count: int) -> str:
    """How many tasks a suggested tag finds."""
    return number(count)


def saved_search(name: str) -> str:
    """A saved search for those who listen."""
    return _("Saved search: {name}").format(name=name)


def collection(count: int) -> str:
    """A collection in the menu; ``{}`` stands for its name."""
    return f"{{}}  ({number(count)})"
