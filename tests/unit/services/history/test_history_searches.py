"""Questions that are not wanted any more."""

from __future__ import annotations

import asyncio

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.task import SANDBOX


async def test_a_cancelled_search_holds_up_no_other(bench):
    history = bench.studio.history
    task = await history.add(GenerationRequest.build({"prompt": "a fox"}), SANDBOX)
    stale = [asyncio.ensure_future(history.ids(Query("cat"))) for _ in range(20)]
    await asyncio.sleep(0)
    for question in stale:
        question.cancel()
    assert list(await history.ids(Query("fox"))) == [task.id]
    assert list(await history.ids(most=5)) == [task.id]
    assert all(
        isinstance(end, asyncio.CancelledError)
        for end in await asyncio.gather(*stale, return_exceptions=True)
    )
