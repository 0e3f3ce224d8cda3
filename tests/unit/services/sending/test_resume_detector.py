"""Sleep, clocks that are set, networks that change: noticed, and everything taken up at once."""

from __future__ import annotations

import asyncio
import time

import pytest

from cartoonmix_desktop.core.errors import PictureUnreachable, RateLimited
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.sending import sender as sender_module
from cartoonmix_desktop.services.sending.resume_detector import ResumeDetector, monotonic, route

pytestmark = pytest.mark.timeout(60)

HOME, CAFE, NOWHERE = ("10.0.0.2", ""), ("192.168.1.7", "fe80::7"), ("", "")


class World:
    """Clocks and networks as a test wants them."""

    def __init__(self) -> None:
        self.wall, self.clock, self.way_out = 1_800_000_000.0, 5000.0, HOME
        self.roused = 0
        self.wake = ResumeDetector(
            self._count,
            wall=lambda: self.wall,
            clock=lambda: self.clock,
            way_out=lambda: self.way_out,
        )

    def _count(self) -> None:
        self.roused += 1

    def after(self, seconds: float, *, wall: float | None = None, way_out=None) -> int:
        """How often it was told, once so much time has passed."""
        self.clock += seconds
        self.wall += seconds if wall is None else wall
        self.way_out = self.way_out if way_out is None else way_out
        before = self.roused
        self.wake.look()
        return self.roused - before


@pytest.fixture
def world():
    return World()


def test_nothing_is_told_while_time_passes_as_it_should(world):
    assert [world.after(2.0) for _ in range(100)] == [0] * 100
    assert world.after(9.0) == 0, "a busy computer"
    assert sum(world.after(2.0, wall=2.01) for _ in range(1000)) <= 10, "a clock that is corrected"


def test_sleep_is_told_once(world):
    assert world.after(3600.0) == 1
    assert world.after(2.0) == 0


def test_sleep_is_told_where_the_steady_clock_stands_still(world):
    assert world.after(2.0, wall=3600.0) == 1
    assert world.after(2.0) == 0


@pytest.mark.parametrize("jump", [-1e9, -86_400.0, -3.0, 3.0, 7200.0, 1e9])
def test_a_clock_that_is_set_is_told_once(world, jump):
    assert world.after(2.0, wall=2.0 + jump) == 1
    assert world.after(2.0) == 0


def test_another_network_is_told_and_none_is_not(world):
    assert world.after(2.0, way_out=CAFE) == 1
    assert world.after(2.0) == 0
    assert world.after(2.0, way_out=NOWHERE) == 0
    assert world.after(2.0, way_out=CAFE) == 1


def test_several_at_once_are_told_as_one(world):
    assert world.after(8 * 3600.0, wall=60.0, way_out=CAFE) == 1


async def test_it_looks_by_itself():
    told, turns = asyncio.Event(), iter(range(3))
    clock = 0.0

    async def sleep(seconds):
        nonlocal clock
        clock += seconds if next(turns, None) is not None else 100.0
        await asyncio.sleep(0)

    wake = ResumeDetector(
        told.set, wall=lambda: clock, clock=lambda: clock, way_out=lambda: HOME, sleep=sleep
    )
    watching = asyncio.create_task(wake.watch())
    await told.wait()
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


def test_the_real_clock_and_way_out():
    assert monotonic() <= monotonic()
    assert len(route()) == 2
    assert route() == route()


# --- everything at once --------------------------------------------------------------------------


def sleep_for_an_hour(bench, monkeypatch):
    seen = bench.studio.recovery._resume_detector._seen
    monkeypatch.setattr(bench.studio.recovery._resume_detector, "_seen", seen - 3600.0)
    bench.studio.recovery.look_around()


async def test_a_question_that_hangs_since_before_the_sleep_is_asked_anew(
    bench, recipe, sandbox, monkeypatch
):
    sandbox.faults([{"endpoint": "Task/Detail", "hang": True}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "accepted")
    while sandbox.faults_left():
        await bench.studio.history.state("nothing")
    sleep_for_an_hour(bench, monkeypatch)
    await bench.until_state(task.id, "kept")


async def test_a_picture_that_hangs_since_before_the_sleep_is_fetched_anew(
    bench, recipe, sandbox, monkeypatch
):
    sandbox.faults([{"endpoint": "files", "hang": True}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    await bench.until_state(task.id, "downloading")
    while sandbox.faults_left():
        await bench.studio.history.state("nothing")
    sleep_for_an_hour(bench, monkeypatch)
    await bench.until_state(task.id, "kept")


async def test_a_picture_whose_host_was_away_is_fetched_after_the_sleep(
    bench, recipe, sandbox, monkeypatch
):
    monkeypatch.setattr(
        "cartoonmix_desktop.services.sending.fetcher.backoff", lambda *_a, **_k: 0.01
    )
    sandbox.faults([{"endpoint": "files", "http": 503, "times": 3}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until(lambda: (t := bench.latest(task.id)) and t.broken and t)
    assert isinstance(done.broken[0].error, PictureUnreachable)
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    sleep_for_an_hour(bench, monkeypatch)
    await bench.until_state(task.id, "kept")


async def test_a_rest_that_ended_in_sleep_is_over(bench, recipe, monkeypatch):
    client = (await bench.studio.accounts.connection(bench.studio.accounts.name)).client
    run, now = client.run, 0.0

    async def limited(_request):
        client.run = run
        raise RateLimited("Run", 0, "", 429, retry_after=1800.0)

    monkeypatch.setattr(sender_module, "monotonic", lambda: monotonic() + now)
    client.run = limited
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: bench.states(task.id) == ["queued", "sending", "queued"])
    sleep_for_an_hour(bench, monkeypatch)  # as seen by the watch alone: the rest goes on
    await bench.studio.history.state("nothing")
    assert bench.latest(task.id).state is TaskState.QUEUED
    now = 3600.0
    sleep_for_an_hour(bench, monkeypatch)
    await bench.until_state(task.id, "kept")


@pytest.mark.parametrize("jump", [-(10.0**7), 10.0**7])
async def test_a_clock_that_is_set_by_months_holds_nothing_up(bench, recipe, monkeypatch, jump):
    real = time.time
    task = await bench.studio.tasks.generate(recipe(steps=60))
    await bench.until_state(task.id, "accepted", "running")
    monkeypatch.setattr("time.time", lambda: real() + jump)
    bench.studio.recovery.look_around()
    await bench.until_state(task.id, "kept")
    other = await bench.studio.tasks.generate(recipe())
    await bench.until_state(other.id, "kept")
