"""What Windows has completed comes to the event loop, here from a port that is none."""

from __future__ import annotations

import asyncio
import threading
from queue import SimpleQueue

import pytest

from cartoonmix_desktop.ui.app.completions import CompletionPoller, settle


class Port:
    """Hands over what is put into it, each in its turn; tells how often it was asked."""

    def __init__(self):
        self.completed = SimpleQueue()
        self.asked = []

    def select(self, timeout=None):
        self.asked.append(timeout)
        return self.completed.get(timeout=5)

    def wake(self):
        self.completed.put([])


async def test_it_sleeps_until_there_is_something_and_settles_on_the_loop():
    loop, port = asyncio.get_running_loop(), Port()
    here = threading.get_ident()
    poller = CompletionPoller(
        port, port.wake, lambda found: loop.call_soon_threadsafe(settle, found)
    )
    await asyncio.sleep(0.1)
    assert port.asked == [None]

    def refuse(_transferred, _key, _overlapped):
        raise ConnectionResetError

    futures = [loop.create_future() for _ in range(5)]
    well, badly, cancelled, decided, failed = futures
    cancelled.cancel()
    decided.set_result("before")
    failed.set_exception(ValueError("before"))
    told = lambda *given: (threading.get_ident(), *given)  # noqa: E731
    port.completed.put([(future, told, 7, 0, "ov") for future in (well, *futures[2:])])
    port.completed.put([(badly, refuse, 0, 0, "ov")])
    assert await asyncio.wait_for(well, 5) == (here, 7, 0, "ov")
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(badly, 5)
    assert (cancelled.cancelled(), decided.result(), str(failed.exception())) == (
        *(True, "before"),
        "before",
    )
    poller.stop()
    assert port.asked == [None] * 3
    assert not [each for each in threading.enumerate() if each.name == "completions"]
