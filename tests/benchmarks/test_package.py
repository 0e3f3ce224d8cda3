"""How large the packages are, and how much slower the frozen program starts than from source."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.benchmarks.figures import Bound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.figures import Figures

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def measure() -> Iterator[Any]:
    """What the packaging measures with; its modules find one another by their folder."""
    sys.path.insert(0, str(ROOT / "packaging"))
    module = importlib.import_module("measure")
    if not module.frozen_program().exists() or not list(module.DIST.glob("*.deb")):
        pytest.skip("NOT MEASURED: nothing was built here; run make package first")
    yield module
    sys.path.remove(str(ROOT / "packaging"))


def test_size(measure: Any, figures: Figures) -> None:
    deb = next(size for name, size in measure.packed().items() if name.endswith(".deb"))
    for name, size, most in (
        ("the .deb", deb, measure.MOST_DEB),
        ("the program unpacked", measure.unpacked(), measure.MOST_UNPACKED),
    ):
        bound = Bound(times=1)
        figures.compare(name, size / 1e6, most / 1e6, "MB", bound=bound, against="what it may be")


def test_start(measure: Any, figures: Figures) -> None:
    frozen, from_source = measure.starts(7)
    figures.compare(
        "start of the frozen program",
        1000 * min(frozen),
        1000 * min(from_source),
        bound=Bound(times=measure.SLOWEST_START),
        against="the same from source, the quickest of 7 each",
    )
