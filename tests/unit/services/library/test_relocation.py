"""The library somewhere else: chosen, moved, away and back."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cartoonmix_desktop.core.disk import DiskUse
from cartoonmix_desktop.core.errors import (
    FolderUnusable,
    LibraryInUse,
    LibraryMissing,
    LibraryMoving,
    LocationUnsuitable,
)
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.events import LibraryChanged
from cartoonmix_desktop.services.library import relocation as module
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.storage.history.owners import Owner
from cartoonmix_desktop.storage.library_location import moving
from cartoonmix_desktop.storage.locations import Locations
from tests.unit.services.shelf import Shelf, picture


@pytest.fixture
async def shelf(tmp_path):
    opened = await Shelf(tmp_path / "home").open()
    await opened.add("a fox")
    await opened.add("an owl", pictures=1)
    await opened.trash.put(Pieces(pictures=(2,)))
    yield opened
    if opened not in CLOSED:
        await opened.close()


CLOSED: list[Shelf] = []


async def again(shelf):
    """The same home, opened by another process after this one."""
    CLOSED.append(shelf)
    await shelf.close()
    return await Shelf(shelf.locations.data.parent).open()


async def test_all_is_found_in_the_new_place_also_by_the_next_start(shelf, tmp_path):
    old, target = shelf.root, tmp_path / "new"
    end = await shelf.studio.relocation.moving(target).run()
    assert (end.moved, end.left) == (True, None)
    assert not old.exists()
    shelf.root = target
    assert await shelf.is_sound()
    await shelf.trash.restore(Pieces(pictures=(2,)))
    assert await shelf.is_sound()
    next_time = await again(shelf)
    assert next_time.studio.library.root == target
    assert (
        next_time.root
        == Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "home")}).pictures
    )
    assert not old.exists()
    assert await next_time.is_sound()
    await next_time.close()


async def test_what_waits_for_its_place_is_placed_first_or_comes_along(
    shelf, tmp_path, monkeypatch
):
    outside = tmp_path / "outside"
    outside.mkdir()
    for number, moment in enumerate((1_600_000_000, 1_500_000_000)):
        (outside / f"{number}.png").write_bytes(picture())
        os.utime(outside / f"{number}.png", (moment, moment))
    real = Path.rename

    def refusing(*months):
        def rename(self, target):
            if Path(target).parent.name in months:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return real(self, target)

        monkeypatch.setattr(Path, "rename", rename)

    refusing("2017-07", "2020-09")
    summary = await shelf.studio.importer.run([outside], LongWork())
    assert (len(summary.tasks), summary.waiting) == (2, 2)
    refusing("2020-09")
    old, target = shelf.root, tmp_path / "new"
    end = await shelf.studio.relocation.moving(target).run()
    assert (end.moved, end.left, old.exists()) == (True, None, False)
    shelf.root = target
    assert len(list((target / ".incoming").glob("*.import"))) == 1
    assert len(list((target / "2017-07").iterdir())) == 1
    refusing()
    next_time = await again(shelf)
    assert (await next_time.studio.deferred.reconcile_files()).found == 1
    next_time.root = target
    assert await next_time.is_sound()
    await next_time.close()


async def test_a_move_that_cannot_be_changes_nothing(shelf):
    files = shelf.files()
    with pytest.raises(LocationUnsuitable):
        await shelf.studio.relocation.moving(shelf.root / "inside").run()
    assert shelf.files() == files
    assert shelf.studio.library.root == shelf.root


async def test_what_arrives_is_waited_for_and_what_comes_later_waits(shelf, tmp_path):
    library, target = shelf.studio.library, tmp_path / "new"
    running = shelf.studio.relocation.moving(target)
    written: list[object] = []

    async def write():
        async with library.writing():
            written.append(library.root)

    async with library.writing():
        task = asyncio.ensure_future(running.run())
        while library._free.is_set():  # noqa: ASYNC110  no event tells of it
            await asyncio.sleep(0.001)
        later = asyncio.ensure_future(write())
        await asyncio.sleep(0.01)
        assert running.figures is None
        assert not written
    assert (await task).moved
    await later
    assert written == [target]


async def test_cancelled_while_pictures_arrive(shelf, tmp_path):
    library = shelf.studio.library
    running = shelf.studio.relocation.moving(tmp_path / "new")
    async with library.writing():
        task = asyncio.ensure_future(running.run())
        while library._free.is_set():  # noqa: ASYNC110  no event tells of it
            await asyncio.sleep(0.001)
        running.cancel()
        assert not (await task).moved
    async with library.writing():  # nothing is held any more
        assert library.root == shelf.root
    assert await shelf.trash.put(Pieces(pictures=(3,)))


async def test_another_process_on_this_home_keeps_it_where_it_is(shelf, tmp_path):
    other = Owner(shelf.locations.data / "runs")
    for work in (
        shelf.studio.relocation.moving(tmp_path / "new").run(),
        shelf.studio.relocation.use(tmp_path),
    ):
        with pytest.raises(LibraryInUse):
            await work
    other.release()
    assert (await shelf.studio.relocation.moving(tmp_path / "new").run()).moved


async def test_who_begins_amid_a_move_is_told(shelf, monkeypatch):
    monkeypatch.setattr("cartoonmix_desktop.storage.library_location._PATIENCE", 0.05)
    home = shelf.locations.data.parent
    with moving(shelf.locations.data):
        late = Shelf(home)
        with pytest.raises(LibraryMoving):
            await late.open()
        await late.close()


async def test_a_library_moved_by_hand_is_taken_up(shelf, tmp_path):
    shelf = await again(shelf)
    by_hand = tmp_path / "by hand"
    shelf.root.rename(by_hand)
    assert await shelf.studio.relocation.found_in(by_hand) == module.Found(3, 3)
    assert await shelf.studio.relocation.found_in(tmp_path) == module.Found(3, 0)
    await shelf.studio.relocation.look()
    assert isinstance(shelf.studio.relocation.problem, LibraryMissing)
    await shelf.studio.relocation.use(by_hand)
    assert shelf.studio.relocation.problem is None
    shelf.root = by_hand
    assert await shelf.is_sound()
    [away, back] = [e for e in shelf.told if isinstance(e, LibraryChanged)][:2]
    assert (type(away.problem), back) == (LibraryMissing, LibraryChanged(by_hand))
    await shelf.close()


async def test_only_a_folder_can_be_used(shelf, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LocationUnsuitable):
        await shelf.studio.relocation.use(tmp_path / "file")
    assert shelf.studio.library.root == shelf.root


async def test_nothing_is_made_in_the_place_of_a_library_that_is_away(shelf, tmp_path):
    target = tmp_path / "disk" / "library"
    target.parent.mkdir()
    await shelf.studio.relocation.moving(target).run()
    target.rename(tmp_path / "away")
    later = await again(shelf)
    await later.studio.relocation.look()
    assert isinstance(later.studio.relocation.problem, LibraryMissing)
    with pytest.raises(LibraryMissing):
        await later.studio.library.check_room()
    with pytest.raises(LibraryMissing):
        await later.trash.put(Pieces(tasks=(1,)))
    assert await later.ids() == [1, 2]
    assert not target.exists()
    target.mkdir()  # where a disk is mounted when it is there
    with pytest.raises(LibraryMissing):
        await later.studio.relocation.check()
    target.rmdir()
    (tmp_path / "away").rename(target)
    await later.studio.relocation.look()
    assert later.studio.relocation.problem is None
    await later.close()


async def test_what_a_kill_left_is_swept_after_the_next_start(shelf, tmp_path):
    target = tmp_path / "new"
    move = module.LibraryMove(
        shelf.locations.data, module.read_location(shelf.locations.data), shelf.root, target, ()
    )
    move.copy()  # and no more
    later = await again(shelf)
    await later.studio.relocation.sweep()
    assert not target.exists()
    assert await later.is_sound()
    assert module.read_location(later.locations.data).leftovers == ()
    await later.close()


@pytest.mark.parametrize("switched", [False, True])
async def test_what_waits_is_in_one_place_after_a_kill_amid_a_move(
    shelf, tmp_path, monkeypatch, switched
):
    (tmp_path / "a.png").write_bytes(picture())

    def rename(self, target):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        summary = await shelf.studio.importer.run([tmp_path / "a.png"], LongWork())
    assert summary.waiting == 1
    old, new = shelf.root, tmp_path / "new"
    place = module.read_location(shelf.locations.data)
    move = module.LibraryMove(shelf.locations.data, place, old, new, ())
    move.copy()
    if switched:
        move.switch()  # and no more
    later = await again(shelf)
    await later.studio._tidy()
    assert old.exists() is not switched
    assert new.exists() is switched
    assert later.root == (new if switched else old)
    assert await later.is_sound()
    await later.close()


async def test_thumbnails_are_made_again_when_they_are_asked_for(shelf):
    library = shelf.studio.library
    output = (await shelf.studio.history.task(2)).outputs[0]
    await library.clear_thumbnails()
    made = await library.thumbnail(output)
    assert Image.open(io.BytesIO(made)).size == (8, 8)
    shutil.rmtree(shelf.root)
    assert await library.thumbnail(output) == made  # of the cache, without the library


async def test_the_use_of_the_disk_is_told_by_kind(shelf):
    disk = shelf.studio.disk
    told = {use: await disk.count(use) for use in DiskUse}
    files = list(shelf.root.rglob("*.png"))
    in_trash = [path for path in files if "Trash" in path.parts]
    assert told[DiskUse.TRASH] == sum(path.stat().st_size for path in in_trash) > 0
    assert told[DiskUse.PICTURES] == sum(p.stat().st_size for p in files) - told[DiskUse.TRASH]
    assert told[DiskUse.HISTORY] > 100_000
    assert told[DiskUse.THUMBNAILS] > 0
    assert told[DiskUse.BACKUPS] == told[DiskUse.DAMAGED] == 0
    assert disk.folder(DiskUse.HISTORY) == shelf.locations.data
    assert disk.folder(DiskUse.PICTURES) == shelf.root


# --- with pictures that arrive -------------------------------------------------------------------


async def test_pictures_wait_for_a_library_that_is_away(bench, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_LOOK", 0.05)
    monkeypatch.setattr("cartoonmix_desktop.services.sending.recovery.SLOWEST_FOR_DISK", 0.1)
    monkeypatch.setattr("cartoonmix_desktop.services.sending.in_flight.SLOWEST_FOR_DISK", 0.1)
    place = tmp_path / "disk"
    await bench.studio.relocation.moving(place).run()
    place.rename(tmp_path / "away")
    await bench.studio.relocation.look()
    task = await bench.studio.tasks.generate(recipe())
    assert isinstance(bench.studio.sender.paused, LibraryMissing)
    assert not place.exists()
    (tmp_path / "away").rename(place)
    await bench.studio.relocation.look()
    kept = await bench.until_state(task.id, TaskState.KEPT)
    assert all(bench.studio.library.path(o).is_relative_to(place) for o in kept.outputs)


async def test_one_job_is_not_paid_for_without_a_library(benches, recipe, sandbox, tmp_path):
    bench = await benches(once=True)
    await bench.studio.relocation.moving(tmp_path / "disk").run()
    (tmp_path / "disk").rename(tmp_path / "away")
    before = len(sandbox.ledger())
    with pytest.raises(LibraryMissing):
        await bench.studio.tasks.generate_now(recipe(), 5.0)
    assert len(sandbox.ledger()) == before


def mount(*arguments, program="mount"):
    return subprocess.run((program, *arguments), check=False).returncode


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounts a file system read-only"
)
async def test_a_library_that_became_read_only(shelf, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if mount("-t", "tmpfs", "none", disk):
        pytest.skip("mounts are not allowed here")
    try:
        await shelf.studio.relocation.moving(disk / "library").run()
        assert not mount("-o", "remount,ro", disk)
        await shelf.studio.relocation.look()
        assert type(shelf.studio.relocation.problem) is FolderUnusable
        assert await shelf.ids() == [1, 2]
        assert not mount("-o", "remount,rw", disk)
        await shelf.studio.relocation.look()
        assert shelf.studio.relocation.problem is None
    finally:
        mount(disk, program="umount")
