"""Which addresses the program speaks to.

https on Wiro's hosts; plain http and ws on loopback only when the API itself is on loopback, which
is how the sandbox and the tests work.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct
from msgspec.structs import force_setattr

from cartoonmix_desktop.core.errors import ConfigurationError

API_URL = "https://api.wiro.ai/v1"
SOCKET_URL = "wss://socket.wiro.ai/v1"
DASHBOARD_URL = "https://wiro.ai/panel"

# Whole labels only: ``evil.com\.wiro.ai`` is one host to us and another to a lenient reader.
_WIRO_HOST = re.compile(r"([a-z0-9-]+\.)*wiro\.ai\.?")


def is_loopback(host: str | None) -> bool:
    """Whether ``host`` (name or address) is this computer."""
    if not host:
        return False
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_wiro(host: str | None) -> bool:
    return _WIRO_HOST.fullmatch((host or "").lower()) is not None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return None
    return parts if parts.hostname and not parts.username and not parts.password else None


class Addresses(Struct, frozen=True):
    """Where the API and its live socket are; checked when made.

    Attributes:
        api: base URL without a trailing slash.
        socket: WebSocket URL.

    Raises:
        ConfigurationError: on an address that is not allowed; names the environment variable.
    """

    api: str = API_URL
    socket: str = SOCKET_URL

    def __post_init__(self) -> None:
        force_setattr(self, "api", self.api.rstrip("/"))
        _check("CARTOONMIX_API_URL", self.api, ("https", "http"), loopback_allowed=True)
        _check("CARTOONMIX_SOCKET_URL", self.socket, ("wss", "ws"), self.is_local)

    @property
    def is_local(self) -> bool:
        """Whether the API is on this computer."""
        parts = _split(self.api)
        return parts is not None and is_loopback(parts.hostname)

    def allows_picture(self, url: str) -> bool:
        """Whether an output may be fetched from ``url``."""
        parts = _split(url)
        if parts is None:
            return False
        if parts.scheme == "https" and _is_wiro(parts.hostname):
            return True
        return self.is_local and parts.scheme in {"http", "https"} and is_loopback(parts.hostname)


def _check(name: str, url: str, schemes: tuple[str, str], loopback_allowed: bool) -> None:
    parts = _split(url)
    if parts is None or parts.scheme not in schemes:
        raise ConfigurationError(name, url, "not_a_url")
    if is_loopback(parts.hostname):
        if not loopback_allowed:
            raise ConfigurationError(name, url, "foreign_host")
        return
    if parts.scheme != schemes[0]:
        raise ConfigurationError(name, url, "not_https")
    if not _is_wiro(parts.hostname):
        raise ConfigurationError(name, url, "foreign_host")
