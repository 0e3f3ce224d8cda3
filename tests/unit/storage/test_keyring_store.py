"""The keyring: a real Secret Service on a bus of its own, and stand-ins for faults only.

What needs a bus runs in a process of its own, since backends keep the bus they found first.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from contextlib import suppress

import pytest
from keyring import errors as keyring_errors

from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.errors import (
    KeyringAbsent,
    KeyringFailed,
    KeyringLocked,
    KeyringSlow,
)
from cartoonmix_desktop.storage import keyring_store
from cartoonmix_desktop.storage.keyring_store import KeyringStore

linux = pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's")

# A bus that starts no service by itself.
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""

_PRELUDE = """
import asyncio, json, os, signal, subprocess, sys, time
from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.errors import CredentialsError
from cartoonmix_desktop.storage.keyring_store import KeyringStore

store = KeyringStore()

def daemon(*options):
    process = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--components=secrets", *options],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    process.stdin.write(b"a password")
    process.stdin.close()
    import secretstorage
    deadline = time.monotonic() + 10
    while True:
        connection = secretstorage.dbus_init()
        there = secretstorage.check_service_availability(connection)
        connection.close()
        if there:
            return process
        assert time.monotonic() < deadline, "the daemon did not start"
        time.sleep(0.01)

async def tell(awaitable):
    try:
        found = await awaitable
    except CredentialsError as error:
        said = type(error).__name__
    else:
        said = None if found is None else [found.key, found.secret]
    print(json.dumps(said), flush=True)

async def all_three():
    await tell(store.load())
    await tell(store.save(Credentials("key", "secret")))
    await tell(store.remove())
    print(json.dumps(store.backend_name()), flush=True)
"""


@pytest.fixture
def run(home, tmp_path):
    """Runs a script and gives what it said, line by line; its error stream has to stay empty."""

    def running(script, *, bus=True, **environment):
        said, errors = tmp_path / "said", tmp_path / "errors"
        # The bus has an error stream of its own, which is not our matter.
        shell = f'exec "$@" >{shlex.quote(str(said))} 2>{shlex.quote(str(errors))}'
        command = ["sh", "-c", shell, "_", sys.executable, "-c", _PRELUDE + script]
        if bus:
            config = home / "bus.conf"
            config.write_text(_BUS)
            command = ["dbus-run-session", f"--config-file={config}", "--", *command]
        process = subprocess.Popen(
            command,
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # bus and daemon too, whatever happened
            process.wait()
        assert (errors.read_text(), process.returncode) == ("", 0)
        return [json.loads(line) for line in said.read_text().splitlines()]

    return running


# --- a real Secret Service -----------------------------------------------------------------------


@linux
def test_credentials_go_in_and_out(run, home):
    said = run(
        """
service = daemon("--unlock")

async def main():
    await tell(store.load())
    await tell(store.save(Credentials("key-4711", "sesame-0815")))
    await tell(store.load())
    await tell(store.save(Credentials("other-key")))
    await tell(KeyringStore().load())
    import secretstorage
    items = list(secretstorage.get_default_collection(secretstorage.dbus_init()).get_all_items())
    print(json.dumps([item.get_attributes()["service"] for item in items]))
    await tell(store.remove())
    await tell(store.load())
    await tell(store.remove())
    print(json.dumps(store.backend_name()))

asyncio.run(main())
service.terminate()
"""
    )
    assert said == [
        None,
        None,
        ["key-4711", "sesame-0815"],
        None,
        ["other-key", ""],
        ["CartoonMix Desktop"],
        None,
        None,
        None,
        "Secret Service",
    ]
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert files
    assert not any(b"sesame-0815" in content or b"4711" in content for content in files)


@linux
@pytest.mark.parametrize("bus", [False, True], ids=["no bus", "no service on the bus"])
def test_without_a_service_there_is_no_keyring(run, bus):
    absent = "KeyringAbsent"
    assert run("asyncio.run(all_three())", bus=bus) == [absent, absent, absent, ""]


@linux
def test_a_service_that_comes_later_is_found_and_one_that_goes_is_missed(run):
    said = run(
        """
async def main():
    await tell(store.load())
    service = daemon("--unlock")
    await tell(store.load())
    service.kill()
    service.wait()
    await tell(store.load())
    print(json.dumps(store.backend_name()))

asyncio.run(main())
"""
    )
    assert said == ["KeyringAbsent", None, "KeyringAbsent", ""]


@linux
def test_a_locked_keyring_says_so(run):
    said = run(
        """
service = daemon("--unlock")

async def main():
    await tell(store.save(Credentials("key", "secret")))
    import secretstorage
    secretstorage.get_default_collection(secretstorage.dbus_init()).lock()
    await all_three()

asyncio.run(main())
service.terminate()
"""
    )
    locked = "KeyringLocked"
    assert said == [None, locked, locked, locked, "Secret Service"]


@linux
def test_a_keyring_that_was_never_unlocked_says_so(run):
    said = run("service = daemon(); asyncio.run(all_three()); service.terminate()")
    assert said == [None, "KeyringLocked", None, "Secret Service"]


@linux
def test_reading_makes_no_collection(run):
    said = run(
        """
service = daemon()

async def main():
    await tell(store.load())
    await tell(store.remove())
    import secretstorage
    bus = secretstorage.dbus_init()
    print(json.dumps([c.get_label() for c in secretstorage.get_all_collections(bus)]))

asyncio.run(main())
service.terminate()
"""
    )
    assert said == [None, None, [""]], "the session's own, which lives in memory"


@linux
def test_nothing_of_the_same_name_is_left(run):
    said = run(
        """
service = daemon("--unlock")

async def main():
    await tell(store.save(Credentials("newest")))
    import secretstorage
    collection = secretstorage.get_default_collection(secretstorage.dbus_init())
    for number in range(3):
        names = {"service": "CartoonMix Desktop", "username": "Wiro API"}
        collection.create_item(f"copy {number}", {**names, "number": str(number)}, b"{}")
    await tell(store.remove())
    print(json.dumps([item.get_label() for item in collection.get_all_items()]))

asyncio.run(main())
service.terminate()
"""
    )
    assert said == [None, None, []]


@linux
def test_a_keyring_is_seen_to_be_locked_without_asking(run):
    said = run(
        """
service = daemon("--unlock")

async def main():
    await tell(store.save(Credentials("key")))
    print(json.dumps(await store.is_unlocked()))
    import secretstorage
    secretstorage.get_default_collection(secretstorage.dbus_init()).lock()
    print(json.dumps(await store.is_unlocked()))

asyncio.run(main())
service.terminate()
"""
    )
    assert said == [None, True, False]


_ACCOUNTS = """
import tempfile
from pathlib import Path
from cartoonmix_desktop.services.account.accounts import Accounts
from cartoonmix_desktop.services.events import Events
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings

async def accounts_of(home):
    locations = Locations.from_environment({"CARTOONMIX_HOME": home})
    accounts = Accounts(locations, Settings(Path(home, "settings.json")), Events(), {})
    await accounts.load()
    state(accounts)
    return accounts

def state(accounts):
    error = accounts.current.error
    told = [accounts.current.kind.value, error and type(error).__name__]
    print(json.dumps(told), flush=True)

async def until_wiro(accounts):
    began = time.monotonic()
    while accounts.current.kind.value != "wiro":
        assert time.monotonic() - began < 10
        await asyncio.sleep(0.02)
    print(json.dumps(time.monotonic() - began < 5), flush=True)
    state(accounts)
    await accounts.close()
"""


@linux
def test_a_prompt_that_is_answered_late_is_heard(run):
    said = run(
        _ACCOUNTS
        + """
service = daemon("--unlock")

async def main():
    await tell(store.save(Credentials("key")))
    os.kill(service.pid, signal.SIGSTOP)
    accounts = await accounts_of(tempfile.mkdtemp())
    os.kill(service.pid, signal.SIGCONT)
    await until_wiro(accounts)

asyncio.run(main())
service.terminate()
"""
    )
    assert said == [None, ["sandbox", "KeyringSlow"], True, ["wiro", None]]


@linux
def test_a_keyring_that_is_unlocked_elsewhere_is_noticed(run):
    said = run(
        _ACCOUNTS
        + """
service = daemon("--unlock")

async def main():
    await tell(store.save(Credentials("key")))
    import secretstorage
    secretstorage.get_default_collection(secretstorage.dbus_init()).lock()
    accounts = await accounts_of(tempfile.mkdtemp())
    again = daemon("--replace", "--unlock")
    await until_wiro(accounts)
    again.terminate()

asyncio.run(main())
service.terminate()
"""
    )
    assert said == [None, ["sandbox", "KeyringLocked"], True, ["wiro", None]]


@linux
def test_a_keyring_that_hangs_holds_up_neither_the_loop_nor_the_exit(run):
    said = run(
        """
service = daemon("--unlock")
os.kill(service.pid, signal.SIGSTOP)

async def main():
    started = time.monotonic()
    await asyncio.gather(
        tell(store.load(0.3)), tell(store.save(Credentials("key"), 0.3)), tell(store.remove(0.3))
    )
    print(json.dumps(0.2 < time.monotonic() - started < 10))

asyncio.run(main())
import atexit
def last():
    os.kill(service.pid, signal.SIGCONT)
    service.kill()
ended = time.monotonic()
atexit.register(lambda: (print(json.dumps(time.monotonic() - ended < 10)), last()))
"""
    )
    assert said == ["KeyringSlow", "KeyringSlow", "KeyringSlow", True, True]


@linux
def test_after_a_hang_the_waiting_call_is_joined_and_the_last_save_wins(run):
    said = run(
        """
service = daemon("--unlock")

async def main():
    await tell(store.save(Credentials("first")))
    os.kill(service.pid, signal.SIGSTOP)
    await tell(store.load(0.1))
    joined = asyncio.ensure_future(store.load(10))
    await tell(store.save(Credentials("second"), 0.1))
    last = asyncio.ensure_future(store.save(Credentials("third"), 10))
    await asyncio.sleep(0)
    os.kill(service.pid, signal.SIGCONT)
    await tell(joined)
    await tell(last)
    await tell(store.load())

asyncio.run(main())
service.terminate()
"""
    )
    assert said == [
        None,
        "KeyringSlow",
        "KeyringSlow",
        ["first", ""],
        None,
        ["third", ""],
    ]


@linux
@pytest.mark.parametrize("name", ["null", "fail"])
@pytest.mark.parametrize("where", ["environment", "file"])
def test_a_keyring_that_a_person_switched_off_stays_off(run, home, name, where):
    backend = f"keyring.backends.{name}.Keyring"
    environment = {}
    if where == "environment":
        environment["PYTHON_KEYRING_BACKEND"] = backend
    else:
        config = home / ".config" / "python_keyring" / "keyringrc.cfg"
        config.parent.mkdir(parents=True)
        config.write_text(f"[backend]\ndefault-keyring={backend}\n")
    said = run(
        'service = daemon("--unlock"); asyncio.run(all_three()); service.terminate()',
        **environment,
    )
    assert said == ["KeyringAbsent", "KeyringAbsent", "KeyringAbsent", ""]


@linux
@pytest.mark.parametrize("config", ["[backend]\n", "nonsense", "[backend]\ndefault-keyring=\n"])
def test_settings_of_keyring_that_say_nothing_change_nothing(run, home, config):
    file = home / ".config" / "python_keyring" / "keyringrc.cfg"
    file.parent.mkdir(parents=True)
    file.write_text(config)
    said = run('service = daemon("--unlock"); asyncio.run(all_three()); service.terminate()')
    assert said == [None, None, None, "Secret Service"]


@linux
@pytest.mark.parametrize("asked_for", [False, True], ids=["installed", "configured"])
def test_a_plaintext_keyring_is_never_used(run, home, asked_for):
    packages = home / "packages"
    (packages / "plain-1.dist-info").mkdir(parents=True)
    (packages / "plain-1.dist-info" / "METADATA").write_text("Name: plain\nVersion: 1\n")
    (packages / "plain-1.dist-info" / "entry_points.txt").write_text(
        "[keyring.backends]\nplain = plain\n"
    )
    (packages / "plain.py").write_text(
        """
from pathlib import Path
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 99
    def get_password(self, service, username):
        raise AssertionError("read")
    def set_password(self, service, username, password):
        raise AssertionError("written")
    def delete_password(self, service, username):
        raise AssertionError("deleted")
"""
    )
    environment = {"PYTHONPATH": str(packages)}
    if asked_for:
        environment["PYTHON_KEYRING_BACKEND"] = "plain.Keyring"
    said = run(
        """
import keyring
print(json.dumps(type(keyring.get_keyring()).__module__))
asyncio.run(all_three())
""",
        bus=False,
        **environment,
    )
    assert said == ["plain", "KeyringAbsent", "KeyringAbsent", "KeyringAbsent", ""]


# --- faults of a backend -------------------------------------------------------------------------


class Backend:
    """Keeps items in memory; ``fault`` is raised by every call."""

    def __init__(self):
        self.items = {}
        self.fault = None
        self.gate = threading.Event()
        self.gate.set()

    def get_password(self, service, name):
        self._pass()
        return self.items.get((service, name))

    def set_password(self, service, name, password):
        self._pass()
        self.items[service, name] = password

    def delete_password(self, service, name):
        self._pass()
        if (service, name) not in self.items:
            raise keyring_errors.PasswordDeleteError("not found")
        del self.items[service, name]

    def _pass(self):
        assert threading.current_thread().daemon
        self.gate.wait(10)
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def backend(monkeypatch):
    made = Backend()
    name = "keyring.backends.Windows.WinVaultKeyring"
    monkeypatch.setattr(keyring_store, "_choose", lambda: (name, made))
    yield made
    made.gate.set()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (keyring_errors.NoKeyringError("none"), KeyringAbsent),
        (keyring_errors.KeyringLocked("locked"), KeyringLocked),
        (keyring_errors.InitError("dismissed"), KeyringLocked),
        (keyring_errors.PasswordSetError("no"), KeyringFailed),
        (FileNotFoundError(2, "the bus is gone"), KeyringFailed),
        (RuntimeError("anything"), KeyringFailed),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
async def test_whatever_a_backend_raises_is_an_error_of_ours(backend, fault, expected):
    backend.fault = fault
    store = KeyringStore()
    for call in (store.load, lambda: store.save(Credentials("k", "sesame")), store.remove):
        with pytest.raises(expected) as caught:
            await call()
        assert type(caught.value) is expected
        assert "sesame" not in str(caught.value)


async def test_windows_holds_only_so_much(backend):
    store = KeyringStore()
    await store.save(Credentials("k" * 100, "s" * 1000))
    with pytest.raises(KeyringFailed) as caught:
        await store.save(Credentials("k" * 100, "s" * 1200))
    assert "2560" in caught.value.detail
    assert await store.load() == Credentials("k" * 100, "s" * 1000)
    assert store.backend_name() == "Windows Credential Manager"


@pytest.mark.parametrize(
    "item", ["sesame", "[]", "null", '{"key": "sesame"}', '"sesame"', "3", '{"secret": "sesame"}']
)
async def test_an_item_that_is_not_ours_is_told_and_not_quoted(backend, item):
    backend.items["CartoonMix Desktop", "Wiro API"] = item
    store = KeyringStore()
    with pytest.raises(KeyringFailed) as caught:
        await store.load()
    assert "sesame" not in str(caught.value)
    await store.save(Credentials("key", "secret"))
    assert await store.load() == Credentials("key", "secret")


async def test_an_item_that_cannot_be_deleted_is_told(backend, monkeypatch):
    store = KeyringStore()
    await store.save(Credentials("key"))

    def refuse(*_):
        raise keyring_errors.PasswordDeleteError("denied")

    monkeypatch.setattr(backend, "delete_password", refuse)
    with pytest.raises(KeyringFailed):
        await store.remove()


async def test_a_slow_answer_is_joined_once_it_comes(backend):
    backend.items["CartoonMix Desktop", "Wiro API"] = '{"key": "k", "secret": "s"}'
    store = KeyringStore()
    backend.gate.clear()
    with pytest.raises(KeyringSlow):
        await store.load(0.02)
    waiting = [asyncio.create_task(store.load()) for _ in range(2)]
    await asyncio.sleep(0)
    threads = [thread for thread in threading.enumerate() if thread.name == "keyring"]
    assert len(threads) == 1
    backend.gate.set()
    assert await asyncio.gather(*waiting) == [Credentials("k", "s")] * 2


async def test_giving_up_on_a_call_leaves_it_alone(backend):
    store = KeyringStore()
    backend.gate.clear()
    saving = asyncio.create_task(store.save(Credentials("key")))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    backend.gate.set()
    assert await store.load() == Credentials("key")
