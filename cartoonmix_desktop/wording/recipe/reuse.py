"""What is said of a past recipe: looked at, used again, made again, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.recipe.inputs import Kind
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import one_line
from cartoonmix_desktop.wording.formats import number, tasks
from cartoonmix_desktop.wording.recipe.facts import value_words
from cartoonmix_desktop.wording.recipe.form import THE_PICTURE, changed_summary, missing_summary
from cartoonmix_desktop.wording.recipe.inputs import help_of, in_sentence, label_of
from cartoonmix_desktop.wording.tasks.states import title_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cartoonmix_desktop.core.recipe.inputs import Input
    from cartoonmix_desktop.core.task.task import Task

_SHOWN = 40  # characters of a value of the form

# --- the recipe beside its picture ---------------------------------------------------------------

RECIPE = _("Recipe")
RECIPE_OF_TASK = _("Recipe of this task")
OTHERS = _("Other inputs")
CAME_FROM = _("Came from")
LED_TO = _("Led to")
DELETED_TASK = _("A task that was deleted")
GO_TO_TASK = _("Go to this task")
HIDE = _("Hide the recipe")
USE_ALL = _("Use all")
USE_ALL_HELP = _("Put this whole recipe into the form.")
USE_PARTS = _("Use parts of this recipe")
MORE = _("More like this")
SEVERAL_MORE = _("Several more like this")
USE_SEED = _("Use the seed alone")
MORE_HELP = _("Generate this recipe now, with a new seed.")
MORE_OPTIONS = _("Make more of this recipe")
AGAIN = _("Generate again")
AGAIN_HELP = _("The same recipe with the same seed gives the same pictures. It is charged again.")
_DIFFERS = _("Differs from the form")


def more(times: int) -> str:
    """Several tasks with this recipe, each with a new seed."""
    return ngettext("{n} more", "{n} more", times).format(n=number(times))


def more_like_this(times: int) -> str:
    """The same, in words that stand alone."""
    return ngettext("{n} more like this", "{n} more like this", times).format(n=number(times))


def caption_help(entry: Input) -> str:
    """What an input is, with its name on the wire."""
    return f"{help_of(entry)} ({entry.name})"


def use(entry: Input) -> str:
    """The name of the button that takes one input."""
    return _("Use this {input}").format(input=in_sentence(entry))


def of_this_task(entry: Input) -> str:
    """The name of a value for those who listen."""
    return _("{input} of this task").format(input=label_of(entry))


def in_form(entry: Input, value: object) -> str:
    """What the form has instead."""
    words = _DIFFERS
    if entry.kind is not Kind.LONG_TEXT:
        words = _("Form: {value}").format(value=one_line(value_words(entry, value), _SHOWN))
    return f"≠ {words}"


def children(count: int) -> tuple[str, str]:
    """On the button of the tasks that came from this one, and its name for those who listen."""
    words = ngettext("Led to {n} task", "Led to {n} tasks", count)
    return tasks(count), words.format(n=number(count))


def child(task: Task) -> str:
    """One of them in a line."""
    seed = task.request.values.get("seed")
    return _("{title} · seed {seed}").format(title=one_line(title_of(task), 48), seed=seed)


def older(count: int) -> str:
    """So many that are not listed."""
    words = ngettext("and {n} older one", "and {n} older ones", count)
    return words.format(n=number(count))


# --- into the form, and made again ---------------------------------------------------------------

NO_RECIPE = _("This picture came without a recipe.")
INCOMPLETE = _("The picture does not contain its whole recipe.")


def used(changed: Sequence[str]) -> str:
    """What was changed in the form."""
    words = changed_summary(changed)
    return words[0].upper() + words[1:]


def left_as_it_was(names: Collection[str], asked: Collection[str]) -> str:
    """Which of the inputs that were asked for a picture does not tell."""
    return missing_summary(names, THE_PICTURE, asked=asked)


def set_to_defaults(names: Collection[str]) -> str:
    """Which inputs were sent as the model's defaults."""
    return missing_summary(names, THE_PICTURE, made=True)


# --- compared ------------------------------------------------------------------------------------

COMPARE = _("Compare")
COMPARE_NAME = _("Compare this recipe")
COMPARE_HELP = _("Show what differs from another recipe, word by word.")
COMPARE_TITLE = _("Compare recipes")
COMPARE_RECIPE = _("Compare recipe")
COMPARISONS = {"form": _("With the form"), "before": _("With the task before")}
"""What a recipe can be compared with, by the names of `ReusePresenter`."""
COMPARE_PARENT = _("With the one it came from")
THE_FORM = _("The form")
AS_IT_IS_NOW = _("as it is now")
BOTH_THE_SAME = _("Both recipes are the same.")
LEGEND = _("Struck through: only in the first. Underlined: only in the second.")
PARENT_DELETED = _("The task it came from was deleted.")
NO_TASK_BEFORE = _("There is no earlier task.")


def same_in_both(inputs: Sequence[Input]) -> str:
    """Inputs that do not differ."""
    return _("The same in both: {inputs}.").format(inputs=", ".join(map(label_of, inputs)))


def what_differs(entry: Input) -> str:
    """The name of a text with its differences."""
    return _("{input}, what differs").format(input=label_of(entry))


def value_of(title: str, value: str, *, first: bool) -> str:
    """A value for those who listen, and whose it is."""
    words = _("{input} of the first: {value}") if first else _("{input} of the second: {value}")
    return words.format(input=title, value=value)
