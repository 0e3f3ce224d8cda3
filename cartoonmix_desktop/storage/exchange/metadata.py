"""What pictures carry beside their pixels: read from any, written into what is exported.

PNG holds texts in chunks of their own, JPEG and WebP in EXIF and XMP. Everything that is read came
from outside: bounded, and never an exception.
"""

from __future__ import annotations

import io
import re
from types import MappingProxyType

from cartoonmix_desktop.core.errors import ExportImpossible
from cartoonmix_desktop.core.facts import Frozen
from cartoonmix_desktop.core.recipe import infotext
from cartoonmix_desktop.core.recipe.recipe import LARGEST
from cartoonmix_desktop.core.recipe.third_party import Texts
from cartoonmix_desktop.storage.exchange.exif import with_user_comment
from cartoonmix_desktop.storage.exchange.hidden_text import hidden_text
from cartoonmix_desktop.storage.exchange.xmp import MOST_TAGS, Xmp, read_xmp, write_xmp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from PIL.Image import Image
    from PIL.PngImagePlugin import PngInfo

_EXIF, _USER_COMMENT = 0x8769, 0x9286
_TAKEN, _CHANGED = 0x9003, 0x0132
_ZONES = {_TAKEN: 0x9011, _CHANGED: 0x9010}
_DESCRIPTION = 0x010E
_STARS, _KEYWORDS = 0x4746, 0x9C9E  # of Windows; UTF-16 with ; between the names
_MOST_KEYWORDS = 16_384  # bytes
_COMFY_TAGS = (0x010F, 0x0110, 0x010E)  # make, model, description: "prompt:{…}"
_COMFY = "prompt:"
_GRAPHS = ("prompt", "workflow")  # what was run, and how its window shows it
_LARGEST_GRAPH = 4 * 1024**2
_PNG_XMP = "XML:com.adobe.xmp"
_MOST_XMP = 512 * 1024
_SDCPP = b"parameters\0"
_MOST_CHUNKS = 100
_READ_APART = {_PNG_XMP, infotext.KEY, infotext.OWN_KEY, *_GRAPHS, "xmp"}
_QUALITIES_WITHOUT_LOSS = 100  # of WebP
_SPACE = slice(16, 20)  # where a colour profile says of which colours it speaks
_SPACES = {
    **dict.fromkeys(("1", "L", "LA", "I;16"), b"GRAY"),
    **dict.fromkeys(("P", "RGB", "RGBA"), b"RGB "),
    "CMYK": b"CMYK",
}
_LONGEST_SIDE = {"JPEG": 65_500, "WEBP": 16_383}  # of their encoders
_TOO_LONG = "data is too long"  # what Pillow says when EXIF or XMP of a JPEG exceed 64 KB
_NO_TEXTS, _NO_XMP = Texts(), Xmp()
_NO_GRAPHS: Mapping[str, str] = MappingProxyType({})


class Embedded(Frozen):
    """What a picture says of itself.

    Attributes:
        texts: of its making.
        xmp: rating, tags and source.
        taken_at: unix seconds when it says it was made, None when it does not.
    """

    texts: Texts = _NO_TEXTS
    xmp: Xmp = _NO_XMP
    taken_at: float | None = None


class EmbeddedMetadata(Frozen):
    """What an export is to say of itself; nothing at all when empty.

    Attributes:
        infotext: for other programs.
        own: our exact recipe.
        xmp: rating, tags and source.
        graphs: of `graphs_in`; for PNG alone.
    """

    infotext: str = ""
    own: str = ""
    xmp: Xmp = _NO_XMP
    graphs: Mapping[str, str] = _NO_GRAPHS


def read_embedded(image: Image, *, pixels: bool = True) -> Embedded:
    """All that this program understands of what a picture carries.

    Args:
        image: loaded, if ``pixels``.
        pixels: whether texts hidden in them are looked for.
    """
    return said_in(image.info, _exif(image), hidden_text(image) if pixels else "")


def said_in(info: dict[Any, Any], exif: dict[int, Any], hidden: str = "") -> Embedded:
    """All that this program understands of what a picture carries.

    Args:
        info: as Pillow calls it: texts of PNG, comments and XMP by their names.
        exif: values by their tags.
        hidden: of `hidden_text`.
    """
    xmp = _xmp(info)
    parameters = _text(info, infotext.KEY, LARGEST)
    certain = bool(parameters)
    if not parameters:
        comment = exif.get(_USER_COMMENT)
        if isinstance(comment, str):
            comment = comment.encode("utf-8", "replace")
        if isinstance(comment, bytes) and len(comment) <= 2 * LARGEST:
            parameters = infotext.from_user_comment(comment).strip("\0")
    graph = _text(info, "prompt", _LARGEST_GRAPH)
    for tag in _COMFY_TAGS:
        said = exif.get(tag)
        if not graph and isinstance(said, str) and said.casefold().startswith(_COMFY):
            graph = said[len(_COMFY) :]
    own = _text(info, infotext.OWN_KEY, LARGEST) or xmp.recipe
    chunks = {
        name: text
        for name in list(info)[:_MOST_CHUNKS]
        if isinstance(name, str)
        and name not in _READ_APART
        and (text := _text(info, name, LARGEST))
    }
    if hidden:
        chunks["alpha"] = hidden
    if xmp.comment:
        chunks["xmp"] = xmp.comment
    described = exif.get(_DESCRIPTION)
    for text in (xmp.description, described if isinstance(described, str) else ""):
        if text and len(text) <= LARGEST:
            chunks.setdefault("Description", text)
    if not parameters:
        parameters = _of_sdcpp(info) or xmp.parameters
        certain = bool(parameters)
    taken = xmp.created_at
    for tag, zone in _ZONES.items():
        taken = _moment(exif.get(tag), exif.get(zone)) if taken is None else taken
    xmp = _with_windows(xmp, exif)
    return Embedded(Texts(own, parameters, certain, graph, chunks), xmp, taken)


def graphs_in(image: Image) -> dict[str, str]:
    """ComfyUI's graphs, as they stand in ``image``, which is loaded, by the names of their chunks.

    They are taken over as they are: whoever opens the picture there gets his nodes back.
    """
    said = _exif(image)
    found: dict[str, str] = {}
    for name in _GRAPHS:
        mark = f"{name}:"
        texts = [_text(image.info, name, _LARGEST_GRAPH)]
        for tag in _COMFY_TAGS:
            text = said.get(tag)
            if isinstance(text, str) and text[: len(mark)].casefold() == mark:
                texts.append(text[len(mark) :].strip("\0"))
        if graph := next((t for t in texts if t.startswith("{") and len(t) <= _LARGEST_GRAPH), ""):
            found[name] = graph
    return found


def fit_for(image: Image, kind: str) -> Image:
    """``image`` in colours that a format can hold; what is transparent becomes white in JPEG.

    It keeps its colour profile where that still speaks of its colours. Where it does not, they are
    brought to sRGB, which is what colours without a profile are taken for.
    """
    profile = image.info.get("icc_profile") or b""
    speaks_of = profile[_SPACE]
    fitted = _fitted(image, kind)
    if speaks_of == _SPACES.get(image.mode) != _SPACES.get(fitted.mode):
        fitted = _fitted(_in_srgb(image, profile), kind)
    fitted.info.pop("icc_profile", None)
    if speaks_of == _SPACES.get(image.mode) == _SPACES.get(fitted.mode):
        fitted.info["icc_profile"] = profile
    return fitted


def _fitted(image: Image, kind: str) -> Image:
    from PIL import Image as Images

    if kind != "PNG":
        image = _in_bytes(image)
    if image.mode in {"CMYK", "YCbCr", "LAB", "HSV", "F"}:
        image = image.convert("RGB")
    if kind == "PNG":
        return image
    if kind == "JPEG" and image.has_transparency_data:
        seen = image.convert("RGBA")
        ground = Images.new("RGBA", seen.size, "white")
        return Images.alpha_composite(ground, seen).convert("RGB")
    if kind == "JPEG" and image.mode == "L":
        return image
    return image.convert("RGBA" if kind == "WEBP" and image.has_transparency_data else "RGB")


def _in_bytes(image: Image) -> Image:
    """With eight bits for a grey that has more."""
    if not image.mode.startswith(("I", "F")):
        return image
    return image.convert("I").point(lambda value: value / 256).convert("L")


def _in_srgb(image: Image, profile: bytes) -> Image:
    """Greys, or colours for print, as ``profile`` says that they look."""
    from PIL import ImageCms

    image = _in_bytes(image)
    alpha = image.convert("LA").getchannel("A") if image.has_transparency_data else None
    try:
        seen = ImageCms.profileToProfile(
            image if image.mode == "CMYK" else image.convert("L"),
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):  # damaged: viewers pass over it as well
        return image
    if seen is not None and alpha is not None:
        seen.putalpha(alpha)
    return image if seen is None else seen


def is_lossless(kind: str, quality: int) -> bool:
    """Whether a format at this quality keeps every pixel."""
    return kind == "PNG" or (kind == "WEBP" and quality >= _QUALITIES_WITHOUT_LOSS)


def encode(image: Image, kind: str, quality: int, metadata: EmbeddedMetadata) -> bytes:
    """A whole file.

    Args:
        image: of `fit_for`.
        kind: ``"PNG"``, ``"JPEG"`` or ``"WEBP"``.
        quality: 1 to 100; 100 keeps every pixel in WebP; PNG ignores it.
        metadata: what it says of itself.

    Raises:
        ExportImpossible: the format holds neither such long sides nor such long texts, or its
            encoder refuses.
    """
    if max(image.size) > _LONGEST_SIDE.get(kind, max(image.size)):
        raise ExportImpossible("too_large", f"{image.width} × {image.height} pixels")
    packet = write_xmp(metadata.xmp, recipe=metadata.own if kind != "PNG" else "")
    options: dict[str, Any] = {}
    if profile := image.info.get("icc_profile"):  # colours would be others without it
        options["icc_profile"] = profile
    if kind == "PNG":
        options["pnginfo"] = _chunks(metadata, packet)
    else:
        if metadata.infotext:
            comment = infotext.to_user_comment(metadata.infotext)
            options["exif"] = with_user_comment(comment)
        if packet:
            options["xmp"] = packet.encode()
        options["quality"] = quality
        if kind == "WEBP":
            options |= {"lossless": is_lossless(kind, quality), "exact": True}
        else:
            options |= {"subsampling": 0 if quality >= 90 else 2}
    bare = image.copy()
    bare.info = {  # all else that it carries stays behind
        key: value for key, value in image.info.items() if key == "transparency" and kind == "PNG"
    }
    file = io.BytesIO()
    try:
        bare.save(file, kind, **options)
    except Exception as error:  # what makes encoders raise is not documented
        reason = "too_long" if _TOO_LONG in str(error) else "unencodable"
        raise ExportImpossible(reason, str(error) or type(error).__name__) from error
    return file.getvalue()


def _chunks(metadata: EmbeddedMetadata, packet: str) -> PngInfo:
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    for key, text in {infotext.KEY: metadata.infotext, **metadata.graphs}.items():
        if text and _utf_8(text) == text:
            chunks.add_text(key, text)
        elif text:  # in the oldest kind of chunk it would read as another
            chunks.add_itxt(key, text)
    if metadata.own:
        chunks.add_itxt(infotext.OWN_KEY, metadata.own)
    if packet:
        chunks.add_itxt(_PNG_XMP, packet)
    return chunks


def says(image: Image, metadata: EmbeddedMetadata) -> bool:
    """Whether ``image``, read back, says what it was to say, and nothing more."""
    found = read_embedded(image)
    if not (metadata.infotext or metadata.own or metadata.graphs):
        texts = found.texts
        silent = not (texts.own or texts.parameters or texts.graph)
        return silent and found.xmp == metadata.xmp and not dict(image.getexif())
    return (
        found.texts.parameters == metadata.infotext
        and found.texts.own == metadata.own
        and found.xmp.without_recipe() == metadata.xmp
        and graphs_in(image) == metadata.graphs
    )


def _of_sdcpp(info: dict[Any, Any]) -> str:
    """What stable-diffusion.cpp writes into JPEG: a comment that begins with its own name."""
    comment = info.get("comment")
    if not isinstance(comment, bytes) or not comment.startswith(_SDCPP) or len(comment) > LARGEST:
        return ""
    return comment[len(_SDCPP) :].decode("utf-8", "replace").strip("\0")


def _exif(image: Image) -> dict[int, Any]:
    try:
        exif = image.getexif()
        return dict(exif) | dict(exif.get_ifd(_EXIF))
    except Exception:  # noqa: BLE001 - damaged EXIF makes its reader raise nearly anything
        return {}


def _xmp(info: dict[Any, Any]) -> Xmp:
    packet = info.get("xmp") or info.get(_PNG_XMP) or b""
    if isinstance(packet, str):
        packet = packet.encode("utf-8", "replace")
    known = isinstance(packet, bytes) and 0 < len(packet) <= _MOST_XMP
    return read_xmp(packet) if known else _NO_XMP


def _text(info: dict[Any, Any], key: str, longest: int) -> str:
    """A text chunk. The oldest kind should hold Latin-1, and many programs write UTF-8 into it."""
    value = info.get(key)
    if not isinstance(value, str) or len(value) > longest:
        return ""
    if type(value) is str and not value.isascii():  # the newest kind is a type of its own
        return _utf_8(value)
    return str(value)


def _utf_8(text: str) -> str:
    """``text`` as UTF-8, if its bytes are some; Latin-1 hardly ever is by chance."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except ValueError:
        return text


def _with_windows(xmp: Xmp, exif: Mapping[int, Any]) -> Xmp:
    """With what Windows writes beside it: stars and keywords."""
    if not exif:
        return xmp
    from cartoonmix_desktop.core.task.marks import MOST_STARS, clean_name

    stars, words = exif.get(_STARS), exif.get(_KEYWORDS)
    if type(stars) is int and 0 < stars <= MOST_STARS and not (xmp.rating or xmp.rejected):
        xmp = xmp.but(rating=stars)
    if isinstance(words, bytes) and not xmp.tags:
        text = words[:_MOST_KEYWORDS].decode("utf-16-le", "ignore").strip("\0")
        tags = dict.fromkeys(filter(None, map(clean_name, text.split(";"))))
        xmp = xmp.but(tags=tuple(tags)[:MOST_TAGS])
    return xmp


def _moment(value: object, zone: object) -> float | None:
    """The time of EXIF, ``2024:05:06 07:08:09``, of the camera's clock; ``zone`` is ``+09:00``."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}(:\d\d){2} \d\d(:\d\d){2}\0?", value):
        return None
    from datetime import datetime  # a recipe is read without

    try:
        moment = datetime.strptime(value.strip("\0"), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        if isinstance(zone, str) and re.fullmatch(r"[+-]\d\d:\d\d\0?", zone):
            said = f"{moment.isoformat()}{zone.strip(chr(0))}"
            return datetime.fromisoformat(said).timestamp()
        return moment.astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        return None
