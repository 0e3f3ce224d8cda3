"""Writes what bash and zsh complete, from the command line's parser; ``make texts`` runs it."""

from __future__ import annotations

import argparse
from pathlib import Path

import shtab

from cartoonmix_desktop.cli import COMMANDS, parser_of
from cartoonmix_desktop.wording import terminal as words

FOLDER = Path(__file__).parent / "linux/completion"
FILES = {"bash": "cartoonmix-desktop", "zsh": "_cartoonmix-desktop"}
"""The shells, and under which names they look."""


def completion(shell: str) -> str:
    """The script for one of `FILES`."""
    parser = parser_of(*COMMANDS)
    for action in _actions(parser):
        if action.metavar in {words.FILE, words.PATH}:
            vars(action)["complete"] = shtab.FILE
        elif action.metavar == words.FOLDER:
            vars(action)["complete"] = shtab.DIRECTORY
    return shtab.complete(parser, shell)


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    found = []
    for action in parser._actions:  # noqa: SLF001  argparse has no other way to ask
        found.append(action)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            found += [one for each in action.choices.values() for one in _actions(each)]
    return found


if __name__ == "__main__":
    for shell, name in FILES.items():
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / name).write_text(completion(shell), "utf-8", newline="\n")
