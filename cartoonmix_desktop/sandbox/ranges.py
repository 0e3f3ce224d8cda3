"""Files over HTTP, whole or in part. Source: RFC 9110, sections 8.8, 13 and 14."""

from __future__ import annotations

import hashlib
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping


def serve(asked: Mapping[str, str], data: bytes, media_type: str, modified: float) -> Response:
    """All of a file, or the one span that a request asks for.

    Args:
        asked: headers of the request.
        data: the file.
        media_type: of the file.
        modified: unix seconds of its last change.
    """
    headers = {
        "accept-ranges": "bytes",
        "etag": f'"{hashlib.sha256(data).hexdigest()[:32]}"',
        "last-modified": formatdate(modified, usegmt=True),
    }
    span_asked = asked.get("range")
    if asked.get("if-range") not in {None, headers["etag"], headers["last-modified"]}:
        span_asked = None  # what the client has is of another version
    if span_asked is None:
        return Response(data, 200, headers, media_type)
    span = _span(span_asked, len(data))
    if span is None:
        return Response(status_code=416, headers={"content-range": f"bytes */{len(data)}"})
    first, last = span
    headers["content-range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], 206, headers, media_type)


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a ``Range`` header with one span, None if it cannot be had."""
    unit, _, span = asked.partition("=")
    first, dash, last = span.strip().partition("-")
    if unit.strip() != "bytes" or not dash or not (first + last).isdecimal():
        return None
    start, end = (int(first), int(last or size - 1)) if first else (size - int(last), size - 1)
    start, end = max(start, 0), min(end, size - 1)
    return (start, end) if start <= end else None
