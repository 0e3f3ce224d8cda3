from __future__ import annotations

import asyncio
import time

import pytest

from tests.turns import LONGEST, watched_turns


def work(seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass


async def stand_still():
    asyncio.get_running_loop().call_soon(work, 1.2 * LONGEST)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def many_at_once():
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0) for _ in range(2)))
    loop = asyncio.get_running_loop()
    for _ in range(12):
        loop.call_soon(work, LONGEST / 10)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def in_pieces():
    for _ in range(12):
        work(LONGEST / 10)
        await asyncio.sleep(0)


async def all_by_the_test():
    work(1.2 * LONGEST)


async def wait():
    await asyncio.sleep(1.2 * LONGEST)
    await asyncio.to_thread(work, 1.2 * LONGEST)


@pytest.mark.long_turns  # this is what is tested
@pytest.mark.parametrize("main", [stand_still, many_at_once])
def test_a_loop_that_stands_still_fails_the_test(main):
    with watched_turns() as turns:
        asyncio.run(main())
    assert turns.longest > LONGEST
    assert "work" in turns.slowest
    with pytest.raises(pytest.fail.Exception, match="one turn of the event loop took"):
        turns.check()


@pytest.mark.parametrize("main", [in_pieces, wait, all_by_the_test])
def test_waiting_and_other_threads_do_not(main):
    with watched_turns() as turns:
        asyncio.run(main())
    turns.check()


def test_nothing_is_looked_at_afterwards():
    before = asyncio.BaseEventLoop._run_once, asyncio.Handle._run
    with watched_turns():
        assert before != (asyncio.BaseEventLoop._run_once, asyncio.Handle._run)
    assert before == (asyncio.BaseEventLoop._run_once, asyncio.Handle._run)


async def test_every_test_here_is_watched(turns):
    asyncio.get_running_loop().call_soon(work, LONGEST / 2)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert LONGEST / 2 <= turns.longest < LONGEST
