"""The sandbox as a process: its arguments, its listening socket, its end."""

from __future__ import annotations

import argparse
import json
import logging
import logging.handlers
import os
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from cartoonmix_desktop.sandbox.app import Sandbox
from cartoonmix_desktop.sandbox.prices import FORMS

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence
    from types import FrameType

_HOST = "127.0.0.1"
_LARGEST_FRAME = 64 * 1024  # bytes that a program may say at once to the socket
_LARGEST_LOG = 1024 * 1024  # bytes; one more file of as many is kept


class CuttableHttp(H11Protocol):
    """Gives each request, in ASGI's ``state``, a way to close the connection beneath it."""

    def __init__(self, *, app_state: dict[str, Any], **others: Any) -> None:
        super().__init__(app_state=dict(app_state), **others)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        self.app_state["cut"] = transport.close
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """Says where it listens, and ends at once: all it knows is on disk with every change."""

    def __init__(self, config: uvicorn.Config, addresses: dict[str, str]) -> None:
        super().__init__(config)
        self._addresses = addresses

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(json.dumps(self._addresses) + "\n")
        sys.stdout.flush()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        _end()


def _end() -> None:
    os._exit(0)


def _end_with_parent() -> None:
    """End when standard input closes: the one sign of a parent's death that every system gives."""
    with open(0, "rb", buffering=0, closefd=False) as stdin:
        while stdin.read(4096):
            pass
    _end()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until standard input closes or the process is told to end.

    Args:
        arguments: without the program's name; those of the command line when None.

    Returns:
        Exit code: 2 for a wrong environment.
    """
    options = _parser().parse_args(arguments)
    key = os.environ.get("CARTOONMIX_SANDBOX_KEY", "")
    if not key:
        sys.stderr.write("CARTOONMIX_SANDBOX_KEY is not set.\n")
        return 2
    options.state.mkdir(parents=True, exist_ok=True)
    listener = socket.socket()
    if os.name == "posix":  # elsewhere it would let two processes share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_HOST, options.port))
    port = listener.getsockname()[1]
    if options.log is not None:
        _log_to(options.log)
    sandbox = Sandbox(
        f"http://{_HOST}:{port}",
        key,
        os.environ.get("CARTOONMIX_SANDBOX_SECRET", ""),
        options.state,
        speed=options.speed,
        limit=options.limit,
        refuse_above=options.refuse_above,
        prices=options.prices,
        balance=options.balance,
        with_faults=options.faults,
    )
    config = uvicorn.Config(
        sandbox.build(),
        http=CuttableHttp,
        ws="websockets-sansio",
        ws_max_size=_LARGEST_FRAME,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    addresses = {
        "api": f"http://{_HOST}:{port}/v1",
        "socket": f"ws://{_HOST}:{port}/v1/socket/{sandbox.way_in}",
    }
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _Server(config, addresses).run(sockets=[listener])
    return 0


def _log_to(path: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=_LARGEST_LOG, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cartoonmix_desktop.sandbox", description="A local Wiro."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder of its journal")
    parser.add_argument("--log", type=Path, help="file of its errors; standard error if absent")
    parser.add_argument("--speed", type=float, default=1.0, help="times faster than usual")
    parser.add_argument("--limit", type=int, default=2, help="tasks that run at once")
    parser.add_argument("--refuse-above", type=int, help="unfinished tasks before code 96")
    parser.add_argument("--prices", choices=FORMS, default="none", help="how prices are told")
    parser.add_argument("--balance", default="", help="USD in the wallet; none without it")
    parser.add_argument("--faults", action="store_true", help="let tests ask for misbehaviour")
    return parser
