from __future__ import annotations

import math
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.recipe.work import PastRun, work_of
from cartoonmix_desktop.services.events import TaskExpected
from cartoonmix_desktop.services.sending.estimates import expected_seconds as expected

numbers = st.integers(1, 4096)
times = st.floats(0.01, 1e5)


def run(samples=4, steps=20, width=512, height=512, model="m"):
    values = {"samples": samples, "steps": steps, "width": width, "height": height}
    return GenerationRequest(model, values)


def expected_seconds(request, past):
    return expected(request, [PastRun(other, 0.0, seconds, None) for other, seconds in past])


def test_three_runs_like_it_are_needed():
    assert expected_seconds(run(), [(run(), 6.0)] * 2) is None
    assert expected_seconds(run(), [(run(), 6.0), (run(), 9.0), (run(), 7.0)]) == 7.0


def test_twice_the_work_takes_twice_the_time():
    assert expected_seconds(run(samples=4), [(run(samples=2), 3.0)] * 3) == pytest.approx(6.0)


def test_one_slow_run_among_many_changes_nothing():
    assert expected_seconds(run(), [(run(), 6.0)] * 4 + [(run(), 600.0)]) == 6.0


def test_runs_of_quite_another_size_or_model_say_nothing():
    assert expected_seconds(run(steps=100), [(run(steps=10), 1.0)] * 9) is None
    assert expected_seconds(run(), [(run(model="other"), 6.0)] * 9) is None


def test_the_most_similar_are_heard_first():
    past = [(run(steps=40), 100.0)] * 15 + [(run(steps=20), 6.0)] * 15
    assert expected_seconds(run(steps=20), past) == 6.0


@given(numbers, numbers, st.lists(times, min_size=3, max_size=15))
def test_the_same_again_takes_the_usual_time(samples, steps, past):
    this = run(samples, steps)
    assert expected_seconds(this, [(this, s) for s in past]) == pytest.approx(median(past))


@given(numbers, st.lists(st.tuples(numbers, times), max_size=30))
def test_an_estimate_lies_among_what_it_is_made_from(steps, past):
    this = run(steps=steps)
    found = expected_seconds(this, [(run(steps=s), t) for s, t in past])
    assume(found is not None)
    scaled = [t * steps / s for s, t in past]
    assert min(scaled) * 0.999 <= found <= max(scaled) * 1.001
    assert found > 0


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(), st.booleans(), st.integers(), st.floats()),
            st.floats() | st.just(-1.0),
        ),
        max_size=20,
    )
)
def test_no_record_however_odd_is_an_error(past):
    runs = [(run(steps=steps), seconds) for steps, seconds in past]
    found = expected_seconds(run(), runs)
    assert found is None or 0 < found < math.inf


@pytest.mark.parametrize("steps", [0, -1, None, "20", True, math.nan, math.inf, 10**400])
def test_work_that_cannot_be_told(steps):
    assert work_of(run(steps=steps).values) == 0.0
    assert expected_seconds(run(steps=steps), [(run(), 6.0)] * 9) is None


async def test_the_fourth_run_of_a_kind_is_expected(bench, recipe):
    for _ in range(3):
        task = await bench.studio.tasks.generate(recipe())
        done = await bench.until_state(task.id, "kept")
    assert not [event for event in bench.told if isinstance(event, TaskExpected)]
    task = await bench.studio.tasks.generate(recipe(steps=40))
    await bench.until_state(task.id, "kept")
    [told] = [event for event in bench.told if isinstance(event, TaskExpected)]
    assert told.task_id == task.id
    assert told.seconds == pytest.approx(done.seconds * 2, rel=0.7)
    assert task.created_at <= told.began
