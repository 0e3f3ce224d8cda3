"""Pictures and folders become part of the library: with real files and a real history."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cartoonmix_desktop.core.errors import (
    DiskFull,
    FileUnreadable,
    FolderUnusable,
    LibraryMissing,
    NotAPicture,
    PictureTooLarge,
    PictureTruncated,
)
from cartoonmix_desktop.core.recipe.recipe import to_text
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.edit import Edit, EditKind
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.transfer import importing
from cartoonmix_desktop.services.transfer.exporting import ExportPlan
from cartoonmix_desktop.storage.exchange.import_staging import ImportStaging, pictures_in
from cartoonmix_desktop.storage.exchange.xmp import Xmp, write_xmp
from cartoonmix_desktop.storage.history.imports import ImportRecords
from tests.unit.services.shelf import Shelf, picture

A1111 = "a fox\nNegative prompt: bad\nSteps: 30, Sampler: Euler a, CFG scale: 7, Seed: 9, Model: m"


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home" / "cartoonmix").open()
    yield made
    await made.close()


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


def drawn(**texts: str) -> bytes:
    info = PngInfo()
    for key, text in texts.items():
        info.add_itxt(key.replace("__", "-"), text)
    file = io.BytesIO()
    Image.frombytes("RGB", (8, 8), os.urandom(192)).save(file, "PNG", pnginfo=info)
    return file.getvalue()


async def run(shelf, *paths: Path):
    return await shelf.studio.importer.run(paths, LongWork())


async def tasks_of(shelf, summary):
    return await shelf.studio.history.tasks(summary.tasks)


def leftovers(shelf) -> list[str]:
    folder = shelf.root / ".incoming"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def test_a_picture_is_copied_byte_for_byte_with_its_recipe(shelf, outside):
    source = outside / "old one.png"
    source.write_bytes(drawn(parameters=A1111))
    os.utime(source, (1_600_000_000, 1_600_000_000))
    summary = await run(shelf, source)
    [task] = await tasks_of(shelf, summary)
    assert (task.state, task.is_imported, task.at_rest) == (TaskState.KEPT, True, True)
    assert task.created_at == 1_600_000_000
    assert task.request.model == "m"
    assert dict(task.request.values) == {
        "prompt": "a fox",
        "negativePrompt": "bad",
        "steps": 30,
        "scheduler": "EulerAncestralDiscreteScheduler",
        "scale": 7,
        "seed": "9",
    }
    [output] = task.outputs
    assert (shelf.root / output.path).read_bytes() == source.read_bytes()
    assert output.path.startswith("2020-09/2020091")
    assert await shelf.studio.library.is_whole(output)
    assert leftovers(shelf) == []


async def test_files_beside_a_picture_tell_its_recipe_stars_and_keywords(shelf, outside):
    for name in ("a", "b"):
        (outside / f"{name}.png").write_bytes(picture())
    (outside / "a.txt").write_text(A1111)
    (outside / "b.txt").write_text("a fox, a caption")  # may be anything
    (outside / "a.png.xmp").write_text(write_xmp(Xmp(rating=4, tags=("snow",))))
    (outside / "b.xmp").write_text(
        write_xmp(Xmp(rejected=True)).replace("xmp:Rating", 'xmp:Label="Red" xmp:Rating')
    )
    first, second = await tasks_of(shelf, await run(shelf, outside))
    assert (first.request.prompt, first.request.model) == ("a fox", "m")
    assert (first.outputs[0].rating, first.tags) == (4, ("snow",))
    assert (second.request.prompt, second.outputs[0].rejected, second.tags) == ("", True, ("Red",))


async def test_without_a_recipe_the_name_of_the_file_is_its_title_and_is_found(shelf, outside):
    (outside / "Märchenwald 7.png").write_bytes(picture())
    [task] = await tasks_of(shelf, await run(shelf, outside))
    assert (task.request.prompt, task.title) == ("", "Märchenwald 7.png")
    found = await shelf.studio.history.ids(Query("marchenwald"))
    assert list(found.ids) == [task.id]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
async def test_a_name_that_is_no_text_is_imported_all_the_same(shelf, outside):
    """Old disks and archives have names in Latin-1."""
    (outside / os.fsdecode(b"caf\xe9.png")).write_bytes(picture())
    (outside / "d.png").write_bytes(picture())
    summary = await run(shelf, outside)
    assert [task.title for task in await tasks_of(shelf, summary)] == ["caf?.png", "d.png"]
    assert (summary.unread, leftovers(shelf)) == ((), [])


async def test_what_cannot_be_read_is_named_and_the_rest_goes_on(shelf, outside, monkeypatch):
    (outside / "a.png").write_bytes(picture())
    (outside / "b.png").write_bytes(b"no picture at all")
    (outside / "c.png").write_bytes(picture()[:-20])
    (outside / "notes.txt").write_text("not looked at in a folder")
    (outside / ".hidden.png").write_bytes(picture())
    nested = outside / "deep" / "deeper"
    nested.mkdir(parents=True)
    (nested / "d.JPG").write_bytes(jpeg())
    huge = outside / "e.png"
    with huge.open("wb") as file:
        file.truncate(300 * 1024**2)
    os.mkfifo(outside / "f.png")
    (outside / "linked").symlink_to(nested)
    (outside / "closed").mkdir(0)
    (outside / "closed").chmod(0)
    work = LongWork()
    paths = (outside, outside / "notes.txt", outside / "gone.png")
    summary = await shelf.studio.importer.run(paths, work)
    assert len(summary.tasks) == 2
    told = {Path(unread.path).name: type(unread.error) for unread in summary.unread}
    assert told == {
        "b.png": NotAPicture,
        "c.png": PictureTruncated,
        "e.png": PictureTooLarge,
        "f.png": FileUnreadable,
        "gone.png": FileUnreadable,
        "notes.txt": NotAPicture,
        "linked": FileUnreadable,
        **({} if os.access(outside / "closed", os.R_OK) else {"closed": FileUnreadable}),
    }
    assert summary.without_recipe == 2
    assert (work.done, work.total) == (8, 8)


def test_a_folder_that_stands_for_another_is_passed_over(outside, monkeypatch):
    real = Path.lstat

    def lstat(self):  # as Windows tells of a junction, which leads round in a circle
        about = real(self)
        if self.name == "round":
            return SimpleNamespace(st_mode=about.st_mode, st_reparse_tag=0xA0000003)
        return about

    (outside / "round").mkdir()
    for folder in (outside, outside / "round"):
        (folder / "a.png").write_bytes(picture())
    monkeypatch.setattr(Path, "lstat", lstat)
    refused = {}
    found = [*pictures_in([outside], outside / "but", refused.__setitem__)]
    assert found == [outside / "a.png"]
    assert {path: error.detail for path, error in refused.items()} == {
        outside / "round": "it is a link to another folder"
    }
    assert [*pictures_in([outside], outside / "but", refused.__setitem__, lambda: True)] == []


async def test_what_is_no_unicode_is_imported_all_the_same(shelf, outside):
    (outside / os.fsdecode(b"caf\xe9.png")).write_bytes(picture())  # from a Latin-1 system
    half = {"prompt": "a fox \ud83d", "steps": 30}  # half of an emoji, as a cut text leaves it
    (outside / "half.png").write_bytes(drawn(parameters=json.dumps(half)))
    summary = await run(shelf, outside)
    tasks = await tasks_of(shelf, summary)
    assert sorted(task.request.title or task.source for task in tasks) == ["a fox", "caf?.png"]
    assert leftovers(shelf) == []


@pytest.mark.parametrize("kind", ["png", "jpg"])
async def test_what_cameras_put_behind_a_picture_comes_along(shelf, outside, kind):
    data = (picture() if kind == "png" else jpeg()) + jpeg()  # a preview, a second exposure
    (outside / f"a.{kind}").write_bytes(data)
    [task] = await tasks_of(shelf, await run(shelf, outside))
    assert (shelf.root / task.kept[0].path).read_bytes() == data
    assert await shelf.studio.library.thumbnail(task.kept[0])
    plan = ExportPlan(outside, kind="PNG")
    done = await shelf.studio.exporter.run(Target(tasks=(task.id,)), plan, LongWork())
    assert (len(done.files), done.failed) == (1, ())


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.frombytes("RGB", (8, 8), os.urandom(192)).save(file, "JPEG")
    return file.getvalue()


async def test_a_picture_that_is_here_is_counted_and_one_in_the_trash_comes_again(shelf, outside):
    data = picture()
    (outside / "one.png").write_bytes(data)
    (outside / "same.png").write_bytes(data)
    first = await run(shelf, outside)
    assert (len(first.tasks), first.here) == (1, 1)
    assert (await run(shelf, outside)).here == 2
    assert len(shelf.files()) == 1
    await shelf.trash.put(Pieces(tasks=first.tasks))
    again = await run(shelf, outside)
    assert (len(again.tasks), again.here) == (1, 1)


async def test_a_missing_picture_is_there_again_when_its_bytes_are_imported(shelf, outside):
    task = await shelf.add(pictures=2)
    before = shelf.files()
    lost = shelf.root / task.outputs[0].path
    lost.rename(outside / "renamed.png")
    summary = await run(shelf, outside)
    assert (summary.tasks, summary.here, summary.found) == ((), 0, 1)
    assert shelf.files() == before


async def test_all_that_miss_the_same_bytes_get_them_back(shelf, outside):
    data = picture()
    one, two = [(await shelf.add(pictures=1)).outputs[0] for _ in range(2)]
    for output in (one, two):
        (shelf.root / output.path).unlink()
    await shelf.studio.history.write_ledger(
        lambda ledger: ledger._database._connection.execute(
            "UPDATE output SET sha256 = ?, size = ?", (hashlib.sha256(data).hexdigest(), len(data))
        ).fetchall()
    )
    (outside / "a.png").write_bytes(data)
    summary = await run(shelf, outside)
    assert (summary.tasks, summary.here, summary.found) == ((), 0, 2)
    assert set(shelf.files()) == {one.path, two.path}


async def test_both_copies_of_what_cannot_be_read_are_named(shelf, outside):
    bad, good = picture()[:-20], picture()
    for number in range(3):
        (outside / f"bad{number}.png").write_bytes(bad)
        (outside / f"good{number}.png").write_bytes(good)
    summary = await run(shelf, outside)
    assert (len(summary.tasks), summary.here) == (1, 2)
    assert sorted(Path(unread.path).name for unread in summary.unread) == [
        *("bad0.png", "bad1.png", "bad2.png")
    ]
    assert {type(unread.error) for unread in summary.unread} == {PictureTruncated}


async def test_what_lies_in_the_library_and_is_nobodys_stays_where_it_lies(shelf, outside):
    """As after a backup was restored that is older than some pictures."""
    task = await shelf.add(pictures=2)
    painted = shelf.root / task.outputs[0].path
    painted.write_bytes(picture())  # by the person's own hand: its place is another picture's
    (shelf.root / "mine").mkdir()
    for name in ("2026-11/newer.png", "mine/a.png", "mine/b.png", "mine/young.png"):
        (shelf.root / name).write_bytes(picture())
        if "young" not in name:  # that may be one that was fetched just now
            os.utime(shelf.root / name, (1_600_000_000, 1_600_000_000))
    os.utime(painted, (1_600_000_000, 1_600_000_000))
    (outside / "a.png").write_bytes(picture())
    before = shelf.files()
    summary = await run(shelf, shelf.root, outside)
    assert (len(summary.tasks), summary.here, summary.error) == (6, 1, None)
    paths = {t.outputs[0].path for t in await tasks_of(shelf, summary)}
    assert paths > {"2026-11/newer.png", "mine/a.png", "mine/b.png"}
    assert len(shelf.files()) == len(before) + 3  # copies of the painted, the young, that outside
    assert leftovers(shelf) == []
    assert len({t.uid for t in await tasks_of(shelf, summary)}) == 6
    await shelf.studio.undo.undo()
    await shelf.studio.undo.redo()
    assert (await run(shelf, shelf.root)).tasks == ()
    assert shelf.files().items() > before.items()


async def test_what_lies_in_the_library_stays_when_the_history_refuses(shelf, outside, monkeypatch):
    await shelf.add(pictures=1)
    for name in ("a.png", "b.png"):
        (shelf.root / name).write_bytes(picture())
        os.utime(shelf.root / name, (1_600_000_000, 1_600_000_000))
    before = shelf.files()

    def add(_self, _pictures, *, at):
        raise DiskFull(str(shelf.root), f"at {at}")

    monkeypatch.setattr(ImportRecords, "add", add)
    assert isinstance((await run(shelf, shelf.root)).error, DiskFull)
    assert shelf.files() == before


async def test_one_undo_takes_back_the_whole_import(shelf, outside):
    for number in range(3):
        (outside / f"{number}.png").write_bytes(picture())
    summary = await run(shelf, outside)
    assert shelf.studio.undo.last.edit == Edit(EditKind.IMPORT, pictures=3)
    await shelf.studio.undo.undo()
    assert await shelf.ids() == []
    assert {name.split("/")[0] for name in shelf.files()} == {"Trash"}
    await shelf.studio.undo.redo()
    assert sorted(await shelf.ids()) == sorted(summary.tasks)


async def test_stopped_it_keeps_whole_batches_and_nothing_else(shelf, outside):
    for number in range(350):
        (outside / f"{number:03}.png").write_bytes(picture())
    work = LongWork()
    real = work.step

    def step(count: int = 1) -> None:
        real(count)
        if work.done == 150:
            work.stop()

    work.step = step
    summary = await shelf.studio.importer.run([outside], work)
    assert summary.stopped
    assert len(summary.tasks) < 350
    assert len(shelf.files()) == len(summary.tasks) == len(await shelf.ids())
    assert leftovers(shelf) == []


async def test_a_full_disk_ends_it_and_leaves_nothing_half_done(shelf, outside, monkeypatch):
    for number in range(250):
        (outside / f"{number:03}.png").write_bytes(picture())
    real, left = ImportStaging.write, [120]

    def write(self, data, sha256):
        left[0] -= 1
        if left[0] < 0:
            raise DiskFull(str(shelf.root), "No space left on device")
        return real(self, data, sha256)

    monkeypatch.setattr(ImportStaging, "write", write)
    summary = await run(shelf, outside)
    assert isinstance(summary.error, DiskFull)
    assert len(summary.tasks) in {0, 100}
    assert len(summary.tasks) == len(shelf.files()) == len(await shelf.ids())
    assert leftovers(shelf) == []
    assert isinstance((await run(shelf, outside)).error, DiskFull)


async def test_a_disk_that_is_full_only_when_it_must_keep_its_word_leaves_nothing_half_done(
    shelf, outside, monkeypatch
):
    for number in range(150):
        (outside / f"{number:03}.png").write_bytes(picture())
    real, left = os.fsync, [120]

    def fsync(descriptor):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    summary = await run(shelf, outside)
    assert isinstance(summary.error, DiskFull)
    assert len(summary.tasks) in {0, 100}
    assert len(summary.tasks) == len(await shelf.ids())
    monkeypatch.setattr(os, "fsync", real)
    await shelf.studio.deferred.reconcile_files()
    assert len(shelf.files()) == len(summary.tasks)
    assert leftovers(shelf) == []


def locked(folder: Path, monkeypatch):
    """Nothing can be put into this folder, until it is undone."""
    real = Path.rename

    def rename(self, target):
        if Path(target).parent == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)


async def test_what_cannot_be_put_in_place_is_told_and_waits_for_the_next_import(
    shelf, outside, monkeypatch
):
    for number in range(5):
        (outside / f"{number}.png").write_bytes(drawn(parameters=A1111))
        os.utime(outside / f"{number}.png", (1_600_000_000, 1_600_000_000))
    with monkeypatch.context() as patch:
        locked(shelf.root / "2020-09", patch)
        summary = await run(shelf, outside)
        assert (len(summary.tasks), summary.found, summary.waiting) == (5, 0, 5)
        assert isinstance(summary.error, FolderUnusable)
        assert summary.error.path == str(shelf.root / "2020-09")
        again = await run(shelf, outside)
        assert (again.tasks, again.here, again.found, again.waiting) == ((), 0, 0, 5)
        assert isinstance(again.error, FolderUnusable)
        assert (len(leftovers(shelf)), shelf.files()) == (5, {})
    (outside / "other.png").write_bytes(picture())
    summary = await run(shelf, outside / "other.png", outside / "0.png")
    assert (len(summary.tasks), summary.here, summary.found) == (1, 0, 5)
    assert (summary.waiting, summary.error) == (0, None)
    assert (leftovers(shelf), len(shelf.files())) == ([], 6)
    assert await shelf.is_sound()


async def test_what_waits_is_put_in_place_by_the_next_start_also_in_the_trash(
    shelf, outside, monkeypatch
):
    for number in range(3):
        (outside / f"{number}.png").write_bytes(picture())
        os.utime(outside / f"{number}.png", (1_600_000_000, 1_600_000_000))
    with monkeypatch.context() as patch:
        locked(shelf.root / "2020-09", patch)
        summary = await run(shelf, outside)
    await shelf.trash.put(Pieces(tasks=summary.tasks[:1]))
    for name in leftovers(shelf):
        os.utime(shelf.root / ".incoming" / name, (1_600_000_000, 1_600_000_000))
    assert (await shelf.studio.deferred.reconcile_files()).found == 3
    await shelf.trash.restore(Pieces(tasks=summary.tasks[:1]))
    assert (leftovers(shelf), len(shelf.files())) == ([], 3)
    assert await shelf.is_sound()


async def test_a_copy_that_a_crash_cut_short_is_not_taken_for_the_picture(shelf, outside):
    task = await shelf.add(pictures=1)
    output = task.outputs[0]
    whole = (shelf.root / output.path).read_bytes()
    (shelf.root / output.path).unlink()
    (shelf.root / ".incoming").mkdir(exist_ok=True)
    name = f"{output.sha256}-{'0' * 32}.import"
    (shelf.root / ".incoming" / name).write_bytes(whole[:20])
    assert (await shelf.studio.deferred.reconcile_files()).found == 0
    assert (shelf.files(), leftovers(shelf)) == ({}, [name])


async def test_a_history_that_does_not_answer_ends_it_and_leaves_nothing(
    shelf, outside, monkeypatch
):
    for number in range(50):
        (outside / f"{number:03}.png").write_bytes(picture())
    real, left = ImportRecords.known, [3]

    def known(self, hashes):
        left[0] -= 1
        if left[0] < 0:
            raise FolderUnusable(str(shelf.root), "disk I/O error")
        return real(self, hashes)

    monkeypatch.setattr(ImportRecords, "known", known)
    summary = await run(shelf, outside)
    assert isinstance(summary.error, FolderUnusable)
    assert summary.tasks == ()
    assert leftovers(shelf) == list(shelf.files()) == await shelf.ids() == []


async def test_a_library_that_is_away_is_not_made_anew(shelf, outside, tmp_path):
    (outside / "a.png").write_bytes(picture())
    await run(shelf, outside)
    shelf.studio.library.folder.expect()  # as at every start with pictures
    shelf.root.rename(tmp_path / "away")
    (outside / "b.png").write_bytes(picture())
    summary = await run(shelf, outside / "b.png")
    assert (type(summary.error), summary.tasks) == (LibraryMissing, ())
    assert not shelf.root.exists()
    (tmp_path / "away").rename(shelf.root)
    summary = await run(shelf, outside)
    assert (len(summary.tasks), summary.here) == (1, 1)


async def test_large_files_are_read_one_at_a_time(shelf, outside, monkeypatch):
    monkeypatch.setattr(importing, "_HELD", 1)
    data = picture()
    for number in range(25):
        (outside / f"{number:03}.png").write_bytes(data if number % 5 == 0 else picture())
    summary = await run(shelf, outside)
    assert (len(summary.tasks), summary.here) == (21, 4)
    sources = [task.source for task in await tasks_of(shelf, summary)]
    assert sources == sorted(sources)


async def test_a_file_that_grows_while_it_is_read_is_named(shelf, outside, monkeypatch):
    (outside / "a.png").write_bytes(picture())
    real = Path.stat

    def stat(self, **options):
        about = real(self, **options)
        if self.name == "a.png":
            with self.open("ab") as file:
                file.write(b"more")
        return about

    monkeypatch.setattr(Path, "stat", stat)
    summary = await run(shelf, outside)
    assert [type(unread.error) for unread in summary.unread] == [FileUnreadable]
    assert (summary.tasks, leftovers(shelf)) == ((), [])


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6, 7])
async def test_a_crash_leaves_each_picture_whole_or_absent(tmp_path, outside, step):
    """Killed before its Nth write to the disk, and healed at the next start."""
    for number in range(2):
        (outside / f"{number}.png").write_bytes(picture())
    home = tmp_path / "home" / "cartoonmix"
    script = Path(__file__).with_name("importing_killed.py")
    killed = [sys.executable, str(script), str(home), str(outside), str(step)]
    assert await (await asyncio.create_subprocess_exec(*killed)).wait() in {0, 9}
    shelf = await Shelf(home).open()
    await shelf.studio.deferred.reconcile_files()
    assert await shelf.is_sound()
    summary = await run(shelf, outside)
    assert len(summary.tasks) + summary.here == 2
    assert len(shelf.files()) == len(await shelf.ids()) == 2
    await shelf.close()


async def test_an_imported_task_is_never_sent_fetched_or_moved(shelf, outside):
    (outside / "a.png").write_bytes(drawn(parameters=A1111))
    [task] = await tasks_of(shelf, await run(shelf, outside))
    (shelf.root / task.outputs[0].path).unlink()
    await shelf.studio.tasks.fetch_again(task.id)
    await shelf.studio.tasks.send_again(task.id)
    assert await shelf.studio.history.task(task.id) == task
    assert await shelf.ids() == [task.id]
    for state in TaskState:
        with pytest.raises(ValueError, match="cannot go"):
            await shelf.studio.history.move(task.id, state)


COMFY = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 42,
            "steps": 25,
            "cfg": 6.5,
            "sampler_name": "euler_ancestral",
            "positive": ["10", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
            "model": ["4", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "toon.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 640, "height": 512}},
    "10": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["6", 0]}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["8", 0], "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
    "8": {"class_type": "StringLiteral", "inputs": {"string": "a lighthouse"}},
}
INVOKE = {
    "positive_prompt": "a castle",
    "negative_prompt": "fog",
    "seed": 5,
    "steps": 12,
    "cfg_scale": 5,
    "scheduler": "ddim",
    "width": 512,
    "height": 768,
    "model": {"name": "toons"},
}
FOOOCUS = {
    "prompt": "an owl",
    "negative_prompt": "",
    "steps": 30,
    "guidance_scale": 4,
    "seed": "77",
    "sampler": "dpmpp_2m",
    "resolution": "(1152, 896)",
    "base_model": "j.safetensors",
}

FLUX = {  # a sampler put together of nodes, and words put together of two
    "unet": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev.safetensors"}},
    "words": {
        "class_type": "StringConcatenate",
        "inputs": {"string_b": ["ink", 0], "string_a": "a dragon", "delimiter": ", "},
    },
    "ink": {"class_type": "PrimitiveString", "inputs": {"value": "wet ink"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["clip", 0], "text": ["words", 0]}},
    "3": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["2", 0]}},
    "4": {"class_type": "BasicGuider", "inputs": {"model": ["unet", 0], "conditioning": ["3", 0]}},
    "5": {"class_type": "RandomNoise", "inputs": {"noise_seed": 99}},
    "6": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "7": {"class_type": "BasicScheduler", "inputs": {"steps": 20, "model": ["unet", 0]}},
    "8": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 768}},
    "9": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {
            "noise": ["5", 0],
            "guider": ["4", 0],
            "sampler": ["6", 0],
            "sigmas": ["7", 0],
            "latent_image": ["8", 0],
        },
    },
}
ZEROED = {
    "1": {
        "class_type": "KSampler",
        "inputs": {"seed": 5, "steps": 4, "positive": ["2", 0], "negative": ["3", 0]},
    },
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}},
    "3": {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["2", 0]}},
}
MAZE = {"1": {"inputs": {"steps": 9, "positive": ["j0", 0]}}} | {
    f"j{n}": {"inputs": {"delimiter": "", "text_a": [f"j{n + 1}", 0], "text_b": [f"j{n + 1}", 0]}}
    for n in range(1_500)  # more ways through it than could ever be gone
}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            {"prompt": json.dumps(COMFY)},
            {
                "prompt": "a lighthouse",
                "negativePrompt": "blurry",
                "seed": "42",
                "steps": 25,
                "scale": 6.5,
                "scheduler": "EulerAncestralDiscreteScheduler",
                "width": 640,
                "height": 512,
            },
        ),
        (
            {"invokeai_metadata": json.dumps(INVOKE)},
            {
                "prompt": "a castle",
                "negativePrompt": "fog",
                "seed": "5",
                "steps": 12,
                "scale": 5,
                "scheduler": "DDIMScheduler",
                "width": 512,
                "height": 768,
            },
        ),
        (
            {"parameters": json.dumps(FOOOCUS), "fooocus_scheme": "fooocus"},
            {
                "prompt": "an owl",
                "negativePrompt": "",
                "seed": "77",
                "steps": 30,
                "scale": 4,
                "scheduler": "DPMSolverMultistepScheduler",
                "width": 1152,
                "height": 896,
            },
        ),
        (
            {"cartoonmix__recipe": to_text({"prompt": "ours", "steps": 3})},
            {"prompt": "ours", "steps": 3},
        ),
        (
            {"prompt": json.dumps(FLUX)},
            {
                "prompt": "a dragon, wet ink",
                "negativePrompt": "",
                "seed": "99",
                "scale": 3.5,
                "steps": 20,
                "scheduler": "EulerDiscreteScheduler",
                "width": 1024,
                "height": 768,
            },
        ),
        (
            {"prompt": json.dumps(ZEROED)},
            {"prompt": "a fox", "negativePrompt": "", "seed": "5", "steps": 4},
        ),
        ({"prompt": json.dumps(MAZE)}, {"steps": 9}),
        ({"parameters": "only words"}, {"prompt": "only words"}),
        ({"prompt": "{" * 5000, "invokeai_metadata": "[1]", "parameters": "{}"}, {}),
        ({"prompt": json.dumps({"1": {"inputs": {"positive": ["1", 0]}}})}, {}),
    ],
    ids=[
        *("comfy", "invoke", "fooocus", "ours", "comfy in parts", "comfy without negative"),
        *("comfy maze", "words", "nonsense", "loop"),
    ],
)
async def test_recipes_of_other_programs_are_read(shelf, outside, texts, expected):
    (outside / "a.png").write_bytes(drawn(**texts))
    [task] = await tasks_of(shelf, await run(shelf, outside))
    assert dict(task.request.values) == expected


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
async def test_a_camera_held_on_its_side_makes_an_upright_picture(shelf, outside, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(outside / f"held.{kind}", exif=exif)
    [task] = await tasks_of(shelf, await run(shelf, outside))
    [output] = task.outputs
    assert (output.width, output.height) == (20, 40)
    thumbnail = await shelf.studio.library.thumbnail(output)
    assert Image.open(io.BytesIO(thumbnail)).size == (20, 40)


async def test_a_folder_that_was_a_library_comes_back_with_all_that_was_known(shelf, tmp_path):
    """Also pictures that were moved in it; what is no longer there is missing, and said so."""
    other = await Shelf(tmp_path / "other" / "cartoonmix").open()
    fox, hare = await other.add("a fox"), await other.add("a hare", pictures=1)
    lost = await other.add("a bear", pictures=1)
    waiting = await other.studio.history.add(fox.request, "wiro-1")
    await other.studio.marks.set_note([fox.id], "for the client")
    await other.studio.marks.create_collection("Best", Target(outputs=(hare.outputs[0].id,)))
    gone = await other.add("gone")
    thrown = await other.trash.put(Pieces(tasks=(gone.id,)))
    await other.trash.delete(thrown)
    await other.close()
    (other.root / hare.outputs[0].path).rename(other.root / "moved by hand.png")
    (other.root / lost.outputs[0].path).unlink()
    mine = await shelf.add("mine")  # at the same place as theirs
    summary = await run(shelf, other.root)
    assert (summary.rebuilt, len(summary.tasks), summary.found) == (4, 0, 3)
    tasks = {t.uid: t for t in await shelf.studio.history.tasks(range(1, 30))}
    assert len(tasks) == 5
    back = tasks[fox.uid]
    assert (back.request, back.cost, back.note, back.remote_id) == (
        *(fox.request, fox.cost, "for the client"),
        fox.remote_id,
    )
    for task in (back, tasks[hare.uid], tasks[mine.uid]):
        for output in task.outputs:
            assert await shelf.studio.library.is_whole(output)
    assert not await shelf.studio.library.is_whole(tasks[lost.uid].outputs[0])
    assert tasks[waiting.uid].state is TaskState.REMOVED, "another program may send it"
    [best] = await shelf.studio.history.read_ledger(lambda ledger: ledger.marks.collections())
    assert (best.name, best.count) == ("Best", 1)
    spent = await shelf.studio.history.read_ledger(
        lambda ledger: ledger.spent_since(0, without_account="sandbox")
    )
    assert spent == 5 * fox.cost, "also of what was deleted for good"
    again = await run(shelf, other.root)
    assert (again.rebuilt, again.found, again.here, len(again.tasks)) == (0, 0, 3, 0)
