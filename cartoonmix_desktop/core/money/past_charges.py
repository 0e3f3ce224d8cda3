"""What a run costs, judged by what this account's own past runs were charged."""

from __future__ import annotations

import math
from decimal import Decimal
from statistics import fmean, median
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core.money.amounts import LARGEST, from_units, to_units
from cartoonmix_desktop.core.money.quote import PriceSource, Quote
from cartoonmix_desktop.core.recipe.work import FEWEST, SIMILAR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartoonmix_desktop.core.recipe.request import GenerationRequest
    from cartoonmix_desktop.core.recipe.work import PastRun

_NAMES = ("samples", "steps", "width", "height")
_LARGEST_VALUE = 10**9
_AS_GOOD = 1.5  # times the scatter of the explanation that fits best
_FITS = 0.05  # scatter that every explanation may have, of the logarithm of the charge
_LOOSEST = 0.5  # scatter with which none explains anything
_SAME = Decimal("1.1")  # explanations that are no further apart than this agree


class _Size(Struct, frozen=True):
    """What a charge may grow with."""

    samples: int
    steps: int
    pixels: int

    @property
    def factors(self) -> tuple[int, int, int]:
        """Of each explanation: every run costs the same, every picture does, all work does."""
        return 1, self.samples, self.samples * self.steps * self.pixels


class _Group(Struct, frozen=True):
    """Past runs of one size.

    Attributes:
        size: theirs.
        charge: their median charge in USD.
        logs: of the charge by each factor of the size.
        runs: how many.
        newest: unix seconds when the newest was made.
    """

    size: _Size
    charge: Decimal
    logs: tuple[float, ...]
    runs: int
    newest: float


class PastCharges:
    """Past runs of one account, ready to be asked at each keystroke."""

    def __init__(self, past: Iterable[PastRun] = ()) -> None:
        """Sort them; those whose charge is not known say nothing."""
        alike: dict[str, dict[_Size, list[tuple[Decimal, float]]]] = {}
        for run in past:
            size, charge = _size_of(run.request), run.cost
            if size is not None and charge is not None and 0 < charge <= LARGEST:
                sizes = alike.setdefault(run.request.model, {})
                sizes.setdefault(size, []).append((charge, run.made))
        self._groups = {
            model: [_group(size, found) for size, found in sizes.items()]
            for model, sizes in alike.items()
        }
        self._fitting = {model: _fitting(groups) for model, groups in self._groups.items()}

    def price(self, request: GenerationRequest) -> Quote | None:
        """What a run is expected to cost; None when fewer than three are like it.

        Runs of its very size are asked alone. Else three explanations are tried on all: that each
        run costs the same, each picture, or all work alike. What those that fit expect is told by
        runs of a similar size; where they differ on this run, the lowest is its least price.
        """
        size = _size_of(request)
        if size is None:
            return None
        groups = self._groups.get(request.model, [])
        like = [group for group in groups if group.size == size and group.runs >= FEWEST]
        if like:
            expected = [like[0].charge]
        else:
            work = size.factors[-1]
            least, most = work / SIMILAR, work * SIMILAR
            like = [group for group in groups if least <= group.size.factors[-1] <= most]
            expected = [
                median(group.charge * size.factors[i] / group.size.factors[i] for group in like)
                for i in self._fitting.get(request.model, ())
                if like
            ]
        runs = sum(group.runs for group in like)
        if runs < FEWEST or not expected:
            return None
        amount = from_units(to_units(min(expected)))
        if not 0 < amount <= LARGEST:
            return None
        at_least = max(expected) > amount * _SAME
        return Quote(amount, at_least, PriceSource.PAST, max(g.newest for g in like), runs)


def _size_of(request: GenerationRequest) -> _Size | None:
    values = [request.values.get(name) for name in _NAMES]
    whole = [v for v in values if type(v) is int and 0 < v < _LARGEST_VALUE]
    if len(whole) < len(values):
        return None
    samples, steps, width, height = whole
    return _Size(samples, steps, width * height)


def _group(size: _Size, runs: list[tuple[Decimal, float]]) -> _Group:
    charge = median(charge for charge, _made in runs)
    logs = tuple(math.log(charge) - math.log(factor) for factor in size.factors)
    return _Group(size, charge, logs, len(runs), max(made for _charge, made in runs))


def _fitting(groups: list[_Group]) -> list[int]:
    """Which explanations fit these runs, by their place among the factors."""
    scatters = []
    for logs in zip(*(group.logs for group in groups), strict=True):
        middle = median(logs)
        scatters.append(fmean(abs(log - middle) for log in logs))
    best = min(scatters)
    if best > _LOOSEST:
        return []
    return [i for i, scatter in enumerate(scatters) if scatter <= best * _AS_GOOD + _FITS]
