"""What a file tells of its making, for a terminal."""

from __future__ import annotations

from cartoonmix_desktop.wording.catalogue import gettext as _

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cartoonmix_desktop.core.recipe.third_party import Reading


def in_words(file: str, reading: Reading) -> str:
    """A line for the file, and an indented one for each thing that it tells."""
    if not reading.tool:
        return _("{file}: no recipe").format(file=file)
    head = _("{file}: {tool}").format(file=file, tool=reading.tool)
    told = {**reading.recipe.values}
    if reading.model:
        told = {"model": reading.model, **told}
    lines = [f"  {name}: {_one_line(str(value))}" for name, value in told.items()]
    lines += [f"  {name}: {_one_line(text)}" for name, text in reading.others.items()]
    if reading.recipe.left_out:
        from cartoonmix_desktop.wording.errors import describe

        lines += [
            "  " + _("left out: {why}").format(why=describe(error).title)
            for error in reading.recipe.left_out
        ]
    return "\n".join([head, *lines])


def _one_line(text: str) -> str:
    return text.replace("\n", "\\n")
