"""What the form says: its fields, Generate, inspirations, and recipes that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartoonmix_desktop.core.picture_formats import ENDINGS
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.recipe import SUFFIX
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext
from cartoonmix_desktop.wording.errors import describe
from cartoonmix_desktop.wording.formats import number
from cartoonmix_desktop.wording.recipe.inputs import in_sentence, label_of, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cartoonmix_desktop.core.errors import InputError
    from cartoonmix_desktop.core.recipe.inputs import Input, Option

_MOST_NAMED = 3

# --- fields --------------------------------------------------------------------------------------

ADVANCED = _("Advanced")
FOLDED_ADVANCED = _("advanced")
"""In ``"Show advanced"``."""

MORE = _("More for the recipe")
SIZE = _("Size")
MORE_SIZES = _("More sizes")
ADD_SIZE = _("Add this size")
REMOVE_SIZE = _("Remove this size")
SWAP = _("Swap width and height")
_SHAPES = {
    "square": _("Square {width} × {height}"),
    "portrait": _("Portrait {width} × {height}"),
    "landscape": _("Landscape {width} × {height}"),
}
"""Of a picture, by the name of their drawing."""

NEW_SEED = _("New seed")
NEW_SEED_EACH_TIME = _("New seed each time")
SEED_IS_NEW = _("Use a new random seed every time. The field shows the seed that was used.")
SEED_IS_KEPT = _("This seed is kept. Press for a new one each time.")


def reset(entry: Input) -> str:
    """The name of the button that brings a default back."""
    return _("Reset {input}").format(input=label_of(entry))


def reset_to(entry: Input, value: str) -> str:
    """What that button does."""
    if not value:
        return _("Reset {input} to nothing").format(input=label_of(entry))
    return _("Reset {input} to {value}").format(input=label_of(entry), value=value)


def wire_name(entry: Input, help_text: str) -> str:
    """The tooltip of a field: what it is, and its name on the wire."""
    name = _("API name: {name}").format(name=entry.name)
    return f"{help_text}\n{name}"


def wire_value(option: Option) -> str:
    """What a choice is on the wire."""
    return _("API value: {value}").format(value=option.value)


def shape(name: str, width: int, height: int) -> str:
    """``"Square 512 × 512"``."""
    return _SHAPES[name].format(width=width, height=height)


def slider(entry: Input) -> str:
    """The name of a slider."""
    return _("{input} slider").format(input=label_of(entry))


# --- Generate ------------------------------------------------------------------------------------

GENERATE_NAME = "Generate"
"""The accessible name of the button: scripts rely on it in every language."""

GENERATE = _("Generate")
UPDATE = _("Update queued task")
EDITING = _("Editing a queued task. It won’t be sent until you’re done.")
DISCARD_CHANGES = _("Discard changes")
DISCARD_CHANGES_NAME = _("Discard changes to the queued task")
SEVERAL = _("Generate several times")
HOW_OFTEN = _("How many times")
SEEDS = _("Each is its own task with a new seed. If the seed is locked: seed, seed + 1 …")
SEVERAL_HELP = _("Generate several times. {seeds}").format(seeds=SEEDS)
AGAIN = _("Again anyway")
AGAIN_HELP = _("Generate the same pictures once more.")


def with_keys(words: str, keys: str) -> str:
    """``"Generate (Ctrl+Return)"``."""
    return f"{words} ({keys})"


def generate_times(times: int) -> str:
    """``"Generate 4 times"``."""
    words = ngettext("Generate {n} time", "Generate {n} times", times)
    return words.format(n=number(times))


def with_price(words: str, price: str) -> str:
    """In a menu: what is done, and at its edge what that costs."""
    return f"{words}\t{price}" if price else words


# --- inspirations --------------------------------------------------------------------------------

INSPIRATIONS = _("Inspirations")
INSPIRATIONS_TITLE = _("Start from an inspiration")
INSPIRATIONS_HELP = _("One click fills the recipe. Undo in a text field brings your words back.")
POINT_AT_ONE = _("Point at one to see what it changes.")
NOTHING = _("nothing")
_TITLES = {
    "Purple hair, dark sky": _("Purple hair, dark sky"),
    "Night at the station": _("Night at the station"),
    "Noon by the water": _("Noon by the water"),
    "Wizard in her workshop": _("Wizard in her workshop"),
}


def inspiration(title: str) -> str:
    """The title of an inspiration as it ships, in the person's language."""
    return _TITLES.get(title, title)


def changes(title: str) -> str:
    """Over what an inspiration would change."""
    return _("“{title}” changes:").format(title=title)


def no_change(title: str) -> str:
    """An inspiration is what the form holds."""
    return _("“{title}” already matches the form.").format(title=title)


# --- recipes that come and go --------------------------------------------------------------------

OPEN = _("Open recipe")
SAVE = _("Save recipe")
OPEN_KINDS = [
    _("Recipes and pictures ({patterns})").format(patterns=f"*{SUFFIX} *{' *'.join(ENDINGS)}"),
    _("CartoonMix recipes ({patterns})").format(patterns=f"*{SUFFIX}"),
    _("All files ({patterns})").format(patterns="*"),
]
SAVE_KINDS = [_("CartoonMix recipe ({patterns})").format(patterns=f"*{SUFFIX}")]
FILE_NAME = _("recipe")
"""Of a recipe whose prompt makes no name."""

LINK_COPIED = _("The link to this recipe is on the clipboard. It contains the prompt.")
RECIPE_COPIED = _("The recipe is on the clipboard, as text. It contains the prompt.")
PASTED = _("The text you pasted looks like a complete recipe, with settings.")
CLIPBOARD = _("the clipboard")
THE_PASTED = _("the pasted recipe")
A_LINK = _("a link")
THE_LINK = _("the link")
THE_FILE = _("the file")
THE_PICTURE = _("the picture")

ALL = frozenset(entry.name for entry in CARTOONMIX)
"""Every input."""


def recipe_from(
    source: str, changed: Sequence[str], missing: str, left_out: Sequence[InputError]
) -> str:
    """What came into the form, in a paragraph.

    Args:
        source: its file, or `A_LINK`.
        changed: inputs of the form that were changed.
        missing: as of `missing_summary`.
        left_out: what could not be taken.
    """
    said = [_("Recipe from {source}: {changed}")]
    if missing:
        said.append(missing)
    if left_out:
        titles = "; ".join(describe(error).title for error in left_out[:_MOST_NAMED])
        more = len(left_out) - _MOST_NAMED
        words = _("Left out: {titles}.")
        if more > 0:
            words = ngettext(
                "Left out: {titles}; and {n} more.", "Left out: {titles}; and {n} more.", more
            )
        said.append(words.format(titles=titles, n=number(more)))
    said[0] = said[0].format(source=source, changed=changed_summary(changed))
    return " ".join(said)


def changed_summary(changed: Sequence[str]) -> str:
    """Which inputs of the form were changed, as the end of a sentence."""
    labels = [label_of(CARTOONMIX[name]) for name in changed]
    if not labels:
        return _("the form already has it.")
    if len(labels) > _MOST_NAMED:
        words = ngettext("{n} input was changed.", "{n} inputs were changed.", len(labels))
        return words.format(n=number(len(labels)))
    words = ngettext("{inputs} was changed.", "{inputs} were changed.", len(labels))
    return words.format(inputs=listed(labels))


def missing_summary(
    names: Collection[str], source: str, *, made: bool = False, asked: Collection[str] = ALL
) -> str:
    """Which inputs a recipe does not tell, as a sentence; empty if it tells all.

    What stands in their place goes into the next run, and may be the opposite of what was meant.

    Args:
        names: inputs that it tells.
        source: what does not tell the others, e.g. `THE_PICTURE`.
        made: they were set to the model's defaults, and not left as they were in the form.
        asked: inputs that were to be taken from it.
    """
    missing = [entry for entry in CARTOONMIX if entry.name in asked and entry.name not in names]
    inputs = [in_sentence(entry) for entry in missing if not entry.advanced]
    if not inputs:
        return ""
    if made:
        words = ngettext(
            "Not in {source}, set to its default: {inputs}.",
            "Not in {source}, set to their defaults: {inputs}.",
            len(inputs),
        )
    else:
        words = ngettext(
            "Not in {source}, left as it was: {inputs}.",
            "Not in {source}, left as they were: {inputs}.",
            len(inputs),
        )
    return words.format(source=source, inputs=", ".join(inputs))
