"""Starts the local sandbox when it is first needed, as a process that ends with this one."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.addresses import Addresses
from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.errors import SandboxFailed
from cartoonmix_desktop.core.surroundings import of_sandbox
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.held_files import delete

if TYPE_CHECKING:
    from cartoonmix_desktop.storage.locations import Locations

_START_LIMIT = 20.0  # seconds; a cold start on a slow disk takes about two
_BEGIN = """\
import json, sys
sys.path, places, usual = [sys.argv.pop(1)], json.loads(sys.argv.pop(1)), sys.path
import cartoonmix_desktop
sys.path = [*places, *(place for place in usual if place not in places)]
from cartoonmix_desktop.sandbox.serving import main
sys.exit(main())
"""
"""The very package that runs here is found first, and finds its own modules from then on."""


def sandbox_command(*options: str) -> list[str]:
    """What starts the sandbox, whatever lies in the folder it is started in.

    Args:
        options: see `sandbox.serving`.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "--sandbox-server", *options]
    isolated = ["-I", "-X", f"utf8={sys.flags.utf8_mode}", *["-B"] * sys.dont_write_bytecode]
    root, places = str(Path(__file__).parents[3]), json.dumps(_import_path())
    return [sys.executable, *isolated, "-c", _BEGIN, root, places, *options]


def sandbox_environment(credentials: Credentials) -> dict[str, str]:
    """The variables of a sandbox that knows these credentials."""
    return of_sandbox(os.environ, credentials, windows=sys.platform == "win32")


def _import_path() -> list[str]:
    """Where the modules of others are found, however this program was installed.

    Python also puts the folder of the script first, or the one that it was started in: anything may
    lie there. What a variable has put before Python's own modules comes after them.
    """
    foreign = set()
    with suppress(OSError):
        foreign.add(str(Path.cwd()))
    with suppress(OSError):  # a folder that is gone: nothing can lie there
        foreign.add(str(Path(sys.argv[0]).resolve().parent))
    places = [place for place in sys.path if Path(place).is_absolute() and place not in foreign]
    own = str(Path(os.__file__).parent)
    first = places.index(own) if own in places else 0
    return places[first:] + places[:first]


class SandboxProcess:
    """The sandbox server: real HTTP and WebSocket on loopback, with a key of this run only."""

    def __init__(self, locations: Locations) -> None:
        self._locations = locations
        self._thread = Thread("sandbox")
        self._process: subprocess.Popen[str] | None = None
        self._addresses = Addresses()
        self.credentials = Credentials("sandbox-" + secrets.token_hex(8), secrets.token_hex(16))

    @property
    def is_running(self) -> bool:
        """Whether it was started and still lives."""
        return self._process is not None and self._process.poll() is None

    async def addresses(self) -> Addresses:
        """Where the sandbox listens, started if need be.

        Raises:
            SandboxFailed: it does not start; the error holds its last words.
        """
        return await self._thread.run(self._ensure)

    async def close(self) -> None:
        """End it, also while it starts."""
        if self._process is not None:
            self._process.kill()  # all it knows is on disk with every change
        await self._thread.run(self._stop)
        self._thread.close()

    def _ensure(self) -> Addresses:
        if self.is_running:
            return self._addresses
        self._stop()
        log = self._locations.logs / "sandbox.log"
        state = self._locations.data / "sandbox"
        try:
            delete(log)
            with log.open("a", encoding="utf-8") as errors:  # it writes to the file itself, too
                state.mkdir(parents=True, exist_ok=True)
                process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    sandbox_command("--port", "0", "--state", str(state), "--log", str(log)),
                    cwd=state,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=sandbox_environment(self.credentials),
                    text=True,
                    encoding="utf-8",
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except OSError as error:
            raise SandboxFailed(str(error)) from error
        self._process = process
        assert process.stdout is not None  # noqa: S101 - asked for with PIPE above
        watchdog = threading.Timer(_START_LIMIT, process.kill)
        watchdog.start()
        line = process.stdout.readline()  # empty once the process is gone
        watchdog.cancel()
        try:
            told = json.loads(line)
            self._addresses = Addresses(str(told["api"]), str(told["socket"]))
        except (ValueError, KeyError, TypeError) as error:
            self._stop()
            words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise SandboxFailed(words[-1][:300] if words else "it ended at once") from error
        return self._addresses

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
