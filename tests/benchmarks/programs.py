"""Programs under test in processes of their own: what they print, press and leave behind."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess
    from collections import Counter
    from collections.abc import Callable

    from cartoonmix_desktop.storage.locations import Locations


class Lines:
    """What a process prints, read as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.Queue[str] = queue.Queue()
        self.seen: list[str] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def until(self, is_so: Callable[[list[str]], Any], within: float = 40) -> None:
        """Read on until the lines so far are as wanted."""
        deadline = time.monotonic() + within
        while not is_so(self.seen):
            try:
                self.seen.append(self._lines.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"waited {within} s after {self.seen[-5:]}") from None

    def end(self) -> list[str]:
        """All lines, once the process is gone."""
        self._process.wait(30)
        self._thread.join()
        while not self._lines.empty():
            self.seen.append(self._lines.get())
        return self.seen

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):  # a kill may cut the last
                self._lines.put(line.strip())


def environment(locations: Locations, sandbox: Any) -> dict[str, str]:
    """A home, and the sandbox server as Wiro."""
    return {
        "CARTOONMIX_HOME": str(locations.data.parent),
        "CARTOONMIX_API_URL": sandbox.api,
        "CARTOONMIX_SOCKET_URL": sandbox.socket,
        "CARTOONMIX_API_KEY": sandbox.credentials.key,
        "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
    }


def drain(scripts: Any, variables: dict[str, str]) -> str:
    """Start once more, and wait until nothing is under way; returns what is left in doubt."""
    with scripts.start("worker.py", "drain", **variables) as worker:
        try:
            told, log = worker.communicate(timeout=120)
        finally:
            worker.kill()
    assert worker.returncode == 0, log
    return str(told)


def hang(sandbox: Any, *endpoints: str) -> None:
    """Answer nothing any more at these endpoints."""
    sandbox.faults([{"endpoint": name, "hang": True, "times": 10_000} for name in endpoints])


def click(program: subprocess.Popen[str], times: int) -> None:
    """Press Generate in ``clicking_program.py``."""
    assert program.stdin is not None
    for _ in range(times):
        program.stdin.write(f"{uuid.uuid4().hex}\n")
        program.stdin.flush()


def told_of(counted: Counter[str]) -> str:
    """Counts in words."""
    return ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
