"""The live socket against a real WebSocket server that can be as rude as it likes."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from itertools import pairwise

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed
from websockets.utils import accept_key

from cartoonmix_desktop.core.task.remote import LiveFrame, Progress
from cartoonmix_desktop.wiro.live import LiveSocket
from tests.unit.wiro.conftest import Server, close, hang, reply, then

CONNECTED = json.dumps({"type": "connected", "version": "1.0"})


class Socket:
    """A server of frames: each subscription and connection is remembered and can be awaited."""

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []  # number of the connection, token
        self.connections: list = []
        self.closed = 0
        self.paths: list[str] = []
        self.news = asyncio.Condition()

    async def serve(self, connection) -> None:
        number = len(self.connections)
        self.connections.append(connection)
        await self._tell()
        try:
            await connection.send(CONNECTED)
            async for message in connection:
                request = json.loads(message)
                assert request["type"] == "task_info"
                self.told.append((number, request["tasktoken"]))
                await self._tell()
        except ConnectionClosed:
            pass  # some tests end it rudely
        finally:
            self.closed += 1
            await self._tell()

    async def until(self, condition) -> None:
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(condition)

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()


class Listener:
    """What the program heard."""

    def __init__(self) -> None:
        self.frames: list[LiveFrame] = []
        self.states: list[bool] = []
        self.news = asyncio.Event()

    def on_frame(self, frame: LiveFrame) -> None:
        self.frames.append(frame)
        self.news.set()

    def on_connected(self, state: bool) -> None:
        self.states.append(state)
        self.news.set()

    async def until(self, condition) -> None:
        async with asyncio.timeout(10):
            while not condition(self):
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def there():
    socket = Socket()
    async with serve(socket.serve, "127.0.0.1", 0) as running:
        socket.url = f"ws://127.0.0.1:{running.sockets[0].getsockname()[1]}/v1"
        yield socket


@pytest.fixture
def listener() -> Listener:
    return Listener()


def socket_to(url: str, listener: Listener) -> LiveSocket:
    return LiveSocket(
        url, listener.on_frame, listener.on_connected, first_delay=0.01, longest_delay=0.05
    )


@pytest.fixture
async def live(there, listener):
    socket = socket_to(there.url, listener)
    running = asyncio.create_task(socket.run())
    yield socket
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def expect_attempts(live: LiveSocket, monkeypatch) -> None:
    """It fails three times and is still trying."""
    attempts = []
    original = live._delay

    def delay(failures):
        attempts.append(failures)
        tried.set()
        return original(failures)

    tried = asyncio.Event()
    monkeypatch.setattr(live, "_delay", delay)
    live.follow("one")
    running = asyncio.create_task(live.run())
    async with asyncio.timeout(10):
        while len(attempts) < 3:
            tried.clear()
            await tried.wait()
    assert attempts == [1, 2, 3]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_it_connects_only_while_something_is_followed(there, listener, live):
    for _ in range(20):
        await asyncio.sleep(0)
    assert there.connections == []
    live.follow("one")
    await there.until(lambda: there.told == [(0, "one")])
    live.follow("two")
    live.follow("two")
    await there.until(lambda: len(there.told) == 2)
    live.forget("one")
    live.forget("never followed")
    assert there.closed == 0
    live.forget("two")
    await there.until(lambda: there.closed == 1)
    await listener.until(lambda it: it.states == [True, False])
    live.follow("three")
    await there.until(lambda: there.told == [(0, "one"), (0, "two"), (1, "three")])


async def test_frames_arrive(there, listener, live):
    live.follow("one")
    await there.until(lambda: there.told)
    (connection,) = there.connections
    message = {"percentage": "60", "stepCurrent": "6", "stepTotal": "10"}
    for frame in (
        {"type": "task_start", "id": "5", "tasktoken": "one", "message": None, "result": True},
        {"type": "task_output", "id": 5, "message": message},
        {"type": "task_output", "id": 5, "message": json.dumps(message)},
        {"type": "task_output", "id": 5, "message": "loading"},
        {"type": "task_of_tomorrow", "id": 5},
    ):
        await connection.send(json.dumps(frame))
    await listener.until(lambda it: len(it.frames) == 5)
    progress = Progress(60.0, 6, 10)
    assert listener.frames == [
        LiveFrame("task_start", "5", "one"),
        LiveFrame("task_output", "5", "", progress),
        LiveFrame("task_output", "5", "", progress),
        LiveFrame("task_output", "5"),
        LiveFrame("task_of_tomorrow", "5"),
    ]


async def test_garbage_is_passed_over(there, listener, live):
    live.follow("one")
    await there.until(lambda: there.told)
    (connection,) = there.connections
    for rubbish in (b"\0\1binary", "", "{", "[]", "5", "[" * 100_000, '{"type":"task_x","id":[]}'):
        await connection.send(rubbish)
    await connection.send('{"type":"task_end"}')
    await listener.until(lambda it: it.frames)
    assert listener.frames == [LiveFrame("task_end")]
    assert listener.states == [True], "all over one connection"


async def test_a_text_of_megabytes_is_read_and_those_after_it(there, live, listener):
    live.follow("a-token")
    await there.until(lambda: there.told)
    (first,) = there.connections
    log = {"type": "task_output_full", "id": "5", "message": "step\n" * (7 * 1024 * 1024 // 6)}
    await first.send(json.dumps(log))
    await first.send(json.dumps({"type": "task_end", "id": "5"}))
    await listener.until(lambda heard: len(heard.frames) == 2)
    assert [frame.status for frame in listener.frames] == ["task_output_full", "task_end"]
    assert listener.frames[0].progress is None
    assert len(there.connections) == 1


@pytest.mark.parametrize("how", ["close", "abort", "too large", "not UTF-8"])
async def test_it_comes_back_and_subscribes_again(there, listener, live, how):
    live.follow("one")
    live.follow("two")
    live.follow("three")
    live.forget("two")
    await there.until(lambda: len(there.told) == 2)
    (first,) = there.connections
    match how:
        case "close":
            await first.close()
        case "abort":
            first.transport.abort()
        case "too large":
            await first.send("x" * (8 * 1024 * 1024 + 1))
        case _:
            await first.send(b"\xff\xfe", text=True)
    await there.until(lambda: len(there.told) == 4)
    assert there.told[2:] == [(1, "one"), (1, "three")]
    await listener.until(lambda it: it.states == [True, False, True])


@pytest.mark.parametrize(
    "answer",
    [
        then(b"rubbish\r\n\r\n", close),
        then(reply(b"<html>", 200), close),
        then(reply(b"", 403), close),
        then(reply(b"", 302, Location="ws://127.0.0.1:1/"), close),
        then(b"HTTP/1.1 101 Sure\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", close),
        close,
    ],
)
async def test_no_socket_is_tried_again_and_again(server: Server, listener, answer):
    server.script = [answer]
    live = socket_to(server.addresses.socket, listener)
    live.follow("one")
    running = asyncio.create_task(live.run())
    async with asyncio.timeout(10):
        await server.staging(4)
    assert listener.states == []
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert {request.target for request in server.requests} == {"/v1"}
    assert not any("x-api-key" in request.headers for request in server.requests)


async def test_attempts_grow_apart(server: Server, listener):
    moments = []

    async def note(_reader, writer):
        moments.append(time.monotonic())
        writer.close()

    server.script = [note]
    live = LiveSocket(
        server.addresses.socket,
        listener.on_frame,
        listener.on_connected,
        first_delay=0.05,
        longest_delay=0.4,
    )
    live.follow("one")
    running = asyncio.create_task(live.run())
    async with asyncio.timeout(20):
        await server.staging(6)
    running.cancel()
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    for gap, least in zip(gaps, [0.05, 0.1, 0.2, 0.2, 0.2], strict=False):
        assert gap >= least - 0.005


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "WS_PROXY"])
async def test_loopback_never_goes_through_a_proxy(there, live, monkeypatch, variable):
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    live.follow("one")
    await there.until(lambda: there.told)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "ftp://x", "http://127.0.0.1:1"])
async def test_a_proxy_that_cannot_be_used_ends_nothing(listener, monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    await expect_attempts(socket_to("wss://socket.wiro.ai/v1", listener), monkeypatch)


async def test_a_certificate_of_a_stranger_is_refused(tls_server, listener, monkeypatch):
    url = f"wss://127.0.0.1:{tls_server.port}/v1"
    await expect_attempts(socket_to(url, listener), monkeypatch)
    assert listener.states == []
    assert tls_server.received == 0


async def test_tokens_are_not_logged(there, listener, live, caplog):
    caplog.set_level(logging.DEBUG)
    live.follow("the-token-of-a-task")
    await there.until(lambda: there.told)
    ours = [record for record in caplog.records if not record.name.startswith("websockets.server")]
    assert "the-token-of-a-task" not in "".join(record.getMessage() for record in ours)


async def test_cancelling_while_connected_closes_at_once(there, listener):
    live = socket_to(there.url, listener)
    live.follow("one")
    running = asyncio.create_task(live.run())
    await there.until(lambda: there.told)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert listener.states == [True, False]
    await there.until(lambda: there.closed == 1)


async def test_reconnecting_does_not_wait_for_who_is_gone(there, listener, live):
    live.follow("one")
    await there.until(lambda: (0, "one") in there.told)
    live.reconnect()
    await there.until(lambda: (1, "one") in there.told)
    await there.until(lambda: there.closed == 1)


async def test_reconnecting_ends_the_wait_between_attempts(there, listener):
    live = LiveSocket(there.url, listener.on_frame, listener.on_connected, first_delay=60)
    live.follow("one")
    running = asyncio.create_task(live.run())
    await there.until(lambda: (0, "one") in there.told)
    await there.connections[0].close()
    await listener.until(lambda heard: heard.states == [True, False])
    live.reconnect()
    await there.until(lambda: (1, "one") in there.told)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_reconnecting_cuts_off_a_handshake_that_nobody_answers(server, listener):
    server.script = [hang]
    live = socket_to(f"ws://127.0.0.1:{server.port}/v1", listener)
    live.follow("one")
    running = asyncio.create_task(live.run())
    await server.staging(1)
    live.reconnect()
    async with asyncio.timeout(5):
        await server.staging(2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_quitting_does_not_wait_for_a_server_that_no_longer_answers(server, listener):
    async def accept_and_hang(reader, writer):
        key = server.requests[-1].headers["sec-websocket-key"]
        head = (
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept_key(key)}"
        )
        writer.write(f"HTTP/1.1 101 Told\r\n{head}\r\n\r\n".encode())
        await reader.read()  # to the end of the connection

    server.script = [accept_and_hang]
    live = socket_to(f"ws://127.0.0.1:{server.port}/v1", listener)
    live.follow("one")
    running = asyncio.create_task(live.run())
    await listener.until(lambda heard: heard.states == [True])
    running.cancel()
    async with asyncio.timeout(1):
        with pytest.raises(asyncio.CancelledError):
            await running
    async with asyncio.timeout(5):
        await server.quiet()
