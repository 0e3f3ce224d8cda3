"""The sandbox as a real process, and a client that signs like the program does."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import json
import os
import subprocess
import sys
import time

import httpx
import pytest

KEY, SECRET = "the-key", "the-secret"
SMALL = {"prompt": "a wizard cat", "samples": 2, "steps": 4, "width": 64, "height": 64}
_nonces = itertools.count(time.time_ns())


def signed(key=KEY, secret=SECRET, nonce=None, agent="CartoonMixTests/1"):
    nonce = str(next(_nonces)) if nonce is None else nonce
    signature = hmac.new(key.encode(), (secret + nonce).encode(), hashlib.sha256).hexdigest()
    headers = {"x-api-key": key, "x-nonce": nonce, "x-signature": signature, "user-agent": agent}
    return {name: value for name, value in headers.items() if value}


class Server:
    """One sandbox process."""

    def __init__(self, state, *arguments, secret=SECRET):
        environment = {
            **os.environ,
            "CARTOONMIX_SANDBOX_KEY": KEY,
            "CARTOONMIX_SANDBOX_SECRET": secret,
        }
        command = [sys.executable, "-W", "error", "-m", "cartoonmix_desktop.sandbox"]
        command += ["--state", str(state), *map(str, arguments)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, text=True
        )
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        told = json.loads(line)
        self.api, self.socket = told["api"], told["socket"]
        self.root = self.api.removesuffix("/v1")
        self.http = httpx.Client(trust_env=False)

    def stop(self):
        """End it; whatever it said beyond its first line."""
        self.http.close()
        out, err = self.process.communicate(timeout=10)
        return out + err

    def post(self, path, body=None, *, headers=None, timeout=10, **others):
        if not others:
            others = {"json": {} if body is None else body}
        return self.http.post(
            f"{self.api}/{path}", headers=headers or signed(), timeout=timeout, **others
        )

    def run(self, **inputs):
        reply = self.post("Run/futurist/CartoonMix%20v1.0", {**SMALL, **inputs}).json()
        assert reply["result"], reply
        return reply

    def detail(self, task_id):
        return self.post("Task/Detail", {"taskid": task_id}).json()["tasklist"][0]

    def until(self, task_id, *statuses, seconds=10):
        """Ask until the task has one of ``statuses``; the task, and all statuses on the way."""
        seen = []
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            task = self.detail(task_id)
            if not seen or seen[-1] != task["status"]:
                seen.append(task["status"])
            if task["status"] in statuses:
                return task, seen
        raise AssertionError(f"still {seen}")

    def ended(self, task_id):
        return self.until(task_id, "task_postprocess_end")[0]

    def misbehave(self, *rules):
        assert self.http.post(f"{self.root}/sandbox/faults", json=list(rules)).json()["result"]

    def behave(self):
        self.http.delete(f"{self.root}/sandbox/faults")

    def ledger(self):
        return self.http.get(f"{self.root}/sandbox/ledger").json()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("sandbox"), "--speed", 20, "--limit", 4, "--faults")
    yield server
    assert server.stop() == ""


@pytest.fixture
def sandbox(shared_server):
    """A quick sandbox with faults, shared by the tests; it behaves well when a test begins."""
    yield shared_server
    shared_server.behave()


@pytest.fixture
def start(tmp_path):
    """Start a sandbox of one's own: ``start(*arguments, state=…)``."""
    with contextlib.ExitStack() as stack:

        def starter(*arguments, state=tmp_path, **others):
            server = Server(state, *arguments, **others)
            stack.callback(lambda: server.process.stdin.closed or server.stop())
            return server

        yield starter


@pytest.fixture
def signing():
    return signed
