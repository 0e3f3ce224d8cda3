"""What was raised and where, without values: what an exception says may hold a prompt or a key."""

from __future__ import annotations

import traceback

_DEEPEST = 8  # exceptions of a chain that are told


def without_values(error: BaseException | None) -> str:
    """The kinds of ``error`` and of those it came from, and the places where they were raised."""
    parts: list[str] = []
    while error is not None and len(parts) < _DEEPEST:
        kind = type(error)
        number = f" [errno {error.errno}]" if isinstance(error, OSError) else ""
        inside = getattr(error, "exceptions", ())[:_DEEPEST]  # of a group
        parts.append(
            "".join(traceback.format_tb(error.__traceback__))
            + f"{kind.__module__}.{kind.__qualname__}{number}\n"
            + "".join(f"and in it:\n{without_values(each)}" for each in inside)
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "and before that:\n".join(parts)
