"""The live socket: hints that a task moved, the moment it does.

Frames that are missed are not repeated and a server may have no socket at all, so nothing here is
the truth and nothing that goes wrong here is an error: callers ask Task/Detail as well.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from cartoonmix_desktop.core.log import wire as _log
from cartoonmix_desktop.wiro.certificates import judge, tls_context
from cartoonmix_desktop.wiro.frames import read_frame
from cartoonmix_desktop.wiro.proxies import Proxies
from cartoonmix_desktop.wiro.transport import USER_AGENT

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from cartoonmix_desktop.core.task.remote import LiveFrame

_LARGEST_FRAME = 8 * 1024 * 1024  # bytes; Wiro's own clients take as many
_STEADY = 30.0  # seconds after which a connection counts as a success
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    ImportError,
    WebSocketException,
)  # ImportError: a SOCKS proxy

# The protocol's own logger writes frames, and with them tokens.
_silent = logging.getLogger(f"{__name__}.protocol")
_silent.setLevel(logging.CRITICAL + 1)


class _Direct(connect):
    """A connection that follows no redirect: tokens are for the address we know."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _Judged(ClientConnection):
    """A connection that says nothing before its certificate is judged."""

    async def handshake(self, *given: Any, **named: Any) -> None:
        await judge(self.transport.get_extra_info("ssl_object"))
        await super().handshake(*given, **named)


class LiveSocket:
    """One connection for all tasks that are followed.

    Args:
        url: of the socket, ``wss://`` (``ws://`` on this computer).
        on_frame: told each frame of a task; called on the event loop.
        on_connected: told whenever the connection is made or lost.
        first_delay: seconds before the first attempt to reconnect; doubled for each further one.
        longest_delay: at most this, in seconds.
    """

    def __init__(
        self,
        url: str,
        on_frame: Callable[[LiveFrame], None],
        on_connected: Callable[[bool], None],
        *,
        first_delay: float = 1.0,
        longest_delay: float = 30.0,
    ) -> None:
        self._url = url
        self._on_frame = on_frame
        self._on_connected = on_connected
        self._first_delay = first_delay
        self._longest_delay = longest_delay
        self._tokens: dict[str, None] = {}  # in the order they were followed
        self._changed = asyncio.Event()
        self._renewed = asyncio.Event()

    def follow(self, token: str) -> None:
        """Hear of a task, now and after each reconnect.

        Args:
            token: its ``socketaccesstoken``.
        """
        self._tokens[token] = None
        self._changed.set()

    def forget(self, token: str) -> None:
        """Hear no more of a task. Without any, the connection closes.

        Args:
            token: its ``socketaccesstoken``.
        """
        self._tokens.pop(token, None)
        self._changed.set()

    def reconnect(self) -> None:
        """Connect anew at once: the connection may be dead without looking so."""
        self._renewed.set()

    async def run(self) -> None:
        """Keep the connection while something is followed, until cancelled."""
        failures = 0
        while True:
            while not self._tokens:
                self._changed.clear()
                await self._changed.wait()
            self._renewed.clear()
            began = time.monotonic()
            try:
                await self._until_renewed(self._converse())
            except _BROKEN as error:
                # The tasks are polled meanwhile, and the next attempt is on its way.
                _log.debug("socket state=broken error=%s", type(error).__name__)
            if self._renewed.is_set() or not self._tokens:
                failures = 0
                continue
            failures = 0 if time.monotonic() - began > _STEADY else failures + 1
            with suppress(TimeoutError):
                async with asyncio.timeout(self._delay(failures)):
                    await self._renewed.wait()
                    failures = 0

    async def _until_renewed(self, conversation: Coroutine[object, object, None]) -> None:
        """The conversation to its end, or until it is to begin anew."""
        conversing = asyncio.create_task(conversation, name="live conversation")
        renewing = asyncio.create_task(self._renewed.wait(), name="live renewal")
        try:
            await asyncio.wait({conversing, renewing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (conversing, renewing):
                task.cancel()
            await asyncio.gather(conversing, renewing, return_exceptions=True)
        if not conversing.cancelled():
            conversing.result()

    async def _converse(self) -> None:
        """One connection, from handshake to end."""
        parts = urlsplit(self._url)
        connection = await _Direct(
            self._url,
            ssl=tls_context() if parts.scheme == "wss" else None,
            proxy=Proxies().of(self._url),
            user_agent_header=USER_AGENT,
            create_connection=_Judged,
            compression=None,
            max_size=_LARGEST_FRAME,
            close_timeout=2,
            logger=_silent,
        )
        subscribing = asyncio.create_task(self._subscribe(connection), name="live subscribe")
        try:
            _log.debug("socket state=connected tasks=%d", len(self._tokens))
            self._on_connected(True)  # noqa: FBT003 - a callback of one value
            async for message in connection:
                if isinstance(message, str) and (frame := read_frame(message)):
                    self._on_frame(frame)
        finally:
            # `_subscribe` says goodbye when nothing is left to follow. Else nobody may be there to
            # answer one, and waiting for that can be cut short with the connection still open.
            connection.transport.abort()
            subscribing.cancel()
            _log.debug("socket state=closed tasks=%d", len(self._tokens))
            self._on_connected(False)  # noqa: FBT003 - a callback of one value
            await asyncio.gather(subscribing, return_exceptions=True)

    async def _subscribe(self, connection: ClientConnection) -> None:
        """Tell the server each token once; close when none is left."""
        told: set[str] = set()
        try:
            while self._tokens:
                self._changed.clear()
                told &= self._tokens.keys()
                for token in [token for token in self._tokens if token not in told]:
                    request = {"type": "task_info", "tasktoken": token}
                    await connection.send(msgspec.json.encode(request).decode())
                    told.add(token)
                await self._changed.wait()
            await connection.close()
        except ConnectionClosed:
            return  # the reader ends with it

    def _delay(self, failures: int) -> float:
        """Seconds to wait: doubling, capped, and spread so that not all clients come at once."""
        longest = min(self._longest_delay, self._first_delay * 2.0 ** min(failures, 16))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
