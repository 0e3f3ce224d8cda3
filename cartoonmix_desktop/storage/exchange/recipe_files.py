"""Recipes in files: our own, and those that pictures carry inside.

A file may come from anybody. Its head says what it is, never its name; only that much is read as a
recipe can need, and only the file that the person opened.
"""

from __future__ import annotations

import io
import stat

from cartoonmix_desktop.core.errors import NotAPicture, PictureTooLarge, RecipeUnreadable
from cartoonmix_desktop.core.picture_formats import format_of
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.recipe import LARGEST, from_text, to_text
from cartoonmix_desktop.core.recipe.third_party import OURS, Reading, Texts, reading_in
from cartoonmix_desktop.storage.exchange.metadata import read_embedded, said_in
from cartoonmix_desktop.storage.exchange.png_texts import PngTexts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import BinaryIO

    from cartoonmix_desktop.core.recipe.recipe import Recipe

_HEAD = 12


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file, as `read_all` finds it. Blocks.

    Raises:
        RecipeUnreadable: its ``reason`` says why there is none.
    """
    return _recipe_of(read_all(path), path.name or str(path))


def recipe_in(data: bytes, name: str) -> Recipe:
    """The recipe in bytes that might stand in a file, as `read_all` finds it. Blocks.

    Args:
        data: from outside.
        name: what errors call it.

    Raises:
        RecipeUnreadable: its ``reason`` says why there is none.
    """
    return _recipe_of(_in_file(io.BytesIO(data), name), name)


def read_all(path: Path) -> Reading:
    """What a picture, a recipe file of ours, or a text or graph of other tools tells. Blocks.

    Returns:
        What was read; empty where there is no recipe.

    Raises:
        RecipeUnreadable: its ``reason`` says why the file cannot be read.
    """
    name = path.name or str(path)
    try:
        # Asked before it is opened: to open a pipe would wait for its writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise RecipeUnreadable(name, "not_a_file")
        with path.open("rb") as file:
            return _in_file(file, name)
    except FileNotFoundError as error:
        raise RecipeUnreadable(name, "not_a_file") from error
    except (OSError, ValueError) as error:  # ValueError: no such path can be
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise RecipeUnreadable(name, "unreadable", detail) from error


def write_recipe(path: Path, values: Mapping[str, object]) -> None:
    """Write a recipe file; what was there is replaced only when all is written. Blocks.

    Raises:
        DiskFull: no room.
        FolderUnusable: it cannot be written.
    """
    from cartoonmix_desktop.storage.files.partial_files import write_text

    write_text(path, to_text(values))


def _recipe_of(reading: Reading, name: str) -> Recipe:
    if not reading.recipe.values:
        raise RecipeUnreadable(name, "no_recipe")
    return reading.recipe


def _in_file(file: BinaryIO, name: str) -> Reading:
    kind = format_of(file.read(_HEAD))
    file.seek(0)
    return _in_picture(file, kind, name) if kind else _in_text(file.read(LARGEST + 1), name)


def _in_text(data: bytes, name: str) -> Reading:
    try:
        return Reading(OURS, CARTOONMIX.slug, from_text(data, name))
    except RecipeUnreadable as error:
        if error.reason != "no_recipe" or len(data) > LARGEST:
            raise
    text = data.decode("utf-8-sig", "replace")
    chunks = {"invokeai_metadata": text} if '"positive_prompt"' in text else {}
    return reading_in(Texts(parameters=text, graph=text, chunks=chunks))


def _in_picture(file: BinaryIO, kind: str, name: str) -> Reading:
    try:
        if kind == "PNG":
            said = PngTexts(file)
            texts, transparent = said_in(said.info, {}).texts, said.transparent
            if said.has_exif:
                texts, _ = _embedded(io.BytesIO(said.without_pixels), kind)
        else:
            texts, transparent = _embedded(file, kind)
        if not texts.own and not (reading := reading_in(texts.but(certain=False))).tool:
            if not transparent:
                return reading
            # To decode the pixels takes a hundred times as long, and few hide a text there.
            from cartoonmix_desktop.storage.files.decoding import open_picture

            file.seek(0)
            with open_picture(file, kind) as picture:
                texts = read_embedded(picture).texts
    except (NotAPicture, PictureTooLarge) as error:
        raise RecipeUnreadable(name, "unreadable", error.detail) from error
    except Exception as error:  # damaged EXIF makes its reader raise nearly anything
        raise RecipeUnreadable(name, "unreadable", "it is damaged") from error
    if texts.own:
        return Reading(OURS, CARTOONMIX.slug, from_text(texts.own, name))
    return reading_in(texts.but(certain=False))


def _embedded(file: BinaryIO, kind: str) -> tuple[Texts, bool]:
    """What a picture says, but for its pixels; and whether these may hide more."""
    from cartoonmix_desktop.storage.files.decoding import open_picture  # others need it

    with open_picture(file, kind) as picture:
        return read_embedded(picture, pixels=False).texts, picture.mode == "RGBA"
