"""Pictures from the hosts that outputs name, as streams of bytes.

An output's address is public to whoever holds it: it is never logged, and no header of the API is
ever sent to it. What the bytes are is for the storage to judge; here they are only counted.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import urljoin

import httpx

from cartoonmix_desktop.core.errors import (
    PictureAddressForbidden,
    PictureError,
    PictureGone,
    PictureTooLarge,
    PictureTruncated,
    PictureUnreachable,
)
from cartoonmix_desktop.wiro.transport import TROUBLE, Http, Journey, Timeouts, broke_off

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable

    from cartoonmix_desktop.core.addresses import Addresses
    from cartoonmix_desktop.core.remote import RemoteOutput

_T = TypeVar("_T")

_REDIRECTS = 3
_TRANSIENT = frozenset({408, 425, 429})  # of the 4xx, those that may succeed later


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """What one picture may take.

    Attributes:
        connect: seconds for a connection.
        largest: bytes.
        patience: seconds for any picture, besides what its size allows.
        pace: bytes a second that the size is reckoned with.
        window: seconds of waiting after which the speed is judged, and the longest silence.
        slowest: bytes a second below which a transfer is given up.
    """

    connect: float = 10.0
    largest: int = 64 * 1024 * 1024
    patience: float = 120.0
    pace: float = 32 * 1024
    window: float = 20.0
    slowest: float = 1024


class PictureSource:
    """Fetches outputs, several at a time.

    Args:
        addresses: decide which hosts are allowed.
        limits: what one picture may take.
    """

    def __init__(
        self,
        addresses: Addresses,
        *,
        limits: TransferLimits = TransferLimits(),
    ) -> None:
        self._addresses = addresses
        self._limits = limits
        self._http = Http(addresses, Timeouts(limits.connect, limits.window, limits.patience))

    async def stream(self, output: RemoteOutput) -> AsyncGenerator[bytes, None]:
        """The bytes of one output, exactly as served, in chunks of at most 256 KiB.

        The stream only ends without an error when as many bytes came as the server announced. Close
        it (`contextlib.aclosing`) when leaving early.

        Args:
            output: address and announced size.

        Raises:
            PictureAddressForbidden: its address, or one it redirects to, is not allowed.
            PictureUnreachable: the host could not be reached, broke off, or is too slow.
            PictureGone: the address has expired.
            PictureTruncated: fewer or more bytes came than announced.
            PictureTooLarge: more than any picture can have.
        """
        if output.size is not None and output.size > self._limits.largest:
            raise PictureTooLarge("announced")
        transfer = _Transfer(self._limits, output.size)
        response = await self._answer(output.url, transfer)
        try:
            transfer.expect(response)
            body = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
            async with aclosing(body) as chunks:
                while chunk := await transfer.wait(anext(chunks, b"")):
                    transfer.count(len(chunk))
                    yield chunk
            transfer.finish()
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close all connections; streams under way end in `PictureUnreachable`."""
        await self._http.aclose()

    async def _answer(self, url: str, transfer: _Transfer) -> httpx.Response:
        """The response that holds the picture, at most three redirects away; the caller closes."""
        for _ in range(_REDIRECTS + 1):
            address = self._allowed(url)
            response = await transfer.wait(self._http.send(Journey(), "GET", address))
            if response.status_code == 200:
                return response
            await response.aclose()
            if not response.has_redirect_location:
                raise _unusable(response.status_code)
            try:
                url = urljoin(address, response.headers["Location"])
            except ValueError:
                raise PictureAddressForbidden("redirect") from None
        raise PictureUnreachable("too many redirects")

    def _allowed(self, url: str) -> str:
        """``url`` as it will be asked for, which is what the policy must judge."""
        try:
            address = str(httpx.URL(url))
        except (httpx.InvalidURL, ValueError):
            raise PictureAddressForbidden("not an address") from None
        if not self._addresses.allows_picture(url) or not self._addresses.allows_picture(address):
            raise PictureAddressForbidden("foreign host")
        return address


class _Transfer:
    """Counts bytes and time of one picture and ends it when either is not as it should be.

    Only time spent waiting for the network counts: a slow disk is no fault of the host.
    """

    def __init__(self, limits: TransferLimits, announced: int | None) -> None:
        self._limits = limits
        self._expected = announced
        self._answered = False
        self._received = 0
        self._waited = 0.0
        self._window_bytes = 0
        self._window_waited = 0.0

    async def wait(self, next_part: Awaitable[_T]) -> _T:
        """Await the network within what is left of the deadline."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._deadline - self._waited):
                return await next_part
        except TROUBLE as error:
            if self._answered and broke_off(error):
                raise PictureTruncated("the host broke off") from None
            raise PictureUnreachable(type(error).__name__) from None
        finally:
            waited = time.monotonic() - began
            self._waited += waited
            self._window_waited += waited

    def expect(self, response: httpx.Response) -> None:
        """Compare what the response announces with what the task did."""
        self._answered = True
        if response.headers.get("Content-Encoding", "identity").strip() not in {"", "identity"}:
            raise PictureUnreachable("compressed, which was not asked for")
        if "Content-Length" not in response.headers:
            return
        length = int(response.headers["Content-Length"])  # checked by the transport
        if length > self._limits.largest:
            raise PictureTooLarge("announced")
        if self._expected not in {None, length}:
            raise PictureTruncated(f"{length} of {self._expected} bytes announced")
        self._expected = length

    def count(self, size: int) -> None:
        """Take note of a chunk before it is handed on."""
        self._received += size
        self._window_bytes += size
        if self._received > self._limits.largest:
            raise PictureTooLarge("received")
        if self._expected is not None and self._received > self._expected:
            raise PictureTruncated(f"more than {self._expected} bytes")
        if self._window_waited >= self._limits.window:
            if self._window_bytes < self._limits.slowest * self._window_waited:
                raise PictureUnreachable("too slow")
            self._window_bytes, self._window_waited = 0, 0.0

    def finish(self) -> None:
        """All bytes came; were they as many as announced?"""
        if self._expected not in {None, self._received}:
            raise PictureTruncated(f"{self._received} of {self._expected} bytes")

    @property
    def _deadline(self) -> float:
        return self._limits.patience + (self._expected or 0) / self._limits.pace


def _unusable(status: int) -> PictureError:
    if 400 <= status < 500 and status not in _TRANSIENT:
        return PictureGone(f"HTTP {status}")
    return PictureUnreachable(f"HTTP {status}")
