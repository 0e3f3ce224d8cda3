"""The root of the tree, and what is wrong with what a person or a program gives us."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(eq=False, repr=False)
class CartoonMixError(Exception):
    """The root: everything that can go wrong without a bug of ours."""

    def __str__(self) -> str:
        """The facts in one line, for logs."""
        facts = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"{type(self).__name__}({facts})"

    __repr__ = __str__


# --- bad input ------------------------------------------------------------------------------------


@dataclass(eq=False, repr=False)
class InputError(CartoonMixError):
    """A value of the form that cannot be meant.

    Attributes:
        field: name of the input on the wire, e.g. ``"steps"``.
        reason: one of ``"empty"``, ``"not_a_number"``, ``"not_whole"``, ``"too_small"``,
            ``"unknown_option"``, ``"not_a_url"``, ``"unknown_field"``; of what came from outside
            also ``"too_long"``, ``"not_a_value"``, ``"not_from_outside"``.
        value: what was given.
    """

    field: str
    reason: str
    value: str = ""


@dataclass(eq=False, repr=False)
class RecipeUnreadable(CartoonMixError):
    """A link or file that was to be opened, and holds no recipe that can be used.

    Attributes:
        source: ``"link"``, or the name of the file.
        reason: ``"not_a_link"``, ``"other_link"``, ``"twice"``, ``"too_long"``, ``"nothing"``,
            ``"no_recipe"``, ``"newer"``, ``"other_model"``, ``"not_a_file"`` or ``"unreadable"``.
        detail: what was found instead.
    """

    source: str
    reason: str
    detail: str = ""


@dataclass(eq=False, repr=False)
class ConfigurationError(CartoonMixError):
    """An environment variable or setting that cannot be obeyed.

    Attributes:
        name: e.g. ``"CARTOONMIX_API_URL"``.
        value: what it held.
        reason: ``"not_https"``, ``"foreign_host"`` or ``"not_a_url"``.
    """

    name: str
    value: str
    reason: str


@dataclass(eq=False, repr=False)
class WindowImpossible(CartoonMixError):
    """No window can be opened on this computer as it is.

    Attributes:
        reason: ``"no_display"``, ``"unreachable"``, ``"library"``, ``"platform"`` or ``"start"``.
        detail: the display, library or platform that is meant.
    """

    reason: str
    detail: str = ""
