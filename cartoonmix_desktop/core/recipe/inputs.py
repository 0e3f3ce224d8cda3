"""Declarative description of a model's inputs, and what a value must be to be sent.

The form, the command line, the checks and the wire are all built from an `Inputs`; another model is
another description (see `cartoonmix.py`).
"""

from __future__ import annotations

import math
import re
from enum import Enum

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.facts import Frozen
from cartoonmix_desktop.core.prompt.muting import spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Value = str | int | float
"""A value as it is sent: text, whole number or decimal."""


def clean_slug(slug: str) -> str:
    """The other name that a model may have: ``futurist/cartoonmix-v1-0``, as newer clients ask."""
    return slug.casefold().replace(" ", "-").replace(".", "-")


class Kind(Enum):
    """How an input is entered."""

    LONG_TEXT = "textarea"
    TEXT = "text"
    WHOLE = "number"
    DECIMAL = "float"
    CHOICE = "select"
    URL = "url"


class Option(Frozen):
    """One choice of a `Kind.CHOICE` input: its value on the wire and its readable label."""

    value: str
    label: str


class Advice(Frozen):
    """A soft word beside a field; never a refusal.

    Attributes:
        name: which; its sentence stands in ``wording/recipe/inputs.py``.
        above: said for numbers greater than this.
        multiple_of: said for whole numbers that this does not divide.
    """

    name: str
    above: float | None = None
    multiple_of: int | None = None

    def fits(self, value: Value) -> bool:
        """Whether the advice is to be said of ``value``."""
        if isinstance(value, str):
            return False
        if self.above is not None and value > self.above:
            return True
        return self.multiple_of is not None and value % self.multiple_of != 0


class Input(Frozen):
    """One input of a model.

    Attributes:
        name: on the wire, e.g. ``"clipSkip"``.
        label: its English name, which is the accessible name in every language.
        kind: how it is entered.
        default: what the model's page publishes.
        options: for `Kind.CHOICE`.
        minimum: smallest number that can be meant, None for any.
        step: for the arrows of a number field.
        usual: range of a slider; a hint, not a limit. None for no slider.
        required: refuse an empty text.
        advice: soft words.
        advanced: shown under Advanced.
    """

    name: str
    label: str
    kind: Kind
    default: Value
    options: tuple[Option, ...] = ()
    minimum: float | None = None
    step: float = 1
    usual: tuple[float, float] | None = None
    required: bool = False
    advice: tuple[Advice, ...] = ()
    advanced: bool = False

    def parse(self, raw: object) -> Value:
        """The value to send for what a person, a file or a program gave.

        Args:
            raw: text, int or float.

        Raises:
            InputError: it cannot be meant.
        """
        match self.kind:
            case Kind.WHOLE | Kind.DECIMAL:
                return self._parse_number(raw)
            case Kind.CHOICE:
                return self._parse_choice(str(raw))
            case Kind.URL:
                return self._parse_url(str(raw).strip())
            case _:
                text = str(raw)
                begins = text.partition("/*")[0].strip()  # the usual case, quickly
                if self.required and not begins and not spoken(text).strip():
                    raise InputError(self.name, "empty")
                # Lone surrogates cannot be sent as UTF-8; a person can paste them.
                return text.encode("utf-8", "replace").decode("utf-8")

    def advise(self, value: Value) -> Advice | None:
        """The first advice that fits, if one does."""
        return next((advice for advice in self.advice if advice.fits(value)), None)

    def _parse_number(self, raw: object) -> int | float:
        text = str(raw).strip().replace("−", "-")
        shown = text[:40]
        if not text:
            raise InputError(self.name, "empty")
        if self.kind is Kind.DECIMAL and text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")  # a decimal comma; in a whole number it would be a guess
        if len(text) > 40 or not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
            raise InputError(self.name, "not_a_number", shown)
        number = float(text)
        if not math.isfinite(number):
            raise InputError(self.name, "not_a_number", shown)
        if self.minimum is not None and number < self.minimum:
            raise InputError(self.name, "too_small", shown)
        if self.kind is Kind.WHOLE:
            if not number.is_integer():
                raise InputError(self.name, "not_whole", shown)
            return int(text) if re.fullmatch(r"[+-]?\d+", text) else int(number)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def _parse_choice(self, text: str) -> str:
        wanted = text.strip().casefold()
        for option in self.options:
            if wanted in {option.value.casefold(), option.label.casefold()}:
                return option.value
        raise InputError(self.name, "unknown_option", text[:80])

    def _parse_url(self, text: str) -> str:
        if not text:
            return ""
        from urllib.parse import urlsplit  # an address is hardly ever given

        try:
            parts = urlsplit(text)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            usable = False
        # Not printable: white space, control characters, half a character.
        if not usable or " " in text or not text.isprintable():
            raise InputError(self.name, "not_a_url", text[:200])
        return text


class Model(Frozen):
    """A model hosted by Wiro.

    Attributes:
        slug: ``owner/name`` on the wire.
        title: for people.
        inputs: in the order of the form.
    """

    slug: str
    title: str
    inputs: tuple[Input, ...]

    def __iter__(self) -> Iterator[Input]:
        return iter(self.inputs)

    def __getitem__(self, name: str) -> Input:
        for entry in self.inputs:
            if entry.name == name:
                return entry
        raise KeyError(name)

    def defaults(self) -> dict[str, Value]:
        """Every input's default by wire name."""
        return {entry.name: entry.default for entry in self.inputs}

    def check(self, raw: Mapping[str, object]) -> tuple[dict[str, Value], list[InputError]]:
        """All values as they are to be sent, defaults filled in, and all that cannot be meant."""
        values: dict[str, Value] = {}
        errors: list[InputError] = []
        known = {entry.name for entry in self.inputs}
        errors.extend(InputError(name, "unknown_field") for name in raw if name not in known)
        for entry in self.inputs:
            try:
                values[entry.name] = entry.parse(raw.get(entry.name, entry.default))
            except InputError as error:
                errors.append(error)
        return values, errors
