"""Classes whose annotations are their facts, made without `dataclasses` and msgspec.

For errors, of which there are a hundred, and for what tells the recipe of a file: to import msgspec
takes as long as that may take as a whole, and `typing` a tenth of it. All else is a msgspec
`Struct`, which is made and compared many times as fast.
"""

from __future__ import annotations

__all__ = ["Frozen", "annotated", "facts_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self
    from typing import dataclass_transform as annotated
else:

    def annotated(**_said: Any) -> Any:
        """Only type checkers want to know."""
        return lambda cls: cls


def facts_of(owner: Any, given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """The facts of an object by name, given by place or by name, without its class's own.

    Args:
        owner: the object; its ``FIELDS`` name the facts.
        given: by place.
        named: by name.

    Raises:
        TypeError: one is missing, or is none of its class.
    """
    fields, kind = owner.FIELDS, type(owner)
    facts = dict(zip(fields, given, strict=False)) | named
    missing = [name for name in fields if name not in facts and not hasattr(kind, name)]
    if missing or len(facts) < len(given) + len(named) or facts.keys() - fields.keys():
        raise TypeError(f"{kind.__name__} takes {[*fields]}, was given {facts}")
    return facts


@annotated(frozen_default=True)
class Frozen:
    """Facts that never change.

    Attributes:
        FIELDS: names of the facts, and their types as written.
    """

    FIELDS: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls) -> None:
        """Take note of its facts."""
        cls.FIELDS = cls.__annotations__

    def __init__(self, *given: Any, **named: Any) -> None:
        """Take the facts.

        Raises:
            TypeError: one is missing, or is none of its class.
        """
        vars(self).update(facts_of(self, given, named))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.FIELDS)
        return f"{type(self).__name__}({facts})"

    def but(self, **facts: Any) -> Self:
        """The same with other ``facts``."""
        return type(self)(**vars(self) | facts)

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.FIELDS)
