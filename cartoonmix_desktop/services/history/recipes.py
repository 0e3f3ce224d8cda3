"""Recipes that come from outside and go there, read and written off the event loop.

What reads files of so many kinds is imported with the first of them, not with the program.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cartoonmix_desktop.core.recipe.recipe import Recipe


async def read(path: Path) -> Recipe:
    """The recipe in a recipe file or a picture.

    Raises:
        RecipeUnreadable: there is none that can be used.
    """
    from cartoonmix_desktop.storage.exchange.recipe_files import read_recipe

    return await asyncio.to_thread(read_recipe, path)


async def read_in(data: bytes, name: str) -> Recipe:
    """The recipe in bytes: a picture, a text of any tool, or a recipe file of ours.

    Args:
        data: from outside.
        name: what errors call it.

    Raises:
        RecipeUnreadable: there is none that can be used.
    """
    from cartoonmix_desktop.storage.exchange.recipe_files import recipe_in

    return await asyncio.to_thread(recipe_in, data, name)


async def write(path: Path, values: Mapping[str, object]) -> None:
    """Save a recipe file.

    Raises:
        StorageError: it cannot be written; what was there stays.
    """
    from cartoonmix_desktop.storage.exchange.recipe_files import write_recipe

    await asyncio.to_thread(write_recipe, path, values)
