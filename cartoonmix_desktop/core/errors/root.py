"""The root of the tree, and what is wrong with what a person or a program gives us."""

from __future__ import annotations

from cartoonmix_desktop.core.facts import annotated, facts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar


@annotated(eq_default=False)
class CartoonMixError(Exception):
    """The root: everything that can go wrong without a bug of ours.

    What a class annotates are its facts, given by place or by name.

    Attributes:
        FIELDS: names of the facts, those of the parent first, and their types as written.
    """

    FIELDS: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls) -> None:
        """Take note of its facts."""
        cls.FIELDS = cls.FIELDS | cls.__annotations__

    def __init__(self, *given: Any, **named: Any) -> None:
        """Take the facts.

        Raises:
            TypeError: one is missing, or is none of its class.
        """
        super().__init__(*given)
        vars(self).update(facts_of(self, given, named))

    @property
    def facts(self) -> dict[str, Any]:
        """All facts by name."""
        return {name: getattr(self, name) for name in self.FIELDS}

    def __str__(self) -> str:
        """The facts in one line, for logs."""
        facts = ", ".join(f"{name}={fact!r}" for name, fact in self.facts.items())
        return f"{type(self).__name__}({facts})"

    __repr__ = __str__


# --- bad input ------------------------------------------------------------------------------------


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


class WindowImpossible(CartoonMixError):
    """No window can be opened on this computer as it is.

    Attributes:
        reason: ``"no_display"``, ``"unreachable"``, ``"library"``, ``"platform"`` or ``"start"``.
        detail: the display, library or platform that is meant.
    """

    reason: str
    detail: str = ""
