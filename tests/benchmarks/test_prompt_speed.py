"""How fast a letter stands in a long prompt, beside a plain field of Qt's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks.figures import Bound

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


def test_a_letter_in_a_prompt_of_10_000(scripts: Any, figures: Any) -> None:
    told = scripts.run("prompt_keys.py")
    figures.compare_times(
        "letter in a prompt of 10,000, coloured, with notes",
        told["prompt"],
        told["plain"],
        bound=Bound(times=1.5),
        against="a plain QPlainTextEdit",
    )
    figures.compare_times(
        "notes on a prompt of 10,000, after a pause",
        told["notes"],
        told["plain"],
        bound=Bound(most=50),
        against="a letter in a plain QPlainTextEdit",
    )
