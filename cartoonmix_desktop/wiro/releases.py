"""News of a release: fetched over https, bounded, believed only with the publisher's signature.

A document is JSON of two texts, ``manifest`` and ``signature``. What is signed are the very bytes
of the manifest, after a line that says what they are for: nothing that was signed for another
purpose passes, and no two readers of the JSON differ. ``packaging/sign_manifest.py`` writes it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from datetime import datetime  # noqa: TC003 - msgspec reads the annotation
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import httpx
import msgspec

from cartoonmix_desktop.core.errors import UpdateRefused, UpdateUnreachable
from cartoonmix_desktop.core.release import Release
from cartoonmix_desktop.wiro.certificates import judge_new, tls_context
from cartoonmix_desktop.wiro.proxies import Proxies
from cartoonmix_desktop.wiro.transport import TROUBLE, USER_AGENT, RequestLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.release import Channel

PURPOSE = b"CartoonMix Desktop release 1\n"
"""What stands before the signed bytes."""

LARGEST = 64 * 1024
"""Bytes of a document."""

_PATIENCE = 20.0  # seconds for all of it
_REDIRECTS = 5  # a release page passes on to where its files lie

_T = TypeVar("_T")


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    manifest: str
    signature: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")]
    size: Annotated[int, msgspec.Meta(ge=1)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class _Manifest(msgspec.Struct, forbid_unknown_fields=True):
    schema: Literal[1]
    sequence: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    version: Annotated[str, msgspec.Meta(pattern=r"^\d{1,5}\.\d{1,5}\.\d{1,5}\Z")]
    released: Annotated[datetime, msgspec.Meta(tz=True)]
    expires: Annotated[datetime, msgspec.Meta(tz=True)]
    notes: Annotated[str, msgspec.Meta(max_length=10_000)]
    files: dict[str, _File]  # by system and kind


async def fetch(channel: Channel, now: float) -> Release:
    """Ask for the newest release.

    Args:
        channel: whom to ask, and whose signature to believe.
        now: seconds since 1970.

    Raises:
        UpdateUnreachable: no document came.
        UpdateRefused: one came that is not to be believed.
    """
    line = RequestLine("GET", "release")
    try:
        async with asyncio.timeout(_PATIENCE):
            document = await _download(channel.manifest, line)
    except TROUBLE as error:
        line.error = type(error).__name__
        raise UpdateUnreachable(f"{type(error).__name__}: {error}"[:200]) from None
    finally:
        line.write()
    return believe(document, channel.keys, now)


def believe(document: bytes, keys: Sequence[bytes], now: float) -> Release:
    """Check a document from outside.

    Args:
        document: as it came.
        keys: public keys; one must fit.
        now: seconds since 1970.

    Raises:
        UpdateRefused: too large, malformed, tampered with, or expired.
    """
    if len(document) > LARGEST:
        raise UpdateRefused("too_large")
    outer = _decode(document, _Document)
    manifest = outer.manifest.encode()
    if not _is_signed(manifest, outer.signature, keys):
        raise UpdateRefused("signature")
    inner = _decode(manifest, _Manifest)
    if inner.expires.timestamp() <= now:
        raise UpdateRefused("expired", f"{inner.expires:%Y-%m-%d}")
    return Release(inner.sequence, inner.version, inner.released, inner.expires, inner.notes)


async def _only_https(request: httpx.Request) -> None:
    if request.url.scheme != "https":
        raise UpdateRefused("not_https", request.url.host)


async def _download(address: str, line: RequestLine) -> bytes:
    limits = httpx.Timeout(_PATIENCE)
    async with (
        httpx.AsyncClient(
            verify=tls_context(),
            proxy=Proxies().of(address),
            trust_env=False,
            timeout=limits,
            follow_redirects=True,
            max_redirects=_REDIRECTS,
            event_hooks={"request": [_only_https]},  # of every redirect too
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        ) as client,
        client.stream("GET", address, extensions={"trace": judge_new}) as response,
    ):
        line.status = response.status_code
        if response.status_code != httpx.codes.OK:
            raise httpx.RequestError(f"HTTP {response.status_code}")
        body = b""
        async for piece in response.aiter_raw():
            body += piece
            line.bytes += len(piece)
            if len(body) > LARGEST:
                raise UpdateRefused("too_large")
        return body


def _decode(text: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(text, type=kind, strict=True)
    except (ValueError, RecursionError) as error:  # msgspec's own, and text that is not UTF-8
        raise UpdateRefused("malformed", str(error)[:200]) from None


def _is_signed(manifest: bytes, signature: str, keys: Sequence[bytes]) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(raw, PURPOSE + manifest)
        except InvalidSignature:
            continue
        return True
    return False


def sign(manifest: bytes, private_key: bytes) -> bytes:
    """The document that `believe` takes; for the publisher and the tests.

    Args:
        manifest: JSON as the module describes it.
        private_key: 32 bytes.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    raw = Ed25519PrivateKey.from_private_bytes(private_key).sign(PURPOSE + manifest)
    signature = base64.b64encode(raw).decode()
    return msgspec.json.encode(_Document(manifest.decode(), signature))
