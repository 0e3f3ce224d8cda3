"""``cartoonmix:`` links, and what else a system may ask the program to open.

The one link there is puts a recipe into the form::

    cartoonmix:recipe?prompt=a%20fox&steps=30&seed=7

Keys are the model's wire names; what is not named stays as it is in the form. ``+`` is a space, as
in any query of the web. A link cannot name a file, send, spend or set the callback address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from msgspec import Struct

from cartoonmix_desktop.core.errors import RecipeUnreadable
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.recipe import Recipe, checked, shared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from cartoonmix_desktop.core.recipe.inputs import Model

SCHEME = "cartoonmix"

LONGEST = 16_384
"""Characters of a link; systems pass on about twice as many."""

_RECIPE = "recipe"


class FileToOpen(Struct, frozen=True):
    """A file that a person opened with the program, by its path."""

    path: str


def read_given(text: str) -> Recipe | FileToOpen:
    """What the program was asked to open.

    Args:
        text: a link, a ``file:`` address, or a path.

    Raises:
        RecipeUnreadable: a link that cannot be obeyed, or a file that is not on this computer.
    """
    scheme, colon, _ = text.partition(":")
    if colon and scheme.casefold() == SCHEME:
        return from_link(text)
    if colon and scheme.casefold() == "file":
        parts = _split(text)
        if parts.netloc not in {"", "localhost"} or "\0" in (path := unquote(parts.path)):
            raise RecipeUnreadable(text[:200], "not_a_file")
        # Windows: file:///C:/pictures/fox.png
        return FileToOpen(path[1:] if path[2:3] == ":" else path)
    if not text or "\0" in text:
        raise RecipeUnreadable(text[:200], "not_a_file")
    return FileToOpen(text)


def from_link(link: str, model: Model = CARTOONMIX) -> Recipe:
    """The recipe that a link holds.

    Raises:
        RecipeUnreadable: its ``reason`` says why there is none.
    """
    if len(link) > LONGEST:
        raise RecipeUnreadable("link", "too_long")
    parts = _split(link)
    # Some systems write cartoonmix://recipe?…, and some add a slash behind it.
    action = (parts.netloc + parts.path).strip("/")
    if parts.scheme != SCHEME or action != _RECIPE:
        raise RecipeUnreadable("link", "other_link", action[:40])
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as error:  # not UTF-8 below its percent signs, or no pairs
        raise RecipeUnreadable("link", "not_a_link") from error
    raw: dict[str, object] = {}
    for name, value in pairs:
        if name in raw:
            raise RecipeUnreadable("link", "twice", name[:40])
        raw[name] = value
    return checked(raw, "link", model)


def to_link(values: Mapping[str, object], model: Model = CARTOONMIX) -> str:
    """The link that puts these values into the form.

    Args:
        values: wire name to value.
        model: the description.

    Raises:
        RecipeUnreadable: it would be longer than systems pass on.
    """
    query = urlencode(
        {name: str(value) for name, value in shared(values, model).items()}, quote_via=quote
    )
    link = f"{SCHEME}:{_RECIPE}?{query}"
    if len(link) > LONGEST:
        raise RecipeUnreadable("link", "too_long")
    return link


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as error:  # e.g. half an IPv6 address
        raise RecipeUnreadable("link", "not_a_link") from error
