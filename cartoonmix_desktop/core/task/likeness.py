"""How like two recipes are: the one that was sent, and the one that the server tells."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cartoonmix_desktop.core.recipe.request import GenerationRequest

_LONGEST_NUMBER = 60  # characters
_LONGEST_PROMPT = 100_000  # characters of a prompt that are compared

_TELLING = 3  # points of difference where the prompt is not wholly another
_DRAWN = 6  # digits of a seed that hardly anybody else has by chance
_LARGEST_SEED = 2**31  # those below are used as they are
_FACTS = ("samples", "steps", "scale", "clipSkip", "scheduler")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_WORDS = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|[^\W_\u2e80-\u9fff\uf900-\ufaff]+")
"""A word; of the scripts that put no spaces between them, a character."""
_ELLIPSIS = re.compile(r"(?:…|\.{3})$")


class Difference(Enum):
    """In what a task of the server differs from ours; its value is how much it counts."""

    PROMPT_WRITTEN = 1.0  # the same words: trimmed, escaped, spaced or accented another way
    PROMPT_SHORTENED = 1.1
    SIZE = 1.2
    OTHER_INPUT = 1.3
    SEED = 1.4  # one that could not be used as it was
    TIME = 2.0  # what it tells cannot be judged: local time, or a clock that is wrong
    PROMPT = 3.0


def differences(sent: Mapping[str, object], told: Mapping[str, Any]) -> tuple[Difference, ...]:
    """In which inputs a recipe that the server tells is not the one that was sent.

    Args:
        sent: wire name to value.
        told: likewise; what it does not hold says nothing.
    """
    found = set()
    for name, value in sent.items():
        if told.get(name) is None or _same(value, told[name]):
            continue
        if name == "prompt":
            found.add(_of_prompts(str(value), str(told[name])))
        elif name == "seed":
            found.add(Difference.SEED)
        elif name in {"width", "height"}:
            found.add(Difference.SIZE)
        else:
            found.add(Difference.OTHER_INPUT)
    return tuple(sorted(found, key=lambda one: one.value))


def _of_prompts(sent: str, told: str) -> Difference:
    ours = _bare(sent)
    readings = [_bare(reading) for reading in _readings(told)]
    if ours in readings:
        return Difference.PROMPT_WRITTEN
    cut = (_ELLIPSIS.sub("", reading).rstrip() for reading in readings)
    if any(reading and ours.startswith(reading) for reading in cut):
        return Difference.PROMPT_SHORTENED
    return Difference.PROMPT


def _bare(text: str) -> str:
    """A text without what a server may write another way: spaces, forms of letters, slashes."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST_PROMPT]).replace("\\", "")
    return " ".join(plain.split())


def contradicts(request: GenerationRequest, told: Mapping[str, Any]) -> bool:
    """Whether the inputs that the server tells of a task can hardly be those that were sent.

    A task that is taken for another's is not followed, so this must not be said of a server that
    writes inputs its own way: trims, cuts, escapes or adds to a prompt, rounds sizes, keeps a
    number within its bounds, draws a seed. Hence:

    - What is not told, empty or of another kind says nothing.
    - A prompt is wholly another when at most half of the words of the shorter one stand in the
      longer one. That is enough by itself, unless the seed, drawn by chance, is ours: then it was
      translated, say.
    - Else it takes three points: two for a seed that is another, as nobody changes one that can be
      used; one each for a prompt where either has words that the other lacks, a negative prompt
      that is wholly another, the sides, and each other input.

    Args:
        request: what was sent.
        told: the inputs that the server recorded.
    """
    sent = request.body()
    prompt = _likeness(sent.get("prompt"), told.get("prompt"))
    negative = _likeness(sent.get("negativePrompt"), told.get("negativePrompt"))
    if prompt <= 0.5 and not _drawn_seed(sent, told):
        return True
    sides = any(_differ(sent.get(name), told.get(name)) for name in ("width", "height"))
    facts = [_differ(sent.get(name), told.get(name)) for name in _FACTS]
    points = 2 * other_seed(sent, told) + sum((prompt < 1, negative <= 0.5, sides, *facts))
    return points >= _TELLING


def other_seed(sent: Mapping[str, object], told: Mapping[str, Any]) -> bool:
    """Whether a seed is told that is another than the one sent, which could be used as it was."""
    seed = _number(sent.get("seed", ""))
    usable = seed is None or 0 <= seed < _LARGEST_SEED  # without a number, it is a word
    return usable and _differ(sent.get("seed"), told.get("seed"))


def _drawn_seed(sent: Mapping[str, object], told: Mapping[str, Any]) -> bool:
    """Whether the server tells the seed that was sent, and it is none that many have."""
    seed, usual = (_number(value) for value in (sent.get("seed", ""), CARTOONMIX["seed"].default))
    if seed is None or seed == usual or len(str(seed)) < _DRAWN:
        return False
    return _number(told.get("seed", "")) == seed


def _likeness(sent: object, told: object) -> float:
    """The share of the shorter text's words that stand in the longer one; 1 if one has none."""
    if not isinstance(sent, str) or not isinstance(told, str):
        return 1.0
    ours = Counter(_words(sent))
    most = 0.0
    for reading in _readings(told):
        most = max(most, _shared(ours, Counter(_words(reading))))
        if most == 1:
            break
    return most


def _shared(ours: Counter[str], theirs: Counter[str]) -> float:
    shorter = min(ours.total(), theirs.total())
    return (ours & theirs).total() / shorter if shorter else 1.0


def _readings(told: str) -> Iterator[str]:
    """A text as it is told, and as it was if it is told escaped, or in the wrong encoding."""
    told = told[: 8 * _LONGEST_PROMPT]
    yield told
    yield html.unescape(told)
    yield _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), told)
    for encoding in ("latin-1", "cp1252"):
        with suppress(UnicodeError):
            yield told.encode(encoding).decode()


def _words(text: str) -> list[str]:
    """The words of a text, without what differs by how it is written alone: case and accents."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST_PROMPT].casefold())
    return _WORDS.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


def _differ(sent: object, told: object) -> bool:
    """Whether two values can be compared, and are two."""
    if isinstance(told, bool) or not isinstance(told, str | int | float) or sent is None:
        return False
    ours, theirs = _number(sent), _number(told)
    if ours is not None or theirs is not None:
        return None not in {ours, theirs} and ours != theirs
    mine, its = str(sent).strip().casefold(), str(told).strip().casefold()
    return mine not in its and its not in mine


def same_inputs(sent: Mapping[str, object], told: Mapping[str, Any]) -> bool | None:
    """Whether the inputs that the server told are those sent; None when it did not tell all."""
    complete = True
    for name, value in sent.items():
        if name in told and told[name] is not None:
            if not _same(value, told[name]):
                return False
        elif value != "":  # a server may well leave out an empty text
            complete = False
    return True if complete else None


def _same(sent: object, told: object) -> bool:
    """Whether two values are the same on the wire, where numbers may be texts and 4 may be 4.0."""
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return False
    if isinstance(sent, str):
        return sent.replace("\r\n", "\n") == str(told).replace("\r\n", "\n")
    number = _number(told)
    return number is not None and number == _number(sent)


def _number(value: object) -> Decimal | None:
    text = str(value).strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
