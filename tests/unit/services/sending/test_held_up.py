"""What holds up the queue: told once, of the account in use, with every task kept."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.credentials import Credentials
from cartoonmix_desktop.core.errors import (
    AuthenticationRefused,
    ConcurrencyLimited,
    InsufficientBalance,
    RateLimited,
    SandboxFailed,
    SecretMissing,
    TeamRefused,
    Unreachable,
)
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.events import AccountKind, PendingChanged, QueueChanged
from cartoonmix_desktop.services.sending import sender as sender_module

pytestmark = pytest.mark.timeout(60)


def queue(bench):
    return next(e for e in reversed(bench.told) if isinstance(e, QueueChanged))


def pending(bench):
    return next(e for e in reversed(bench.told) if isinstance(e, PendingChanged))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("balance", InsufficientBalance),
        ("team", TeamRefused),
        ("spend", TeamRefused),
        ("secret", SecretMissing),
    ],
)
async def test_what_every_task_would_meet_pauses_the_queue_and_keeps_all(
    benches, recipe, sandbox, name, kind
):
    bench = await benches()
    before = len(sandbox.ledger())
    sandbox.faults([{"endpoint": "Run", "refuse": name, "times": 9}])
    tasks = await bench.studio.tasks.generate_several([recipe(seed=str(n)) for n in range(3)])
    await bench.until(lambda: isinstance(queue(bench).paused, kind))
    assert (queue(bench).waiting, queue(bench).rest) == (3, None)
    assert pending(bench).paused == {bench.studio.accounts.name}
    assert sandbox.faults_left()[0]["times"] == 8, "one was sent, and the others not after it"
    await bench.close()
    again = await benches()
    await again.until(lambda: isinstance(queue(again).paused, kind))
    sandbox.clear_faults()
    await again.studio.tasks.resume()
    for task in tasks:
        await again.until_state(task.id, "kept")
    assert len(sandbox.ledger()) == before + 3


async def test_a_full_account_is_told_with_its_limit_and_when_it_is_asked_again(
    bench, recipe, sandbox, monkeypatch
):
    monkeypatch.setattr(sender_module, "_LIMITED_RETRY", 0.5)
    sandbox.faults([{"endpoint": "Run", "refuse": "limit", "times": 2}])
    began = time.time()
    task = await bench.studio.tasks.generate(recipe())
    rest = await bench.until(lambda: queue(bench).rest)
    assert isinstance(rest.error, ConcurrencyLimited)
    assert (rest.error.limit, rest.error.balance) == (1, Decimal(10))
    assert rest.account == bench.studio.accounts.name
    assert began + 0.5 <= rest.again_at <= time.time() + 0.5
    assert queue(bench).paused is None
    await bench.until_state(task.id, "kept")
    assert (queue(bench).rest, sandbox.faults_left()) == (None, [])
    assert time.time() >= began + 1, "twice refused, twice waited"


async def test_behind_a_task_of_ours_the_next_is_sent_when_it_ends(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    first = await bench.studio.tasks.generate(recipe())
    await bench.until_state(first.id, "accepted", "running")
    sandbox.faults([{"endpoint": "Run", "refuse": "limit"}])
    second = await bench.studio.tasks.generate(recipe())
    rest = await bench.until(lambda: queue(bench).rest)
    assert (rest.error.limit, rest.again_at) == (1, None)
    assert bench.latest(second.id).state is TaskState.QUEUED
    await bench.studio.tasks.cancel(first.id)
    await bench.until_state(second.id, "kept")


async def test_an_account_that_is_also_busy_elsewhere_is_asked_again_in_between(
    bench, recipe, sandbox, monkeypatch
):
    monkeypatch.setattr(sender_module, "_LIMITED_RETRY", 0.3)
    sandbox.faults([{"endpoint": "task", "never_ends": True}])
    first = await bench.studio.tasks.generate(recipe())
    await bench.until_state(first.id, "accepted", "running")
    words = "With your current balance of $50.00, you can run up to 5 tasks"
    sandbox.faults([{"endpoint": "Run", "error": {"code": 96, "message": words}}])
    second = await bench.studio.tasks.generate(recipe())
    rest = await bench.until(lambda: queue(bench).rest)
    assert rest.again_at is not None
    await bench.until_state(second.id, "kept")
    await bench.studio.tasks.cancel(first.id)
    await bench.until_state(first.id, "cancelled")


async def test_a_rest_that_the_server_asks_for_is_told(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "Run", "http": 429, "headers": {"Retry-After": "90"}}])
    task = await bench.studio.tasks.generate(recipe())
    rest = await bench.until(lambda: queue(bench).rest)
    assert isinstance(rest.error, RateLimited)
    assert 80 < rest.again_at - time.time() <= 90
    await bench.studio.tasks.resume()
    await bench.until_state(task.id, "kept")


async def test_of_two_accounts_the_one_in_use_is_told_of(bench, recipe, sandbox):
    wiro = bench.studio.accounts.name
    sandbox.faults([{"endpoint": "Run", "refuse": "balance"}])
    await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: isinstance(queue(bench).paused, InsufficientBalance))
    broken = SandboxFailed("broken")
    await bench.studio.sender.pause(SANDBOX, broken)
    assert isinstance(queue(bench).paused, InsufficientBalance)
    bench.studio.accounts.choose(AccountKind.SANDBOX)
    assert (queue(bench).paused, queue(bench).elsewhere) == (broken, False)
    await bench.studio.sender.lift(SANDBOX, broken)
    assert isinstance(queue(bench).paused, InsufficientBalance), "its task waits"
    assert queue(bench).elsewhere
    await bench.studio.sender.pending.remove([t.id for t in pending(bench).tasks])
    assert queue(bench).paused is None
    assert pending(bench).paused == {wiro}


async def test_the_sandbox_is_never_told_to_be_away(bench, recipe, monkeypatch):
    bench.studio.accounts.choose(AccountKind.SANDBOX)
    away = Unreachable("Run", "dns", "gone")

    async def connection(_account):
        raise away

    monkeypatch.setattr(bench.studio.accounts, "connection", connection)
    monkeypatch.setattr(sender_module, "backoff", lambda _failures: 0.01)
    await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: queue(bench).paused)
    assert queue(bench).paused.detail == "gone"
    assert isinstance(queue(bench).paused, SandboxFailed)
    assert not [
        e
        for e in bench.told
        if isinstance(e, QueueChanged)
        and e.rest is not None
        and not isinstance(e.rest.error, SandboxFailed)
    ]
    bench.studio._pipeline.reachability.note(SANDBOX, away)
    assert bench.studio._pipeline.reachability.away is None


async def test_a_secret_that_is_added_sends_what_waits(benches, environ, recipe, sandbox):
    environ = {k: v for k, v in environ.items() if k != "CARTOONMIX_API_SECRET"}
    bench = await benches(environ=environ)
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: isinstance(queue(bench).paused, SecretMissing))
    accounts, secret = bench.studio.accounts, sandbox.credentials.secret
    with pytest.raises(AuthenticationRefused):
        await accounts.test(None)
    await accounts.test(Credentials("", secret))
    await accounts.save(Credentials("", secret), session_only=True)
    await bench.until_state(task.id, "kept")
    assert bench.latest(task.id).account == sandbox.credentials.fingerprint
