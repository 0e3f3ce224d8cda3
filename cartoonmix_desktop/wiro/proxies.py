"""Which proxy a request goes through: environment and system, read once for HTTP and WebSocket.

httpx and websockets each read the environment in a way of their own: what one takes the other
passes by, and a single entry of ``NO_PROXY`` can stop every request. Here an entry that cannot be
understood is passed over, and said in the log.
"""

from __future__ import annotations

import ipaddress
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from cartoonmix_desktop.core.addresses import is_loopback
from cartoonmix_desktop.core.log import wire as _log

if TYPE_CHECKING:
    from collections.abc import Mapping

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SECURE = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_KINDS = {
    **{kind: kind for kind in ("http", "https", "socks5", "socks5h")},
    "socks": "socks5h",  # what desktops write; all of them speak version 5 by now
}
_NAME = re.compile(r"[\w.-]+")


class Proxies:
    """What environment and system said when it was made.

    Args:
        told: kind of address (``"https"``, ``"all"``, …) to proxy, and under ``"no"`` the hosts
            that are asked without one; None asks environment and system.
    """

    def __init__(self, told: Mapping[str, str] | None = None) -> None:
        self._told = dict(getproxies()) if told is None else told
        self._by_system = told is None and "no" not in self._told and sys.platform != "linux"
        self._bypassed = _Bypassed(self._told.get("no", ""))

    def of(self, url: str) -> str | None:
        """The proxy for an address.

        Args:
            url: ``http``, ``https``, ``ws`` or ``wss``.

        Returns:
            The proxy's own address, one of `_KINDS`; None to go there directly. It may hold a
            password.

        Raises:
            ValueError: a proxy is set for it that cannot be used.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        kind = _SECURE[parts.scheme]
        proxy = self._told.get(kind, "").strip() or self._told.get("all", "").strip()
        if not proxy or is_loopback(host):
            return None
        if self._bypassed.holds(host, parts.port or (443 if kind == "https" else 80)):
            return None
        if self._by_system and proxy_bypass(host):
            return None
        return _address_of(proxy)


def _address_of(proxy: str) -> str:
    """A proxy's address with the kind that it lacks, or that goes by another name."""
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    scheme, rest = proxy.split("://", 1)
    kind = _KINDS.get(scheme.lower())
    if kind is None:
        msg = f"a proxy of kind {scheme[:20]!r}"
        raise ValueError(msg)
    address = f"{kind}://{rest}"
    parts = urlsplit(address)
    if not parts.hostname or parts.port == 0:  # reading the port checks it
        msg = "a proxy without a host"
        raise ValueError(msg)
    return address


class _Bypassed:
    """The hosts of ``NO_PROXY``: names with all that ends so, addresses, networks; ``*`` is all."""

    def __init__(self, entries: str) -> None:
        self._all = False
        self._names: set[tuple[str, int | None]] = set()
        self._networks: list[tuple[Network, int | None]] = []
        for entry in re.split(r"[,;\s]+", entries):
            if entry and not self._take(entry):
                _log.warning("an entry of NO_PROXY is not understood: %.80s", entry)

    def _take(self, entry: str) -> bool:
        if entry == "*":
            self._all = True
            return True
        entry = entry.rpartition("://")[2].rstrip("/") if "://" in entry else entry
        host, port = entry, None
        found = re.fullmatch(r"(\[[^\]]*\](?:/\d+)?|[^:\[\]]+)(?::(\d{1,5}))?", entry)
        if found:
            host, port = found[1], int(found[2]) if found[2] else None
        with suppress(ValueError):
            address = host.replace("[", "").replace("]", "")
            self._networks.append((ipaddress.ip_network(address, strict=False), port))
            return True
        name = host.removeprefix("*").removeprefix(".").rstrip(".").lower()
        if not _NAME.fullmatch(name):
            return False
        self._names.add((name, port))
        return True

    def holds(self, host: str, port: int) -> bool:
        """Whether a host is asked directly."""
        if self._all:
            return True
        with suppress(ValueError):
            address = ipaddress.ip_address(host)
            return any(
                only in {None, port} and network.version == address.version and address in network
                for network, only in self._networks
            )
        labels = host.rstrip(".").lower().split(".")
        ends = [".".join(labels[at:]) for at in range(len(labels))]
        return any((end, only) in self._names for end in ends for only in (None, port))
