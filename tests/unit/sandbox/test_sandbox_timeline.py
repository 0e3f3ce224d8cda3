from __future__ import annotations

import pytest

from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.sandbox import timeline


def values(**changes):
    return {**CARTOONMIX.defaults(), **changes}


def test_the_default_run_takes_about_six_seconds():
    assert timeline.seconds_of(values()) == pytest.approx(6, abs=0.5)


def test_more_work_takes_longer_up_to_a_limit():
    usual = timeline.seconds_of(values())
    for more in ({"samples": 5}, {"steps": 30}, {"width": 768}):
        assert timeline.seconds_of(values(**more)) > usual
    assert timeline.seconds_of(values(samples=16, steps=150)) == 20


def test_moments_come_in_order_and_progress_ends_at_a_hundred():
    moments = list(timeline.moments(values(samples=16, steps=150)))
    shares = [moment.share for moment in moments]
    assert shares == sorted(shares)
    told = [moment for moment in moments if moment.steps]
    assert len(told) <= 101
    assert told[-1].step == told[-1].steps == 2400
    assert [timeline.status_after(moment.share) for moment in moments] == [
        moment.status for moment in moments
    ]


def test_progress_is_told_in_strings():
    moment = next(m for m in timeline.moments(values(samples=1, steps=10)) if m.step == 6)
    assert moment.message(10) == {
        "type": "progressGenerate",
        "task": "Generate",
        "percentage": "60",
        "stepCurrent": "6",
        "stepTotal": "10",
        "speed": "1.3",
        "speedType": "it/s",
        "elapsedTime": "4s",
        "remainingTime": "3s",
    }
