"""Names of exported files, from a template with fields: ``{date} {prompt} {seed}``.

A name is safe on every system: what Windows, macOS or Linux would refuse or misread is replaced.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Output, Task

USUAL = "{date} {prompt} {seed} {number}"
"""The template until the person writes another."""

FIELDS = (
    *("date", "time", "prompt", "seed", "number", "picture", "id", "width", "height", "steps"),
    *("scale", "scheduler", "model", "rating"),
)
"""What a template may name."""

_OF_RECIPE = ("prompt", "seed", "steps", "scale", "scheduler", "model")
_BETWEEN = " -_,;"  # what may stand between fields, and is left over at an end

_FIELD = re.compile(r"\{([^{}]*)\}")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r"(con|conin\$|conout\$|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_MOST_BYTES = 180  # of 255 that file systems take: room for a number and an ending
_PROMPT = 40  # characters of it
_NAMELESS = "picture"


def unknown_fields(template: str) -> list[str]:
    """The names between braces that stand for nothing."""
    return [name for name in _FIELD.findall(template) if name not in FIELDS]


def name_for(template: str, task: Task, output: Output, number: int, *, recipe: bool = True) -> str:
    """The name of an exported picture, without its ending; see `filled`."""
    text = filled(template, task, output, number, recipe=recipe)
    return safe(text if recipe else text.strip(_BETWEEN))


def filled(template: str, task: Task, output: Output, number: int, *, recipe: bool = True) -> str:
    """What a template says of a picture.

    Args:
        template: names between braces that stand for nothing stay as they are.
        task: whose picture it is.
        output: the picture.
        number: from 1, among what is exported.
        recipe: whether it may tell the recipe; else what does is left out.
    """
    values = task.request.values
    when = datetime.fromtimestamp(task.created_at, UTC).astimezone()
    facts: dict[str, object] = {
        "date": when.strftime("%Y-%m-%d"),
        "time": when.strftime("%H.%M.%S"),
        "prompt": _cut(task.request.title or _without_ending(task.source)),
        "number": f"{number:03}",
        "picture": output.position + 1,
        "id": task.id,
        "width": output.width,
        "height": output.height,
        "model": task.request.model.rpartition("/")[2],
        "rating": output.rating,
    }
    for name in ("seed", "steps", "scale", "scheduler"):
        facts[name] = values.get(name, "")
    if not recipe:
        facts |= dict.fromkeys(_OF_RECIPE, "")
    return _FIELD.sub(lambda m: str(facts.get(m[1], m[0])), template)


def safe(name: str) -> str:
    """``name`` such that it can be that of a file on every system; never empty."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    text = _UNSAFE.sub(" ", text)
    text = "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)
    text = _trimmed(" ".join(text.split()))
    while len(text.encode()) > _MOST_BYTES:
        text = _trimmed(text[:-1])
    if is_reserved(text):
        text = f"_{text}"
    return text or _NAMELESS


def numbered(name: str, number: int) -> str:
    """Another name for what collides with ``number`` - 1 others."""
    return name if number == 1 else f"{name} ({number})"


def _trimmed(text: str) -> str:
    """Without what hides a file, or what Windows drops from its end."""
    return text.strip(" .")


def _without_ending(source: str) -> str:
    """The name of an imported file, which gets the ending of its new format."""
    return source.rpartition(".")[0] or source


def _cut(title: str) -> str:
    if len(title) <= _PROMPT:
        return title
    return title[:_PROMPT].rpartition(" ")[0] or title[:_PROMPT]


def is_reserved(name: str) -> bool:
    """Whether Windows takes a name, whatever its ending, for a device."""
    return _RESERVED.fullmatch(name.partition(".")[0].strip()) is not None
