"""One reading of proxies, for all that goes to Wiro; and the way through a real SOCKS proxy."""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.server import serve

from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.errors import Unreachable
from cartoonmix_desktop.wiro import transport
from cartoonmix_desktop.wiro.live import LiveSocket
from cartoonmix_desktop.wiro.proxies import Proxies
from tests.unit.wiro.conftest import Server, hang, reply
from tests.unit.wiro.test_faults import GOOD as ACCEPTED
from tests.unit.wiro.test_faults import client_at, failure
from tests.unit.wiro.test_live import Socket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

API = "https://api.wiro.ai/v1/Run"
SOCKET = "wss://socket.wiro.ai/v1"
GOOD = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("told", "proxy"),
    [
        ({}, None),
        ({"https": GOOD}, GOOD),
        ({"all": GOOD}, GOOD),
        ({"http": GOOD}, None),
        ({"all": "socks://desktop.example:1080", "https": GOOD}, GOOD),
        ({"all": "socks://desktop.example:1080"}, "socks5h://desktop.example:1080"),
        ({"all": "SOCKS5://u:p%40@s.example"}, "socks5://u:p%40@s.example"),
        ({"https": "proxy.example:3128"}, GOOD),
        ({"https": "proxy.example"}, "http://proxy.example"),
        ({"https": "  "}, None),
        ({"https": "https://secure.example:443/"}, "https://secure.example:443/"),
    ],
)
def test_http_and_socket_go_the_same_way(told, proxy):
    proxies = Proxies(told)
    assert proxies.of(API) == proxy
    assert proxies.of(SOCKET) == proxy


@pytest.mark.parametrize("url", ["http://127.0.0.1:80/", "ws://[::1]:80/", "https://localhost/"])
def test_this_computer_is_asked_directly(url):
    assert Proxies({"all": GOOD, "http": GOOD, "https": GOOD}).of(url) is None


@pytest.mark.parametrize(
    "proxy", ["ftp://x", "http://", "http://[::1", "http://x:99999", "http://x:0"]
)
def test_what_is_no_proxy_is_said(proxy):
    with pytest.raises(ValueError, match=r"."):
        Proxies({"https": proxy}).of(API)


@pytest.mark.parametrize(
    ("entries", "directly"),
    [
        ("*", True),
        ("wiro.ai", True),
        (".wiro.ai", True),
        ("*.wiro.ai", True),
        ("API.Wiro.AI.", True),
        ("localhost, 10.0.0.0/8 wiro.ai", True),
        ("api.wiro.ai:443", True),
        ("https://api.wiro.ai/", True),
        ("api.wiro.ai:8443", False),
        ("iro.ai", False),
        ("i.wiro.ai", False),
        ("fe80::/10,::1/128,[::1],[fe80::]/10,[::1]:80,wiro.ai", True),
        ("fe80::/10", False),
        ("<local>;what?is/that,a:b:c,[", False),
        ("", False),
    ],
)
def test_hosts_without_a_proxy(entries, directly):
    found = Proxies({"all": GOOD, "no": entries}).of(API)
    assert (found is None) is directly


@pytest.mark.parametrize(
    ("entries", "url", "directly"),
    [
        ("10.0.0.0/8", "https://10.1.2.3/", True),
        ("10.0.0.0/8", "https://11.1.2.3/", False),
        ("10.1.2.3", "https://10.1.2.3/", True),
        ("10.1.2.3:8443", "https://10.1.2.3/", False),
        ("10.1.2.3:8443", "https://10.1.2.3:8443/", True),
        ("fe80::/10", "https://[fe80::1]/", True),
        ("[2001:db8::1]:443", "https://[2001:db8::1]/", True),
        ("2001:db8::1", "https://[2001:db8::2]/", False),
    ],
)
def test_addresses_without_a_proxy(entries, url, directly):
    assert (Proxies({"https": GOOD, "no": entries}).of(url) is None) is directly


def test_an_entry_that_is_not_understood_is_logged_once(caplog):
    caplog.set_level(logging.WARNING)
    proxies = Proxies({"https": GOOD, "no": "wiro.ai,<local>,["})
    assert proxies.of(API) is None
    assert proxies.of(API) is None
    assert [record.getMessage()[-7:] for record in caplog.records] == ["<local>", "tood: ["]


async def test_an_entry_of_one_address_stops_no_request(server, recipe, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1,[::1],fe80::/10,::1/128")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
    server.script = [reply(b"", 502)]
    async with client_at(Addresses("https://api.wiro.ai/v1")) as client:
        assert (await failure(client.run(recipe))).reason == "proxy"
    assert server.requests[0].target == "api.wiro.ai:443"


async def test_a_silent_proxy_is_told_soon(server, recipe, monkeypatch):
    monkeypatch.setattr(transport, "_PROXY_ANSWERS", 0.2)
    monkeypatch.setenv("ALL_PROXY", f"127.0.0.1:{server.port}")
    server.script = [hang]
    async with client_at(Addresses("https://api.wiro.ai/v1")) as client, asyncio.timeout(5):
        error = await failure(client.run(recipe))
    assert isinstance(error, Unreachable)
    assert error.reason == "proxy"


# --- SOCKS ---------------------------------------------------------------------------------------


class Socks:
    """A SOCKS5 proxy (RFC 1928) that leads to one port of this computer, whatever is asked for."""

    def __init__(self, leads_to: int) -> None:
        self._leads_to = leads_to
        self.asked: list[str] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            yield server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            _version, count = await reader.readexactly(2)
            await reader.readexactly(count)
            writer.write(b"\x05\x00")
            kind = (await reader.readexactly(4))[3]
            assert kind == 3, "the proxy looks the name up, not we"
            length = (await reader.readexactly(1))[0]
            name = (await reader.readexactly(length)).decode()
            port = int.from_bytes(await reader.readexactly(2), "big")
            self.asked.append(f"{name}:{port}")
            writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            there, back = await asyncio.open_connection("127.0.0.1", self._leads_to)
            copying = asyncio.create_task(_copy(there, writer))
            await _copy(reader, back)
            await copying
        writer.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(65536):
            target.write(piece)
            await target.drain()
    target.close()


@pytest.fixture
def certified(authority, monkeypatch, tmp_path):
    """A server's context for Wiro's hosts, which the program trusts."""
    authority.cert_pem.write_to_path(str(tmp_path / "company.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.wiro.ai", "socket.wiro.ai").configure_cert(context)
    return context


async def test_a_run_goes_through_socks(certified, recipe, monkeypatch):
    server = Server()
    await server.start(certified)
    server.script = [ACCEPTED]
    socks = Socks(server.port)
    async with socks.open() as port, client_at(Addresses("https://api.wiro.ai/v1")) as client:
        monkeypatch.setenv("all_proxy", f"socks://127.0.0.1:{port}")
        assert (await client.run(recipe)).task_id == "2221"
    await server.stop()
    assert socks.asked == ["api.wiro.ai:443"]


async def test_the_live_socket_goes_through_socks(certified, monkeypatch):
    there, connected = Socket(), asyncio.Event()
    live = LiveSocket("wss://socket.wiro.ai/v1", lambda _frame: None, lambda _on: connected.set())
    live.follow("one")
    async with serve(there.serve, "127.0.0.1", 0, ssl=certified) as running:
        socks = Socks(running.sockets[0].getsockname()[1])
        async with socks.open() as port:
            monkeypatch.setenv("all_proxy", f"socks://127.0.0.1:{port}")
            conversing = asyncio.create_task(live.run())
            await there.until(lambda: there.told)
            conversing.cancel()
            await asyncio.gather(conversing, return_exceptions=True)
    assert connected.is_set()
    assert socks.asked == ["socket.wiro.ai:443"]


async def test_a_socks_proxy_that_says_nothing(server, recipe, monkeypatch):
    monkeypatch.setattr(transport, "_PROXY_ANSWERS", 0.2)
    monkeypatch.setenv("all_proxy", f"socks5://127.0.0.1:{server.port}")
    server.on_connect = hang
    async with client_at(Addresses("https://api.wiro.ai/v1")) as client, asyncio.timeout(5):
        assert (await failure(client.run(recipe))).reason == "proxy"
