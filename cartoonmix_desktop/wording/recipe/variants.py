"""What is the matter with a prompt that has variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.prompt.template import DEEPEST, Trouble
from cartoonmix_desktop.core.prompt.variants import LONGEST
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.formats import number

if TYPE_CHECKING:
    from cartoonmix_desktop.core.prompt.template import Problem

_WORDS = {
    Trouble.LONE_BRACE: _("This brace has no partner, so it is kept as text."),
    Trouble.EMPTY: _("There is nothing between these braces. Write options such as {{a|b}}."),
    Trouble.TOO_DEEP: _("Variants are nested too deeply here; {deepest} levels are the most."),
    Trouble.MISSING: _("There is no wildcard file “{name}.txt”."),
    Trouble.UNREADABLE: _("The wildcard file “{name}.txt” cannot be read. It must be UTF-8 text."),
    Trouble.CIRCLE: _("The wildcard “{name}” leads back to itself."),
    Trouble.NOTHING: _("Nothing can be drawn here: there are no lines, or every weight is 0."),
    Trouble.TOO_FEW: _("More picks are asked for than there are options."),
    Trouble.TOO_LONG: _("The prompt could become longer than {longest} characters."),
    Trouble.TOO_MANY: _("There are more combinations than can be counted."),
}


def trouble_words(problem: Problem) -> str:
    """What is the matter, in a sentence."""
    return _WORDS[problem.trouble].format(
        name=problem.name, deepest=number(DEEPEST), longest=number(LONGEST)
    )


def problem_at(problem: Problem, template: str) -> str:
    """The same with its place, for a terminal: line and column from 1."""
    before = template[: problem.at]
    line = before.count("\n") + 1
    column = problem.at - (before.rfind("\n") + 1) + 1
    return _("Line {line}, column {column}: {words}").format(
        line=number(line), column=number(column), words=trouble_words(problem)
    )


def no_folder(path: str) -> str:
    """Where wildcards are said to be, and nothing is."""
    return _("There is no folder {path}.").format(path=path)
