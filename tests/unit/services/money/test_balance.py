"""The balance is asked for when it may have changed, and never guessed."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

import pytest

from cartoonmix_desktop.services.events import AccountKind, BalanceChanged
from cartoonmix_desktop.services.money.balance import Balance

FULL = Decimal("12.34")
A_MOMENT = 0.3  # seconds in which what is to happen at once would have happened


@pytest.fixture(scope="module")
def _module_sandbox(start_sandbox):
    sandbox = start_sandbox("--balance", str(FULL))
    yield sandbox
    sandbox.stop()


@pytest.fixture
async def watched():
    """Another balance of the same account, with a patience of its own."""
    watching = []

    async def watch(bench, **patience):
        balance = Balance(bench.studio.accounts, bench.studio.events, **patience)
        watching.append(asyncio.create_task(balance.watch()))
        bench.studio.accounts.choose(AccountKind.WIRO)
        return balance

    yield watch
    for task in watching:
        task.cancel()


def wallets(*balances):
    told = ",".join(f'{{"balance":"{balance}"}}' for balance in balances)
    body = f'{{"result":true,"errors":[],"wallets":[{told}]}}'
    return {"endpoint": "Wallet/List", "answer": {"body": body}}


def left(sandbox):
    return FULL - sum(Decimal(task["cost"] or 0) for task in sandbox.ledger())


async def run(bench, recipe):
    task = await bench.studio.tasks.generate(recipe())
    return await bench.until_state(task.id, "kept")


async def test_it_is_asked_for_at_sign_in(bench, sandbox):
    begun = time.time()
    await bench.until(lambda: bench.studio.balance.latest.amount == left(sandbox))
    assert begun - 5 < bench.studio.balance.latest.as_of <= time.time()
    assert bench.studio.balance.latest in bench.told


async def test_a_charge_lowers_it(bench, watched, sandbox, recipe):
    balance = await watched(bench, burst=0.01, least=0.0)
    await bench.until(lambda: balance.latest.amount)
    before = balance.latest.amount
    task = await run(bench, recipe)
    await bench.until(lambda: balance.latest.amount == before - task.cost)


async def test_it_is_asked_for_at_most_once_a_minute(bench, watched, sandbox, recipe):
    balance = await watched(bench, burst=0.0)
    await bench.until(lambda: balance.latest.amount)
    await bench.until(lambda: bench.studio.balance.latest.amount)
    sandbox.faults([wallets("7")])
    await run(bench, recipe)
    await asyncio.sleep(A_MOMENT)
    assert sandbox.faults_left()


@pytest.mark.parametrize(
    "answer",
    [
        wallets("7", "8"),
        wallets(),
        {"endpoint": "Wallet/List", "error": {"message": "tool-not-accessible"}},
        {"endpoint": "Wallet/List", "http": 404},
        {"endpoint": "Wallet/List", "raw": "<html>"},
    ],
)
async def test_a_server_that_does_not_tell_is_not_asked_again(
    benches, watched, sandbox, recipe, answer
):
    sandbox.faults([answer | {"times": 2}, wallets("7")])
    bench = await benches()
    balance = await watched(bench, burst=0.0, least=0.0)
    await asyncio.sleep(A_MOMENT)
    await run(bench, recipe)
    await asyncio.sleep(A_MOMENT)
    assert len(sandbox.faults_left()) == 1
    assert balance.latest.amount is None
    assert not any(isinstance(event, BalanceChanged) for event in bench.told)


async def test_the_sandbox_has_none(benches, sandbox):
    sandbox.faults([wallets("7")])
    bench = await benches(environ={})
    await asyncio.sleep(A_MOMENT)
    assert sandbox.faults_left()
    assert bench.studio.balance.latest == BalanceChanged(None)


async def test_a_full_account_tells_it_in_its_words(bench, recipe, sandbox):
    await bench.until(lambda: bench.studio.balance.latest.amount == left(sandbox))
    sandbox.faults([{"endpoint": "Run", "refuse": "limit"}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until(lambda: bench.studio.balance.latest.amount == Decimal(10))
    told = bench.studio.balance.latest
    await bench.studio.sender.hold()  # the same rest is told once more
    assert bench.studio.balance.latest is told
    await bench.studio.tasks.cancel(task.id)
    await bench.until_state(task.id, "removed")
