"""Thrown away, brought back, deleted for good: with real files and a real history."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from cartoonmix_desktop.core.errors import FolderUnusable, PictureGone, StillAtWork
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.task import OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.events import HistoryChanged, TaskChanged, TrashChanged
from cartoonmix_desktop.storage.database import listed
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from cartoonmix_desktop.storage.history import trash
from tests.unit.services.shelf import SCRIPT, Shelf


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home" / "cartoonmix").open()
    yield made
    await made.close()


async def totals(shelf) -> tuple[int, int]:
    return await shelf.studio.history.read_ledger(lambda ledger: ledger.totals())


async def found(shelf, words: str) -> list[int]:
    return list(
        (await shelf.studio.history.read_ledger(lambda ledger: ledger.ids(Query(words)))).ids
    )


# --- there and back ------------------------------------------------------------------------------


async def test_a_task_goes_with_its_pictures_and_comes_back_as_it_was(shelf):
    task, other = await shelf.add("a fox"), await shelf.add("a fox in the snow")
    before, counted = shelf.files(), await totals(shelf)
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    assert await shelf.ids() == await found(shelf, "fox") == [other.id]
    assert (await totals(shelf))[0] == 2
    moved = {name for name in shelf.files() if name.startswith("Trash/")}
    assert len(moved) == 2
    assert set(shelf.files().values()) == set(before.values())
    (item,) = await shelf.trash.items()
    assert (item.task_id, item.picture_id, item.pictures) == (task.id, 0, 2)
    assert item.size == sum(output.size for output in (await shown(shelf, task)).outputs)
    await shelf.trash.restore(put)
    assert shelf.files() == before
    assert await totals(shelf) == counted
    assert await shown(shelf, task) == task
    assert await shelf.ids() == [task.id, other.id]
    assert await shelf.trash.items() == []
    assert await shelf.is_sound()


async def shown(shelf, task):
    return await shelf.studio.history.task(task.id)


async def test_a_task_in_the_trash_shows_its_pictures(shelf):
    task = await shelf.add()
    await shelf.trash.put(Pieces(tasks=(task.id,)))
    thrown = await shown(shelf, task)
    assert thrown.trashed_at is not None
    assert [await shelf.studio.library.is_whole(output) for output in thrown.outputs] == [True] * 2


async def test_a_single_picture_leaves_its_task(shelf):
    task = await shelf.add(pictures=3)
    before = shelf.files()
    put = await shelf.trash.put(Pieces(pictures=(task.outputs[1].id,)))
    assert [output.position for output in (await shown(shelf, task)).outputs] == [0, 2]
    assert any(isinstance(e, TaskChanged) and len(e.task.outputs) == 2 for e in shelf.told)
    (item,) = await shelf.trash.items()
    assert (item.task_id, item.picture_id, item.pictures) == (task.id, task.outputs[1].id, 1)
    await shelf.trash.restore(put)
    assert await shown(shelf, task) == task
    assert shelf.files() == before


async def test_a_picture_thrown_away_before_its_task_stays_when_the_task_comes_back(shelf):
    task = await shelf.add(pictures=3)
    await shelf.trash.put(Pieces(pictures=(task.outputs[0].id,)))
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    assert [(i.picture_id, i.pictures) for i in await shelf.trash.items()] == [(0, 2)]
    await shelf.trash.restore(put)
    assert [output.position for output in (await shown(shelf, task)).outputs] == [1, 2]
    assert [item.picture_id for item in await shelf.trash.items()] == [task.outputs[0].id]
    assert await shelf.is_sound()


async def test_what_is_in_the_trash_already_is_left_as_it_is(shelf):
    task, other = await shelf.add(), await shelf.add()
    await shelf.trash.put(Pieces(tasks=(task.id,)))
    put = await shelf.trash.put(Pieces(tasks=(task.id, other.id, 999)))
    assert put == Pieces(tasks=(other.id,))
    await shelf.trash.restore(put)
    assert await shelf.ids() == [other.id]


async def test_tasks_come_back_without_a_look_at_all_that_went_at_the_same_moment(shelf):
    def plan(ledger):
        with ledger._database.reading() as connection:
            return [
                row[3]
                for row in connection.execute(
                    f"EXPLAIN QUERY PLAN {trash._TAKE_OUTPUTS}", (listed((1,)),)
                )
            ]

    steps = await shelf.studio.history.read_ledger(plan)
    assert next(step for step in steps if "output" in step).endswith("(task_id=?)")


async def test_two_pictures_of_one_name_both_fit_into_the_trash(shelf):
    task = await shelf.add(names=("2026-10/one.png", "2026-11/one.png"))
    before = shelf.files()
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    assert len([name for name in shelf.files() if name.startswith("Trash/one-")]) == 2
    await shelf.trash.restore(put)
    assert shelf.files() == before


async def test_a_name_that_is_taken_meanwhile_is_not_written_over(shelf):
    task = await shelf.add(names=("2026-11/one.png", "2026-11/two.png"))
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    taken = shelf.root / "2026-11" / "one.png"
    taken.write_bytes(b"another picture")
    await shelf.trash.restore(put)
    assert taken.read_bytes() == b"another picture"
    back = await shown(shelf, task)
    assert [output.path for output in back.outputs] == ["2026-11/one-2.png", "2026-11/two.png"]
    assert [await shelf.studio.library.is_whole(output) for output in back.outputs] == [True] * 2


async def test_a_missing_picture_can_be_thrown_away_and_its_record_restored(shelf):
    task = await shelf.add()
    (shelf.root / task.outputs[0].path).unlink()
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    assert await shelf.ids() == []
    await shelf.trash.restore(put)
    assert await shown(shelf, task) == task
    assert list(shelf.files()) == [task.outputs[1].path]
    await shelf.trash.delete(await shelf.trash.put(put))
    assert shelf.files() == {}


async def test_what_is_under_way_is_refused_and_nothing_else_is_touched(shelf):
    done = await shelf.add()
    waiting = await shelf.studio.history.add(GenerationRequest.build({"prompt": "x"}), "wiro-1")
    with pytest.raises(StillAtWork) as caught:
        await shelf.trash.put(Pieces(tasks=(done.id, waiting.id)))
    assert caught.value.count == 1
    assert await shelf.ids() == [done.id, waiting.id]
    assert await shelf.is_sound()


async def test_a_task_whose_pictures_cannot_be_fetched_is_at_rest_and_can_go(shelf):
    history = shelf.studio.history
    task = await shelf.add()
    await history.break_output(task.outputs[0], PictureGone("gone"))
    await history.move(task.id, TaskState.DOWNLOADING)
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    # Nothing in the trash is picked up at the next start.
    assert await history.read_ledger(lambda ledger: ledger.unfinished()) == []
    await shelf.trash.restore(put)
    assert len(await history.read_ledger(lambda ledger: ledger.unfinished())) == 1


async def test_a_lost_task_that_is_found_leaves_the_trash(shelf):
    history = shelf.studio.history
    task = await history.add(GenerationRequest.build({"prompt": "x"}), "wiro-1")
    await history.move(task.id, TaskState.SENDING)
    await history.move(task.id, TaskState.UNKNOWN)
    await shelf.trash.put(Pieces(tasks=(task.id,)))
    assert await shelf.ids() == []
    found = await history.move(task.id, TaskState.ACCEPTED, remote_id="7")
    assert found.trashed_at is None
    assert await shelf.ids() == [task.id]


async def test_a_picture_that_was_thrown_away_is_not_fetched_again(shelf):
    task = await shelf.add(pictures=2)
    listed = [output.remote_id for output in task.outputs]
    await shelf.trash.put(Pieces(pictures=(task.outputs[1].id,)))
    again = await shelf.studio.history.set_outputs(task.id, listed)
    assert [output.state for output in again.outputs] == [OutputState.KEPT]
    await shelf.trash.delete(Pieces(pictures=(task.outputs[1].id,)))
    again = await shelf.studio.history.set_outputs(task.id, listed)
    assert [output.position for output in again.outputs] == [0]


async def test_a_task_thrown_away_again_and_again_is_undone_and_redone(shelf):
    task = await shelf.add()
    before = shelf.files()
    for _ in range(3):
        put = await shelf.trash.put(Pieces(tasks=(task.id,)))
        await shelf.trash.restore(put)
    assert shelf.files() == before
    assert await shelf.is_sound()


# --- for good ------------------------------------------------------------------------------------


async def test_deleted_for_good_nothing_of_it_is_left_but_its_cost(shelf):
    task, other = await shelf.add("a zebra"), await shelf.add("a zebra too")
    alone = await shelf.add("a zebra, three")
    library, history = shelf.studio.library, shelf.studio.history
    assert await library.thumbnail(task.outputs[0]) is not None
    await shelf.trash.put(Pieces(pictures=(task.outputs[0].id,)))
    await shelf.trash.put(Pieces(tasks=(task.id,), pictures=(alone.outputs[0].id,)))
    await shelf.trash.delete(Pieces(tasks=(task.id,), pictures=(alone.outputs[0].id,)))
    assert len(shelf.files()) == 3
    assert await shelf.trash.items() == []
    assert await history.tasks([task.id]) == []
    assert await shelf.ids() == await found(shelf, "zebra") == [other.id, alone.id]
    assert await library._threads.run(library._thumbnails.get, [task.outputs[0].sha256]) == {}

    def spent(ledger):
        return ledger.spent_since(0, without_account="sandbox")

    assert await history.read_ledger(spent) == Decimal("1.5")
    # Its task at the server is never taken for one whose answer was lost.
    assert await history.known([task.remote_id, "other"], "wiro-1") == {task.remote_id}


async def test_a_charge_keeps_what_it_is_found_under(shelf):
    """Its day, model, tags, collections and number of pictures, when its task is gone for good."""
    history = shelf.studio.history
    [task] = await history.add_several(
        [GenerationRequest.build({"prompt": "a zebra"})], "wiro-1", estimates=[Decimal("0.0035")]
    )
    await history.move(task.id, TaskState.SENDING)
    await history.move(task.id, TaskState.ACCEPTED, remote_id="r", token="t")
    await history.move(task.id, TaskState.DOWNLOADING, cost=Decimal("0.004"))
    task = await history.set_outputs(task.id, ["a", "b", "c"])
    for output in task.outputs[:2]:
        await history.keep_output(output, KeptPicture(f"{output.id}.png", 3, "0a" * 32, 8, 8, b""))
    await history.move(task.id, TaskState.FAILED)

    def marked(ledger):
        ledger.marks.change_tags([task.id], add=["Ärger", "client"])
        for name in ("Covers", "Best"):
            ledger.marks.create_collection(name, Target((task.id,)))

    await history.write_ledger(marked)
    await shelf.trash.put(Pieces(tasks=(task.id,)))
    await shelf.trash.delete(Pieces(tasks=(task.id,)))
    with history._reader._database.reading() as connection:
        [row] = connection.execute(
            "SELECT created_at, cost, estimated, model, pictures, tags, collections"
            " FROM deleted_task"
        ).fetchall()
    assert row == (
        *(task.created_at, 4_000_000_000, 3_500_000_000, task.request.model, 2),
        *('["Ärger","client"]', '["Best","Covers"]'),
    )


async def test_what_is_not_in_the_trash_is_never_deleted(shelf):
    task = await shelf.add()
    before = shelf.files()
    await shelf.trash.delete(Pieces(tasks=(task.id,), pictures=(task.outputs[0].id,)))
    assert await shown(shelf, task) == task
    assert shelf.files() == before


async def test_everyone_is_told(shelf):
    task = await shelf.add()
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    assert any(isinstance(event, HistoryChanged) for event in shelf.told)
    assert shelf.told[-1] == TrashChanged(1, sum(output.size for output in task.outputs))
    await shelf.trash.delete(put)
    assert shelf.told[-1] == TrashChanged(0, 0)


async def test_a_large_trash_is_listed_without_walking_the_history(shelf):
    def plans(ledger):
        with ledger._database.reading() as connection:
            return [
                row[3]
                for query in (
                    trash._ITEMS,
                    trash._TASKS_OF_TIME.replace("?", "1"),
                    trash._PICTURES_OF_TIME.replace("?", "1"),
                    trash._PLACES,
                )
                for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")
            ]

    steps = await shelf.studio.history.read_ledger(plans)
    assert any("output_unsettled" in step for step in steps)
    for step in steps:
        assert "SCAN" not in step or "output_unsettled" in step, steps
        assert "output_trashed" not in step or "SEARCH output USING INDEX" in step, steps
    # Each thing in the trash finds its pictures by its own id.
    assert any("sqlite_autoindex_output_1 (task_id=?)" in step for step in steps), steps


# --- the disk refuses ----------------------------------------------------------------------------


def refusing(monkeypatch, name: str, after: int) -> None:
    """Let ``Path.rename`` or ``Path.unlink`` fail from its ``after``-th call on."""
    real, calls = getattr(Path, name), iter(range(1000))

    def refuse(self, *args, **kwargs):
        if self.suffix == ".png" and next(calls) >= after:
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, name, refuse)


@pytest.mark.parametrize("after", [0, 1])
async def test_what_cannot_be_moved_stays_where_it_is(shelf, monkeypatch, after):
    task = await shelf.add()
    before = shelf.files()
    with monkeypatch.context() as patch:
        real, calls = Path.rename, iter(range(1000))

        def once(self, target):
            if next(calls) == after:
                raise PermissionError(13, "Permission denied")
            return real(self, target)

        patch.setattr(Path, "rename", once)
        with pytest.raises(FolderUnusable):
            await shelf.trash.put(Pieces(tasks=(task.id,)))
    assert shelf.files() == before
    assert await shown(shelf, task) == task
    assert await shelf.trash.items() == []
    assert await shelf.is_sound()


async def test_moved_and_not_to_be_moved_back_it_is_healed_later(shelf, monkeypatch):
    task = await shelf.add()
    before = shelf.files()
    with monkeypatch.context() as patch:
        refusing(patch, "rename", after=1)
        with pytest.raises(FolderUnusable):
            await shelf.trash.put(Pieces(tasks=(task.id,)))
    await shelf.trash.reconcile_files()
    assert shelf.files() == before
    assert await shown(shelf, task) == task


async def test_what_cannot_be_brought_back_stays_in_the_trash(shelf, monkeypatch):
    task = await shelf.add()
    before = shelf.files()
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    (item,) = await shelf.trash.items()
    with monkeypatch.context() as patch:
        refusing(patch, "rename", after=0)
        with pytest.raises(FolderUnusable):
            await shelf.trash.restore(put)
    assert await shelf.trash.items() == [item]
    assert await shelf.is_sound()
    await shelf.trash.restore(put)
    assert shelf.files() == before


async def test_what_cannot_be_deleted_stays_in_the_trash(shelf, monkeypatch):
    task = await shelf.add()
    put = await shelf.trash.put(Pieces(tasks=(task.id,)))
    with monkeypatch.context() as patch:
        refusing(patch, "unlink", after=0)
        with pytest.raises(FolderUnusable):
            await shelf.trash.delete(put)
    assert len(await shelf.trash.items()) == 1
    await shelf.trash.delete(put)
    assert shelf.files() == {}


async def test_in_a_library_that_is_away_nothing_is_thrown_away(shelf):
    task = await shelf.add()
    shelf.root.rename(shelf.root.with_name("elsewhere"))
    with pytest.raises(FolderUnusable):
        await shelf.trash.put(Pieces(tasks=(task.id,)))
    shelf.root.with_name("elsewhere").rename(shelf.root)
    assert await shown(shelf, task) == task
    assert await shelf.is_sound()


# --- killed --------------------------------------------------------------------------------------


async def test_killed_at_any_step_the_next_start_puts_all_in_order(tmp_path):
    """Throw away, bring back, delete: killed before each write, rename, sync and unlink in turn."""
    deaths = {"put": 0, "restore": 0, "delete": 0}
    for deed in deaths:
        step = 1
        while True:
            home = tmp_path / f"{deed}-{step}"
            shelf = await Shelf(home).open()
            tasks = [await shelf.add() for _ in range(3)]
            before = set(shelf.files().values())
            pieces = Pieces(tasks=(1, 2), pictures=(tasks[2].outputs[0].id,))
            if deed != "put":
                await shelf.trash.put(pieces)
            await shelf.close()
            command = [sys.executable, SCRIPT, str(home), deed, str(step)]
            ended = await asyncio.to_thread(subprocess.run, command, check=False)
            shelf = await Shelf(home).open()
            await shelf.trash.reconcile_files()
            if deed != "delete":
                assert await shelf.is_sound(), (deed, step)
                assert set(shelf.files().values()) == before
            listed, items = await shelf.ids(), await shelf.trash.items()
            assert len(listed) in {1, 3}
            assert len(items) in ({0, 3} if deed != "delete" else {0, 1, 3})
            assert deed != "delete" or await shelf.is_sound(), "nothing is left half deleted"
            await shelf.trash.restore(pieces)  # what is left of it
            await shelf.trash.put(pieces)
            await shelf.trash.delete(pieces)
            assert await shelf.ids() == [3]
            assert len(shelf.files()) == 1
            await shelf.close()
            if ended.returncode == 0:
                break
            assert ended.returncode == 9
            deaths[deed] += 1
            step += 1
    assert deaths["put"] >= 6
    assert deaths["restore"] >= 7
    assert deaths["delete"] >= 7
