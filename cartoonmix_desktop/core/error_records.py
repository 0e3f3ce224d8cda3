"""Errors as plain values, to be kept beside a task."""

from __future__ import annotations

from dataclasses import MISSING, fields
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
    facts = {f.name: getattr(error, f.name) for f in fields(error)}
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
    for field in fields(kind):
        if field.name == "balance":
            values[field.name] = amount_of(record.get(field.name))
        elif field.name in record:
            values[field.name] = record[field.name]
        elif field.default is MISSING:
            values[field.name] = 0 if field.type == "int" else ""
    return kind(**values)
