"""Certificates of servers, judged by the operating system and off the event loop.

Windows and macOS are asked about each certificate, and may ask the network before they answer:
seconds in which nothing else would run. truststore asks them where a handshake ends, on the thread
that makes it. Here the handshake ends without their word, and `judge` gets it from a thread; until
then nothing is read from the connection, and writing to it fails.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from concurrent.futures import Future
from typing import Any

import truststore


def tls_context() -> ssl.SSLContext:
    """A context that verifies every certificate against those of the operating system.

    Each connection of it is to be passed to `judge` before it is used.
    """
    return _Context(ssl.PROTOCOL_TLS_CLIENT)


async def judge(connection: object) -> None:
    """Wait for the system's word on the certificate of a connection.

    Args:
        connection: its ``ssl_object``; anything that is not of a context of ours is left alone.

    Raises:
        ssl.SSLError: it is not trusted.
    """
    if not isinstance(connection, _Connection):
        return
    answer: Future[None] = Future()
    answer.set_running_or_notify_cancel()  # from here on nobody can cancel it

    def ask() -> None:
        try:
            connection.judge()
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            answer.set_exception(error)
        else:
            answer.set_result(None)

    # A thread that nobody waits for: the program may end while the system still asks around.
    threading.Thread(target=ask, name="certificate", daemon=True).start()
    await asyncio.wrap_future(answer)


async def judge_new(event: str, info: dict[str, Any]) -> None:
    """Take one event of httpcore's ``trace`` extension: `judge` each connection that is made."""
    if event.endswith("start_tls.complete"):
        stream = info["return_value"]
        try:
            await judge(stream.get_extra_info("ssl_object"))
        except BaseException:  # httpcore would forget it
            await stream.aclose()
            raise


class _Context(truststore.SSLContext):
    def wrap_bio(self, *given: Any, **named: Any) -> Any:
        return _Connection(super().wrap_bio(*given, **named))


class _Connection:
    """An `ssl.SSLObject` of truststore, held back until it is judged."""

    def __init__(self, made: ssl.SSLObject) -> None:
        self._made = made
        self._judged = False

    def do_handshake(self) -> None:
        """All of the handshake but the system's word."""
        ssl.SSLObject.do_handshake(self._made)

    def judge(self) -> None:
        """Ask the system. Blocks.

        Raises:
            ssl.SSLError: it does not trust the certificate.
        """
        self._made.do_handshake()  # of truststore: nothing of it is left but that
        self._judged = True

    def read(self, *given: Any) -> Any:
        """See `ssl.SSLObject`."""
        if not self._judged:
            raise ssl.SSLWantReadError
        return self._made.read(*given)

    def write(self, data: Any) -> int:
        """See `ssl.SSLObject`."""
        if not self._judged:
            raise ssl.SSLError("the certificate was not judged")
        return self._made.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)
