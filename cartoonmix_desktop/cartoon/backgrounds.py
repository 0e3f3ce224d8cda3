"""Where it happens, chosen by the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon import landscapes, rooms, sky
from cartoonmix_desktop.cartoon.stage import LIGHTS, Light, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.cartoon.palette import Colour
    from cartoonmix_desktop.cartoon.words import Wish


def paint(stage: Stage, wish: Wish, accent: Colour) -> Light:
    """Paint the whole background.

    Args:
        stage: what to paint on.
        wish: of the prompt.
        accent: a colour of the subject that a plain backdrop answers.

    Returns:
        The light for the subject.
    """
    indoors = {"room": rooms.room, "station": rooms.station}
    if wish.place in indoors:
        return indoors[wish.place](stage)
    if not wish.place and not wish.time:
        return rooms.studio(stage, accent)
    sky.sky(stage, wish)
    outdoors: dict[str, Callable[[Stage], None]] = {
        "sea": landscapes.sea,
        "snow": landscapes.snow,
        "forest": landscapes.forest,
        "mountains": landscapes.mountains,
        "meadow": landscapes.meadow,
        "city": landscapes.city,
        "castle": landscapes.castle,
    }
    if wish.place:
        outdoors[wish.place](stage)
    if wish.place == "snow" or "snow" in wish.extras:
        sky.flakes(stage)
    if "rain" in wish.extras:
        sky.rain(stage)
    return LIGHTS[stage.time]
