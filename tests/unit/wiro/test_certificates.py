"""The system is asked about a certificate in a thread, as it may take its time."""

from __future__ import annotations

import asyncio
import ssl
import threading
from importlib import import_module

import pytest
from websockets.asyncio.server import serve

from cartoonmix_desktop.core.errors import Unreachable, UpdateUnreachable
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.release import Channel
from cartoonmix_desktop.wiro.client import WiroClient
from cartoonmix_desktop.wiro.live import LiveSocket
from cartoonmix_desktop.wiro.releases import fetch
from tests.unit.wiro.conftest import CREDENTIALS, reply


@pytest.fixture
async def system(monkeypatch, authority, tmp_path):
    """What is asked: it answers once the event loop has gone on, and says what it is told to."""

    class System:
        answers = True
        asked = 0
        answered = asyncio.Event()

        def judge(self, _connection, server_hostname):
            assert server_hostname == "127.0.0.1"
            self.asked += 1
            gone_on = threading.Event()
            loop.call_soon_threadsafe(gone_on.set)
            if not gone_on.wait(5):
                raise AssertionError("the event loop stands still")
            loop.call_soon_threadsafe(self.answered.set)
            if not self.answers:
                raise ssl.SSLCertVerificationError("the system does not trust it")

    loop, one = asyncio.get_running_loop(), System()
    authority.cert_pem.write_to_path(str(tmp_path / "company.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
    monkeypatch.setattr(import_module("truststore._api"), "_verify_peercerts", one.judge)
    return one


async def run(server):
    client = WiroClient(CREDENTIALS, server.addresses)
    try:
        await client.run(GenerationRequest.build({"prompt": "a fox"}))
    finally:
        await client.aclose()


async def ask_for_releases(server):
    await fetch(Channel(server.origin, "https://example.org/releases", ()), 0)


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("work", [run, ask_for_releases])
async def test_requests_wait_for_the_word_of_the_system(tls_server, system, work, trusted):
    tls_server.script = [reply(b"", 500)]
    system.answers = trusted
    with pytest.raises(Exception) as caught:  # noqa: PT011  which one tells
        await work(tls_server)
    assert system.asked == 1
    assert len(tls_server.requests) == trusted
    if not trusted:
        assert isinstance(caught.value, Unreachable | UpdateUnreachable)
        assert tls_server.received == 0


@pytest.mark.parametrize("trusted", [True, False])
async def test_the_live_socket_waits_for_it(authority, system, trusted):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    told, ended = [], asyncio.Event()

    async def listen(connection):
        told.append(await connection.recv())
        ended.set()

    system.answers = trusted
    async with serve(listen, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        live = LiveSocket(f"wss://127.0.0.1:{port}/", lambda _: None, lambda _: None)
        live.follow("token")
        running = asyncio.create_task(live.run())
        if trusted:
            await asyncio.wait_for(ended.wait(), 5)
        else:
            await asyncio.wait_for(system.answered.wait(), 5)
            await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (system.asked, len(told)) == (1, trusted)


async def test_nothing_is_sent_unjudged(tls_server, system):
    from cartoonmix_desktop.wiro.certificates import tls_context

    reader, writer = await asyncio.open_connection("127.0.0.1", tls_server.port, ssl=tls_context())
    writer.write(b"a secret")
    with pytest.raises(OSError, match="not judged"):
        await reader.read()
    assert (system.asked, tls_server.received) == (0, 0)
