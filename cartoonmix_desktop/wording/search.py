"""The search language in words for people. Free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.search.query_values import (
    FIELDS_BY_NAME,
    SCHEDULERS,
    ProblemKind,
    ValueKind,
)
from cartoonmix_desktop.wording.errors import one_line

if TYPE_CHECKING:
    from cartoonmix_desktop.core.search.query import Problem

FIELD_HELP = {
    "is": "favourite, rejected, failed, running, waiting, sandbox…",
    "has": "note, tag, picture, rating, collection",
    "rating": "stars: 5, >=3, 0 for none",
    "tag": "a tag, or how it begins",
    "in": "a collection",
    "date": "today, last-week, 2026-11, >=2026-01",
    "prompt": "words of the prompt alone",
    "negative": "words of the negative prompt alone",
    "note": "words of a note",
    "size": "768x512, portrait, landscape, square",
    "width": "pixels: 512, >=768",
    "height": "pixels: 512, >=768",
    "samples": "pictures a run: 1, >2",
    "steps": "20, 20..40, >30",
    "scale": "guidance scale: 7, >5, 4..8",
    "scheduler": "euler, ddim, dpm++…",
    "clip-skip": "2, >=1",
    "seed": "123456, or 1..99",
    "cost": "US dollars: >0.01",
    "seconds": "time a run took: >10",
    "model": "the model's name, or a part of it",
}
"""One line for each field: what stands behind its colon."""

SYNTAX_HELP = (
    ("-word", "-", "leaves out what has it"),
    ('"two words"', '"', "side by side, as they are"),
    ("a OR b", "OR ", "one of the two is enough"),
    ("( )", "(", "keeps together what belongs together"),
)
"""What else can be typed: as it is shown, what is put in, and what it does."""

WORD_HELP = {
    "favourite": "marked with a heart",
    "rejected": "marked as reject",
    "rated": "with stars",
    "sandbox": "drawn by the sandbox",
    "wiro": "made by Wiro",
    "imported": "brought in from a file",
    "finished": "all pictures are here",
    "failed": "ran and failed",
    "refused": "was not accepted",
    "cancelled": "was cancelled",
    "running": "under way",
    "waiting": "still to be sent",
    "unanswered": "sent, but no answer",
    "broken": "a picture could not be fetched",
    "partly": "fewer pictures than asked for",
    "kept-aside": "a picture could not be read",
}
"""What the words of ``is:`` mean."""

_WORDS = {
    ProblemKind.UNKNOWN_FIELD: "There is no field “{part}”: searched as text.",
    ProblemKind.NOT_A_NUMBER: "“{part}” is no number or range for {field}.",
    ProblemKind.NOT_A_SIZE: "A size is written 768x512, not “{part}”.",
    ProblemKind.NOT_A_DATE: "“{part}” is no date.",
    ProblemKind.NOT_A_RATING: "Ratings are whole, from 0 to 5.",
    ProblemKind.UNKNOWN_WORD: "{field}: does not know “{part}”.",
    ProblemKind.UNOPENED: "This parenthesis closes nothing.",
    ProblemKind.TOO_DEEP: "This parenthesis is nested too deeply: it is passed over.",
    ProblemKind.TOO_LONG: "The search is too long: its end is left out.",
}


def problem_words(problem: Problem) -> str:
    """What is the matter with a part of a query, in a sentence, and what would do."""
    field = FIELDS_BY_NAME.get(problem.field)
    if problem.is_hint and field is not None:
        return f"{field.name}: {FIELD_HELP[field.name]}"
    words = _WORDS[problem.kind].format(part=one_line(problem.part, 30), field=problem.field)
    shown = {ProblemKind.NOT_A_NUMBER, ProblemKind.NOT_A_DATE, ProblemKind.UNKNOWN_WORD}
    if problem.kind in shown and field is not None:
        words += f" Try {FIELD_HELP[field.name]}."
    return words


def values_of(field_name: str) -> list[tuple[str, str]]:
    """What a field may be completed with, and a word on each; empty for free text and numbers."""
    field = FIELDS_BY_NAME[field_name]
    if field.kind is ValueKind.SCHEDULER:
        return [(readable, wire) for wire, readable in SCHEDULERS.items()]
    return [(word, WORD_HELP.get(word, "")) for word in field.words]
