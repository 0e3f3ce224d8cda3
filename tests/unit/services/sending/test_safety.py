"""No picture lost, no run paid twice: what can go wrong between two lines of the program."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import msgspec
import pytest

from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    CallerGone,
    DiskFull,
    InsufficientBalance,
    PictureGone,
    RateLimited,
    SandboxFailed,
    TaskNotFound,
)
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.events import (
    AccountKind,
    HistoryChanged,
    QueueChanged,
    TotalsChanged,
)
from cartoonmix_desktop.services.history import history as history_module
from cartoonmix_desktop.services.sending import follower as follower_module
from cartoonmix_desktop.services.sending import sender as sender_module
from cartoonmix_desktop.storage.history.caps import CapRecords
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.history.owners import Owner
from cartoonmix_desktop.storage.keyring_store import KeyringStore
from cartoonmix_desktop.storage.settings import Settings

pytestmark = pytest.mark.timeout(60)


def paused(bench):
    return next(
        (event.paused for event in reversed(bench.told) if isinstance(event, QueueChanged)), None
    )


def refuse_moves(monkeypatch, *states, times=2):
    """The disk refuses to record these moves so many times."""
    left, move, accept = Counter(dict.fromkeys(states, times)), Ledger.move, Ledger.accept
    begin = CapRecords.begin_sending

    def refuse(to):
        if left[to] > 0:
            left[to] -= 1
            raise DiskFull("history.sqlite3", "database or disk is full")

    def moving(self, task_id, to, **changes):
        refuse(to)
        return move(self, task_id, to, **changes)

    def accepting(self, *told, **changes):
        refuse(TaskState.ACCEPTED)
        return accept(self, *told, **changes)

    def beginning(self, *told, **changes):
        refuse(TaskState.SENDING)
        return begin(self, *told, **changes)

    monkeypatch.setattr(Ledger, "move", moving)
    monkeypatch.setattr(CapRecords, "begin_sending", beginning)
    monkeypatch.setattr(Ledger, "accept", accepting)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for module in ("sender", "recovery", "in_flight", "follower", "fetcher"):
        monkeypatch.setattr(
            f"cartoonmix_desktop.services.sending.{module}.backoff", lambda *_a, **_k: 0.02
        )


@pytest.fixture
def held(bench, monkeypatch):
    """Connections wait until the event is set; the other event tells that one is asked for."""
    asked, free = asyncio.Event(), asyncio.Event()
    connection = bench.studio.accounts.connection

    async def slow(account):
        asked.set()
        await free.wait()
        return await connection(account)

    monkeypatch.setattr(bench.studio.accounts, "connection", slow)
    return asked, free


async def own_client(bench):
    return (await bench.studio.accounts.connection(bench.studio.accounts.name)).client


# --- the disk and the unforeseen -----------------------------------------------------------------


async def test_an_accepted_task_is_recorded_once_the_disk_takes_it(
    bench, recipe, sandbox, monkeypatch
):
    before = len(sandbox.ledger())
    refuse_moves(monkeypatch, TaskState.ACCEPTED)
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "kept")
    assert len(sandbox.ledger()) == before + 1
    assert paused(bench) is None


async def test_a_full_disk_before_sending_pauses_and_the_queue_goes_on(
    bench, recipe, sandbox, monkeypatch
):
    before = len(sandbox.ledger())
    refuse_moves(monkeypatch, TaskState.SENDING, times=1)
    set_state = Ledger.set_state
    monkeypatch.setattr(
        Ledger, "set_state", lambda *_a: (_ for _ in ()).throw(DiskFull("history.sqlite3"))
    )
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: isinstance(paused(bench), DiskFull))
    monkeypatch.setattr(Ledger, "set_state", set_state)
    await bench.studio.tasks.resume()
    await bench.until_state(task.id, "kept")
    assert len(sandbox.ledger()) == before + 1


async def test_a_disk_that_is_full_before_sending_is_waited_for(
    bench, recipe, sandbox, monkeypatch
):
    before = len(sandbox.ledger())
    refuse_moves(monkeypatch, TaskState.SENDING, times=3)
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: isinstance(paused(bench), DiskFull))
    await bench.until_state(task.id, "kept")
    await bench.until(lambda: paused(bench) is None)
    assert len(sandbox.ledger()) == before + 1


@pytest.mark.parametrize("state", [TaskState.RUNNING, TaskState.DOWNLOADING, TaskState.KEPT])
async def test_a_full_disk_does_not_end_following(bench, recipe, monkeypatch, state):
    refuse_moves(monkeypatch, state)
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "kept")
    await bench.until(lambda: paused(bench) is None)


async def test_a_bug_while_following_does_not_lose_the_pictures(bench, recipe, monkeypatch):
    keep, times = bench.studio.library.keep, iter(range(2))

    async def buggy(*args):
        if next(times, None) is not None:
            raise RuntimeError("a bug")
        return await keep(*args)

    monkeypatch.setattr(bench.studio.library, "keep", buggy)
    task = await bench.studio.tasks.generate(recipe(samples=1))
    await bench.until_state(task.id, "kept")


async def test_a_bug_in_run_is_an_unknown_outcome_and_the_others_are_sent(
    bench, recipe, monkeypatch
):
    client = await own_client(bench)

    async def buggy(_request):
        monkeypatch.undo()
        raise RuntimeError("a bug")

    monkeypatch.setattr(client, "run", buggy)
    first = await bench.studio.tasks.generate(recipe())
    second = await bench.studio.tasks.generate(recipe())
    await bench.until_state(first.id, "unknown")
    await bench.until_state(second.id, "kept")


async def test_a_bug_before_run_leaves_the_others_to_be_sent(bench, recipe, monkeypatch):
    connection = bench.studio.accounts.connection

    async def buggy(_account):
        monkeypatch.setattr(bench.studio.accounts, "connection", connection)
        raise RuntimeError("a bug")

    monkeypatch.setattr(bench.studio.accounts, "connection", buggy)
    first = await bench.studio.tasks.generate(recipe())
    second = await bench.studio.tasks.generate(recipe())
    await bench.until_state(second.id, "kept")
    assert bench.latest(first.id).state is TaskState.QUEUED


# --- quitting ------------------------------------------------------------------------------------


async def test_quitting_begins_no_run_and_leaves_none_in_doubt(benches, recipe):
    bench = await benches()
    client = await own_client(bench)
    run = client.run

    async def slow(request):
        await asyncio.sleep(0.1)
        return await run(request)

    client.run = slow
    tasks = [await bench.studio.tasks.generate(recipe()) for _ in range(20)]
    await bench.until(lambda: bench.latest(tasks[1].id).state is TaskState.SENDING)
    await bench.close()
    ledger = Ledger(bench.locations.data / "history.sqlite3")
    left = Counter(task.state for task in ledger.tasks([task.id for task in tasks]))
    ledger.close()
    assert left[TaskState.SENDING] == 0
    assert left[TaskState.QUEUED] == 18


async def test_quitting_does_not_wait_for_a_sandbox_that_starts(benches, recipe):
    bench = await benches(environ={})
    task = await bench.studio.tasks.generate(recipe())
    while bench.studio.accounts._sandbox._process is None:
        await bench.studio.history.state("nothing")
    began = time.monotonic()
    await bench.close()
    assert time.monotonic() - began < 1.0
    assert bench.latest(task.id).state is TaskState.QUEUED


# --- taking back, once and twice -----------------------------------------------------------------


async def test_a_task_that_is_about_to_be_sent_can_be_cancelled(bench, recipe, sandbox, held):
    asked, free = held
    before = len(sandbox.ledger())
    task = await bench.studio.tasks.generate(recipe())
    await asked.wait()
    await bench.studio.tasks.cancel(task.id)
    free.set()
    await bench.until_state(task.id, "cancelled")
    assert len(sandbox.ledger()) == before


async def test_what_was_cancelled_while_its_fate_was_unknown_can_be_sent_again(
    bench, recipe, sandbox
):
    sandbox.faults([{"endpoint": "Run", "http": 503, "body": "x"}])
    client = await own_client(bench)
    run, sending = client.run, asyncio.Event()

    async def slow(request):
        sending.set()
        await asyncio.sleep(0.2)
        return await run(request)

    client.run = slow
    task = await bench.studio.tasks.generate(recipe())
    await sending.wait()
    await bench.studio.tasks.cancel(task.id)
    await bench.until_state(task.id, "unknown")
    await bench.studio.tasks.send_again(task.id)
    await bench.until_state(task.id, "kept")


async def test_a_cancel_that_cannot_be_asked_yet_is_asked_again(bench, recipe, sandbox):
    sandbox.faults(
        [
            {"endpoint": "task", "never_ends": True},
            {"endpoint": "Run", "slow": 0.3},
            {"endpoint": "Task/Kill", "http": 503, "times": 2},
            {"endpoint": "Task/Cancel", "http": 503, "times": 2},
        ]
    )
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "sending")
    await bench.studio.tasks.cancel(task.id)
    await bench.until_state(task.id, "cancelled")


# --- pauses --------------------------------------------------------------------------------------


async def test_a_long_rest_of_one_account_leaves_the_other_usable_and_can_be_ended(
    benches, recipe, sandbox
):
    bench = await benches()
    sandbox.faults([{"endpoint": "Run", "http": 429, "headers": {"Retry-After": "999999999"}}])
    held = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: bench.states(held.id) == ["queued", "sending", "queued"])
    local = await bench.studio.history.add(recipe(samples=1), SANDBOX)
    bench.studio.sender.pending.put([local])
    await bench.until_state(local.id, "kept")
    assert bench.latest(held.id).state is TaskState.QUEUED
    await bench.studio.tasks.resume()
    await bench.until_state(held.id, "kept")


async def test_two_paused_accounts_are_each_asked_once(bench, recipe, monkeypatch):
    asked = Counter()

    async def connection(account):
        asked[account] += 1
        await asyncio.sleep(0)
        raise SandboxFailed("broken") if account == SANDBOX else InsufficientBalance("Run", 97, "")

    monkeypatch.setattr(bench.studio.accounts, "connection", connection)
    bench.studio.sender.pending.put([await bench.studio.history.add(recipe(), SANDBOX)])
    await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: len(asked) == 2)
    for _ in range(50):
        await bench.studio.history.state("nothing")
    assert set(asked.values()) == {1}


async def test_a_learnt_limit_is_forgotten_without_anything_happening(
    bench, recipe, sandbox, monkeypatch
):
    monkeypatch.setattr(sender_module, "_LIMIT_HOLDS", 0.5)
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    endless = await bench.studio.tasks.generate(recipe())
    await bench.until_state(endless.id, "running")
    sandbox.faults([{"endpoint": "Run", "error": {"code": 96, "message": "limit"}}])
    second = await bench.studio.tasks.generate(recipe())
    await bench.until_state(second.id, "kept")
    await bench.studio.tasks.cancel(endless.id)
    await bench.until_state(endless.id, "cancelled")


async def test_a_picture_that_is_slow_to_fetch_does_not_hold_up_the_next_run(
    bench, recipe, sandbox, monkeypatch
):
    free, keep = asyncio.Event(), bench.studio.library.keep

    async def slow(task, *rest):
        if task.id == first.id:
            await free.wait()
        return await keep(task, *rest)

    monkeypatch.setattr(bench.studio.library, "keep", slow)
    first = await bench.studio.tasks.generate(recipe(steps=60))
    await bench.until_state(first.id, "accepted", "running")
    sandbox.faults([{"endpoint": "Run", "error": {"code": 96, "message": "limit"}}])
    second = await bench.studio.tasks.generate(recipe())
    await bench.until_state(second.id, "kept")
    assert bench.latest(first.id).state is TaskState.DOWNLOADING
    free.set()
    await bench.until_state(first.id, "kept")


# --- who follows ---------------------------------------------------------------------------------


async def test_what_a_process_leaves_that_ends_in_silence_is_picked_up(bench, recipe):
    other = Owner(bench.locations.data / "runs")
    ledger = Ledger(bench.locations.data / "history.sqlite3")
    left = ledger.add(recipe(), bench.studio.accounts.name, other.id, at=time.time(), uid="0" * 32)
    ledger.close()
    await bench.until(lambda: any(isinstance(event, HistoryChanged) for event in bench.told))
    for _ in range(20):  # whatever that set going has ended
        assert await bench.studio.history.adopt() == []  # its process lives
    other.release()
    await bench.until_state(left.id, "kept")


async def test_what_a_command_that_was_killed_had_not_sent_is_never_sent(bench, recipe, sandbox):
    before = len(sandbox.ledger())
    command = Owner(bench.locations.data / "runs", once=True)
    ledger = Ledger(bench.locations.data / "history.sqlite3")
    account = bench.studio.accounts.name
    left = ledger.add(recipe(), account, command.id, at=time.time(), uid="1" * 32)
    ledger.close()
    command.release()
    done = await bench.until_state(left.id, "cancelled")
    assert isinstance(done.error, CallerGone)
    assert len(sandbox.ledger()) == before


async def test_what_a_command_that_was_killed_had_sent_is_followed(bench, recipe, sandbox):
    client = await own_client(bench)
    command = Owner(bench.locations.data / "runs", once=True)
    ledger = Ledger(bench.locations.data / "history.sqlite3")
    account = bench.studio.accounts.name
    left = ledger.add(recipe(), account, command.id, at=time.time(), uid="1" * 32)
    ledger.move(left.id, TaskState.SENDING, at=time.time(), owner=command.id)
    made = await client.run(left.request)
    ledger.move(left.id, TaskState.ACCEPTED, at=time.time(), remote_id=made.task_id)
    ledger.close()
    command.release()
    await bench.until_state(left.id, "kept")


async def test_pressing_fetch_again_many_times_follows_once(bench, recipe, caplog):
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    bench.studio.library.path(done.outputs[0]).unlink()
    await asyncio.gather(*(bench.studio.tasks.fetch_again(task.id) for _ in range(4)))
    await bench.until(lambda: bench.states(task.id)[-2:] == ["downloading", "kept"])
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    assert not caplog.records


async def test_another_account_that_knows_nothing_of_a_task_does_not_lose_it(
    bench, recipe, sandbox
):
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "running")
    accounts = bench.studio.accounts
    mine = await accounts.connection(task.account)
    other = Credentials("another-key")
    stranger = await accounts._connect(other, accounts.wiro_addresses)
    asked = 0

    async def knows_nothing(**_task):
        nonlocal asked
        asked += 1
        told.set()
        raise TaskNotFound("Task/Detail", 1, "There is no task yet.")

    told = asyncio.Event()
    stranger.client.detail = knows_nothing
    accounts._credentials, own = other, accounts._credentials
    while asked < 5:
        told.clear()
        bench.studio._pipeline.follower.ask_now()
        await told.wait()
    assert task.token not in mine.live._tokens  # else its socket is kept open for nothing
    accounts._credentials = own
    await bench.studio.tasks.cancel(task.id)
    await bench.until_state(task.id, "cancelled")
    assert bench.latest(task.id).error is None


async def test_a_picture_that_is_gone_at_the_server_is_never_replaced_by_another(
    bench, recipe, monkeypatch
):
    task = await bench.studio.tasks.generate(recipe(samples=2))
    done = await bench.until_state(task.id, "kept")
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    client = await own_client(bench)
    detail = client.detail

    async def without_the_first(**which):
        remote = await detail(**which)
        return msgspec.structs.replace(remote, outputs=remote.outputs[1:])

    monkeypatch.setattr(client, "detail", without_the_first)
    bench.studio.library.path(done.outputs[0]).unlink()
    await bench.studio.tasks.fetch_again(task.id)
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    after = await bench.studio.history.task(task.id)
    assert after.kept[1:] == done.outputs[1:]
    assert isinstance(after.kept[0].error, PictureGone)
    assert await bench.studio.library.missing(after) == [after.kept[0]]


async def test_a_damaged_file_is_fetched_again(bench, recipe):
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    path = bench.studio.library.path(done.outputs[0])
    data = path.read_bytes()
    path.write_bytes(data[:-40] + bytes(40))  # as long as it was
    await bench.studio.tasks.fetch_again(task.id)
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    after = await bench.studio.history.task(task.id)
    assert after.outputs[0].error is None
    assert bench.studio.library.path(after.outputs[0]).read_bytes() == data


async def test_what_the_server_knows_no_more_is_missing_until_its_file_comes_back(
    bench, recipe, monkeypatch
):
    task = await bench.studio.tasks.generate(recipe())
    done = await bench.until_state(task.id, "kept")
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    client = await own_client(bench)

    async def unknown(**which):
        raise TaskNotFound("Task/Detail", 1, "There is no task yet.")

    monkeypatch.setattr(client, "detail", unknown)
    monkeypatch.setattr(follower_module, "cadence", lambda _age: 0.01)
    path = bench.studio.library.path(done.outputs[0])
    data = path.read_bytes()
    path.unlink()
    await bench.studio.tasks.fetch_again(task.id)
    await bench.until(lambda: not bench.studio._pipeline.in_flight)
    after = await bench.studio.history.task(task.id)
    assert after.state is TaskState.KEPT
    assert isinstance(after.outputs[0].error, PictureGone)
    assert await bench.studio.library.missing(after) == [after.outputs[0]]
    path.write_bytes(data)
    assert await bench.studio.library.missing(after) == []


# --- the clock, the account ----------------------------------------------------------------------


@pytest.mark.parametrize("now", ["2026-03-29 12:00", "2026-10-25 12:00", "2026-06-01 00:00"])
def test_a_day_begins_at_midnight_also_when_the_clocks_change(monkeypatch, now):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        noon = time.mktime(time.strptime(now, "%Y-%m-%d %H:%M"))
        monkeypatch.setattr(history_module.time, "localtime", lambda: _localtime(noon))
        begin = time.strftime("%Y-%m-%d %H:%M:%S", _localtime(history_module._midnight()))
        assert begin == f"{now[:10]} 00:00:00"
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


_localtime = time.localtime


async def test_a_new_day_has_spent_nothing(bench, recipe, monkeypatch):
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "kept")
    await bench.until(lambda: _spent(bench))
    monkeypatch.setattr(history_module, "_midnight", lambda: time.time() + 1)
    await bench.until(lambda: _spent(bench) == 0)


def _spent(bench):
    told = [event.spent_today for event in bench.told if isinstance(event, TotalsChanged)]
    return told[-1] if told else 0


async def test_generate_waits_until_the_account_is_known(
    bench, recipe, monkeypatch, sandbox, tmp_path
):
    asked, opened = asyncio.Event(), asyncio.Event()

    async def slow(_self, _patience=0.0):
        asked.set()
        await opened.wait()
        return sandbox.credentials

    monkeypatch.setattr(KeyringStore, "load", slow)
    other = type(bench)(
        tmp_path / "other",
        {"CARTOONMIX_API_URL": sandbox.api, "CARTOONMIX_SOCKET_URL": sandbox.socket},
    )
    await other.studio.open()
    starting = asyncio.ensure_future(other.studio.start())
    await asked.wait()
    pressed = asyncio.ensure_future(other.studio.tasks.generate(recipe()))
    await asyncio.sleep(0)
    opened.set()
    try:
        assert (await pressed).account == sandbox.credentials.fingerprint
    finally:
        await starting
        await other.close()


async def test_what_a_caller_leaves_while_it_is_stored_is_never_sent(bench, recipe):
    job = asyncio.ensure_future(bench.studio.tasks.generate_now(recipe(), patience=30.0))
    await asyncio.sleep(0)  # it has begun
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    [task_id] = await bench.studio.history.ids()
    assert (await bench.studio.history.task(task_id)).state is TaskState.CANCELLED


async def test_a_caller_waits_as_long_as_the_server_says(bench, recipe):
    client = await own_client(bench)
    run = client.run

    async def limited(_request):
        client.run = run
        raise RateLimited("Run", 0, "", 429, retry_after=0.5)

    client.run = limited
    began = time.monotonic()
    task = await bench.studio.tasks.generate_now(recipe(), patience=30.0)
    assert task.state is TaskState.KEPT
    assert time.monotonic() - began > 0.5


async def test_what_ends_one_pause_leaves_that_of_another_account(bench, recipe):
    account = bench.studio.accounts.name
    reason = InsufficientBalance("Run", 97, "")
    await bench.studio.sender.pause("wiro-of-another", reason)
    passing = DiskFull("history.sqlite3")
    await bench.studio.sender.pause(account, passing)
    await bench.studio.sender.lift(account, passing)
    assert bench.studio.sender.pauses == {"wiro-of-another": reason}
    assert paused(bench) is None, "nothing of it waits"
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "kept")
    assert bench.studio.sender.pauses == {"wiro-of-another": reason}


async def test_a_pause_that_lasts_is_still_there_at_the_next_start(benches, recipe, sandbox):
    bench = await benches()
    sandbox.faults([{"endpoint": "Run", "error": {"code": 97, "message": "no"}}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: paused(bench))
    await bench.close()
    again = await benches()
    await again.until(lambda: isinstance(paused(again), InsufficientBalance))
    assert (await again.studio.history.task(task.id)).state is TaskState.QUEUED
    await again.studio.tasks.resume()
    await again.until_state(task.id, "kept")


async def test_the_chosen_account_is_remembered(benches):
    bench = await benches()
    bench.studio.accounts.choose(AccountKind.SANDBOX)
    await bench.close()
    assert Settings(bench.locations.data / "settings.json").get("account", "") == "sandbox"


async def test_a_key_that_is_refused_while_a_task_runs_is_told(bench, recipe, sandbox):
    task = await bench.studio.tasks.generate(recipe(steps=100))
    await bench.until_state(task.id, "accepted", "running")
    words = "Project authorization is not valid."
    refusal = {"code": 0, "message": words, "http": 401}
    sandbox.faults([{"endpoint": "Task/Detail", "error": refusal, "times": 2}])
    await bench.until(lambda: isinstance(bench.studio.sender.paused, AuthenticationRefused))
    await bench.until_state(task.id, "kept")


async def test_a_run_that_is_not_answered_yet_is_counted(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "hang": True}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "sending")
    await bench.studio.sender.hold()
    told = [event for event in bench.told if isinstance(event, QueueChanged)][-1]
    assert (told.running, told.waiting) == (0, 1)
