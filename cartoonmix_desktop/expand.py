"""``cartoonmix-desktop expand``: the variants of a prompt, without sending anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.prompt.variants import Variants
from cartoonmix_desktop.printing import say
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.wildcards import WildcardFolder
from cartoonmix_desktop.wording.recipe.variants import no_folder, problem_at, trouble_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_BAD_INPUT = 2
"""Exit status where a template cannot be used."""


def run(options: argparse.Namespace) -> int:
    """Print what a prompt may become.

    Args:
        options: as `cli` parsed them.

    Returns:
        The exit status.
    """
    given = options.wildcards
    folder = Path(given) if given else Locations.from_environment().wildcards
    if given and not folder.is_dir():
        say(no_folder(given), sys.stderr)
        return _BAD_INPUT
    # What a terminal could not decode comes as halves of characters.
    prompt = options.prompt.encode("utf-8", "replace").decode()
    variants = Variants(prompt, WildcardFolder(folder).lines)
    expansions = _expansions(variants, options)
    if options.json:
        problems = [{"at": one.at, "message": trouble_words(one)} for one in variants.problems]
        told = {"count": variants.count, "expansions": expansions, "problems": problems}
        say(json.dumps(told), sys.stdout)  # in ASCII, which every pipe can carry
    else:
        for problem in variants.problems:
            say(problem_at(problem, prompt), sys.stderr)
        say("\n".join(text.replace("\n", "\\n") for text in expansions), sys.stdout)
    return 0 if variants.count else _BAD_INPUT


def _expansions(variants: Variants, options: argparse.Namespace) -> Sequence[str]:
    if options.all:
        return [variants[number] for number in range(min(variants.count, options.limit))]
    drawn = variants.drawn(options.seed)
    return [] if drawn is None else [drawn]
