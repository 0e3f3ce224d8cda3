"""Missing files are found again by their bytes."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from PIL import Image

from cartoonmix_desktop.core.errors import NoCredentials
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.storage.files.pictures import PictureFolder
from tests.unit.services.shelf import Shelf


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home" / "cartoonmix").open()
    yield made
    await made.close()


async def find(shelf, folder=None):
    return await shelf.studio.relinker.find(folder, LongWork())


async def test_a_file_renamed_inside_the_library_gets_its_name_back(shelf):
    task = await shelf.add(pictures=3)
    before = shelf.files()
    (shelf.root / "mine").mkdir()
    (shelf.root / task.outputs[1].path).rename(shelf.root / "mine" / "best one.png")
    assert await find(shelf) == (1, 0)
    assert shelf.files() == before


async def test_files_elsewhere_are_copied_back(shelf, tmp_path):
    task = await shelf.add(pictures=3)
    before = shelf.files()
    moved = tmp_path / "elsewhere" / "deep"
    moved.mkdir(parents=True)
    for output in task.outputs[:2]:
        path = shelf.root / output.path
        (moved / f"{output.id}.dat").write_bytes(path.read_bytes())
        path.unlink()
    (shelf.root / task.outputs[2].path).unlink()
    (moved / "same size.png").write_bytes(b"x" * task.outputs[2].size)
    assert await find(shelf, moved.parent) == (2, 1)
    assert shelf.files().items() < before.items()
    assert len(list(moved.iterdir())) == 3


async def test_damaged_files_make_room_for_what_they_were_and_stay(shelf, tmp_path):
    task = await shelf.add(pictures=4)
    before = shelf.files()
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(shelf.root, elsewhere)
    cut, rotten, edited, gone = [shelf.root / output.path for output in task.outputs]
    whole = rotten.read_bytes()
    cut.write_bytes(cut.read_bytes()[:20])
    rotten.write_bytes(b"x" * len(whole))  # of the same size: only who looked at it knows
    Image.new("RGB", (90, 70), "red").save(edited)
    painted = edited.read_bytes()
    gone.unlink()
    assert await find(shelf) == (0, 1), "by itself it looks for what is gone alone"
    work = LongWork()
    broken = [task.outputs[1].id]
    assert await shelf.studio.relinker.find(elsewhere, work, broken) == (3, 0)
    assert edited.read_bytes() == painted, "the person's own work stays in its place"
    after = shelf.files()
    assert {n: h for n, h in after.items() if n in before and n != task.outputs[2].path} == {
        n: h for n, h in before.items() if n != task.outputs[2].path
    }
    aside = cut.with_name(f"{cut.stem} (damaged).png")
    assert aside.stat().st_size == 20
    assert len(after) == 6


async def test_a_file_that_is_another_pictures_stays(shelf):
    one = await shelf.add(pictures=1, names=("a.png",))
    two = await shelf.add(pictures=1, names=("b.png",))
    data = (shelf.root / "a.png").read_bytes()
    (shelf.root / "a.png").unlink()
    (shelf.root / "b.png").write_bytes(data)  # as if both were the same picture
    assert await find(shelf) == (0, 1)
    assert set(shelf.files()) == {"b.png"}
    assert one.id != two.id


async def test_nothing_is_missing(shelf):
    await shelf.add()
    assert await find(shelf) == (0, 0)


async def test_what_nobody_signed_in_could_fetch_stays_as_it_is(shelf, tmp_path):
    task = await shelf.add(pictures=2)
    path = shelf.root / task.outputs[0].path
    path.rename(tmp_path / "elsewhere.png")
    with pytest.raises(NoCredentials):
        await shelf.studio.tasks.fetch_again(task.id)
    assert await shelf.studio.history.task(task.id) == task
    assert await find(shelf, tmp_path) == (1, 0)


async def test_one_of_two_alike_that_was_renamed_gets_its_name_back(shelf):
    one = await shelf.add(pictures=1, names=("b.png",))
    data = (shelf.root / "b.png").read_bytes()
    await same_as(shelf, one, "c.png", data)
    (shelf.root / "c.png").rename(shelf.root / "d.png")
    assert await find(shelf) == (1, 0)
    assert set(shelf.files()) == {"b.png", "c.png"}


async def same_as(shelf, task, name, data):
    """Another picture with the same bytes."""
    output = (await shelf.add(pictures=1, names=(name,))).outputs[0]
    (shelf.root / name).write_bytes(data)
    await shelf.studio.history.write_ledger(
        lambda ledger: ledger._database._connection.execute(
            "UPDATE output SET sha256 = ?, size = ? WHERE id = ?",
            (task.outputs[0].sha256, len(data), output.id),
        ).fetchall()
    )


async def test_what_lies_in_the_trash_unknown_to_it_gets_its_place_back(shelf):
    """As after a backup was restored that is older than a picture was thrown away."""
    task = await shelf.add(pictures=2)
    before = shelf.files()
    trash = shelf.root / "Trash"
    trash.mkdir()
    (shelf.root / task.outputs[0].path).rename(trash / "a-123456.png")
    assert await find(shelf) == (1, 0)
    assert shelf.files() == before


async def test_what_is_the_trashs_stays_there(shelf):
    task = await shelf.add(pictures=1, names=("b.png",))
    data = (shelf.root / "b.png").read_bytes()
    await same_as(shelf, task, "c.png", data)
    await shelf.trash.put(Pieces(pictures=(task.outputs[0].id,)))
    (shelf.root / "c.png").unlink()
    assert await find(shelf) == (0, 1)
    assert [name.split("/")[0] for name in shelf.files()] == ["Trash"]


async def test_a_search_that_was_asked_for_ends_the_one_that_was_not(shelf, tmp_path):
    await shelf.add(pictures=1)
    mine, unasked = LongWork(), LongWork()
    relinker = shelf.studio.relinker
    async with relinker._turn:
        first = asyncio.ensure_future(relinker.find(None, unasked))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(relinker.find(tmp_path, mine))
        await asyncio.sleep(0)
        assert (unasked.stopped, mine.stopped) == (True, False)
    assert await first == await second == (0, 0)


async def test_stopped_it_does_not_look_for_what_is_missing_to_the_end(shelf, monkeypatch):
    task = await shelf.add(pictures=3)
    for output in task.outputs:
        (shelf.root / output.path).unlink()
    work, looked = LongWork(), []
    real = PictureFolder.path

    def path(self, relative):
        looked.append(relative)
        work.stop()
        return real(self, relative)

    monkeypatch.setattr(PictureFolder, "path", path)
    await shelf.studio.relinker.find(None, work)
    assert len(looked) == 1


async def test_of_files_that_nothing_knows_those_that_are_missed_are_given_back(shelf):
    task, thrown = await shelf.add(), await shelf.add()
    await shelf.trash.put(Pieces(tasks=(thrown.id,)))
    before = shelf.files()
    folder = shelf.root / "Trash"
    for output in task.outputs[:1]:
        (shelf.root / output.path).rename(folder / "missed.png")
    (folder / "twin.png").write_bytes((folder / "missed.png").read_bytes())
    (folder / "mine").mkdir()
    (folder / "mine" / ".notes").write_text("not of the program")
    strays = await shelf.studio.relinker.strays()
    assert [stray.path.name for stray in strays] == [".notes", "twin.png"]
    assert {name: h for name, h in shelf.files().items() if name in before} == before
    await shelf.studio.relinker.delete(strays)
    assert await shelf.studio.relinker.strays() == []
    assert shelf.files() == before
    assert await shelf.is_sound()


async def test_what_is_missed_since_is_not_deleted(shelf):
    task = await shelf.add(pictures=1)
    home, folder = shelf.root / task.outputs[0].path, shelf.root / "Trash"
    folder.mkdir()
    (folder / "twin.png").write_bytes(home.read_bytes())
    strays = await shelf.studio.relinker.strays()
    home.unlink()
    await shelf.studio.relinker.delete(strays)
    assert await shelf.is_sound()
