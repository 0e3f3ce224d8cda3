"""A whole library into one file, and out of it into another: real files, real histories."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
import shutil
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw
import pytest

from cartoonmix_desktop.core.errors import (
    ArchiveUnusable,
    ExportImpossible,
    FolderUnusable,
    NotAPicture,
)
from cartoonmix_desktop.core.money.amounts import units_of
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.aftercare import Aftercare, Owed
from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.outcome import Outcome, outcome_of
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.progress import LongWork, Stopped
from cartoonmix_desktop.services.transfer.archive import Unpacked
from cartoonmix_desktop.storage.exchange import archives
from cartoonmix_desktop.storage.history.schema import HISTORY
from cartoonmix_desktop.wording.transfer import merged_words
from tests.unit.services.shelf import Shelf, picture
from tests.unit.storage.history.samples.make_sample import HERE as SAMPLES

AT_REST = {"kept", "failed", "cancelled", "removed", "rejected", "discarded"}


@pytest.fixture
async def shelves(tmp_path):
    """Two libraries: one to give, one to take."""
    made = [await Shelf(tmp_path / name / "cartoonmix").open() for name in "ab"]
    yield made
    for shelf in made:
        await shelf.close()


@pytest.fixture
async def empty(tmp_path):
    """A library to take."""
    made = await Shelf(tmp_path / "b" / "cartoonmix").open()
    yield made
    await made.close()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """An archive with one task, with two pictures."""
    folder = tmp_path_factory.mktemp("good")

    async def made():
        shelf = await Shelf(folder / "cartoonmix").open()
        await shelf.add()
        await write(shelf, folder / "good.zip")
        await shelf.close()

    asyncio.run(made())
    return folder / "good.zip"


def refusal(source: Path, tmp_path: Path) -> ArchiveUnusable:
    """How an archive is refused; nothing is left of it."""
    with pytest.raises(ArchiveUnusable) as refused:
        Unpacked(source, tmp_path / "unpacked", LongWork())
    assert not (tmp_path / "unpacked").exists()
    return refused.value


async def filled(shelf):
    marks = shelf.studio.marks
    fox, owl = await shelf.add("a fox"), await shelf.add("an owl", pictures=1)
    await marks.rate(Target(outputs=(fox.outputs[1].id,)), 5)
    await marks.favourite(Target(outputs=(owl.outputs[0].id,)), on=True)
    await marks.change_tags([fox.id], add=["client a"])
    await marks.set_note([owl.id], "for the cover")
    await marks.create_collection("Best", Target(tasks=(owl.id,)))
    await marks.save_search("mine", "fox")
    return fox, owl


async def write(shelf, target):
    return await shelf.studio.archive.write(target, LongWork())


async def merge(shelf, source):
    return await shelf.studio.archive.merge(source, LongWork())


async def everything(shelf):
    """What there is, without what is of this computer."""
    tasks = await shelf.studio.history.tasks(await shelf.ids())
    return sorted(
        (
            *(t.uid, t.request, t.state, t.created_at, t.cost, t.tags, t.note, t.remote_id),
            *(t.elsewhere, dict(t.others)),
            *((o.sha256, o.rating, o.favourite, o.rejected, o.path) for o in t.outputs),
        )
        for t in tasks
    )


async def test_all_of_it_comes_out_of_the_file_as_it_went_in(shelves, tmp_path):
    one, two = shelves
    fox, _owl = await filled(one)
    await one.studio.history.write_ledger(
        lambda ledger: ledger._database._connection.execute(
            "UPDATE task SET elsewhere = 1 WHERE id = ?1;"
            """ INSERT INTO others SELECT ?1, '{"Hires steps": "9"}', ' hires steps 9 '""",
            (fox.id, fox.id),
        ).fetchall()
    )
    target = tmp_path / "all.zip"
    assert (await write(one, target)).pictures == 3
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["all.zip"]
    summary = await merge(two, target)
    assert (summary.tasks, summary.pictures, summary.here, summary.error) == (2, 3, 0, None)
    assert str(await everything(one)) == str(await everything(two))
    assert one.files() == two.files()
    [collection] = await two.studio.marks.collections()
    assert (collection.name, collection.count) == ("Best", 1)
    assert [search.query for search in await two.studio.marks.saved_searches()] == ["fox"]
    assert len((await two.studio.history.ids(Query("owl"))).ids) == 1
    assert len((await two.studio.history.ids(Query("other:hires"))).ids) == 1
    assert [path.name for path in (two.root / ".incoming").iterdir()] == []
    assert await two.is_sound()


async def test_what_is_here_stays_and_lacks_are_filled(shelves, tmp_path):
    one, two = shelves
    fox, _owl = await filled(one)
    target = tmp_path / "all.zip"
    await write(one, target)
    await merge(two, target)
    mine = next(t for t in await two.studio.history.tasks(await two.ids()) if t.uid == fox.uid)
    await two.studio.marks.rate(Target(outputs=(mine.outputs[1].id,)), 2)
    await two.studio.marks.change_tags([mine.id], add=["own"], remove=["client a"])
    await one.studio.marks.reject(Target(outputs=(fox.outputs[0].id,)), on=True)
    await write(one, target)
    summary = await merge(two, target)
    assert (summary.tasks, summary.here) == (0, 2)
    mine = await two.studio.history.task(mine.id)
    assert mine.tags == ("client a", "own")
    assert (mine.outputs[1].rating, mine.outputs[0].rejected) == (2, True)
    assert len(two.files()) == 3


async def test_what_came_from_what_is_known_in_the_other_library_too(shelves, tmp_path):
    one, two = shelves
    await two.add("here before")  # so that the numbers differ
    fox = await one.add("a fox")
    child = await one.add("a fox at night")
    await one.studio.history.write_ledger(
        lambda ledger: ledger._database._connection.execute(
            "UPDATE task SET parent_id = ? WHERE id = ?", (fox.id, child.id)
        ).fetchall()
    )
    target = tmp_path / "all.zip"
    await write(one, target)
    await merge(two, target)
    tasks = {t.uid: t for t in await two.studio.history.tasks(await two.ids())}
    assert tasks[child.uid].parent_id == tasks[fox.uid].id != fox.id
    assert tasks[fox.uid].parent_id is None


async def test_the_trash_and_what_is_under_way_stay_behind(shelves, tmp_path):
    one, two = shelves
    fox, owl = await filled(one)
    await one.trash.put(Pieces(tasks=(fox.id,)))
    waiting = await one.studio.history.add(GenerationRequest.build({"prompt": "later"}), "w")
    unknown = await one.studio.history.add(GenerationRequest.build({"prompt": "lost"}), "w")
    await one.studio.history.move(unknown.id, TaskState.SENDING)
    await one.studio.history.move(unknown.id, TaskState.UNKNOWN)
    target = tmp_path / "all.zip"
    await write(one, target)
    summary = await merge(two, target)
    assert (summary.tasks, summary.left_out) == (1, 2)
    [task] = await two.studio.history.tasks(await two.ids())
    assert (task.uid, task.token) == (owl.uid, "")
    assert waiting.uid != task.uid
    assert await two.studio.history.adopt() == []


async def test_of_a_task_that_was_being_fetched_comes_what_was_kept(shelves, tmp_path):
    one, two = shelves
    task = await one.add(pictures=3)
    ((_, *kept), empty) = (task.outputs, await one.add(pictures=1))
    await one.studio.history.write_ledger(
        lambda ledger: ledger._database._connection.execute(
            "UPDATE task SET state = 'downloading', token = 'secret';"
            "UPDATE output SET state = 'pending', path = '', sha256 = '', size = 0"
            f" WHERE id IN ({task.outputs[0].id}, {empty.outputs[0].id})"
        ).fetchall()
    )
    target = tmp_path / "all.zip"
    assert (await write(one, target)).pictures == 2
    summary = await merge(two, target)
    assert (summary.tasks, summary.pictures, summary.left_out) == (1, 2, 1)
    [came] = await two.studio.history.tasks(await two.ids())
    assert (came.uid, came.state, came.token) == (task.uid, TaskState.KEPT, "")
    assert [output.state for output in came.outputs] == ["broken", "kept", "kept"]
    assert [output.sha256 for output in came.kept] == [output.sha256 for output in kept]
    assert await two.studio.history.adopt() == []
    assert await two.is_sound()


@pytest.mark.parametrize("due", [None, 4e9])
async def test_a_task_that_fell_short_does_so_in_the_other_library_too(shelves, tmp_path, due):
    one, two = shelves
    task = await one.add(pictures=1)
    await one.studio.history.update(task.id, owed=(Aftercare(Owed.MORE, 1.0, due, 3, 2.0),))
    target = tmp_path / "all.zip"
    await write(one, target)
    await merge(two, target)
    [came] = await two.studio.history.tasks(await two.ids())
    assert came.was_owed(Owed.MORE)  # nothing is fetched by itself
    assert outcome_of(came) is Outcome.PARTLY


async def test_a_missing_picture_is_counted_and_stays_missing(shelves, tmp_path):
    one, two = shelves
    fox, _ = await filled(one)
    (one.root / fox.outputs[0].path).unlink()
    target = tmp_path / "all.zip"
    summary = await write(one, target)
    assert (summary.pictures, summary.left_out) == (2, 1)
    await merge(two, target)
    tasks = await two.studio.history.tasks(await two.ids())
    missing = [o for t in tasks for o in await two.studio.library.missing(t)]
    assert [o.sha256 for o in missing] == [fox.outputs[0].sha256]


async def test_missing_files_of_what_is_here_come_back(shelves, tmp_path):
    one, _ = shelves
    await filled(one)
    before, target = one.files(), tmp_path / "all.zip"
    await write(one, target)
    shutil.rmtree(one.root / "2026-11")
    summary = await merge(one, target)
    assert (summary.tasks, summary.here, summary.found, summary.error) == (0, 2, 3, None)
    assert one.files() == before
    assert (await merge(one, target)).found == 0


async def test_what_is_in_the_trash_here_stays_there_and_is_told(shelves, tmp_path):
    one, _ = shelves
    fox, _owl = await filled(one)
    target = tmp_path / "all.zip"
    await write(one, target)
    await one.trash.put(Pieces(tasks=(fox.id,)))
    summary = await merge(one, target)
    assert (summary.tasks, summary.here, summary.trashed, summary.found) == (0, 1, 1, 0)
    assert await one.is_sound()


async def test_what_cannot_be_put_in_place_is_told_and_waits(shelves, tmp_path, monkeypatch):
    one, two = shelves
    await filled(one)
    target = tmp_path / "all.zip"
    await write(one, target)

    def rename(self, target):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        summary = await merge(two, target)
        assert (summary.tasks, summary.pictures, summary.waiting) == (2, 3, 3)
        assert isinstance(summary.error, FolderUnusable)
        again = await merge(two, target)
        assert (again.tasks, again.here, again.found, again.waiting) == (0, 2, 0, 3)
        assert isinstance(again.error, FolderUnusable)
        assert len(list((two.root / ".incoming").glob("*.import"))) == 3
    summary = await merge(two, target)
    assert (summary.tasks, summary.here, summary.found, summary.waiting) == (0, 2, 3, 0)
    assert summary.error is None
    assert list((two.root / ".incoming").iterdir()) == []
    assert await two.is_sound()


async def test_names_that_are_taken_get_another(shelves, tmp_path):
    one, two = shelves
    await one.add(names=("x/a.png", "x/b.png"))
    theirs = await two.add(pictures=1, names=("x/a.png",))
    target = tmp_path / "all.zip"
    await write(one, target)
    await merge(two, target)
    assert set(two.files()) == {"x/a.png", "x/a-2.png", "x/b.png"}
    assert await two.studio.library.is_whole(theirs.outputs[0]) is False or await two.is_sound()


async def test_an_imported_picture_that_is_here_comes_once(shelves, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.png").write_bytes(picture())
    for shelf in shelves:
        await shelf.studio.importer.run([outside], LongWork())
    target = tmp_path / "all.zip"
    await write(shelves[0], target)
    summary = await merge(shelves[1], target)
    assert (summary.tasks, summary.here) == (0, 1)
    assert len(shelves[1].files()) == len(await shelves[1].ids()) == 1


async def test_marks_of_an_imported_picture_that_is_here_come_along(shelves, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.png").write_bytes(picture())
    one, two = shelves
    for shelf in shelves:
        await shelf.studio.importer.run([outside], LongWork())
    [task] = await one.studio.history.tasks(await one.ids())
    marks = one.studio.marks
    await marks.rate(Target(tasks=(task.id,)), 4)
    await marks.reject(Target(tasks=(task.id,)), on=True)
    await marks.change_tags([task.id], add=["client a"])
    await marks.set_note([task.id], "for the cover")
    await marks.create_collection("Best", Target(tasks=(task.id,)))
    await write(one, tmp_path / "all.zip")
    summary = await merge(two, tmp_path / "all.zip")
    assert (summary.tasks, summary.here) == (0, 1)
    [task] = await two.studio.history.tasks(await two.ids())
    assert (task.tags, task.note) == (("client a",), "for the cover")
    assert (task.outputs[0].rating, task.outputs[0].rejected) == (4, True)
    [collection] = await two.studio.marks.collections()
    assert (collection.name, collection.count) == ("Best", 1)


async def test_stopped_it_leaves_nothing_but_whole_tasks(shelves, tmp_path):
    one, two = shelves
    await filled(one)
    target = tmp_path / "all.zip"
    work = LongWork()
    work.stop()
    assert (await one.studio.archive.write(target, work)).stopped
    assert not any(path.is_file() for path in tmp_path.iterdir())
    await write(one, target)
    assert (await two.studio.archive.merge(target, work)).stopped
    assert await two.ids() == []
    assert two.files() == {}


class Countdown(LongWork):
    """Is stopped when it was asked so many times whether it is."""

    def __init__(self, left):
        super().__init__()
        self.left = left

    @property
    def stopped(self):
        self.left -= 1
        return self.left < 0

    def check(self):
        if self.stopped:
            raise Stopped


async def test_whenever_it_is_stopped_there_are_whole_tasks_or_none(good, empty):
    for asked in range(10_000):
        work = Countdown(asked)
        summary = await empty.studio.archive.merge(good, work)
        assert [path.name for path in (empty.root / ".incoming").glob("*")] == []
        assert await empty.is_sound()
        assert len(empty.files()) == 2 * len(await empty.ids())
        if not summary.stopped:
            break
    assert asked > 10, "it was asked all the while"
    assert len(await empty.ids()) == 1


async def test_whenever_an_export_is_stopped_nothing_is_left(shelves, tmp_path):
    await shelves[0].add(pictures=1)
    target = tmp_path / "out" / "all.zip"
    target.parent.mkdir()
    for asked in range(10_000):
        if not (await shelves[0].studio.archive.write(target, Countdown(asked))).stopped:
            break
        assert [*target.parent.iterdir()] == []
    assert asked > 10, "it was asked all the while"
    assert [*target.parent.iterdir()] == [target]


async def test_what_is_no_picture_in_an_archive_is_told_and_left_out(good, empty, tmp_path):
    bad = tmp_path / "bad.zip"
    junk = b"no picture, whatever it is called"

    def change(members):
        [path] = [e.filename for e, _ in members if e.filename.endswith("-1.png")]
        facts = [len(junk), hashlib.sha256(junk).hexdigest()]
        members = with_facts(
            tmp_path,
            f"UPDATE output SET size = {facts[0]}, sha256 = x'{facts[1]}' WHERE position = 1",
        )(members)
        told = manifest(lambda content: content["files"].update({path: facts}))(members)
        return [(e, junk if e.filename == path else data) for e, data in told]

    rewritten(good, bad, change)
    summary = await merge(empty, bad)
    assert (summary.tasks, summary.pictures, summary.unread) == (1, 1, 1)
    assert "1 picture could not be read, and was left out." in merged_words(summary).words
    [task] = await empty.studio.history.tasks(await empty.ids())
    assert [output.state for output in task.outputs] == ["kept", "broken"]
    assert isinstance(task.outputs[1].error, NotAPicture)
    assert (task.outputs[0].width, task.outputs[0].height) == (8, 8)
    assert len(empty.files()) == 1
    assert await empty.is_sound()


@pytest.mark.parametrize("version", range(1, len(HISTORY.migrations) + 1))
def test_an_archive_of_each_version_is_understood(version, tmp_path):
    sample = (SAMPLES / f"history-v{version}.sqlite3").read_bytes()
    told = json.loads((SAMPLES / f"history-v{version}.json").read_text("utf-8"))
    source = tmp_path / "old.zip"
    files = {"history.sqlite3": [len(sample), hashlib.sha256(sample).hexdigest()]}
    facts = {"format": "cartoonmix-library", "version": 1, "schema": version, "pictures": 0}
    with zipfile.ZipFile(source, "w") as made:
        made.writestr("history.sqlite3", sample)
        made.writestr("manifest.json", json.dumps(facts | {"files": files}))
    unpacked = Unpacked(source, tmp_path / "unpacked", LongWork())
    try:
        _, tasks = unpacked.history.tasks(0, 100)
        collections, searches = unpacked.history.collections(), unpacked.history.searches()
    finally:
        unpacked.close()
    mine = [task for task in told["tasks"].values() if not task.get("trashed_at")]
    came = {task.facts["uid"]: task for task in tasks}
    assert {task["uid"] for task in mine if task["state"] in AT_REST} <= set(came)
    for task in mine:
        if task["uid"] not in came:
            continue
        other = came[task["uid"]]
        assert json.loads(other.facts["request"]) == task["request"]
        assert (other.facts["created_at"], other.note) == (task["created_at"], task.get("note", ""))
        assert other.facts["cost"] == (units_of(task["cost"]) if task["cost"] else None)
        kept = [o["sha256"] for o in task["outputs"] if o["state"] == "kept"]
        assert set(kept) >= {o["sha256"] for o in other.kept}
        assert other.tags == task.get("tags", [])
        assert {owed.reason for owed in other.owed} == {one[0] for one in task.get("owed", [])}
    assert {name for name, _ in collections} == set(told["collections"])
    assert dict(searches) == told["searches"]


async def test_a_place_that_cannot_be_written_is_told(shelves, tmp_path):
    await filled(shelves[0])
    with pytest.raises(FolderUnusable) as told:
        await write(shelves[0], tmp_path / "gone" / "all.zip")
    assert told.value.path == str(tmp_path / "gone"), "and no name that nobody has chosen"
    assert told.value.detail == os.strerror(errno.ENOENT)


async def test_stopped_while_the_history_is_copied_nothing_is_left(shelves, tmp_path, monkeypatch):
    await filled(shelves[0])
    work = LongWork()
    real = archives.copy_history

    def stopped_meanwhile(*args):
        work.stop()
        real(*args)

    monkeypatch.setattr(archives, "copy_history", stopped_meanwhile)
    summary = await shelves[0].studio.archive.write(tmp_path / "all.zip", work)
    assert summary.stopped
    assert work.done == 0
    assert not any(path.is_file() for path in tmp_path.iterdir())


async def test_what_is_read_back_otherwise_gets_no_name(shelves, tmp_path, monkeypatch):
    await filled(shelves[0])
    monkeypatch.setattr(archives, "_is_whole", lambda *_: True)
    task = await shelves[0].add(pictures=1)
    (shelves[0].root / task.outputs[0].path).write_bytes(b"other")
    real = archives.manifest

    def wrong(facts, files):
        return real(facts, ((name, size, "0" * 64) for name, size, _ in files))

    monkeypatch.setattr(archives, "manifest", wrong)
    with pytest.raises(ExportImpossible):
        await write(shelves[0], tmp_path / "all.zip")
    assert not any(path.is_file() for path in tmp_path.iterdir())


async def test_what_a_kill_left_goes_with_the_next_export(shelves, tmp_path):
    await filled(shelves[0])
    old, young, others = (tmp_path / f".cartoonmix-{c * 32}.tmp" for c in "abx")
    for path in (old, young, others):
        path.touch()
    for path in (old, others):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    await write(shelves[0], tmp_path / "all.zip")
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        "all.zip",
        young.name,
        others.name,
    }


def rewritten(source: Path, target: Path, change) -> None:
    """The archive with other members: ``change`` gets and gives a list of (entry, bytes)."""
    with zipfile.ZipFile(source) as old:
        members = [(entry, old.read(entry)) for entry in old.infolist()]
    with zipfile.ZipFile(target, "w") as new:
        for entry, data in change(members):
            new.writestr(entry, data)


def also(name: str, data: bytes = b"x", **facts: Any):
    entry = zipfile.ZipInfo(name)
    for key, value in facts.items():
        setattr(entry, key, value)
    return lambda members: [*members, (entry, data)]


def manifest(change):
    def work(members):
        told = []
        for entry, data in members:
            if entry.filename == "manifest.json":
                content = json.loads(data)
                change(content)
                told.append((entry, json.dumps(content).encode()))
            else:
                told.append((entry, data))
        return told

    return work


def flipped(members):
    return [
        (e, data[:-1] + b"x" if e.filename.startswith("pictures/") else data) for e, data in members
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (also("../evil.png"), "unsafe"),
        (also("pictures/../../evil.png"), "unsafe"),
        (also("/etc/evil.png"), "unsafe"),
        (also("pictures//etc/x.png"), "unsafe"),
        (also("pictures/C:/x.png"), "unsafe"),
        (also("pictures/a\\..\\..\\b.png"), "unsafe"),
        (also("pictures/.incoming/x.import"), "unsafe"),
        (also("pictures/link.png", external_attr=0o120777 << 16), "unsafe"),
        (also("pictures/bomb.png", b"0" * 9_000_000, compress_type=8), "unsafe"),
        (also("PICTURES/x"), "unsafe"),
        (also("HISTORY.sqlite3"), "unsafe"),
        (also("pictures/" + "a" * 5_000 + ".png"), "unsafe"),
        (also("pictures/" + "a/" * 1_000 + "a.png"), "unsafe"),
        (also("pictures/unlisted.png"), "damaged"),
        (flipped, "damaged"),
        (lambda members: members[:-1], "not_an_archive"),
        (manifest(lambda told: told.update(version=2)), "newer"),
        (manifest(lambda told: told.update(schema=10_000)), "newer"),
        (manifest(lambda told: told.update(files=[])), "damaged"),
        (manifest(lambda told: told["files"].update({"pictures/gone.png": [1, "0"]})), "damaged"),
        (manifest(lambda told: told.update(format="other")), "not_an_archive"),
    ],
)
def test_archives_that_mean_harm_or_are_damaged_are_refused(good, tmp_path, change, reason):
    bad = tmp_path / "bad.zip"
    rewritten(good, bad, change)
    assert refusal(bad, tmp_path).reason == reason


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(good, tmp_path):
    bad = tmp_path / "bad.zip"
    rewritten(good, bad, lambda members: [*members, members[0]])
    assert refusal(bad, tmp_path).detail == "a name twice"
    bad.write_bytes(b"no zip")
    assert refusal(bad, tmp_path).reason == "not_an_archive"


async def test_refused_it_changes_nothing_here(good, empty, tmp_path):
    bad = tmp_path / "bad.zip"
    rewritten(good, bad, flipped)
    with pytest.raises(ArchiveUnusable):
        await merge(empty, bad)
    assert await empty.ids() == []
    assert empty.files() == {}


def test_a_history_that_is_none_is_refused(good, tmp_path):
    bad, junk = tmp_path / "bad.zip", b"SQLite format 3\0" + b"junk" * 500
    rewritten(good, bad, lambda members: with_history(members, junk))
    assert refusal(bad, tmp_path).reason == "damaged"


def with_facts(folder: Path, *steps: str):
    """The archive with another history: what some SQL makes of it."""

    def work(members):
        path = folder / "other.sqlite3"
        [data] = [data for e, data in members if e.filename == "history.sqlite3"]
        path.write_bytes(data)
        for each in (*steps, "REINDEX"):
            connection = apsw.Connection(str(path))
            connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
            connection.execute(each).fetchall()
            connection.close()
        return with_history(members, path.read_bytes())

    return work


def with_history(members, data: bytes):
    told = [len(data), hashlib.sha256(data).hexdigest()]
    others = [(e, d) for e, d in members if e.filename != "history.sqlite3"]
    change = manifest(lambda content: content["files"].update({"history.sqlite3": told}))
    return change([*others, (zipfile.ZipInfo("history.sqlite3"), data)])


def strict(change: str) -> str:
    return (
        f"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = {change} WHERE name = 'task'"
    )


_LOOSE, _STRICT = strict("replace(sql, ' STRICT', '')"), strict("sql || ' STRICT'")


@pytest.mark.parametrize(
    ("steps", "reason", "detail"),
    [
        (
            ["CREATE TRIGGER more AFTER UPDATE ON task BEGIN DELETE FROM task; END"],
            *("unsafe", "trigger more"),
        ),
        (["ALTER TABLE note ADD COLUMN more TEXT AS (text || text)"], "unsafe", "table note"),
        (["CREATE VIEW more AS SELECT 1"], "unsafe", "view more"),
        (["CREATE INDEX more ON task(length(request))"], "unsafe", "index more"),
        ([_LOOSE], "unsafe", "table task"),
        ([_LOOSE, "UPDATE task SET created_at = 'now'", _STRICT], "damaged", "the history"),
        (["DROP TABLE note"], "damaged", "the history"),
        (["PRAGMA user_version = 10000"], "newer", ""),
        (["PRAGMA application_id = 1"], "damaged", "the history"),
    ],
)
def test_a_history_that_holds_more_than_facts_is_refused(good, tmp_path, steps, reason, detail):
    bad = tmp_path / "bad.zip"
    rewritten(good, bad, with_facts(tmp_path, *steps))
    refused = refusal(bad, tmp_path)
    assert (refused.reason, refused.detail) == (reason, detail)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE task SET created_at = 1e300, heard_at = 9e999, seconds = 9e999",
        "UPDATE task SET created_at = -62135596900.0, remote_deleted_at = -9e999",
        "UPDATE task SET request = printf('%.*c', 100000, '['), status = printf('%c', 0)",
        "UPDATE task SET cost = 9223372036854775807, estimated = -1",
        "UPDATE task SET request = '5', verdict = 'odd', error = '[]', cost = -1",
        "UPDATE output SET size = 9223372036854775807, width = -5, rating = 99",
        "UPDATE output SET position = 9000000000 + id, kept_at = -1, favourite = 7",
        "UPDATE output SET path = 'a/c:\\Users\\x.png' WHERE position = 1",
        "UPDATE output SET path = '../x.png' WHERE position = 1",
        "UPDATE output SET path = printf('%.*c', 5000, 'a') || '.png' WHERE position = 1",
        "UPDATE output SET path = printf('%.*c', 200, 'ä') || '.png' WHERE position = 1",
        "REPLACE INTO others SELECT id, printf('%.*c', 100000, '['), '' FROM task",
    ],
)
async def test_facts_that_cannot_be_do_no_harm(good, empty, tmp_path, sql):
    two, bad = empty, tmp_path / "bad.zip"
    rewritten(good, bad, with_facts(tmp_path, sql))
    summary = await merge(two, bad)
    assert (summary.tasks, summary.error) == (1, None)
    [task] = await two.studio.history.tasks(await two.ids())
    assert datetime.fromtimestamp(task.created_at, UTC).year >= 1970
    assert task.heard_at is None or task.heard_at < 5e9
    assert task.cost == (None if "cost" in sql else Decimal("0.5"))
    assert task.estimated is None
    assert [output.position for output in task.outputs] == [0, 1]
    for output in task.outputs:
        assert 0 <= output.rating <= 5
        assert min(output.size, output.width, output.height) >= 0
        assert max(output.size, output.width, output.height) < 2**31
        if output.path:
            assert two.studio.library.path(output).is_relative_to(two.root)
