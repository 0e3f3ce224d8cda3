"""Requests and hashes as columns: what many have in common stands once.

The history's triggers take a request apart when it is stored (`schema`); here it is put together
again, equal in every value, type and in their order.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import UNFINISHED, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import apsw

REQUEST = (
    "task.request, (SELECT frame FROM recipe WHERE id = task.recipe), task.prompt,"
    " iif(task.request = '', task.seed, NULL)"  # of what is odd it may be no text
)
"""The columns of ``task`` that `request_of` takes."""

_MAKES_PICTURES = UNFINISHED | {TaskState.KEPT, TaskState.UNKNOWN}
"""States of a task whose pictures are kept, on their way, or may be."""

# The index alone tells of most that they are others.
_ALIKE = f"""
    SELECT id, {REQUEST} FROM task INDEXED BY task_facts
    WHERE trashed_at IS NULL
        AND seed = ?1 ->> '$.values.seed' AND samples = ?1 ->> '$.values.samples'
        AND steps = ?1 ->> '$.values.steps' AND scale = ?1 ->> '$.values.scale'
        AND account = ?2 AND state IN (SELECT value FROM json_each(?3))
        AND (prompt IS ?4 OR request <> '')
        AND (state <> 'kept' OR EXISTS (SELECT 1 FROM output
            WHERE task_id = task.id AND output.state = 'kept' AND output.trashed_at IS NULL))
    ORDER BY created_at DESC"""  # noqa: S608  ours
_HASH = re.compile("[0-9a-f]{64}")


def request_column(request: GenerationRequest) -> str:
    """A request as JSON.

    In ASCII where it must be, so that even a lone surrogate comes back as it was.
    """
    record = {"model": request.model, "values": dict(request.values)}
    written = json.dumps(record, ensure_ascii=False)
    return written if _can_be_written(written) else json.dumps(record)


def plain(column: str) -> str:
    """The JSON of an earlier version, which is all ASCII, as this one writes it."""
    try:
        written = json.dumps(json.loads(column), ensure_ascii=False)
    except (ValueError, RecursionError):
        return column
    return written if _can_be_written(written) else column


def request_of(
    request: str, frame: str | None = None, prompt: object = None, seed: object = None
) -> GenerationRequest:
    """What was stored, even if this version would not have made it: never an exception.

    Args:
        request: the request as JSON, where it is not taken apart.
        frame: the JSON of what it has in common with others.
        prompt: stands in it where the frame has one.
        seed: likewise.
    """
    if request or frame is None:
        return GenerationRequest(*_read(request))
    model, framed = _frame(frame)
    values = dict(framed)
    for name, value in (("prompt", prompt), ("seed", seed)):
        if name in values:
            values[name] = value
    return GenerationRequest(model, values)


def newest_same(
    connection: apsw.Connection, request: GenerationRequest, account: str
) -> int | None:
    """See `Ledger.same`."""
    prompt = request.values.get("prompt")
    rows: Iterable[Any] = connection.execute(
        _ALIKE,
        (
            *(request_column(request), account, json.dumps(sorted(_MAKES_PICTURES))),
            prompt.encode("utf-8", "replace").decode() if isinstance(prompt, str) else None,
        ),
    )
    return next((row[0] for row in rows if request_of(*row[1:]) == request), None)


def _read(column: str) -> tuple[str, dict[str, Any]]:
    try:
        record = json.loads(column)
    except (TypeError, ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        return "", {}
    values = record.get("values")
    return str(record.get("model", "")), values if isinstance(values, dict) else {}


@lru_cache(maxsize=256)
def _frame(column: str) -> tuple[str, Mapping[str, Any]]:
    return _read(column)


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character
        return False
    return True


def hash_column(sha256: str) -> str | bytes:
    """A hash as its 32 bytes; a text that is none, as it is."""
    return bytes.fromhex(sha256) if _HASH.fullmatch(sha256) else sha256


def hash_of(column: Any) -> str:
    """The hash in hex, of what `hash_column` made."""
    return column.hex() if isinstance(column, bytes) else str(column)
