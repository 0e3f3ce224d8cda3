"""A program that is killed amid fifty presses leaves the cap of the day as it was."""

from __future__ import annotations

import asyncio
import os
import sys
from decimal import Decimal

import pytest

from cartoonmix_desktop.core.errors import CapReached
from cartoonmix_desktop.services.events import QueueChanged

pytestmark = pytest.mark.timeout(90)

CAP = Decimal("0.125")
ROW = {"inputs": {}, "price": "0.01", "priceMethod": "cpr"}
PRESSING = """
import asyncio
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings

def recipe(seed):
    small = {"prompt": "a fox", "samples": 1, "width": 64, "height": 64}
    return GenerationRequest.build(small | {"seed": seed})

async def main():
    locations = Locations.from_environment()
    studio = Studio(LocalStore(locations, Settings(locations.data / "settings.json")))
    await studio.open()
    await studio.start()
    while studio.prices.quote(recipe("")) is None:
        await asyncio.sleep(0.01)
    for press in range(50):
        await studio.tasks.generate(recipe(str(press)))
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def killed_after(runs: int, sandbox, environ, home) -> None:
    """Press, and die once the sandbox has heard of so many runs."""
    own = os.environ | environ | {"CARTOONMIX_HOME": str(home)}
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", PRESSING, env=own)
    try:
        async with asyncio.timeout(40):
            while len(await asyncio.to_thread(sandbox.ledger)) < runs:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        program.kill()
        await program.wait()


async def test_kills_amid_presses_never_let_a_cap_be_passed(benches, sandbox, environ, tmp_path):
    sandbox.faults(
        [
            {"endpoint": "Tool/Detail", "times": 999, "model": {"dynamicprice": [ROW]}},
            {"endpoint": "task", "times": 999, "costs": [[0, "0.01"]]},
        ]
    )
    before = len(sandbox.ledger())
    first = await benches()
    await first.studio.preferences.remember("cap_day", str(CAP))
    await first.studio.preferences.remember("at_cap", "pause")
    await first.close()
    for runs in (3, 7):
        await killed_after(before + runs, sandbox, environ, tmp_path / "cartoonmix")
    last = await benches()
    await last.until(
        lambda: any(
            isinstance(e, QueueChanged) and isinstance(e.paused, CapReached) and not e.running
            for e in last.told
        ),
        within=40,
    )
    made = sandbox.ledger()[before:]
    assert 7 <= len(made) <= 12
    assert sum(Decimal(entry["cost"]) for entry in made) <= CAP
    assert last.studio.sender.pending.tasks
