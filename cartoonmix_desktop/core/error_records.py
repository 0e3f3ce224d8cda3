"""Errors as plain values, to be kept beside a task."""

from __future__ import annotations

from typing import Any

from cartoonmix_desktop.core.errors import CartoonMixError
from cartoonmix_desktop.core.money.amounts import amount_of


def every_error(root: type[CartoonMixError] = CartoonMixError) -> dict[str, type[CartoonMixError]]:
    """All classes of the tree, or of a part of it, by name."""
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= every_error(child)
    return found


def to_record(error: CartoonMixError) -> dict[str, Any]:
    """The error as JSON values; an amount is a text of its decimals."""
    facts = error.facts
    if facts.get("balance") is not None:
        facts["balance"] = f"{facts['balance']:f}"
    return {"kind": type(error).__name__} | facts


def from_record(record: dict[str, Any]) -> CartoonMixError:
    """The error that `to_record` described; fields it does not know are left out.

    A kind or a field that this version lacks becomes the nearest it can say, never an exception:
    the record may come from another version of the program.
    """
    kind = every_error().get(str(record.get("kind")), CartoonMixError)
    values: dict[str, Any] = {}
    for name, written in kind.FIELDS.items():
        if name == "balance":
            values[name] = amount_of(record.get(name))
        elif name in record:
            values[name] = record[name]
        elif not hasattr(kind, name):
            values[name] = 0 if written == "int" else ""
    return kind(**values)
