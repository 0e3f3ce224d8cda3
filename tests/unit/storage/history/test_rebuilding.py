"""A history that is lost comes back from its journal, whole."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest
from msgspec.structs import replace

from cartoonmix_desktop.core.errors import OutcomeUnknown, TaskFailed
from cartoonmix_desktop.core.journal.lines import written
from cartoonmix_desktop.core.journal.records import KINDS, Gone, Picture, Recipe, Run, body
from cartoonmix_desktop.core.money.spending import Grouping, Span
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.aftercare import Owed
from cartoonmix_desktop.core.task.marks import PictureMark, Target
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.files.pictures import PictureFolder
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.journal.file import JournalFile
from cartoonmix_desktop.storage.journal.reading import read_journal

S = TaskState
NOW = 1_800_000_000.0


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "pictures"
    root.mkdir()
    return PictureFolder(root)


@pytest.fixture
def journal(folder):
    return JournalFile(folder)


@pytest.fixture
def opened(journal):
    """Opens histories that write into the journal; closes them in the end."""
    ledgers = []

    def open_(path):
        ledger = Ledger(path)
        ledgers.append(ledger)
        ledger.outbox.begin(journal)
        return ledger

    yield open_
    for ledger in ledgers:
        ledger.close()


def fill(ledger, count=12):
    """Tasks of every kind; gives their ids."""
    ids = []
    for number in range(count):
        request = GenerationRequest.build(
            {"prompt": f"fox {number} \ud800", "seed": str(100_000 + number), "samples": 2}
        )
        task = ledger.add(
            request,
            "wiro-1" if number % 5 else "sandbox",
            "me",
            at=NOW + number,
            uid=f"{number + 1:032x}",
            estimated=Decimal("0.0035"),
        )
        ids.append(task.id)
        if number % 4 == 0:
            continue  # waits
        ledger.move(task.id, S.SENDING, at=NOW + 100 + number)
        if number % 4 == 1:
            continue  # being sent
        ledger.accept(task.id, f"r{number}", "secret-token", at=NOW + 101 + number, owner="me")
        if number % 4 == 2:
            ledger.move(task.id, S.RUNNING, at=NOW + 102)
            continue
        ledger.move(task.id, S.DOWNLOADING, at=NOW + 103, verdict=Verdict.SUCCEEDED)
        outputs = ledger.set_outputs(task.id, [f"o{number}a", f"o{number}b"]).outputs
        for output in outputs:
            ledger.keep_output(
                output.id,
                path=f"2027-01/{number}-{output.position}.png",
                size=1000 + number,
                sha256=f"{number * 2 + output.position:064x}",
                width=512,
                height=256,
                at=NOW + 110,
            )
        cost = Decimal("0.00350000000001") if number % 8 == 3 else None
        ledger.move(task.id, S.KEPT, at=NOW + 111, cost=cost, seconds=6.5)
    return ids


def mark(ledger, ids):
    task = ledger.task(ids[3])
    first, second = task.outputs
    ledger.marks.mark(Target(outputs=(first.id,)), PictureMark.FAVOURITE, 1)
    ledger.marks.mark(Target(outputs=(second.id,)), PictureMark.RATING, 4)
    ledger.marks.change_tags([ids[3], ids[7]], add=["Client Ä", "fox"])
    ledger.marks.set_note([ids[3]], "Größe\nzweite Zeile")
    ledger.marks.create_collection("Best", Target(outputs=(first.id,)))
    ledger.marks.create_collection("Empty")
    ledger.marks.save_search("mine", "rating:>=3")


def told(ledger):
    """All that a person sees of a history, without numbers of its own."""
    tasks = {}
    for task_id in ledger.ids().ids:
        task = ledger.task(task_id)
        parent = None if task.parent_id is None else ledger.task(task.parent_id).uid
        tasks[task.uid] = (
            *(task.account, task.request, task.state, task.created_at, task.remote_id),
            *(task.verdict, task.cost, task.estimated, task.seconds, task.note, task.tags, parent),
            *(type(task.error), task.source, task.elsewhere),
            tuple(replace(output, id=0) for output in task.outputs),
        )
    collections = sorted((c.name, c.count) for c in ledger.marks.collections())
    searches = sorted((s.name, s.query) for s in ledger.marks.saved_searches())
    return tasks, collections, searches


def put_to_rest(tasks):
    """As they come back: on their way they are unknown, and how far they run is asked anew."""
    back = {}
    for uid, facts in tasks.items():
        if facts[2] is S.SENDING:
            facts = (*facts[:2], S.UNKNOWN, *facts[3:12], OutcomeUnknown, *facts[13:])
        if facts[2] is S.RUNNING:
            facts = (*facts[:2], S.ACCEPTED, *facts[3:])
        back[uid] = facts
    return back


def rebuild(ledger, journal, **options):
    with read_journal(journal.path) as state:
        return ledger.rebuilding.rebuild(state, at=NOW + 1000, **options)


def test_an_empty_history_gets_everything_back(opened, tmp_path, journal):
    lost = opened(tmp_path / "lost.sqlite3")
    ids = fill(lost)
    mark(lost, ids)
    before = told(lost)
    spent = lost.spending.of(Grouping.TAG, Span()).total
    new = opened(tmp_path / "new.sqlite3")
    found = rebuild(new, journal)
    tasks, *names = told(new)
    assert tasks == put_to_rest(before[0])
    assert names == [*before[1:]]
    assert (found.entered, found.renewed, found.taken_out) == (12, 0, 0)
    assert found.waiting == sum(facts[2] is S.QUEUED for facts in tasks.values()) == 3
    assert new.spending.of(Grouping.TAG, Span()).total == spent
    assert "secret-token" not in journal.path.read_text("utf-8")
    # What may have been made is looked for, and what has ended without a charge is asked about.
    in_doubt = {task.uid: at for task, at in new.in_doubt()}
    assert in_doubt == {f"{n + 1:032x}": NOW + 100 + n for n in (1, 5, 9)}
    owed = {t.uid for t in new.tasks([*new.ids().ids]) if Owed.CHARGE in {o.reason for o in t.owed}}
    assert owed == {f"{n + 1:032x}" for n in (7,)}
    assert new.known(["r3", "r2"], "wiro-1") == {"r3", "r2"}


def test_done_twice_it_changes_nothing(opened, tmp_path, journal):
    lost = opened(tmp_path / "lost.sqlite3")
    mark(lost, fill(lost))
    new = opened(tmp_path / "new.sqlite3")
    rebuild(new, journal)
    once = told(new)
    assert rebuild(new, journal).tasks == 0
    assert told(new) == once


def test_a_backup_is_brought_up_to_date(opened, tmp_path, journal):
    path = tmp_path / "history.sqlite3"
    ledger = opened(path)
    ids = fill(ledger, 8)
    mark(ledger, ids)
    ledger.close()
    shutil.copy(path, tmp_path / "backup.sqlite3")
    ledger = opened(path)
    # What comes after the backup: an end with its pictures, other marks, one deleted, a new task.
    ledger.move(ids[2], S.FAILED, at=NOW + 200, error=TaskFailed("boom"), cost=Decimal("0.1"))
    ledger.marks.set_note([ids[3]], "another")
    ledger.marks.change_tags([ids[3]], remove=["fox"])
    doomed, _paths = ledger.trash.put(Pieces(tasks=(ids[7],)), at=NOW + 201)
    ledger.trash.delete(doomed)
    hare = GenerationRequest.build({"prompt": "a hare"})
    ledger.add(hare, "wiro-1", "me", at=NOW + 300, uid="f" * 32)
    after = told(ledger)
    ledger.close()
    shutil.copy(tmp_path / "backup.sqlite3", path)
    restored = opened(path)
    restored.outbox.look()
    assert restored.outbox.lost is not None
    found = rebuild(restored, journal, keys=restored.outbox.newer(), newer=True)
    restored.outbox.found()
    tasks, *names = told(restored)
    assert tasks == after[0]
    assert names == [*after[1:]]
    assert (found.entered, found.taken_out) == (1, 1)
    assert restored.outbox.lost is None


def lines(*records):
    return b"".join(written(KINDS[type(record)], uid, body(record)) for uid, record in records)


ASKED = Recipe("futurist/CartoonMix v1.0", {"prompt": "a fox"}, NOW, "wiro-1")
UID = "a" * 32


def test_what_was_deleted_for_good_stays_so_and_is_counted_once(opened, tmp_path, journal):
    gone = Gone("wiro-1", "r1", NOW, cost="0.25", model="m", pictures=2, tags=("fox",))
    journal.path.write_bytes(lines((UID, ASKED), (UID, Run("kept", "r1")), (UID, gone)))
    ledger = opened(tmp_path / "new.sqlite3")
    for _ in range(2):
        rebuild(ledger, journal)
        assert told(ledger)[0] == {}
        assert ledger.spending.of(Grouping.TAG, Span()).total.charged == Decimal("0.25")
        assert ledger.known(["r1"], "wiro-1") == {"r1"}


def test_what_somebody_wrote_into_it_does_no_harm(opened, tmp_path, journal):
    hostile = Recipe("m" * 50, {"prompt": ["x"], "steps": {}, "seed": 7}, NOW, "wiro-1")
    outside = Picture(0, "kept", path="../../etc/passwd", sha256="zz", size=1)
    odd = Picture(1, "never", path="a/b.png", trash_path="/etc/x")
    run = Run("of-tomorrow", verdict="fine", cost="1e99", pictures=(outside, odd))
    journal.path.write_bytes(lines((UID, hostile), (UID, run)) + b"\0junk\n" * 50)
    ledger = opened(tmp_path / "new.sqlite3")
    rebuild(ledger, journal)
    [task] = ledger.tasks([*ledger.ids().ids])
    assert (task.state, task.verdict, task.cost) == (S.UNKNOWN, None, None)
    assert dict(task.request.values) == {"seed": 7}
    assert [(o.path, o.state) for o in task.outputs] == [
        ("", OutputState.KEPT),
        ("a/b.png", OutputState.PENDING),
    ]


def test_one_that_is_followed_without_an_id_is_looked_for(opened, tmp_path, journal):
    journal.path.write_bytes(lines((UID, ASKED), (UID, Run("accepted", sent=NOW + 1))))
    ledger = opened(tmp_path / "new.sqlite3")
    rebuild(ledger, journal)
    assert [(task.state, at) for task, at in ledger.in_doubt()] == [(S.UNKNOWN, NOW + 1)]


def test_files_of_another_library_are_where_they_came_to(opened, tmp_path, journal):
    there = Picture(0, "kept", path="2027-01/a.png", sha256="0" * 64, size=1)
    lost = Picture(1, "kept", path="2027-01/b.png", sha256="1" * 64, size=1)
    run = Run("kept", "r1", pictures=(there, lost))
    journal.path.write_bytes(lines((UID, ASKED), (UID, run)))
    ledger = opened(tmp_path / "new.sqlite3")
    found = rebuild(
        ledger, journal, moved=lambda path: {"2027-01/a.png": "new/a.png"}.get(path, "")
    )
    [task] = ledger.tasks([*ledger.ids().ids])
    assert [o.path for o in task.outputs] == ["new/a.png", ""]
    assert found.paths == ["new/a.png", ""]
