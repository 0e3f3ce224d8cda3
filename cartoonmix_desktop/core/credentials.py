"""Who we are to Wiro."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """A Wiro project's key, with its secret when the project asks for signatures.

    Neither appears in `repr`, so neither reaches a log.

    Attributes:
        key: sent as ``x-api-key``.
        secret: signs each request; empty for key-only projects.
    """

    key: str = field(repr=False)
    secret: str = field(default="", repr=False)

    @property
    def fingerprint(self) -> str:
        """Names the account in the history without giving the key away: ``wiro-`` and 12 hex."""
        return "wiro-" + hashlib.sha256(self.key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
