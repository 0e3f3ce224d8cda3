"""A batch: rows of a table, each with every value of each axis, and the names that tell them apart.

The name of a batch and the place in it stand in the uid of each task. It is unique, and on the disk
before anything is sent; journal and archives keep it. So what was done is known wherever the
history is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.errors import InputError
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.request import WRITTEN, GenerationRequest
from cartoonmix_desktop.core.sweep.axes import MOST, Axis, Misfit, wire_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RANDOM = "random"
"""As a seed: one is drawn."""

NAME_LENGTH = 16
"""Hex digits of the name of a batch, with which the uids of its tasks begin."""

_ROW_LENGTH = 28  # with those of the row; what is left counts the attempts
MOST_ATTEMPTS = 0xFFFF


class Line(Struct, frozen=True):
    """One row of a table.

    Attributes:
        number: of its line in the file, from 1.
        raw: what it tells, by wire name.
        misfit: why it cannot be used; None if it can.
    """

    number: int
    raw: Mapping[str, object]
    misfit: Misfit | InputError | None = None


class Row(Struct, frozen=True):
    """One run of a batch.

    Attributes:
        number: from 1.
        key: with which the uids of its tasks begin.
        request: what is sent; a drawn seed is always the same.
    """

    number: int
    key: str
    request: GenerationRequest

    def uid(self, attempt: int) -> str:
        """Of the task of one attempt, from 0."""
        return f"{self.key}{attempt:04x}"

    @staticmethod
    def attempt(uid: str) -> int:
        """Which attempt a task of a row is."""
        return int(uid[_ROW_LENGTH:], 16)


def batch_name(content: bytes, sweeps: Sequence[str], base: Mapping[str, object], who: str) -> str:
    """The name of a batch: the same for the same work of the same account.

    Args:
        content: of the table; empty without one.
        sweeps: as they were given.
        base: what was given for all rows.
        who: the account.
    """
    told = json.dumps(
        [hashlib.sha256(content).hexdigest(), [*sweeps], dict(base), who], sort_keys=True
    )
    return hashlib.sha256(told.encode()).hexdigest()[:NAME_LENGTH]


def read_table(content: bytes, *, jsonl: bool) -> list[Line]:
    """The rows of a table.

    Args:
        content: CSV with the names of inputs on top, or a JSON object a line; UTF-8.
        jsonl: which of the two.

    Raises:
        Misfit: it is none of UTF-8, or a column is no input.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Misfit("not_text") from None
    return list(_objects(text) if jsonl else _records(text))


def _objects(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield Line(number, _object(line))
        except Misfit as misfit:
            yield Line(number, {}, misfit)
        except (ValueError, RecursionError):
            yield Line(number, {}, Misfit("not_an_object"))


def _object(line: str) -> dict[str, object]:
    told = json.loads(line)
    if not isinstance(told, dict):
        raise Misfit("not_an_object")
    return {wire_name(name): value for name, value in told.items() if value is not None}


def _records(text: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""))
    names: list[str] = []
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:  # such as a cell of more than 128 KiB
            yield Line(number, {}, Misfit("bad_line"))
            continue
        if cells is None:
            return
        if not any(cells):
            continue
        if not names:
            names = [wire_name(cell) for cell in cells]
            if len(set(names)) < len(names):
                raise Misfit("twice", next(n for n in names if names.count(n) > 1))
        elif len(cells) > len(names):
            yield Line(number, {}, Misfit("bad_line"))
        else:
            told = zip(names, cells, strict=False)
            yield Line(number, {n: cell for n, cell in told if cell or n in WRITTEN})


def rows_of(
    name: str, lines: Sequence[Line], axes: Sequence[Axis], base: Mapping[str, object]
) -> tuple[list[Row], list[Line]]:
    """All runs, and the lines that cannot be used.

    Args:
        name: of the batch.
        lines: of the table; one that tells nothing where there is no table.
        axes: what is varied; the last one fastest.
        base: what holds where a line tells nothing else.

    Raises:
        Misfit: there are too many.
    """
    cells = math.prod(len(axis.values) for axis in axes)
    if len(lines) * cells > MOST:
        raise Misfit("too_many", value=str(len(lines) * cells))
    rows, bad = [], []
    for place, line in enumerate(lines):
        if line.misfit is not None:
            bad.append(line)
            continue
        try:
            made = [
                _row(name, place * cells + nth, _with(axes, values, {**base, **line.raw}))
                for nth, values in enumerate(product(*(axis.values for axis in axes)), 1)
            ]
        except (Misfit, InputError) as error:
            bad.append(Line(line.number, line.raw, error))
        else:
            rows += made
    return rows, bad


def _with(
    axes: Sequence[Axis], values: Sequence[str], raw: Mapping[str, object]
) -> Mapping[str, object]:
    for axis, value in zip(axes, values, strict=True):
        raw = axis.apply(raw, value)
    return raw


def _row(name: str, number: int, raw: Mapping[str, object]) -> Row:
    for entry in CARTOONMIX:
        if isinstance(raw.get(entry.name), bool | list | dict):
            raise InputError(entry.name, "not_a_value")
    told = json.dumps([number, sorted((k, str(v)) for k, v in raw.items())])
    digest = hashlib.sha256(told.encode()).hexdigest()
    if str(raw.get("seed", "")).strip() == RANDOM:
        drawn = hashlib.sha256(f"{name} {digest}".encode()).hexdigest()[:8]
        raw = {**raw, "seed": str(int(drawn, 16))}
    key = name + digest[: _ROW_LENGTH - NAME_LENGTH]
    return Row(number, key, GenerationRequest.build(raw))
