"""The changes of the program that no test notices, each with its reason."""

from __future__ import annotations

import tomllib
from pathlib import Path

from msgspec import Struct

LIST = Path(__file__).with_name("survivors.toml")


class Survivor(Struct, frozen=True):
    """A change that nothing notices.

    Attributes:
        module: dotted.
        function: with its class.
        old: the lines that were changed, stripped.
        new: what became of them.
    """

    module: str
    function: str
    old: str
    new: str


def listed() -> dict[Survivor, str]:
    """Each that is known, with its reason."""
    read = tomllib.loads(LIST.read_text("utf-8"))
    return {
        Survivor(module, function, one["old"], one["new"]): one["why"]
        for module, functions in read.items()
        for function, ones in functions.items()
        for one in ones
    }
