"""How requests travel: verified TLS, proxies of the system, and what became of each request.

The line that money depends on, "did a byte of the request leave?", is drawn by the transport's own
events (`Journey`), never guessed from the kind of exception.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, cast

import httpx

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.errors import NoAnswer, ProtocolError, Unreachable, WiroError
from cartoonmix_desktop.core.log import wire as _log
from cartoonmix_desktop.wiro.certificates import judge_new, tls_context
from cartoonmix_desktop.wiro.proxies import Proxies

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from cartoonmix_desktop.core.addresses import Addresses

USER_AGENT = f"CartoonMix-Desktop/{__version__}"

TROUBLE = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError, ValueError)
"""All that a request can raise for reasons outside this program."""

KEEP_IDLE = 4.0
"""Seconds; short, as a server may close an idle connection just as we ask."""

_CONNECTIONS = 20
_PROXY_ANSWERS = 10.0  # seconds for a proxy to open a way
_JUDGED_WITHIN = 10.0  # seconds for the system to say what it thinks of a certificate
_FULL_AFTER = 5.0  # seconds without a connection that are told: so many are never in use at once

for _name in ("httpx", "httpcore"):
    # They log addresses, and the address of a picture is all one needs to see it.
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Patience, in seconds.

    Attributes:
        connect: for a connection, and again for its TLS handshake.
        read: for the next bytes of an answer.
        total: for one request with its whole answer.
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0


class Http:
    """An HTTP/1.1 client that opens at its first request and never asks twice.

    No redirects, no retries, no cookies. Proxies of the environment or system are used, as they
    are when it opens, except when the API is on this computer.

    Args:
        addresses: tell whether the API is on this computer.
        timeouts: patience.
        keep: seconds that a connection is kept for the next request; 0 for none.
    """

    def __init__(
        self, addresses: Addresses, timeouts: Timeouts, *, keep: float = KEEP_IDLE
    ) -> None:
        self._use_proxies = not addresses.is_local
        self._timeouts = timeouts
        self._keep = keep
        self._proxies: Proxies | None = None
        self._clients: dict[str | None, httpx.AsyncClient] = {}  # by the proxy they go through
        self._unanswered: dict[asyncio.Timeout, asyncio.Event] = {}  # with the end of each
        self._closed = False
        self._full = False  # whether it was told that requests wait for a connection

    async def send(self, journey: Journey, method: str, url: str, **content: Any) -> httpx.Response:
        """Send one request.

        Args:
            journey: told what happens to it.
            method: e.g. ``"POST"``.
            url: where to.
            **content: ``headers``, ``content`` and ``files`` as httpx takes them.

        Returns:
            The response, its body unread; the caller closes it.

        Raises:
            Exception: any of `TROUBLE`.
        """
        client = self._open(url)
        request = client.build_request(method, url, extensions={"trace": journey}, **content)
        journey.host = request.url.host
        ended = asyncio.Event()
        watch = asyncio.get_running_loop().call_later(
            min(_FULL_AFTER, self._timeouts.total / 2), self._tell_if_full, journey
        )
        try:
            async with asyncio.timeout(None) as patience, asyncio.timeout(None) as journey.way:
                self._unanswered[patience] = ended
                return await client.send(request, stream=True, follow_redirects=False)
        except BaseException:  # cancelled, too: amid a TLS handshake httpcore would forget it
            await journey.close()
            raise
        finally:
            watch.cancel()
            self._full = self._full and not journey.begun
            self._unanswered.pop(patience, None)
            ended.set()

    async def aclose(self) -> None:
        """Close all connections; what is under way fails, later requests do not leave."""
        self._closed = True
        await self.renew()

    async def renew(self) -> None:
        """Close all connections, which may be dead without looking so; what is under way fails."""
        clients, self._clients, self._proxies = self._clients, {}, None
        unanswered, self._unanswered = self._unanswered, {}
        for patience in unanswered:
            patience.reschedule(asyncio.get_running_loop().time())
        for ended in unanswered.values():
            await ended.wait()  # a connection that is being made would outlive its client
        for client in clients.values():
            await client.aclose()

    def _tell_if_full(self, journey: Journey) -> None:
        """Note, once until requests leave again, that one still waits for a connection."""
        if not journey.begun and not self._full:
            self._full = True
            _log.warning("all %d connections are in use: requests wait for one", _CONNECTIONS)

    def _open(self, url: str) -> httpx.AsyncClient:
        """The client for an address, which is that of its proxy."""
        if self._closed:
            raise httpx.NetworkError("the client is closed")
        try:
            if self._proxies is None:
                self._proxies = Proxies(None if self._use_proxies else {})
            proxy = self._proxies.of(url)
            if (client := self._clients.get(proxy)) is None:
                client = self._clients[proxy] = self._client(proxy)
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            # A proxy of a kind or form that cannot be used; its address may hold a password.
            raise httpx.ProxyError(type(error).__name__) from None
        return client

    def _client(self, proxy: str | None) -> httpx.AsyncClient:
        timeout = httpx.Timeout(
            self._timeouts.read, connect=self._timeouts.connect, pool=self._timeouts.total
        )
        limits = httpx.Limits(
            max_connections=_CONNECTIONS,
            max_keepalive_connections=None if self._keep else 0,
            keepalive_expiry=self._keep,
        )
        try:
            verify = tls_context()
        except OSError as error:
            raise ssl.SSLError(f"no certificates: {type(error).__name__}") from None
        return httpx.AsyncClient(
            verify=verify,
            proxy=proxy,
            trust_env=False,  # it would read proxies as nobody else does
            timeout=timeout,
            limits=limits,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        )


class Journey:
    """What the transport reported of one request.

    Attributes:
        host: where the request is to go.
        begun: whether the request has a connection, or one is being made for it.
        left: whether a byte of the request itself may have left this computer.
        way: ends a request for which a proxy opens no way, or whose certificate nobody judges.
    """

    def __init__(self) -> None:
        self.way: asyncio.Timeout | None = None
        self.host = ""
        self.begun = False
        self.left = False
        self._through_proxy = False
        self._in_tls = False
        self._opened: Any = None  # the connection that was made for the request, if one was

    async def close(self) -> None:
        """Close the connection that was made for the request. Harmless when it is closed."""
        if self._opened is not None:
            await self._opened.aclose()

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        """Take one event of httpcore's ``trace`` extension."""
        self.begun = True
        if event.endswith("connect_tcp.started"):
            self._through_proxy = info["host"] != self.host.strip("[]")
        elif event.endswith("connect_tcp.complete"):
            self._opened = info["return_value"]
            if self._through_proxy:
                self._end_in(_PROXY_ANSWERS)
        elif event.endswith("start_tls.started"):
            self._in_tls = True
            self._end_in(None)
        elif event.endswith("start_tls.complete"):
            self._end_in(_JUDGED_WITHIN)
            await judge_new(event, info)
            self._end_in(None)
        elif event.endswith("send_request_headers.started"):
            # CONNECT only asks a proxy for a way; the request follows once that is there.
            self.left |= info["request"].method != b"CONNECT"

    def failure(self, operation: str, error: Exception) -> WiroError:
        """What ``error``, one of `TROUBLE`, means for the request.

        Args:
            operation: the endpoint, for the error.
            error: what was raised while it was sent or answered.
        """
        detail = f"{type(error).__name__}: {error}"[:200]
        if not self.left:
            return Unreachable(operation, reason=self._reason(error), detail=detail)
        if isinstance(error, httpx.ProtocolError) and not broke_off(error):
            return ProtocolError(operation, detail=f"not HTTP: {error}"[:200])
        return NoAnswer(operation, detail=detail)

    def _end_in(self, seconds: float | None) -> None:
        if self.way is not None:
            now = asyncio.get_running_loop().time()
            self.way.reschedule(None if seconds is None else now + seconds)

    def _reason(self, error: Exception) -> str:
        causes = tuple(_causes(error))
        if isinstance(error, httpx.ProxyError) or (self._through_proxy and not self._in_tls):
            return "proxy"
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            return "timeout"
        if any(isinstance(cause, ssl.SSLError) for cause in causes):
            return "tls"
        if any(isinstance(cause, socket.gaierror | UnicodeError) for cause in causes):
            return "dns"
        if self._in_tls:
            return "tls"
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return "refused"
        if any(isinstance(cause, TimeoutError) for cause in causes):
            return "timeout"  # the system's own patience ended before ours
        return "network"


class RequestLine:
    """What is logged of one request, once it is over.

    Attributes:
        status: of HTTP, 0 when no answer came.
        bytes: of the body that came.
        error: the kind of what went wrong.
    """

    def __init__(self, method: str, endpoint: str) -> None:
        """It begins now.

        Args:
            method: e.g. ``"POST"``.
            endpoint: its name, never an address.
        """
        self._method, self._endpoint = method, endpoint
        self._began = time.monotonic()
        self.status = self.bytes = 0
        self.error = ""

    def write(self) -> None:
        """It is over."""
        _log.debug(
            "request method=%s endpoint=%s status=%s ms=%.0f bytes=%d error=%s",
            *(self._method, self._endpoint, self.status or "none"),
            *(1000 * (time.monotonic() - self._began), self.bytes, self.error or "none"),
        )


async def chunks_of(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it comes, not unpacked; to be left through ``aclosing``.

    The response is closed before the generators beneath it are let go of: what is not read to its
    end would keep its place in the pool until the event loop has finalised them.
    """
    body = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
    try:
        async for chunk in body:
            yield chunk
    finally:
        await response.aclose()
        await body.aclose()


def broke_off(error: Exception) -> bool:
    """Whether the other side closed the connection before its answer was complete."""
    # httpcore and h11 tell this from malformed HTTP in their words alone.
    words = str(error)
    return "disconnected" in words or "closed connection" in words


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
