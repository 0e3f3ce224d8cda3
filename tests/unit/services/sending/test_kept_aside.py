"""What arrived in the place of a picture: moved, counted, thrown away, taken up with its task."""

from __future__ import annotations

import shutil
import zipfile

import pytest

from cartoonmix_desktop.core.disk import DiskUse
from cartoonmix_desktop.core.errors import (
    CopyUncertain,
    ExportImpossible,
    NotAPicture,
    PictureTruncated,
)
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.task import OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.storage.files import decoding, received
from tests.unit.services.shelf import Shelf

pytestmark = pytest.mark.timeout(60)

NOISE = {"endpoint": "files", "garbage": True, "times": 3}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for module in ("sender", "recovery", "in_flight", "follower", "fetcher"):
        monkeypatch.setattr(
            f"cartoonmix_desktop.services.sending.{module}.backoff", lambda *_a, **_k: 0.02
        )


def aside(bench, folder=".received"):
    return sorted(path.name for path in (bench.studio.library.root / folder).glob("*"))


async def at_rest(bench, task_id):
    return await bench.until(lambda: (t := bench.latest(task_id)) and t.outputs and t.at_rest and t)


async def one_aside(bench, recipe, sandbox, *rules, samples=1):
    sandbox.faults(list(rules) or [NOISE])
    task = await at_rest(bench, (await bench.studio.tasks.generate(recipe(samples=samples))).id)
    await let_go(bench, task)
    sandbox.clear_faults()
    assert len(task.aside) == 1
    return task


def only(task):
    return next(iter(task.aside))


def path_of(bench, output):
    return bench.studio.library.root / output.path


async def fetched_again(bench, task):
    await bench.studio.tasks.fetch_again(task.id)
    return await let_go(bench, task)


async def let_go(bench, task):
    await bench.until(lambda: not len(bench.studio._pipeline.in_flight))
    return await bench.studio.history.task(task.id)


# --- what is kept --------------------------------------------------------------------------------


async def test_the_others_are_kept_and_the_task_says_so(bench, recipe, sandbox):
    rule = NOISE | {"match": "/1.png"}
    task = await one_aside(bench, recipe, sandbox, rule, samples=2)
    assert task.state is TaskState.DOWNLOADING
    assert (len(task.kept), task.broken) == (1, task.aside)
    assert isinstance(only(task).error, NotAPicture)
    for query, count in (("is:kept-aside", 1), ("is:broken", 0), ("-is:kept-aside", 0)):
        assert len(await bench.studio.history.ids(Query(query))) == count


async def test_the_longest_of_what_broke_off_is_kept(bench, recipe, sandbox):
    cuts = [{"endpoint": "files", "cut": n, "no_ranges": True} for n in (700, 1000, 300)]
    task = await one_aside(bench, recipe, sandbox, *cuts)
    assert isinstance(only(task).error, PictureTruncated)
    assert only(task).size == path_of(bench, only(task)).stat().st_size == 1000


async def test_what_came_to_its_end_is_worth_more_than_a_longer_part(bench, recipe, sandbox):
    text = {"endpoint": "files", "raw": "soon", "content_type": "text/plain"}
    cut = {"endpoint": "files", "cut": 1000, "no_ranges": True}
    task = await one_aside(bench, recipe, sandbox, cut, text, cut)
    assert path_of(bench, only(task)).read_bytes() == b"soon"
    assert len(aside(bench)) == 1


async def test_no_more_is_kept_than_a_picture_may_have(bench, recipe, sandbox, monkeypatch):
    monkeypatch.setattr(received, "MOST_BYTES", 100)
    sandbox.faults([NOISE])
    task = await at_rest(bench, (await bench.studio.tasks.generate(recipe(samples=1))).id)
    assert (task.aside, len(task.broken), aside(bench)) == ((), 1, [])


async def test_a_picture_that_was_here_stays_what_it_is(bench, recipe, sandbox):
    task = await at_rest(bench, (await bench.studio.tasks.generate(recipe(samples=1))).id)
    await let_go(bench, task)
    path_of(bench, task.kept[0]).unlink()
    sandbox.faults([NOISE])
    done = await fetched_again(bench, task)
    assert (done.outputs[0].state, aside(bench)) == (OutputState.KEPT, [])


# --- once more -----------------------------------------------------------------------------------


async def test_it_goes_only_when_a_picture_is_kept(bench, recipe, sandbox):
    task = await one_aside(bench, recipe, sandbox)
    first = path_of(bench, only(task)).read_bytes()
    for rule in (
        NOISE,
        {"endpoint": "files", "http": 404, "times": 3},
        {"endpoint": "files", "cut": 900, "times": 3},
    ):
        sandbox.faults([rule])
        task = await fetched_again(bench, task)
        sandbox.clear_faults()
        assert path_of(bench, only(task)).read_bytes() == first
    task = await fetched_again(bench, task)
    assert (task.state, aside(bench)) == (TaskState.KEPT, [])


async def test_a_start_asks_for_it_no_more_by_itself(benches, recipe, sandbox):
    bench = await benches()
    task = await one_aside(bench, recipe, sandbox)
    await bench.close()
    sandbox.faults([{"endpoint": "files", "http": 500}])
    bench = await benches()
    now = await let_go(bench, task)
    assert len(sandbox.faults_left()) == 1
    assert (only(now).path, only(now).sha256) == (only(task).path, only(task).sha256)
    assert now.at_rest


async def test_a_later_version_takes_it_up_without_a_network(benches, recipe, sandbox, monkeypatch):
    def cannot_yet(data):
        raise NotAPicture(detail="a format of the future")

    monkeypatch.setattr(decoding, "format_of", cannot_yet)
    bench = await benches()
    task = await at_rest(bench, (await bench.studio.tasks.generate(recipe(samples=1))).id)
    data = path_of(bench, only(task)).read_bytes()
    await bench.close()
    sandbox.stop()
    monkeypatch.undo()
    bench = await benches()
    done = await bench.until_state(task.id, "kept")
    assert path_of(bench, done.outputs[0]).read_bytes() == data
    assert done.outputs[0].width == 64
    assert await bench.studio.library.thumbnail(done.outputs[0])
    assert aside(bench) == []


# --- whose it is ---------------------------------------------------------------------------------


async def test_it_is_shown_and_handed_to_nobody(bench, recipe, sandbox, tmp_path, monkeypatch):
    text = {"endpoint": "files", "raw": "soon", "content_type": "text/plain", "times": 3}
    task = await one_aside(bench, recipe, sandbox, text)
    library, output = bench.studio.library, only(task)
    monkeypatch.setattr("cartoonmix_desktop.services.library.library.make_thumbnail", pytest.fail)
    assert await library.thumbnail(output) is None
    assert await library.originals([output]) == [None]
    with pytest.raises(ExportImpossible):
        await library.export(output, tmp_path / "x.png")
    assert not len(await bench.studio.history.gallery())
    assert task.kept == ()


async def test_it_takes_room_in_the_library(bench, recipe, sandbox):
    before = await bench.studio.disk.count(DiskUse.PICTURES)
    task = await one_aside(bench, recipe, sandbox)
    assert await bench.studio.disk.count(DiskUse.PICTURES) == before + only(task).size


async def test_it_moves_with_the_library(bench, recipe, sandbox, tmp_path):
    task = await one_aside(bench, recipe, sandbox)
    old = path_of(bench, only(task))
    data = old.read_bytes()
    end = await bench.studio.relocation.moving(tmp_path / "new").run()
    assert (end.moved, end.left) == (True, None)
    assert path_of(bench, only(task)).read_bytes() == data
    assert not old.exists()


@pytest.mark.parametrize("alone", [True, False])
async def test_it_goes_to_the_trash_and_comes_back(bench, recipe, sandbox, alone):
    rule = NOISE | {"match": "/1.png"}
    task = await one_aside(bench, recipe, sandbox, rule, samples=2)
    output, trash = only(task), bench.studio.trash
    data = path_of(bench, output).read_bytes()
    pieces = Pieces(pictures=(output.id,)) if alone else Pieces(tasks=(task.id,))
    await trash.put(pieces)
    [item] = await trash.items()
    assert aside(bench) == []
    assert item.size == output.size + (0 if alone else task.kept[0].size)
    assert item.pictures == (0 if alone else 1)
    await trash.restore(pieces)
    assert path_of(bench, output).read_bytes() == data
    await trash.put(pieces)
    await trash.delete(pieces)
    assert (aside(bench), aside(bench, "Trash")) == ([], [])


@pytest.mark.parametrize("thrown_away", [False, True])
async def test_wiro_keeps_its_copies_while_one_could_not_be_read(
    bench, recipe, sandbox, thrown_away
):
    rule = NOISE | {"match": "/1.png"}
    task = await one_aside(bench, recipe, sandbox, rule, samples=2)
    if thrown_away:
        await bench.studio.trash.put(Pieces(pictures=(only(task).id,)))
    with pytest.raises(CopyUncertain) as caught:
        await bench.studio.remote_copies.delete(task.id)
    assert caught.value.picture == 2
    if thrown_away:
        await bench.studio.trash.restore(Pieces(pictures=(only(task).id,)))
    assert (await fetched_again(bench, task)).state is TaskState.KEPT


async def test_who_looks_for_what_is_missing_leaves_it_where_it_is(bench, recipe, sandbox):
    rule = NOISE | {"match": "/1.png"}
    task = await one_aside(bench, recipe, sandbox, rule, samples=2)
    shutil.copy(path_of(bench, only(task)), bench.studio.library.root / "found.png")
    for folder in (None, bench.studio.library.root):
        assert await bench.studio.relinker.find(folder, LongWork()) == (0, 0)
    assert len(aside(bench)) == 1
    assert not await bench.studio.relinker.strays()


@pytest.mark.parametrize("samples", [1, 2])
async def test_without_it_a_task_is_at_its_end_and_with_it_back_it_is_not(
    bench, recipe, sandbox, samples
):
    rule = NOISE | {"match": f"/{samples - 1}.png"}
    task = await one_aside(bench, recipe, sandbox, rule, samples=samples)
    piece = Pieces(pictures=(only(task).id,))
    await bench.studio.trash.put(piece)
    alone = await bench.studio.history.task(task.id)
    assert (alone.state, alone.at_rest, len(alone.kept)) == (TaskState.KEPT, True, samples - 1)
    assert bench.latest(task.id) == alone
    await bench.studio.trash.restore(piece)
    back = await bench.studio.history.task(task.id)
    assert (back.state, back.at_rest, len(back.aside)) == (TaskState.DOWNLOADING, True, 1)
    assert (await fetched_again(bench, back)).state is TaskState.KEPT


async def test_an_archive_holds_none(bench, recipe, sandbox, tmp_path):
    rule = NOISE | {"match": "/1.png"}
    task = await one_aside(bench, recipe, sandbox, rule, samples=2)
    written = await bench.studio.archive.write(tmp_path / "all.zip", LongWork())
    assert (written.pictures, written.left_out) == (1, 0)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert not [name for name in archive.namelist() if name.endswith(".received")]
    other = await Shelf(tmp_path / "other").open()
    await other.studio.archive.merge(tmp_path / "all.zip", LongWork())
    [there] = await other.studio.history.tasks(await other.ids())
    assert [output.state for output in there.outputs] == [OutputState.KEPT, OutputState.BROKEN]
    assert (there.broken[0].path, there.broken[0].sha256) == ("", "")
    assert there.uid == task.uid
    await other.close()
