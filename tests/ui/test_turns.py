from __future__ import annotations

import asyncio
import time

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QTimer

from cartoonmix_desktop.ui import loop
from tests.turns import LONGEST, watched_turns


def work(seconds: float) -> None:
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass


async def in_a_coroutine() -> int:
    work(1.2 * LONGEST)
    return 0


async def in_qt_itself() -> int:
    QTimer.singleShot(0, lambda: work(1.2 * LONGEST))
    await asyncio.sleep(0.1)
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
    [(in_a_coroutine, True), (in_qt_itself, True), (in_pieces, False), (waiting, False)],
)
def test_what_fails_a_test(qapp, main, fails) -> None:
    with watched_turns(QAbstractEventDispatcher.instance()) as turns:
        loop.run(main())
    assert (turns.longest > LONGEST) is fails


async def test_every_test_here_is_watched(turns) -> None:
    await in_pieces()
    assert LONGEST / 10 < turns.longest < LONGEST
