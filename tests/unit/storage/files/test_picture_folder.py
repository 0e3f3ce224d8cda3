from __future__ import annotations

import errno
import hashlib
import io
import os
import struct
import subprocess
import sys
import threading
import time
import warnings
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from cartoonmix_desktop.core.errors import (
    DiskFull,
    FolderUnusable,
    NotAPicture,
    PictureTooLarge,
    PictureTruncated,
)
from cartoonmix_desktop.core.task.resumable_download import Download, PartReceived
from cartoonmix_desktop.storage.files import pictures as module
from cartoonmix_desktop.storage.files.pictures import PictureFolder

WHEN = datetime(2026, 11, 22, 21, 31, 5).astimezone().timestamp()
NAMED = {"created_at": WHEN, "uid": "0123456789abcdef" * 2, "position": 0, "title": "A wizard cat"}
KINDS = [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp"), ("AVIF", "avif"), ("GIF", "gif")]


@pytest.fixture
def root(tmp_path):
    return tmp_path / "pictures"


@pytest.fixture
def folder(root):
    return PictureFolder(root)


def keep(folder, data, **named):
    with folder.receive() as incoming:
        for start in range(0, len(data), 1000):
            incoming.write(data[start : start + 1000])
        return incoming.keep(**{**NAMED, **named})


def files(root):
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


def refused(folder, root, data, error):
    with pytest.raises(error) as caught:
        keep(folder, data)
    assert type(caught.value) is error
    assert files(root) == []
    return caught.value


def chunk(name, data=b""):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def claimed_png(width, height):
    """A small file that says it is a large picture."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND")


# --- keeping -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_a_picture_is_kept_exactly_as_it_came(folder, root, drawing, kind, suffix):
    data = drawing(kind, (640, 320))
    kept = keep(folder, data)
    assert kept.path == f"2026-11/20261122-213105-a-wizard-cat-01234567-1.{suffix}"
    assert files(root) == [kept.path]
    assert folder.path(kept.path).read_bytes() == data
    assert (kept.size, kept.width, kept.height) == (len(data), 640, 320)
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    assert folder.has(kept.path, kept.size)
    small = Image.open(io.BytesIO(kept.thumbnail))
    assert (small.format, small.size) == ("JPEG", (256, 128))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGBA", "I;16")),
        *(("JPEG", mode) for mode in ("L", "CMYK")),
        ("WEBP", "RGBA"),
        ("AVIF", "RGBA"),
        ("GIF", "RGBA"),
    ],
)
def test_every_kind_of_pixel_is_kept_and_has_a_thumbnail(folder, drawing, kind, mode):
    kept = keep(folder, drawing(kind, (300, 600), "L" if mode == "I;16" else mode))
    assert Image.open(io.BytesIO(kept.thumbnail)).size == (128, 256)


def test_a_progressive_jpeg_is_whole(folder, drawing):
    data = drawing("JPEG", (400, 400), progressive=True)
    assert keep(folder, data).size == len(data)


def test_a_small_picture_is_not_blown_up(folder, drawing):
    assert Image.open(io.BytesIO(keep(folder, drawing(size=(20, 10))).thumbnail)).size == (20, 10)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("CON", "con-"),
        ("../../evil", "evil-"),
        ("C:\\Windows\\evil.exe", "c-windows-evil-exe-"),
        ("(masterpiece, best:1.2), 1girl", "masterpiece-best-1-2-1girl-"),
        ("Crème Brûlée", "creme-brulee-"),
        ("雪の城", ""),
        ("", ""),
        ("...---...", ""),
        ("a\0b\nc\u202egnp.exe", "a-b-cgnp-exe-"),
        ("x" * 39 + " yyyy", "x" * 39 + "-"),
        ("x" * 500, "x" * 40 + "-"),
        ("\ud800half", "half-"),
    ],
)
def test_names_are_our_own_whatever_the_prompt(folder, root, drawing, title, slug):
    kept = keep(folder, drawing(), title=title, position=11)
    assert kept.path == f"2026-11/20261122-213105-{slug}01234567-12.png"
    assert files(root) == [kept.path]


def test_the_same_picture_again_is_the_same_file(folder, root, drawing):
    first, second = keep(folder, drawing()), keep(folder, drawing())
    assert first == second
    assert files(root) == [first.path]


def test_another_picture_never_overwrites(folder, root, drawing):
    kept = [keep(folder, drawing(size=(30 + n, 30))) for n in range(3)]
    stem = "2026-11/20261122-213105-a-wizard-cat-01234567-1"
    assert [one.path for one in kept] == [f"{stem}.png", f"{stem}-2.png", f"{stem}-3.png"]
    assert [folder.path(one.path).stat().st_size for one in kept] == [one.size for one in kept]
    assert keep(folder, drawing(size=(31, 30))) == kept[1]


def test_a_folder_of_that_name_is_left(folder, root, drawing):
    (root / "2026-11" / "20261122-213105-a-wizard-cat-01234567-1.png").mkdir(parents=True)
    assert keep(folder, drawing()).path.endswith("-1-2.png")


def test_a_picture_is_on_the_disk_before_it_has_its_name(folder, root, drawing, monkeypatch):
    steps = []
    sync, replace = os.fsync, os.replace

    def syncing(descriptor):
        steps.append("folder" if Path(f"/proc/self/fd/{descriptor}").is_dir() else "file")
        sync(descriptor)

    def replacing(*names):
        steps.append("name")
        replace(*names)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "replace", replacing)
    keep(folder, drawing())
    if sys.platform == "linux":
        assert steps == ["file", "name", "folder", "folder"]
    else:
        assert steps.index("name") > 0


# --- refusing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_a_picture_cut_anywhere_is_refused(folder, root, drawing, kind, suffix):
    data = drawing(kind)
    for length in [*range(16, len(data), len(data) // 23), *range(len(data) - 12, len(data))]:
        refused(folder, root, data[:length], PictureTruncated)


@pytest.mark.parametrize("name", [b"IEND", b"IDAT"])
def test_a_png_without_its_end_or_its_pixels_is_refused(folder, root, drawing, name):
    data = drawing("PNG")
    at = data.index(name) - 4
    length = struct.unpack(">I", data[at : at + 4])[0] + 12
    without = data[:at] + data[at + length :]
    with pytest.raises((PictureTruncated, NotAPicture)):
        keep(folder, without)
    assert files(root) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG",
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        b"<!doctype html><title>Sign in to the hotel</title>",
        b"%PDF-1.7\n\x89PNG\r\n\x1a\n",
        b"RIFF\x04\x00\x00\x00WAVE",
        b"RIFF\x04\x00\x00\x00WEBP",
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND"),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"<svg/>") + chunk(b"IEND"),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9",
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_picture_is_refused(folder, root, data):
    refused(folder, root, data, NotAPicture)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PPM"])
def test_other_formats_are_refused(folder, root, drawing, kind):
    refused(folder, root, drawing(kind), NotAPicture)


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
@pytest.mark.parametrize("tail", [b"PK\x03\x04zip", b"<script>", b"\0" * 64])
def test_what_stands_behind_a_picture_stays_there(folder, root, drawing, kind, suffix, tail):
    data = drawing(kind) + tail
    kept = keep(folder, data)
    assert (root / kept.path).read_bytes() == data
    assert kept.path.endswith(suffix)


def test_a_jpeg_inside_a_jpeg_does_not_pass_for_its_end(folder, root, drawing):
    # A truncated picture whose preview, in its header, has an end of its own.
    preview = drawing("JPEG", (16, 16))
    data = drawing("JPEG", exif=b"Exif\0\0" + preview)
    assert keep(folder, data).size == len(data)
    for path in files(folder.path("2026-11")):
        (folder.path("2026-11") / path).unlink()
    refused(folder, root, data[:-2], PictureTruncated)
    refused(folder, root, data[: len(preview) + 40], PictureTruncated)


def test_flipped_bits_are_refused_or_harmless(folder, drawing):
    data = bytearray(drawing("PNG"))
    outcomes = set()
    for at in range(8, len(data), max(1, len(data) // 120)):
        data[at] ^= 0x41
        try:
            keep(folder, bytes(data))
            outcomes.add("kept")
        except (NotAPicture, PictureTruncated, PictureTooLarge):
            outcomes.add("refused")
        data[at] ^= 0x41
    assert "refused" in outcomes


@pytest.mark.parametrize(
    "size", [(8192, 8193), (65_000, 65_000), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1)]
)
def test_a_picture_that_claims_too_many_pixels_is_refused_undecoded(folder, root, size):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refused(folder, root, claimed_png(*size), PictureTooLarge)


def test_a_picture_without_pixels_is_refused(folder, root):
    refused(folder, root, claimed_png(0, 10), NotAPicture)


def test_a_picture_that_decodes_and_cannot_be_shown_is_refused(folder, root, drawing):
    data = drawing("PNG", (40, 40), "P")
    at = data.index(b"PLTE") - 4
    (length,) = struct.unpack(">I", data[at : at + 4])
    refused(folder, root, data[:at] + data[at + 12 + length :], NotAPicture)  # without colours


def test_a_bomb_of_text_is_refused(folder, root, drawing):
    data = drawing("PNG")
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 80_000_000))
    refused(folder, root, data[:33] + bomb + data[33:], NotAPicture)


def test_more_bytes_than_any_picture_are_refused_while_they_come(folder, root, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    with folder.receive() as incoming:
        incoming.write(b"\x89" * 1000)
        with pytest.raises(PictureTooLarge):
            incoming.write(b"!")
    assert files(root) == []


def test_odd_pictures_leave_no_warning_on_the_error_stream(tmp_path, drawing):
    data = drawing("PNG")
    odd = data[:33] + chunk(b"acTL", b"\0" * 8) + data[33:]  # an animation without frames
    (tmp_path / "odd.png").write_bytes(odd)
    script = (
        "import sys; from pathlib import Path\n"
        "from cartoonmix_desktop.storage.files.thumbnails import make_thumbnail\n"
        "assert make_thumbnail(Path(sys.argv[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", script, str(tmp_path / "odd.png")],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


# --- the disk ------------------------------------------------------------------------------------


def failing(number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("call", ["replace", "fsync"])
@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, FolderUnusable),
        (errno.EACCES, FolderUnusable),
        (errno.EIO, FolderUnusable),
    ],
)
def test_a_disk_that_refuses_is_told_and_nothing_is_left(
    folder, root, drawing, monkeypatch, call, number, error
):
    with monkeypatch.context() as fault:
        fault.setattr(os, call, failing(number))
        with pytest.raises(error) as caught:
            keep(folder, drawing())
        assert type(caught.value) is error
        assert caught.value.path == str(root)
        assert caught.value.detail == os.strerror(number)
    assert files(root) == []
    assert keep(folder, drawing()).size == len(drawing())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_while_bytes_come_is_told(folder, root):
    with folder.receive() as incoming, Path("/dev/full").open("wb") as full:
        incoming._file.close()
        incoming._file = full
        with pytest.raises(DiskFull):
            incoming.write(b"\x89PNG" * 100_000)
    assert files(root) == []


def test_a_file_in_place_of_the_folder_is_told(folder, root):
    root.write_text("in the way")
    with pytest.raises(FolderUnusable) as caught:
        folder.receive()
    assert caught.value.path == str(root)


def test_a_library_on_a_drive_that_is_away_is_not_made_elsewhere(tmp_path):
    with pytest.raises(FolderUnusable):
        PictureFolder(tmp_path / "drive" / "pictures").receive()
    assert not (tmp_path / "drive").exists()


def test_what_is_not_kept_leaves_nothing(folder, root, drawing):
    with folder.receive() as incoming:
        incoming.write(drawing()[:100])
        assert len(files(root)) == 1
    assert files(root) == []
    incoming.discard()


def test_two_pictures_come_at_once(folder, root, drawing):
    with folder.receive() as one, folder.receive() as other:
        one.write(drawing())
        other.write(drawing(size=(10, 10)))
        paths = [one.keep(**NAMED).path, other.keep(**{**NAMED, "position": 1}).path]
    assert files(root) == sorted(paths)


def test_leftovers_go_after_a_day(folder, root, drawing):
    kept = keep(folder, drawing())
    assert folder.sweep() == 0
    names = ("old.tmp", "older.part", "oldest.aside", "fresh.tmp")
    *old, fresh = (root / ".incoming" / name for name in names)
    for path in (*old, fresh):
        path.write_bytes(b"x")
    yesterday = time.time() - 25 * 3600
    for path in old:
        os.utime(path, (yesterday, yesterday))
    os.utime(folder.path(kept.path), (yesterday, yesterday))
    assert folder.sweep() == 3
    assert files(root) == sorted([".incoming/fresh.tmp", kept.path])


def test_sweeping_where_nothing_is_does_nothing(folder, root):
    assert folder.sweep() == 0
    assert not root.exists()


# --- paths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "relative",
    [
        *("", ".", "..", "../x.png", "a/../../x.png", "/etc/passwd", "a\0.png"),
        *("C:\\x.png", "C:x.png", "\\\\server\\share\\x.png", "a\\..\\..\\x.png", "\\x.png"),
    ],
)
def test_a_path_out_of_the_library_is_refused(folder, relative):
    with pytest.raises(ValueError, match="not inside"):
        folder.path(relative)


def test_has_asks_for_the_very_size(folder, root):
    (root / "a").mkdir(parents=True)
    (root / "a" / "b.png").write_bytes(b"12345")
    assert folder.has("a/b.png", 5)
    assert not folder.has("a/b.png", 4)
    assert not folder.has("a", 5)
    assert not folder.has("a/c.png", 5)
    assert not folder.has("a/b.png/c", 5)
    assert not folder.has("x" * 5000, 5)


# --- in more than one go -------------------------------------------------------------------------

NAME = "0123456789abcdef-1"
TAG = '"version-1"'


def download(start, total, validator=TAG):
    return Download(start, total, validator, None)


def set_aside(folder, data, size, *, total=None, validator=TAG):
    with folder.receive(NAME) as incoming:
        incoming.begin(download(0, total or len(data), validator))
        incoming.write(data[:size])
        incoming.keep_part()


def go_on(folder, data):
    """Receive what is missing; how many bytes were here already, and what was kept."""
    with folder.receive(NAME) as incoming:
        here = incoming.part.size if incoming.part else 0
        incoming.begin(download(here, len(data)))
        incoming.write(data[here:])
        return here, incoming.keep(**NAMED)


def test_what_was_set_aside_is_gone_on_with(folder, root, drawing):
    data = drawing("PNG", (300, 200))
    set_aside(folder, data, 1000)
    (left,) = files(root)
    assert left == f".incoming/{NAME}.aside.tmp"
    with folder.receive(NAME) as incoming:
        assert incoming.part == PartReceived(1000, len(data), TAG)
        incoming.begin(download(1000, len(data)))
        incoming.write(data[1000:2000])
        incoming.keep_part()  # broken off once more
    here, kept = go_on(PictureFolder(root), data)  # and after a new start
    assert here == 2000
    assert files(root) == [kept.path]
    assert folder.path(kept.path).read_bytes() == data
    assert kept.sha256 == hashlib.sha256(data).hexdigest()


def test_what_begins_again_begins_at_nothing(folder, root, drawing):
    data = drawing("PNG")
    set_aside(folder, b"x" * 50_000, 40_000, total=50_000)
    with folder.receive(NAME) as incoming:
        assert incoming.part.size == 40_000
        incoming.begin(download(0, len(data)))
        incoming.write(data)
        kept = incoming.keep(**NAMED)
    assert not incoming.resumed
    assert folder.path(kept.path).read_bytes() == data


def test_what_could_not_even_begin_stays_set_aside(folder, root, drawing):
    data = drawing("PNG")
    set_aside(folder, data, 1000)
    with folder.receive(NAME) as incoming:
        incoming.keep_part()  # the host was not reached
    assert go_on(folder, data)[0] == 1000


@pytest.mark.parametrize(
    ("size", "validator"), [(0, TAG), (1000, ""), (None, TAG)], ids=["nothing", "unnamed", "all"]
)
def test_what_cannot_be_gone_on_with_is_not_set_aside(folder, root, drawing, size, validator):
    data = drawing("PNG")
    set_aside(folder, data, size, validator=validator)
    assert files(root) == []


def damaged(path, change):
    data = path.read_bytes()
    path.write_bytes(change(data))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:500],
        lambda data: data[500:],
        lambda data: data + b"!",
        lambda data: bytes(500) + data[500:],  # as a power cut leaves it
        lambda data: data[:-4] + b"\0\0\0\0",
        lambda data: data[:-4] + b"\xff\xff\xff\xff",
        lambda data: b"[]\0\0\0\2",
        lambda data: b"7\0\0\0\1",
        lambda data: b'[-1,2,"",""]\0\0\0\x0c',
        lambda data: b'["a",2,"",""]\0\0\0\x0d',
    ],
)
def test_what_was_changed_while_set_aside_is_not_built_upon(folder, root, drawing, change):
    data = drawing("PNG")
    set_aside(folder, data, 1000)
    damaged(root / ".incoming" / f"{NAME}.aside.tmp", change)
    here, kept = go_on(folder, data)
    assert here == 0
    assert folder.path(kept.path).read_bytes() == data


def test_of_two_who_go_on_one_begins_again(folder, root, drawing):
    data = drawing("PNG")
    set_aside(folder, data, 1000)
    with folder.receive(NAME) as one, folder.receive(NAME) as other:
        assert (one.part is None) != (other.part is None)


def test_a_part_is_kept_when_the_disk_fills(folder, root, drawing, monkeypatch):
    data = drawing("PNG")
    set_aside(folder, data, 1000)
    with monkeypatch.context() as fault:
        fault.setattr(os, "posix_fallocate", failing(errno.ENOSPC))
        with pytest.raises(DiskFull):
            folder.receive(NAME, len(data))
    assert go_on(folder, data)[0] == 1000


def test_a_part_set_aside_long_ago_is_swept(folder, root, drawing):
    set_aside(folder, drawing("PNG"), 1000)
    assert folder.sweep() == 0
    yesterday = time.time() - 25 * 3600
    os.utime(root / ".incoming" / f"{NAME}.aside.tmp", (yesterday, yesterday))
    assert folder.sweep() == 1
    assert files(root) == []


def test_more_room_than_needed_is_given_back(folder, root, drawing):
    data = drawing("PNG")
    with folder.receive("", 100_000) as incoming:
        incoming.begin(download(0, None))
        incoming.write(data)
        kept = incoming.keep(**NAMED)
    assert folder.path(kept.path).stat().st_size == kept.size == len(data)


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, DiskFull), (errno.EIO, FolderUnusable)]
)
def test_trying_the_disk_out_tells_what_it_refuses(folder, root, monkeypatch, number, error):
    folder.try_out(100_000)
    assert files(root) == []
    monkeypatch.setattr(os, "fsync", failing(number))
    with pytest.raises(error):
        folder.try_out(100_000)
    assert files(root) == []


def test_discarding_waits_for_what_is_being_written(folder, root):
    began, go = threading.Event(), threading.Event()

    with folder.receive() as incoming:
        file = incoming._file

        class Waiting:
            def write(self, data):
                began.set()
                go.wait(10)
                return file.write(data)

            def close(self):
                file.close()

        incoming._file = Waiting()
        writing = threading.Thread(target=incoming.write, args=(b"x" * 100,))
        writing.start()
        began.wait(10)
        discarding = threading.Thread(target=incoming.discard)
        discarding.start()
        assert len(files(root)) == 1
        go.set()
        writing.join()
        discarding.join()
    assert files(root) == []
