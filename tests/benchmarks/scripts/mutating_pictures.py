"""Feeds spoiled pictures to what judges them, in a process of its own.

``mutating_pictures.py SEED TIMES FOLDER`` prints as JSON how many there were and what came of each:
kept, or refused with which error; the seconds that the slowest took; the peak of memory in MiB; and
every file elsewhere, socket or program that was opened meanwhile, of which there must be none.
"""

from __future__ import annotations

import gc
import io
import json
import random
import resource
import struct
import sys
import time
import traceback
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from cartoonmix_desktop.cartoon.compose import draw
from cartoonmix_desktop.core.errors import PictureError
from cartoonmix_desktop.storage.files.decoding import decode, thumbnail_of
from cartoonmix_desktop.storage.files.pictures import PictureFolder

if TYPE_CHECKING:
    from collections.abc import Callable

_KEEP_EACH = 20  # pictures, as syncing to the disk takes long
_ADDRESS_SPACE = 2 * 1024**3
_WATCHED = ("open", "socket.connect", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")

_SVG = """<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<image xlink:href="file:///etc/passwd"/><text>&x;</text></svg>"""
_ZIP = b"PK\x05\x06" + bytes(18)
_STRANGERS = (
    _SVG.encode(),
    b"<html><script>alert(1)</script></html>",
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
    b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n",
    b"GIF89a\x01\0\x01\0\0\0\0;",
    b"II*\0" + bytes(200),
    b"8BPS\0\1" + bytes(200),
    b"#!/bin/sh\necho\n",
    b"\x7fELF" + bytes(200),
    b"push graphic-context\nimage over 0,0 0,0 'file:///etc/passwd'\npop graphic-context\n",
    _ZIP,
    b"",
)


class Spoiler:
    """Makes spoiled pictures of sound ones."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.sound = sound_pictures()
        self._ways: list[Callable[[bytes], bytes]] = [
            self._flip,
            self._overwrite,
            self._cut,
            self._remove,
            self._double,
            self._splice,
            self._append,
            self._prepend,
            self._rechunk,
            self._bomb,
            self._lie_about_size,
        ]

    def next(self) -> bytes:
        """One picture, spoiled in up to three ways; or something that is none at all."""
        chance = self._chance
        if chance.random() < 0.05:
            return chance.choice(_STRANGERS) + chance.randbytes(chance.randrange(40))
        data = chance.choice(self.sound)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            data = chance.choice(self._ways)(data)
        return data

    def _flip(self, data: bytes) -> bytes:
        spoiled = bytearray(data)
        for _ in range(self._chance.choice((1, 1, 2, 8, 50))):
            if spoiled:
                spoiled[self._place(data)] ^= 1 << self._chance.randrange(8)
        return bytes(spoiled)

    def _overwrite(self, data: bytes) -> bytes:
        at, size = self._place(data), self._chance.choice((1, 2, 4, 64))
        filler = self._chance.choice((bytes(size), b"\xff" * size, self._chance.randbytes(size)))
        return data[:at] + filler + data[at + size :]

    def _cut(self, data: bytes) -> bytes:
        return data[: self._place(data)]

    def _remove(self, data: bytes) -> bytes:
        at = self._place(data)
        return data[:at] + data[at + self._chance.choice((1, 4, 100)) :]

    def _double(self, data: bytes) -> bytes:
        at = self._place(data)
        return data[:at] + data[max(0, at - self._chance.choice((1, 12, 300))) :]

    def _splice(self, data: bytes) -> bytes:
        other = self._chance.choice(self.sound)
        return data[: self._place(data)] + other[self._place(other) :]

    def _append(self, data: bytes) -> bytes:
        return data + self._chance.choice((*_STRANGERS, b"\0", data))

    def _prepend(self, data: bytes) -> bytes:
        return self._chance.choice(_STRANGERS) + data

    def _rechunk(self, data: bytes) -> bytes:
        """A PNG with a spoiled chunk whose checksum is right, so that it is believed."""
        if not data.startswith(b"\x89PNG"):
            return self._flip(data)
        starts = starts_of_chunks(data)
        if not starts:
            return data
        at = self._chance.choice(starts)
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = bytearray(data[at + 4 : at + 8 + length])
        first = 4 if length and self._chance.random() < 0.9 else 0  # its content, or its name
        for _ in range(self._chance.choice((1, 3))):
            body[self._chance.randrange(first, len(body))] ^= 1 << self._chance.randrange(8)
        rest = data[at + 12 + length :]
        return data[:at] + data[at : at + 4] + bytes(body) + checksum(body) + rest

    def _bomb(self, data: bytes) -> bytes:
        """Much from little: text, profiles and pixels that unpack to a hundred megabytes."""
        if not data.startswith(b"\x89PNG"):
            return data
        big = zlib.compress(bytes(self._chance.choice((10**5, 10**7))), 9)
        name, head = self._chance.choice(
            ((b"zTXt", b"a\0\0"), (b"iCCP", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0"), (b"IDAT", b""))
        )
        return data[:33] + chunk(name, head + big) * self._chance.choice((1, 3)) + data[33:]

    def _lie_about_size(self, data: bytes) -> bytes:
        chance = self._chance
        width, height = (chance.choice((0, 1, 63, 65, 8192, 30_000, 65_535)) for _ in range(2))
        if data.startswith(b"\x89PNG") and len(data) > 33:
            body = bytearray(data[12:29])
            width, height = (
                max(s, chance.choice((s, 2**31 - 1, 2**32 - 1))) for s in (width, height)
            )
            body[4:12] = struct.pack(">II", width, height)
            return data[:12] + bytes(body) + checksum(body) + data[33:]
        if data.startswith(b"\xff\xd8"):
            for marker in (b"\xff\xc0", b"\xff\xc2"):
                at = data.find(marker)
                if at > 0:
                    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]
        return data[:24] + struct.pack("<HH", width & 0x3FFF, height & 0x3FFF) + data[28:]

    def _place(self, data: bytes) -> int:
        """A place in the bytes, often near the beginning, where formats say what they are."""
        if not data:
            return 0
        most = len(data) if self._chance.random() < 0.6 else min(len(data), 100)
        return self._chance.randrange(most)


def checksum(body: bytes | bytearray) -> bytes:
    return struct.pack(">I", zlib.crc32(body))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + checksum(name + data)


def starts_of_chunks(data: bytes) -> list[int]:
    """Where the chunks of a PNG begin, as far as they can be followed."""
    starts, at = [], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if at + 12 + length > len(data):
            break
        starts.append(at)
        at += 12 + length
    return starts


def sound_pictures() -> list[bytes]:
    """What the sandbox draws, in every format that is accepted and several of their kinds."""
    pictures = [draw("a fox in a red scarf", "", "7", number, 64, 64, 4.0) for number in range(2)]
    image = Image.open(io.BytesIO(pictures[0])).convert("RGB")
    for kind, mode, options in (
        ("PNG", "P", {}),
        ("PNG", "RGBA", {"optimize": True}),
        ("PNG", "L", {}),
        ("JPEG", "RGB", {"quality": 90}),
        ("JPEG", "RGB", {"progressive": True, "exif": b"Exif\0\0" + bytes(60)}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"save_all": True, "append_images": [image.rotate(90)]}),
        ("AVIF", "RGB", {}),
        ("AVIF", "RGBA", {}),
        ("GIF", "P", {}),
        ("GIF", "P", {"save_all": True, "append_images": [image.rotate(90).convert("P")]}),
    ):
        file = io.BytesIO()
        image.convert(mode).save(file, kind, **options)
        pictures.append(file.getvalue())
    return pictures


def main(seed: int, times: int, folder: Path) -> None:
    spoiler = Spoiler(random.Random(seed))
    library = PictureFolder(folder / "pictures")
    outcomes: Counter[str] = Counter()
    opened: list[str] = []
    slowest = 0.0
    armed = False

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if not armed or not event.startswith(_WATCHED):
            return
        if event != "open" or not str(arguments[0]).startswith(str(folder)):
            opened.append(f"{event} {arguments[0]!r}")

    def judge(number: int, data: bytes) -> str:
        try:
            if number % _KEEP_EACH:
                thumbnail_of(decode(data))
            else:
                with library.receive() as incoming:
                    incoming.write(data)
                    incoming.keep(
                        created_at=1.8e9 + number, uid=f"{number:032x}", position=0, title="a fox"
                    )
        except PictureError as error:
            return type(error).__name__
        return "kept"

    for number, data in enumerate(spoiler.sound * 2):
        assert judge(number * _KEEP_EACH // 2, data) == "kept", number
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    sys.addaudithook(watch)
    bugs = []
    armed = True
    for number in range(times):
        data = spoiler.next()
        began = time.perf_counter()
        try:
            outcomes[judge(number, data)] += 1
        except Exception:  # noqa: BLE001 - told, with what caused it
            bugs.append(f"{seed} {number}: {traceback.format_exc()}")
        slowest = max(slowest, time.perf_counter() - began)
    armed = False
    left = [path.name for path in (folder / "pictures" / ".incoming").iterdir()]
    told = {
        "times": times,
        "outcomes": outcomes,
        "bugs": bugs[:5],
        "opened": opened[:5],
        "left": left,
        "slowest": slowest,
        "before": before / 1024,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
