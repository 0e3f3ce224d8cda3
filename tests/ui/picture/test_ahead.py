"""Pictures that are decoded before they are turned to."""

from __future__ import annotations

import asyncio

from cartoonmix_desktop.ui.picture.ahead import Ahead


async def test_what_is_waited_for_comes_whatever_is_wanted_next(drawings, theme):
    """Leaving full screen, or a picture too large to be decoded ahead, once cancelled it."""
    shown, other = drawings.outputs(1, 2, (600, 400))
    ahead = Ahead(drawings.path)
    ahead.want([shown, other])
    loading = asyncio.ensure_future(ahead.load(shown))
    await asyncio.sleep(0)
    ahead.want(())
    assert (await loading).size.width() == 600
    assert ahead.at_hand(shown) is None
    ahead.want([shown])
    await ahead.load(shown)
    assert ahead.at_hand(shown) is not None
    ahead.want([other])
    assert ahead.at_hand(shown) is None
