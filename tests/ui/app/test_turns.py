from __future__ import annotations

import asyncio
import time

import pytest

from cartoonmix_desktop.ui.app import event_loop
from tests.turns import LONGEST, watched_turns


def work(seconds: float) -> None:
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass


async def in_a_callback() -> int:
    asyncio.get_running_loop().call_soon(work, 1.2 * LONGEST)
    await asyncio.sleep(0.05)
    return 0


async def all_by_the_test() -> int:
    work(1.2 * LONGEST)
    return 0


async def in_pieces() -> int:
    for _ in range(12):
        work(LONGEST / 10)
        await asyncio.sleep(0)
    return 0


async def waiting() -> int:
    await asyncio.sleep(1.2 * LONGEST)
    await asyncio.to_thread(work, 1.2 * LONGEST)
    return 0


@pytest.mark.parametrize(
    ("main", "fails"),
    [(in_a_callback, True), (all_by_the_test, False), (in_pieces, False), (waiting, False)],
)
def test_what_fails_a_test(qapp, main, fails) -> None:
    with watched_turns() as turns:
        event_loop.run(main())
    assert (turns.longest > LONGEST) is fails


async def test_every_test_here_is_watched(turns) -> None:
    asyncio.get_running_loop().call_soon(work, LONGEST / 2)
    await asyncio.sleep(0.05)
    assert LONGEST / 2 <= turns.longest < LONGEST
