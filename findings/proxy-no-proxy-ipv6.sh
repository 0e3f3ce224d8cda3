#!/bin/sh
# httpx 0.28.1 and websockets 17.4 beside each other in one program read the proxy variables of the
# environment in two ways, and one well-formed entry of NO_PROXY decides whether httpx works at all:
# - NO_PROXY=fe80::/10, ::1/128 or [::1] (the forms that company set-ups and curl's manual use) make
#   the constructor of httpx.Client raise InvalidURL, for any later address; websockets takes them.
# - ALL_PROXY alone: httpx goes through it, websockets goes straight past it to wss:// addresses.
# - HTTPS_PROXY=host:port without "http://": httpx takes it, websockets raises InvalidProxy.
# Exits 0 as long as that is so. Nothing is connected to.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check httpx==0.28.1 websockets==17.4
cat > "$folder/read.py" <<'PY'
import os
import sys
from importlib.metadata import version

import httpx
from websockets.proxy import get_proxy, parse_proxy
from websockets.uri import parse_uri


def of_httpx():
    try:
        with httpx.Client() as client:
            transport = client._transport_for_url(httpx.URL("https://example.com/"))
            return "proxy" if transport is not client._transport else "direct"
    except Exception as error:
        return type(error).__name__


def of_websockets():
    try:
        proxy = get_proxy(parse_uri("wss://example.com/"))
        return "proxy" if proxy is not None and parse_proxy(proxy) else "direct"
    except Exception as error:
        return type(error).__name__


GOOD = "http://127.0.0.1:9"
EXPECTED = [
    ({"HTTPS_PROXY": GOOD}, "proxy", "proxy"),
    ({"HTTPS_PROXY": GOOD, "NO_PROXY": "fe80::/10"}, "InvalidURL", "proxy"),
    ({"HTTPS_PROXY": GOOD, "NO_PROXY": "::1/128"}, "InvalidURL", "proxy"),
    ({"HTTPS_PROXY": GOOD, "NO_PROXY": "[::1]"}, "InvalidURL", "proxy"),
    ({"ALL_PROXY": GOOD}, "proxy", "direct"),
    ({"HTTPS_PROXY": "127.0.0.1:9"}, "proxy", "InvalidProxy"),
]
print(f"python {sys.version.split()[0]}, httpx {version('httpx')}, websockets {version('websockets')}")
for name in list(os.environ):
    if name.lower().endswith("_proxy"):
        del os.environ[name]
changed = False
for given, *expected in EXPECTED:
    os.environ.update(given)
    seen = [of_httpx(), of_websockets()]
    for name in given:
        del os.environ[name]
    print(" ".join(f"{k}={v}" for k, v in given.items()), "-> httpx:", seen[0], " websockets:", seen[1])
    changed |= seen != expected
sys.exit(changed)
PY
"$folder/venv/bin/python" "$folder/read.py"
