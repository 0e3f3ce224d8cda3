"""Whatever is said of a picture that is whole, it is kept byte for byte; all else is kept aside."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib

import pytest
from PIL import Image

from cartoonmix_desktop.core.journal.lines import FILE as JOURNAL
from cartoonmix_desktop.core.task.task import OutputState

pytestmark = pytest.mark.timeout(60)

KEPT, ASIDE, BROKEN = OutputState.KEPT, OutputState.ASIDE, OutputState.BROKEN
ALWAYS = 9  # more often than a picture is asked for


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for module in ("sender", "recovery", "in_flight", "follower", "fetcher"):
        monkeypatch.setattr(
            f"cartoonmix_desktop.services.sending.{module}.backoff", lambda *_a, **_k: 0.02
        )


def told(**task):
    """What the task says of its pictures."""
    return {"endpoint": "task", **task}


def served(**file):
    """How the host serves them, each time."""
    return {"endpoint": "files", "times": ALWAYS, **file}


def says(**headers):
    return served(says={name.replace("_", "-"): value for name, value in headers.items()})


def same(data: bytes) -> bytes:
    return data


def as_format(kind: str):
    def saved(data: bytes) -> bytes:
        file = io.BytesIO()
        Image.open(io.BytesIO(data)).convert("RGB").save(file, kind)
        return file.getvalue()

    return saved


# What is said or done; what must come of it; what is then on the disk, given the picture.
LIES = {
    # the size that the task tells
    "one too many": (told(size_off_by=1), KEPT, same),
    "one too few": (told(size_off_by=-1), KEPT, same),
    "far too many": (told(size_off_by=100_000), KEPT, same),
    "more than any has": (told(size_off_by=10**12), KEPT, same),
    "no bytes": (told(output_size="0"), KEPT, same),
    "one byte": (told(output_size="1"), KEPT, same),
    "below nothing": (told(output_size="-7"), KEPT, same),
    "a number": (told(output_size=12), KEPT, same),
    "a fraction": (told(output_size="1.5"), KEPT, same),
    "words": (told(output_size="many"), KEPT, same),
    "null": (told(output_size=None), KEPT, same),
    "a list": (told(output_size=[]), KEPT, same),
    # behind its end
    "a byte": (served(tail="!"), KEPT, lambda data: data + b"!"),
    "a line": (served(tail="\r\n"), KEPT, lambda data: data + b"\r\n"),
    "a page": (served(tail="<html>"), KEPT, lambda data: data + b"<html>"),
    "an archive": (served(tail="PK\x03\x04zip"), KEPT, lambda data: data + b"PK\x03\x04zip"),
    "zeros": (served(tail="\0" * 5000), KEPT, lambda data: data + b"\0" * 5000),
    "a byte behind a JPEG": (
        served(format="JPEG", tail="!"),
        KEPT,
        lambda data: as_format("JPEG")(data) + b"!",
    ),
    "a byte behind a WebP": (
        served(format="WEBP", tail="!"),
        KEPT,
        lambda data: as_format("WEBP")(data) + b"!",
    ),
    # its format
    "a JPEG": (served(format="JPEG"), KEPT, as_format("JPEG")),
    "a WebP": (served(format="WEBP"), KEPT, as_format("WEBP")),
    "a GIF": (served(format="GIF"), KEPT, as_format("GIF")),
    "a BMP": (served(format="BMP"), ASIDE, as_format("BMP")),
    "a TIFF": (served(format="TIFF"), ASIDE, as_format("TIFF")),
    "an AVIF": (served(format="AVIF"), KEPT, as_format("AVIF")),
    "an icon": (served(format="ICO"), ASIDE, as_format("ICO")),
    "a PPM": (served(format="PPM"), ASIDE, as_format("PPM")),
    "text": (served(raw="<h1>soon</h1>", content_type="text/html"), ASIDE, b"<h1>soon</h1>"),
    "nothing": (served(raw=""), BROKEN, None),
    # its type
    "a page by type": (says(content_type="text/html"), KEPT, same),
    "bytes by type": (says(content_type="application/octet-stream"), KEPT, same),
    "a WebP by type": (says(content_type="image/webp"), KEPT, same),
    "no type": (says(content_type=None), KEPT, same),
    "no such type": (says(content_type=";;;"), KEPT, same),
    # its encoding
    "Identity": (says(content_encoding="Identity"), KEPT, same),
    "IDENTITY": (says(content_encoding="IDENTITY"), KEPT, same),
    "identity twice": (says(content_encoding="identity, identity"), KEPT, same),
    "no encoding": (says(content_encoding=""), KEPT, same),
    "utf-8": (says(content_encoding="utf-8"), KEPT, same),
    "none": (says(content_encoding="none"), KEPT, same),
    "gzip, and is not": (says(content_encoding="gzip"), KEPT, same),
    "br, and is not": (says(content_encoding="br"), KEPT, same),
    "gzip": (served(packed="gzip"), ASIDE, gzip.decompress),
    "deflate": (served(packed="deflate"), ASIDE, zlib.decompress),
    # the status
    "201": (served(status=201), KEPT, same),
    "202": (served(status=202), KEPT, same),
    "203": (served(status=203), KEPT, same),
    "206": (served(status=206), KEPT, same),
    "206 of another": (
        served(status=206, says={"content-range": "bytes 3-4/5"}),
        KEPT,
        same,
    ),
    "226": (served(status=226), KEPT, same),
    "300": (served(status=300), BROKEN, None),
    "404": (served(status=404), BROKEN, None),
    "500": (served(status=500), BROKEN, None),
    "500 once": (served(status=500, times=1), KEPT, same),
    # its length
    "no length": (says(content_length=None), KEPT, same),
    "no length, wrong size": (says(content_length=None), KEPT, same, told(size_off_by=-1)),
    "a length beyond": (
        served(tail="!" * 100, truncate=100, no_ranges=True),
        KEPT,
        same,
    ),
    "a length before its end": (served(shorter=10), ASIDE, lambda data: data[:-10]),
    "broken off": (served(truncate=10, no_ranges=True), ASIDE, lambda data: data[:-10]),
    "broken off once": (served(truncate=10, times=1), KEPT, same),
    "broken off, wrong size": (served(truncate=10, times=1), KEPT, same, told(size_off_by=5)),
    "broken off at once": (served(cut=0), BROKEN, None),
    "noise": (served(garbage=True), ASIDE, None),
    "noise once": (served(garbage=True, times=1), KEPT, same),
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_comes_of_each_lie(bench, recipe, sandbox, lie):
    rule, state, wanted, *more = LIES[lie]
    sandbox.faults([rule, *more])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until(lambda: (t := bench.latest(task.id)) and t.outputs and t.at_rest and t)
    (output,) = done.outputs
    assert output.state is state, output.error
    sandbox.clear_faults()
    connection = await bench.studio.accounts.connection(done.account)
    remote = await connection.client.detail(task_id=done.remote_id)
    async with connection.pictures.open(remote.outputs[0]) as delivery:
        picture = b"".join([chunk async for chunk in delivery.chunks])
    root = bench.locations.pictures
    files = [path for path in root.rglob("*") if path.is_file() and path.name != JOURNAL]
    if state is BROKEN:
        assert (output.path, output.size, output.sha256) == ("", 0, "")
        assert files == []
        return
    assert files == [root / output.path]
    data = files[0].read_bytes()
    assert (output.size, output.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert output.path.endswith(".received") is (state is ASIDE)
    if callable(wanted) and "packed" in rule:
        assert wanted(data) == picture
    elif callable(wanted):
        assert data == wanted(picture)
    elif wanted is not None:
        assert data == wanted
