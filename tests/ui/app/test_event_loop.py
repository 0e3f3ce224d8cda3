"""The window's own event loop: what is left early is cleaned up as on asyncio's."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartoonmix_desktop.core.errors import PictureTooLarge, PictureUnreachable, ProtocolError
from cartoonmix_desktop.core.task.remote import RemoteOutput
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
    client = source._http._client
    return [] if client is None else client._transport._pool.connections


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
