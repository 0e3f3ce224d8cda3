"""A recipe that came from outside: a link, a file, the text inside a picture.

Whoever made it may mean harm: each value is checked against the model's description, bounded and
taken as plain text, and nothing here sends, spends or opens anything.
"""

from __future__ import annotations

import json
import re

from cartoonmix_desktop.core.errors import InputError, RecipeUnreadable
from cartoonmix_desktop.core.facts import Frozen
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.inputs import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.core.recipe.inputs import Input, Model, Value

SUFFIX = ".cartoonmix"
"""Of a recipe file."""

LARGEST = 256 * 1024
"""Bytes of a recipe file, and characters of the text inside a picture, that are read at most."""

LONGEST_TEXT = 20_000
"""Characters of one value."""

_MOST_KEYS = 64
_FORMAT = "cartoonmix-recipe"
_VERSION = 1
# Control characters other than line feed and tab, and marks that turn the direction of writing:
# with them words could show as something else than what is sent. And halves of pairs, which JSON
# can hold and UTF-8 cannot.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Recipe(Frozen):
    """What can be put into the form.

    Attributes:
        values: wire name to checked value; inputs that were not given are absent.
        left_out: why each of the other things that were given is not among them.
    """

    values: Mapping[str, Value]
    left_out: tuple[InputError, ...] = ()


def checked(raw: Mapping[str, object], source: str, model: Model = CARTOONMIX) -> Recipe:
    """The recipe in ``raw``.

    Args:
        raw: wire name to text or number.
        source: where it came from, e.g. ``"link"``.
        model: the description.

    Raises:
        RecipeUnreadable: it names too many things, or nothing of it can be used.
    """
    if len(raw) > _MOST_KEYS:
        raise RecipeUnreadable(source, "too_long")
    values: dict[str, Value] = {}
    left_out: list[InputError] = []
    inputs = {entry.name: entry for entry in model}
    for name, value in raw.items():
        try:
            values[name] = _taken(inputs.get(name), name, value)
        except InputError as error:
            left_out.append(error)
    if not values:
        raise RecipeUnreadable(source, "nothing")
    return Recipe(values, tuple(left_out))


def _taken(entry: Input | None, name: str, value: object) -> Value:
    if entry is None:
        raise InputError(name[:80], "unknown_field")
    if entry.advanced:  # an address that Wiro would tell of the person's pictures
        raise InputError(name, "not_from_outside")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(name, "not_a_value")
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise InputError(name, "too_long")
        value = plain(value, lines=entry.kind is Kind.LONG_TEXT)
    return entry.parse(value)


def plain(text: str, *, lines: bool) -> str:
    """``text`` without what cannot be seen.

    Args:
        text: from outside.
        lines: keep its line breaks.
    """
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if lines else " ".join(text.split())


def to_text(values: Mapping[str, object], model: Model = CARTOONMIX) -> str:
    """The content of a recipe file; of ``values``, what `from_text` would take."""
    kept = shared(values, model)
    content = {"format": _FORMAT, "version": _VERSION, "model": model.slug, "values": kept}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def from_text(text: str | bytes, source: str, model: Model = CARTOONMIX) -> Recipe:
    """The recipe in the content of a recipe file.

    Args:
        text: the content.
        source: name of the file.
        model: the description.

    Raises:
        RecipeUnreadable: it is too large, no recipe, of a newer version or of another model.
    """
    if len(text) > LARGEST:
        raise RecipeUnreadable(source, "too_long")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise RecipeUnreadable(source, "no_recipe")
    version, values = content.get("version"), content.get("values")
    if type(version) is int and version > _VERSION:
        raise RecipeUnreadable(source, "newer")
    if type(version) is not int or not isinstance(values, dict):
        raise RecipeUnreadable(source, "no_recipe")
    if content.get("model") != model.slug:
        raise RecipeUnreadable(source, "other_model", str(content.get("model"))[:80])
    return checked(values, source, model)


def shared(values: Mapping[str, object], model: Model = CARTOONMIX) -> dict[str, object]:
    """Of ``values``, what may be told to others: all but the advanced inputs."""
    return {e.name: values[e.name] for e in model if e.name in values and not e.advanced}
