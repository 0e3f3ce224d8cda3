"""How fast the command line tells recipes, beside exiftool."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.benchmarks.figures import Bound
from tests.interchange.reading import CASES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

_FILES = 1_000


def took(*command: object) -> float:
    began = time.perf_counter()
    subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def command(*files: Path) -> tuple[object, ...]:
    return sys.executable, "-m", "cartoonmix_desktop", "recipe", "--json", *files


def test_1_000_files(tmp_path: Path, figures: Any) -> None:
    if shutil.which("exiftool") is None:
        pytest.skip("NOT MEASURED: exiftool is not installed")
    pictures = sorted(CASES.glob("*.png")) + sorted(CASES.glob("*.jp*g"))
    files = [tmp_path / f"{n:04}{pictures[n % len(pictures)].suffix}" for n in range(_FILES)]
    for number, file in enumerate(files):
        shutil.copy(pictures[number % len(pictures)], file)
    figures.compare(
        "recipes of 1,000 files",
        _FILES / took(*command(*files)),
        _FILES / took("exiftool", "-json", *files),
        "files/s",
        bound=Bound(share=0.8),
        against="exiftool in one call",
    )
