"""The text that generators of pictures write into them, as AUTOMATIC1111's web UI began it.

Three parts: the prompt; the negative prompt behind ``Negative prompt:``; and one last line of
settings, ``Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512``. In a PNG it is the
text chunk ``parameters``, in JPEG and WebP the EXIF user comment. Values that hold a comma, a colon
or a line break are JSON strings; some extensions write such breaks as they are, or lines of their
own behind the settings.
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType

from cartoonmix_desktop.core.facts import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "parameters"
"""The PNG text chunk that holds such a text."""

OWN_KEY = "cartoonmix-recipe"
"""The PNG text chunk that holds the exact recipe, as a recipe file does (see `recipe.to_text`)."""

_UTF_16, _JIS = b"UNICODE\0", b"JIS\0\0\0\0\0"  # in front of a user comment
_BIG, _LITTLE = b"\xfe\xff", b"\xff\xfe"  # marks of the order of bytes
_NEGATIVE = "Negative prompt:"
_FIRST = "Steps: "  # of the settings, when lines follow them
_FEWEST = 3  # settings in a last line that is one; fewer may be words of a prompt
_LONGEST_LINE = 16_384  # of settings; also bounds the time that matching takes
_SETTING = re.compile(r'(\w[\w \-/]{0,60}):\s{0,9}("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
_NO_NAME = re.compile(r"[^\w \-/]+")  # what no name of a setting has
_LINE = re.compile(r'(?:(?<=: )"(?:\\.|[^\\"])*"|[^\n])*', re.DOTALL)  # breaks may lie in quotes
_KARRAS = " Karras"
_TELLS_ALL = re.compile(r"[vf]\d")  # versions of A1111 and Forge

SAMPLERS: Mapping[str, str] = MappingProxyType(
    {
        "Euler": "EulerDiscreteScheduler",
        "Euler a": "EulerAncestralDiscreteScheduler",
        "DPM++ 2M": "DPMSolverMultistepScheduler",
        "DDIM": "DDIMScheduler",
        "LMS": "LMSDiscreteScheduler",
        "PLMS": "PNDMScheduler",
        "DDPM": "DDPMScheduler",
    }
)
"""Names of samplers, and the scheduler on the wire that does the same."""

_NUMBERS = {
    "Steps": "steps",
    "CFG scale": "scale",
    "Seed": "seed",
    "Clip skip": "clipSkip",
    "Batch size": "samples",
}


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Infotext(Frozen):
    """What such a text says.

    Attributes:
        values: wire name to what was written, not yet checked.
        others: settings that CartoonMix has no input for, e.g. ``"Model hash"``.
    """

    values: Mapping[str, object]
    others: Mapping[str, str] = _NOTHING


def parse(text: str) -> Infotext | None:
    """What ``text`` says, or None if it is not such a text.

    A prompt alone, without any setting, counts as none: any comment could be that.
    """
    lines = text.replace("\r\n", "\n").strip().split("\n")
    at, settings = _find_settings(lines)
    if settings is None:
        return None
    values: dict[str, object] = {"negativePrompt": "", **prompts("\n".join(lines[:at]))}
    others: dict[str, str] = {}
    for name, value in settings.items():
        size = re.fullmatch(r"(\d{1,6})x(\d{1,6})", value)
        if name in _NUMBERS:
            values[_NUMBERS[name]] = value
        elif name == "Size" and size:
            values["width"], values["height"] = size[1], size[2]
        elif name == "Sampler":
            values["scheduler"] = SAMPLERS.get(value.removesuffix(_KARRAS), value)
            if value.endswith(_KARRAS):
                others["Schedule type"] = "Karras"
        else:
            others[name] = value
    if _TELLS_ALL.match(settings.get("Version", "")):
        values.setdefault("clipSkip", "1")  # they pass over what leaves no layer out
    return Infotext(MappingProxyType(values), MappingProxyType(others))


def prompts(text: str) -> dict[str, str]:
    """By wire name, the prompt, and the negative prompt where ``text`` begins one."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if line.startswith(_NEGATIVE):
            negative = "\n".join([line.removeprefix(_NEGATIVE), *lines[at + 1 :]])
            return {
                "prompt": "\n".join(lines[:at]).strip(),
                "negativePrompt": negative.strip(),
            }
    return {"prompt": text.strip()}


def compose(values: Mapping[str, object], others: Mapping[str, str] | None = None) -> str:
    """The text for these values; `parse` gives them back.

    Blank space around the prompts is lost, and a prompt with a line that begins with
    ``Negative prompt:`` cannot be told from two: the format has no way to say so.

    Args:
        values: wire name to value.
        others: settings to add, e.g. ``{"Model": "CartoonMix v1.0"}``; a sampler among them stands
            for the scheduler that is nearest to it.
    """
    others = dict(others or {})
    named = {scheduler: sampler for sampler, scheduler in SAMPLERS.items()}
    scheduler = str(values.get("scheduler", ""))
    width, height = values.get("width"), values.get("height")
    settings = {
        "Steps": values.get("steps"),
        "Sampler": others.get("Sampler") or named.get(scheduler, scheduler) or None,
        "Schedule type": others.get("Schedule type"),
        "CFG scale": values.get("scale"),
        "Seed": values.get("seed"),
        "Size": None if width is None or height is None else f"{width}x{height}",
        "Clip skip": values.get("clipSkip"),
        "Batch size": values.get("samples"),
    }
    told = {name: str(value) for name, value in settings.items() if value is not None}
    line = ", ".join(f"{name}: {_quoted(value)}" for name, value in told.items())
    for name, value in others.items():
        setting = f", {' '.join(_NO_NAME.sub(' ', name).split())}: {_quoted(value)}"
        if name not in told and len(line) + len(setting) <= _LONGEST_LINE:
            line += setting
    parts = [str(values.get("prompt", "")).strip()]
    if negative := str(values.get("negativePrompt", "")).strip():
        parts.append(f"{_NEGATIVE} {negative}")
    return "\n".join([*parts, line])


def from_user_comment(comment: bytes) -> str:
    """The text of an EXIF user comment: eight bytes name its encoding."""
    mark, body = comment[:8], comment[8:]
    if mark == _UTF_16:
        return _from_utf_16(body)
    if mark in {b"ASCII\0\0\0", bytes(8)}:
        return body.decode("utf-8", "replace")
    if mark == _JIS:
        return body.decode("iso2022_jp", "replace")
    return comment.decode("utf-8", "replace")


def to_user_comment(text: str) -> bytes:
    """``text`` as an EXIF user comment, such as other programs read it."""
    comment = _UTF_16 + text.encode("utf-16-be", "replace")
    if from_user_comment(comment) == text:
        return comment
    return _UTF_16 + _BIG + text.encode("utf-16-be", "replace")


def _from_utf_16(body: bytes) -> str:
    """It is written in either order of bytes, whatever the file's own is.

    The order is the one that is marked, or makes it a text with settings, or in which more letters
    have the zero of ASCII.
    """
    for mark, order in ((_BIG, "utf-16-be"), (_LITTLE, "utf-16-le")):
        if body.startswith(mark):
            return body[len(mark) :].decode(order, "replace")
    big, little = body.decode("utf-16-be", "replace"), body.decode("utf-16-le", "replace")
    for text in (big, little):
        if parse(text) is not None:
            return text
    return little if body[1::2].count(0) > body[0::2].count(0) else big


def _find_settings(lines: list[str]) -> tuple[int, dict[str, str] | None]:
    """The line on which the settings begin, and them; None if there are none."""
    length = 0
    for at in reversed(range(len(lines))):
        length += len(lines[at]) + 1
        if length > _LONGEST_LINE + 1:
            break
        if at == len(lines) - 1 or lines[at].startswith(_FIRST):
            line = _LINE.match("\n".join(lines[at:]))
            found = _SETTING.findall(line[0]) if line else []
            if len(found) >= _FEWEST:
                return at, {name.strip(): _unquoted(value.strip()) for name, value in found}
    return len(lines), None


def _quoted(value: str) -> str:
    if re.search(r'[,:\n"]', value) or value != value.strip():
        return json.dumps(value, ensure_ascii=False)
    return value


def _unquoted(value: str) -> str:
    if value.startswith('"') and value.endswith('"'):
        try:
            return str(json.loads(value, strict=False))
        except ValueError:
            pass
    return value
