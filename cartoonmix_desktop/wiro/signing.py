"""Who we are, on each request.

Source: the model's page at Wiro, "Header Prepare": the signature is the HMAC-SHA256 of secret and
nonce, one after the other, under the API key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartoonmix_desktop.core.credentials import Credentials


def headers(credentials: Credentials, nonce: str | None = None) -> dict[str, str]:
    """The headers that authenticate one request.

    Args:
        credentials: the key alone, or key and secret.
        nonce: for tests; a new random integer by default, as requests may fall in one second.

    Returns:
        ``x-api-key``, and for a project with a secret ``x-nonce`` and ``x-signature`` (64
        lower-case hex digits).
    """
    if not credentials.secret:
        return {"x-api-key": credentials.key}
    nonce = nonce or str(secrets.randbelow(10**15))
    signature = hmac.new(_utf8(credentials.key), _utf8(credentials.secret + nonce), hashlib.sha256)
    return {"x-api-key": credentials.key, "x-nonce": nonce, "x-signature": signature.hexdigest()}


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a pasted lone surrogate is refused by the server
