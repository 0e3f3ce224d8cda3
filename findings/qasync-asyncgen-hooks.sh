#!/bin/sh
# qasync 0.28.0 installs no hooks for asynchronous generators (PEP 525), as asyncio's own loops do.
# What httpx reads with is generators inside generators: a response that is left early is cleaned up
# only as far as the first await, and its connection counts as in use for good. Once the pool is
# full, every further request ends in PoolTimeout, also within "async with client.stream(...)".
# Exits 0 as long as that is so: on qasync all of 20 are lost, on asyncio none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    qasync==0.28.0 httpx==0.28.1 httpcore==1.0.9 PySide6-Essentials==6.11.3
cat > "$folder/leave.py" <<'PY'
import asyncio
import sys
import warnings
from importlib.metadata import version

import httpx
import qasync
from PySide6.QtWidgets import QApplication

warnings.simplefilter("ignore")
sys.unraisablehook = lambda _: None  # "async generator ignored GeneratorExit", each time
BODY = b"x" * 1_000_000


async def serve(reader, writer):
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
        await writer.drain()
        await reader.read()
    except (OSError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=20), trust_env=False) as client:
        for _ in range(20):
            async with client.stream("GET", url) as response:
                async for _chunk in response.aiter_raw():
                    break
        await asyncio.sleep(0.2)
        lost = len(client._transport._pool.connections)
        try:
            async with client.stream("GET", url, timeout=1) as response:
                await response.aread()
            then = "answered"
        except httpx.PoolTimeout:
            then = "PoolTimeout"
    server.close()
    return lost, then


names = ("qasync", "httpx", "httpcore", "PySide6-Essentials")
print(f"python {sys.version.split()[0]},", ", ".join(f"{n} {version(n)}" for n in names))
app = QApplication([])
usual = asyncio.run(main())
ours = qasync.run(main())
print("asyncio: %d of 20 connections still in use, then %s" % usual)
print("qasync:  %d of 20 connections still in use, then %s" % ours)
sys.exit(usual != (0, "answered") or ours != (20, "PoolTimeout"))
PY
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" "$folder/leave.py"
