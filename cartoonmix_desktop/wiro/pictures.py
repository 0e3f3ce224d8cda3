"""Pictures from the hosts that outputs name, as streams of bytes.

An output's address is public to whoever holds it: it is never logged, and no header of the API is
ever sent to it. What the bytes are is for the storage to judge; here they are only counted.
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
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
from cartoonmix_desktop.core.task.resumable_download import Download
from cartoonmix_desktop.wiro.transport import (
    TROUBLE,
    Http,
    Journey,
    RequestLine,
    Timeouts,
    broke_off,
    chunks_of,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Mapping

    from cartoonmix_desktop.core.addresses import Addresses
    from cartoonmix_desktop.core.task.remote import RemoteOutput
    from cartoonmix_desktop.core.task.resumable_download import PartReceived

_T = TypeVar("_T")

_REDIRECTS = 3
_KEEP = 60.0  # seconds: the next task ends soon, and a picture that breaks off is asked for again
_TRANSIENT = frozenset({408, 425, 429})  # of the 4xx, those that may succeed later
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT})
_PARTIAL = HTTPStatus.PARTIAL_CONTENT
_RANGE_REFUSED = frozenset({400, 412, 416, 501})  # to a request for the rest: ask for all
_SPAN = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_STRONG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
_DATE = re.compile(r"[A-Za-z0-9,: +-]{1,60}")
_SETTLED = timedelta(seconds=1)  # what was changed within the second of an answer may change again


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
        self._http = Http(
            addresses, Timeouts(limits.connect, limits.window, limits.patience), keep=_KEEP
        )

    @asynccontextmanager
    async def open(
        self, output: RemoteOutput, part: PartReceived | None = None
    ) -> AsyncGenerator[Download, None]:
        """The bytes of one output, exactly as served, in chunks of at most 256 KiB.

        The chunks only end without an error when as many bytes came as HTTP says. What else is
        said of them is not held against them: another size that the task told, another status of
        success, a type, an encoding that was not asked for.

        Args:
            output: address, and the size that the task told.
            part: what is already here. The host is asked for the rest; unless it offers exactly
                that, of this very version, the delivery starts at 0 again.

        Raises:
            PictureAddressForbidden: its address, or one it redirects to, is not allowed.
            PictureUnreachable: the host could not be reached, broke off, or is too slow.
            PictureGone: the address has expired.
            PictureTruncated: fewer bytes came than HTTP announced, or more than were missing.
            PictureTooLarge: more than any picture can have.
        """
        transfer = _Transfer(self._limits, output.size)
        with closing(transfer):
            response = await self._answer(output.url, transfer, _asking_for_the_rest(part))
            try:
                if part is not None and response.status_code in _RANGE_REFUSED | {_PARTIAL}:
                    if not _continues(response, part):
                        part = None
                        await response.aclose()
                        response = await self._answer(output.url, transfer, {})
                else:
                    part = None
                if not response.is_success or response.status_code in _BODILESS:
                    raise _unusable(response.status_code)
                transfer.expect(response, part)
                async with aclosing(_chunks(response, transfer)) as chunks:
                    yield Download(
                        transfer.start, transfer.total, _validator_of(response.headers), chunks
                    )
            finally:
                await response.aclose()

    async def renew(self) -> None:
        """Begin with new connections; deliveries under way end in `PictureUnreachable`."""
        await self._http.renew()

    async def aclose(self) -> None:
        """Close all connections; streams under way end in `PictureUnreachable`."""
        await self._http.aclose()

    async def _answer(
        self, url: str, transfer: _Transfer, headers: dict[str, str]
    ) -> httpx.Response:
        """What is at most three redirects away, whatever its status; the caller closes it."""
        for _ in range(_REDIRECTS + 1):
            address = self._allowed(url)
            transfer.begin_request()
            response = await transfer.wait(
                self._http.send(Journey(), "GET", address, headers=headers)
            )
            transfer.line.status = response.status_code
            if not response.has_redirect_location:
                return response
            await response.aclose()
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

    def __init__(self, limits: TransferLimits, told: int | None) -> None:
        self._limits = limits
        self.total = self._likely(told)
        self.start = 0
        self._exact: int | None = None  # what must come, where the body itself does not say it
        self._answered = False
        self._received = 0
        self._waited = 0.0
        self._window_bytes = 0
        self._window_waited = 0.0
        self.line = RequestLine("GET", "picture")  # of the request that is under way
        self._asking = False

    def begin_request(self) -> None:
        """Another request begins, and the one before it is over."""
        self.close()
        self.line = RequestLine("GET", "picture")
        self._asking = True

    def close(self) -> None:
        """The request is over, if there is one."""
        if self._asking:
            self._asking = False
            self.line.write()

    async def wait(self, next_part: Awaitable[_T]) -> _T:
        """Await the network within what is left of the deadline."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._deadline - self._waited):
                return await next_part
        except TROUBLE as error:
            self.line.error = type(error).__name__
            if self._answered and broke_off(error):
                raise PictureTruncated("the host broke off") from None
            raise PictureUnreachable(type(error).__name__) from None
        except asyncio.CancelledError:
            self.line.error = "cancelled"
            raise
        finally:
            waited = time.monotonic() - began
            self._waited += waited
            self._window_waited += waited

    def expect(self, response: httpx.Response, part: PartReceived | None) -> None:
        """Take note of what the response announces, in place of what the task told.

        Args:
            response: a success; with a part, already found to continue it.
            part: what is here already.
        """
        self._answered = True
        if part is not None:
            self.start = self._received = part.size
            self.total = self._exact = part.total
        elif "Content-Length" in response.headers:  # which the transport holds the body to
            self.total = self._likely(int(response.headers["Content-Length"]))

    def count(self, size: int) -> None:
        """Take note of a chunk before it is handed on."""
        self._received += size
        self.line.bytes += size
        self._window_bytes += size
        if self._received > self._limits.largest:
            raise PictureTooLarge("received")
        if self._exact is not None and self._received > self._exact:
            raise PictureTruncated(f"more than {self._exact} bytes")
        if self._window_waited >= self._limits.window:
            if self._window_bytes < self._limits.slowest * self._window_waited:
                raise PictureUnreachable("too slow")
            self._window_bytes, self._window_waited = 0, 0.0

    def finish(self) -> None:
        """The body came to its end; is it the rest that was missing?"""
        if self._exact not in {None, self._received}:
            raise PictureTruncated(f"{self._received} of {self._exact} bytes")

    def _likely(self, size: int | None) -> int | None:
        """A size that somebody tells: none may be so large, and neither time nor room is given."""
        return size if size is not None and 0 < size <= self._limits.largest else None

    @property
    def _deadline(self) -> float:
        return self._limits.patience + ((self.total or 0) - self.start) / self._limits.pace


async def _chunks(response: httpx.Response, transfer: _Transfer) -> AsyncGenerator[bytes, None]:
    async with aclosing(chunks_of(response)) as chunks:
        while chunk := await transfer.wait(anext(chunks, b"")):
            transfer.count(len(chunk))
            yield chunk
    transfer.finish()


def _validator_of(headers: Mapping[str, str]) -> str:
    """What names this version of a picture, if its rest can be asked for later; else empty.

    Only what proves that not one byte differs: a strong entity tag, or a date that had passed when
    the answer was made (RFC 9110, 8.8).
    """
    if (
        headers.get("Accept-Ranges", "").strip().lower() != "bytes"
        and "Content-Range" not in headers
    ):
        return ""
    if "ETag" in headers:
        tag = headers["ETag"]
        return tag if _STRONG.fullmatch(tag) else ""
    modified = headers.get("Last-Modified", "")
    try:
        age = parsedate_to_datetime(headers["Date"]) - parsedate_to_datetime(modified)
    except (KeyError, ValueError, TypeError, OverflowError):
        return ""
    return modified if _DATE.fullmatch(modified) and age >= _SETTLED else ""


def _continues(response: httpx.Response, part: PartReceived) -> bool:
    """Whether an answer holds exactly what is missing, of the version that is here in part."""
    headers = response.headers
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if response.status_code != _PARTIAL or encoding not in {"", "identity"}:
        return False
    here = "ETag" if part.validator.startswith('"') else "Last-Modified"
    if headers.get(here, part.validator) != part.validator:
        return False
    if headers.get("Content-Length", str(part.total - part.size)) != str(part.total - part.size):
        return False
    span = _SPAN.fullmatch(headers.get("Content-Range", "").strip())
    wanted = (part.size, part.total - 1, part.total)
    return span is not None and tuple(map(int, span.groups())) == wanted


def _asking_for_the_rest(part: PartReceived | None) -> dict[str, str]:
    if part is None:
        return {}
    return {"Range": f"bytes={part.size}-", "If-Range": part.validator}


def _unusable(status: int) -> PictureError:
    if 400 <= status < 500 and status not in _TRANSIENT:
        return PictureGone(f"HTTP {status}")
    return PictureUnreachable(f"HTTP {status}")
