"""A server of raw bytes: it answers exactly what a test says and remembers what it received."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import ssl
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.wiro.client import WiroClient
from cartoonmix_desktop.wiro.transport import Timeouts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Act = bytes | Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CREDENTIALS = Credentials("the-key", "the-secret")
PATIENT = Timeouts(connect=10.0, read=10.0, total=20.0)
QUICK = Timeouts(connect=1.0, read=0.3, total=1.0)


def reply(body: object, status: int = 200, **headers: str) -> bytes:
    """A whole HTTP answer; ``body`` is bytes, or becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    fields = {"Content-Length": str(len(content))} | names
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Told\r\n{lines}\r\n".encode() + content


def refused(code: object, message: str, status: int = 200, **headers: str) -> bytes:
    errors = [{"code": code, "message": message}]
    return reply({"result": False, "errors": errors}, status, **headers)


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End the connection with RST."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End the connection with FIN."""
    writer.close()


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Say nothing until the client leaves."""
    await reader.read()


def then(*acts: Act) -> Act:
    """Several acts, one after the other."""

    async def all_of_them(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for act in acts:
            await perform(act, reader, writer)

    return all_of_them


def drip(data: bytes, pause: float) -> Act:
    """One byte at a time."""

    async def slowly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause)

    return slowly


async def perform(act: Act, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if isinstance(act, bytes):
        writer.write(act)
        await writer.drain()
    else:
        await act(reader, writer)


@dataclass
class Received:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """Each request takes the next act of the script; the last is repeated."""

    def __init__(self) -> None:
        self.script: list[Act] = []
        self.on_connect: Act | None = None
        self.requests: list[Received] = []
        self.connections = 0
        self.received = 0  # bytes, over all connections
        self.port = 0
        self._news = asyncio.Condition()
        self._secure = False
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def origin(self) -> str:
        return f"http{'s' if self._secure else ''}://127.0.0.1:{self.port}"

    @property
    def addresses(self) -> Addresses:
        return Addresses(f"{self.origin}/v1", f"ws://127.0.0.1:{self.port}/v1")

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._secure = tls is not None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def staging(self, count: int) -> None:
        """Wait until so many requests have come."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.requests) >= count)

    async def quiet(self) -> None:
        """Wait until the server has closed all its connections."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            if self.on_connect is not None:
                await perform(self.on_connect, reader, writer)
            while not writer.is_closing():
                self.requests.append(await self._request(reader))
                async with self._news:
                    self._news.notify_all()
                act = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                await perform(act, reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _request(self, reader: asyncio.StreamReader) -> Received:
        first = await reader.readexactly(1)
        head = first + await reader.readuntil(b"\r\n\r\n")
        self.received += len(head)
        start, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("transfer-encoding") == "chunked":
            body = await reader.readuntil(b"0\r\n\r\n")
        self.received += len(body)
        method, target, _ = re.split(" ", start)
        return Received(method, target, headers, body)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A raw server on loopback."""
    running = Server()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Signs certificates that only a test may trust."""
    return trustme.CA()


@pytest.fixture
async def tls_server(authority: trustme.CA) -> AsyncIterator[Server]:
    """The same with a certificate of `authority`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    running = Server()
    await running.start(context)
    yield running
    await running.stop()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[WiroClient]:
    """A client of the raw server."""
    ours = WiroClient(CREDENTIALS, server.addresses, timeouts=PATIENT)
    yield ours
    await ours.aclose()


@pytest.fixture
async def hasty_client(server: Server) -> AsyncIterator[WiroClient]:
    """A client of the raw server with little patience."""
    ours = WiroClient(CREDENTIALS, server.addresses, timeouts=QUICK)
    yield ours
    await ours.aclose()


@pytest.fixture
def recipe() -> GenerationRequest:
    return GenerationRequest.build({"prompt": "a wizard cat ✨", "scale": 7.5})
