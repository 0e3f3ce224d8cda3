"""The window's own event loop: what is left early is cleaned up as on asyncio's."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PySide6.QtCore import QEventLoop, QTimer

from cartoonmix_desktop.core.errors import PictureTooLarge, PictureUnreachable, ProtocolError
from cartoonmix_desktop.core.task.remote import RemoteOutput
from cartoonmix_desktop.ui.app.event_loop import new_loop
from cartoonmix_desktop.wiro import transport
from cartoonmix_desktop.wiro.client import LARGEST, WiroClient
from cartoonmix_desktop.wiro.pictures import PictureSource, TransferLimits
from tests.unit.wiro.conftest import CREDENTIALS, Server, close, drip, hang, reply, then

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

pytestmark = pytest.mark.timeout(60)

PICTURE = bytes(range(256)) * 2000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 512000\r\n\r\n"
OPEN_END = b"HTTP/1.1 200 OK\r\n\r\n"
LIMITS = TransferLimits(
    connect=5, largest=len(PICTURE), patience=5, pace=1e9, window=5, slowest=1e6
)
HASTY = replace(LIMITS, window=0.2)  # a busy computer must not make others too slow
ENDS = 40  # twice as many as there are connections


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    running = Server()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def source(server: Server, request: pytest.FixtureRequest) -> AsyncIterator[PictureSource]:
    ours = PictureSource(server.addresses, limits=getattr(request, "param", LIMITS))
    yield ours
    await ours.aclose()


def connections(source: Any) -> list[Any]:
    clients = source._http._clients.values()
    return [each for client in clients for each in client._transport._pool.connections]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0)


async def fetch(source: PictureSource, server: Server, size: int | None = None) -> bytes:
    got = b""
    async with source.open(RemoteOutput("1", "0.png", f"{server.origin}/0.png", size)) as delivery:
        async for chunk in delivery.chunks:
            got += chunk
    return got


async def leave_after_a_chunk(source: PictureSource, server: Server) -> None:
    wanted = RemoteOutput("1", "0.png", f"{server.origin}/0.png", None)
    async with source.open(wanted) as delivery:
        assert await anext(delivery.chunks)


async def refused_by_the_disk(source: PictureSource, server: Server) -> None:
    wanted = RemoteOutput("1", "0.png", f"{server.origin}/0.png", None)
    with contextlib.suppress(MemoryError):
        async with source.open(wanted) as delivery:
            async for _chunk in delivery.chunks:
                raise MemoryError


async def too_large(source: PictureSource, server: Server) -> None:
    with pytest.raises(PictureTooLarge):
        await fetch(source, server)


async def too_slow(source: PictureSource, server: Server) -> None:
    with pytest.raises(PictureUnreachable):
        await fetch(source, server)


async def cancelled(source: PictureSource, server: Server) -> None:
    came = asyncio.Event()

    async def reading() -> None:
        wanted = RemoteOutput("1", "0.png", f"{server.origin}/0.png", None)
        async with source.open(wanted) as delivery:
            async for _chunk in delivery.chunks:
                came.set()

    task = asyncio.create_task(reading())
    await came.wait()
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.parametrize(
    ("answer", "end", "source"),
    [
        pytest.param(then(HEAD + PICTURE[:1000], hang), leave_after_a_chunk, LIMITS, id="left"),
        pytest.param(then(HEAD + PICTURE[:1000], hang), refused_by_the_disk, LIMITS, id="disk"),
        pytest.param(then(OPEN_END + PICTURE + b"!", hang), too_large, LIMITS, id="too large"),
        pytest.param(then(HEAD, drip(PICTURE, 0.02)), too_slow, HASTY, id="too slow"),
        pytest.param(then(HEAD + PICTURE[:1000], hang), cancelled, LIMITS, id="cancelled"),
    ],
    indirect=["source"],
)
async def test_a_transfer_that_is_ended_early_gives_its_connection_back(
    server, source, answer, end
):
    server.script = [answer]
    for _ in range(ENDS // 10):
        await asyncio.gather(*(end(source, server) for _ in range(10)))
    assert connections(source) == []
    server.script = [reply(PICTURE)]
    async with asyncio.timeout(5):
        assert await fetch(source, server, len(PICTURE)) == PICTURE


@pytest.mark.parametrize("source", [TransferLimits()], indirect=True)
async def test_a_transfer_leaves_no_timers(server, source):
    data = bytes(1024**2)
    server.script = [reply(data)]
    assert len(await fetch(source, server, len(data))) == len(data)
    loop: Any = asyncio.get_running_loop()
    assert loop._timer._SimpleTimer__callbacks == {}  # Qt's: qasync has one for each timeout
    assert len(loop._scheduled) < 200


async def test_an_answer_that_is_too_large_gives_its_connection_back(server):
    client = WiroClient(CREDENTIALS, server.addresses)
    server.script = [then(OPEN_END + b" " * (LARGEST + 1), hang)]
    for _ in range(ENDS):
        with pytest.raises(ProtocolError):
            await client.detail(task_id="1")
    assert connections(client) == []
    await client.aclose()


async def test_a_generator_that_is_let_go_of_is_cleaned_up(server):
    """As httpx's own readers do: nothing but the loop ends what is beneath them."""
    server.script = [then(HEAD + PICTURE[:1000], hang)]
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=20)) as client:
        for _ in range(ENDS):
            async with client.stream("GET", server.origin, timeout=5) as response:
                async for _chunk in response.aiter_raw():
                    break
        await until(lambda: not client._transport._pool.connections)


def test_a_generator_that_is_left_open_ends_with_the_loop(qapp):
    from cartoonmix_desktop.ui.app import event_loop

    steps: list[str] = []

    async def counting() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned up")

    kept = counting()

    async def main() -> int:
        return await anext(kept)

    assert event_loop.run(main()) == 1
    assert steps == ["cleaned up"]


async def test_a_full_pool_is_told_once_and_without_an_address(server, source, monkeypatch, caplog):
    monkeypatch.setattr(transport, "_FULL_AFTER", 0.05)
    server.script = [hang]
    with caplog.at_level(logging.WARNING):
        waiting = [asyncio.create_task(fetch(source, server)) for _ in range(23)]
        await until(lambda: caplog.records)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert caplog.messages == ["all 20 connections are in use: requests wait for one"]


async def test_a_slow_answer_is_no_full_pool(server, monkeypatch, caplog):
    monkeypatch.setattr(transport, "_FULL_AFTER", 0.1)
    patient = PictureSource(server.addresses)
    server.script = [then(drip(HEAD[:20], 0.01), HEAD[20:] + PICTURE, close)]
    with caplog.at_level(logging.WARNING):
        assert await fetch(patient, server) == PICTURE
    await patient.aclose()
    assert caplog.messages == []


# --- queue, heap and timer -----------------------------------------------------------------------


async def test_nothing_is_early():
    loop = asyncio.get_running_loop()
    for wait in (0.0004, 0.003, 0.0109, 0.06, 0.4):
        due = loop.time() + wait
        await asyncio.sleep(wait)
        assert loop.time() >= due


async def test_what_is_cancelled_leaves_nothing():
    loop = asyncio.get_running_loop()
    for _ in range(5_000):
        loop.call_later(3600, print).cancel()
    assert len(loop._scheduled) < 300
    timed = asyncio.Event()
    loop.call_later(0.01, timed.set)
    async with asyncio.timeout(5):
        await timed.wait()


async def test_calls_come_in_order_and_each_once():
    loop, told = asyncio.get_running_loop(), []
    done = asyncio.Event()
    loop.call_later(0.02, told.append, "third")
    loop.call_later(0.01, told.append, "second")
    loop.call_soon(told.append, "first")
    loop.call_later(0.03, done.set)
    loop.call_later(0.015, told.append, "never").cancel()
    async with asyncio.timeout(5):
        await done.wait()
    assert told == ["first", "second", "third"]


async def test_threads_are_heard_at_once():
    loop, told = asyncio.get_running_loop(), []
    done = asyncio.Event()

    def call(number):
        for turn in range(200):
            loop.call_soon_threadsafe(told.append, (number, turn))

    async with asyncio.timeout(10):
        await asyncio.gather(*(asyncio.to_thread(call, number) for number in range(4)))
        loop.call_soon_threadsafe(done.set)
        await done.wait()
    assert [[turn for n, turn in told if n == number] for number in range(4)] == [
        list(range(200))
    ] * 4


async def test_a_loop_within_a_call_goes_on_with_what_is_ready():
    """As a native dialog runs one."""
    loop, told = asyncio.get_running_loop(), []
    inner = QEventLoop()
    done = asyncio.Event()

    def nest():
        loop.call_soon(told.append, "made within")
        loop.call_later(0.01, inner.quit)
        inner.exec()
        told.append("after")
        done.set()

    loop.call_soon(nest)
    loop.call_soon(told.append, "ready before")
    async with asyncio.timeout(5):
        await done.wait()
    assert told == ["ready before", "made within", "after"]


async def test_much_that_is_ready_does_not_hold_up_the_window():
    loop, longest = asyncio.get_running_loop(), 0.0
    last = time.process_time()

    def look():
        nonlocal longest, last
        now = time.process_time()
        longest, last = max(longest, now - last), now

    timer = QTimer(interval=0)
    timer.timeout.connect(look)
    timer.start()
    for _ in range(200):
        loop.call_soon(sum, range(100_000))  # a millisecond or more
    done = asyncio.Event()
    loop.call_soon(done.set)
    async with asyncio.timeout(30):
        await done.wait()
    timer.stop()
    assert longest < 0.1


def test_nothing_runs_while_no_loop_does(qapp):
    told = []
    loop = new_loop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:

        async def main():
            loop.call_later(0.001, told.append, asyncio.current_task())
            loop.call_soon(told.append, "soon")

        runner.run(main())
        for _ in range(20):
            qapp.processEvents()
            time.sleep(0.001)
        assert told == ["soon"] or not told

        async def again():
            await asyncio.sleep(0.01)

        runner.run(again())
        assert len(told) == 2
