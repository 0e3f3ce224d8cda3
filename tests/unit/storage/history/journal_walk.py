"""What a person and the server could do to a history, at random; also as a program to be killed.

``python -m tests.unit.storage.history.journal_walk FOLDER SEED`` does so without end, and says each
step when it is done.
"""

from __future__ import annotations

import random
import sys
import uuid
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import apsw

from cartoonmix_desktop.core.errors import NotAPicture, PictureUnreachable, TaskFailed
from cartoonmix_desktop.core.money.amounts import from_units
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.marks import PictureMark, Target
from cartoonmix_desktop.core.task.remote import Verdict
from cartoonmix_desktop.core.task.task import MOVES, OutputState, TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.files.pictures import PictureFolder
from cartoonmix_desktop.storage.history.elsewhere import TaskElsewhere
from cartoonmix_desktop.storage.history.imports import NewPicture
from cartoonmix_desktop.storage.history.ledger import Ledger
from cartoonmix_desktop.storage.journal.file import JournalFile
from cartoonmix_desktop.storage.journal.reading import read_journal

_COMPACTED = 40  # steps after which the journal is made smaller


def journal_of(folder):
    return JournalFile(PictureFolder(folder))


@contextmanager
def opened(folder):
    """A ledger and its journal, in a folder."""
    with closing(Ledger(folder / "history.sqlite3")) as ledger:
        journal = journal_of(folder / "pictures")
        ledger.outbox.begin(journal)
        yield ledger, journal


def rows(path, query):
    with closing(apsw.Connection(str(path))) as connection:
        return connection.execute(query).fetchall()


class Walk:
    """Does what a person and the server could do, at random."""

    def __init__(self, ledger, choose):
        self.ledger, self.choose = ledger, choose
        self.at = 1000.0
        self.undo = []
        self.number = 0

    def step(self):
        self.at += 1
        self.choose.choice(
            [
                *([self.add] * 3 + [self.move] * 5 + [self.list_pictures] * 2 + [self.keep] * 3),
                *(self.spoil, self.facts, self.mark, self.mark, self.tag, self.note),
                *(self.collect, self.collections, self.search, self.take_back, self.bring_in),
                *(self.throw_away, self.throw_away, self.bring_back, self.forget, self.edit),
            ]
        )()

    def _task(self):
        found = list(self.ledger.ids().ids)
        return self.ledger.task(self.choose.choice(found)) if found else None

    def add(self):
        self.number += 1
        prompt = f"fox {self.number} \ud800" if self.number % 5 == 0 else f"fox {self.number}"
        request = GenerationRequest(
            "futurist/CartoonMix v1.0",
            {"prompt": prompt, "seed": "7", "samples": 2, "callbackUrl": "https://a.example/k"},
        )
        parent = self._task()
        self.ledger.queue_order.add(
            *([request], self.choose.choice(["wiro-1", "sandbox"]), "me"),
            at=self.at,
            uids=[uuid.UUID(int=self.choose.getrandbits(128)).hex],
            parents=[None if parent is None else parent.id],
            estimates=[self.choose.choice([None, Decimal("0.0125")])],
        )

    def move(self):
        task = self._task()
        if task is not None and MOVES[task.state] and not (task.is_imported or task.elsewhere):
            to = self.choose.choice(sorted(MOVES[task.state]))
            facts = {"remote_id": f"r{task.id}", "token": "t"} if to == "accepted" else {}
            if to in {"failed", "cancelled", "downloading"}:
                facts = {"cost": Decimal("0.0035"), "seconds": 2.5, "verdict": Verdict.FAILED}
            if to == "failed":
                facts["error"] = TaskFailed("see https://b.example")
            self.ledger.move(task.id, to, at=self.at, **facts)

    def list_pictures(self):
        if (task := self._task()) is not None:
            self.ledger.set_outputs(task.id, [f"{task.id}-{n}" for n in range(2)])

    def keep(self):
        outputs = self._outputs()
        if outputs:
            one = self.choose.choice(outputs)
            name = f"2026-12/{one.id}.png"
            facts = {"path": name, "size": 9, "sha256": f"{one.id:064x}", "width": 3, "height": 4}
            self.ledger.keep_output(one.id, **facts, at=self.at)

    def spoil(self):
        outputs = self._outputs()
        if outputs:
            one = self.choose.choice(outputs)
            self.ledger.break_output(one.id, PictureUnreachable("host.example refused"))
            task = self.ledger.put_aside(
                *(one.id, NotAPicture("text")), path="Received/x.received", size=4, sha256="ab" * 32
            )
            if self.choose.random() < 0.5:
                self.ledger.retry_outputs(task.id, aside=True)

    def _outputs(self):
        task = self._task()
        return () if task is None or task.is_imported else task.outputs

    def facts(self):
        if (task := self._task()) is not None:
            self.ledger.update(
                task.id, cost=Decimal("0.01"), heard_at=self.at, remote_deleted_at=self.at
            )

    def edit(self):
        task = self._task()
        if task is not None and task.state is TaskState.QUEUED:
            self.ledger.update(task.id, request=GenerationRequest("other", {"prompt": "edited"}))

    def _target(self):
        task = self._task()
        return Target() if task is None else Target(tasks=(task.id,))

    def mark(self):
        mark = self.choose.choice(list(PictureMark))
        self.undo.append(self.ledger.marks.mark(self._target(), mark, self.choose.choice([0, 1])))

    def tag(self):
        tags = {name: [self.choose.choice("abc")] for name in ("add", "remove")}
        self.undo.append(self.ledger.marks.change_tags(self._target().tasks, **tags))

    def note(self):
        text = self.choose.choice(["", "fine"])
        self.undo.append(self.ledger.marks.set_note(self._target().tasks, text))

    def collections(self):
        marks, free = self.ledger.marks, f"Room {self.at}"
        known = [one.id for one in marks.collections()]
        if not known or self.choose.random() < 0.4:
            self.undo.append(marks.create_collection(free, self._target()))
        elif self.choose.random() < 0.5:
            self.undo.append(marks.rename_collection(self.choose.choice(known), free))
        else:
            self.undo.append(marks.delete_collection(self.choose.choice(known)))

    def collect(self):
        known = [one.id for one in self.ledger.marks.collections()]
        if known:
            inside = self.choose.random() < 0.7
            target = self._target()
            change = self.ledger.marks.collect(self.choose.choice(known), target, inside=inside)
            self.undo.append(change)

    def search(self):
        known = [one.id for one in self.ledger.marks.saved_searches()]
        if known and self.choose.random() < 0.4:
            self.undo.append(self.ledger.marks.delete_search(self.choose.choice(known)))
        else:
            name = self.choose.choice(["Best", "best", "Last"])
            self.undo.append(self.ledger.marks.save_search(name, f"in {self.at}"))

    def take_back(self):
        if self.undo:
            change = self.undo.pop().changes
            if change:
                self.ledger.marks.take_back(change)

    def throw_away(self):
        task = self._task()
        if task is None:
            return
        pictures = [output.id for output in task.outputs if output.state is OutputState.KEPT]
        if pictures and self.choose.random() < 0.5:
            self.ledger.trash.put(Pieces(pictures=(pictures[0],)), at=self.at)
        elif not self.ledger.trash.busy([task.id]):
            self.ledger.trash.put(Pieces(tasks=(task.id,)), at=self.at)

    def _thrown(self):
        items = self.ledger.trash.items()
        return self.choose.choice(items).pieces if items else Pieces()

    def bring_back(self):
        pieces = self._thrown()
        self.ledger.trash.settle(self.ledger.trash.places(self.ledger.trash.outputs(pieces)))
        self.ledger.trash.restore(pieces, ())

    def forget(self):
        self.ledger.trash.delete(self._thrown())

    def bring_in(self):
        number = self.choose.getrandbits(128)
        request = GenerationRequest("", {"prompt": "from a file"})
        if self.choose.random() < 0.5:
            facts = ("a.png", self.at, f"2026-12/{number}.png", 8, f"{number:064x}", 2, 2)
            picture = NewPicture(
                f"{number:032x}", request, *facts, rating=3, tags=("t",), others={"a": "b"}
            )
            self.ledger.imports.add([picture], at=self.at)
        else:
            facts = {"remote_id": str(number), "cost": Decimal("0.02")}
            one = TaskElsewhere(f"{number:032x}", request, self.at, ended=True, facts=facts)
            self.ledger.elsewhere.add([one], "wiro-1", "me", at=self.at)


_TASK = """
    SELECT uid, id, state, remote_id, cost, seconds, trashed_at, remote_deleted_at, account,
        created_at, source, estimated, elsewhere, verdict,
        (SELECT uid FROM task AS parent WHERE parent.id = task.parent_id) FROM task"""
_OUTPUT = """
    SELECT position, remote_id, state, path, trash_path, size,
        iif(typeof(sha256) = 'blob', lower(hex(sha256)), sha256), width, height,
        kept_at, trashed_at, favourite, rating, rejected, id
    FROM output WHERE task_id = {}
    ORDER BY position"""
_INSIDE = """
    SELECT name FROM collected JOIN collection ON collection.id = collection_id
    WHERE output_id = {} ORDER BY folded"""


def amount(units):
    return None if units is None else f"{from_units(units):f}"


def is_in_the_journal(ledger, path, journal):
    """What the journal says in the end is what the history holds, column by column."""
    with read_journal(journal.path) as state:
        told = {task.uid: task for task in state.tasks()}
        assert (state.lines.passed_over, state.not_understood) == (0, 0)
        assert sorted(state.collections()) == sorted(c.name for c in ledger.marks.collections())
        assert sorted((s.name, s.query) for s in state.searches()) == sorted(
            (s.name, s.query) for s in ledger.marks.saved_searches()
        )
    for row in rows(path, _TASK):
        uid, task_id, at, remote, cost, seconds, trashed, deleted, account, made, *rest = row
        source, estimated, elsewhere, verdict, parent = rest
        task = told.pop(uid)
        recipe, run, marks = task.recipe, task.run, task.marks
        stored = ledger.task(task_id)
        request = dict(stored.request.values)
        request = {k: v for k, v in request.items() if not v or k != "callbackUrl"}
        assert (recipe.model, recipe.values) == (stored.request.model, request)
        assert recipe.others == dict(stored.others)
        assert (recipe.account, recipe.made, recipe.source) == (account, made, source)
        assert (recipe.estimated, recipe.elsewhere) == (amount(estimated), bool(elsewhere))
        assert recipe.parent in {parent or "", recipe.parent if parent is None else parent}
        assert run.state in ({"accepted", "running"} if at == "running" else {at})
        assert (run.remote, run.cost, run.seconds) == (remote, amount(cost), seconds)
        assert (run.trashed, run.remote_deleted, run.verdict) == (trashed, deleted, verdict)
        assert run.sent == ledger.came_to(task_id, TaskState.SENDING)
        pictures = rows(path, _OUTPUT.format(task_id))
        assert [
            (
                *(p.position, p.remote, p.state, p.path, p.trash_path, p.size, p.sha256),
                *(p.width, p.height, p.kept, p.trashed),
            )
            for p in run.pictures
        ] == [picture[:11] for picture in pictures]
        marked = [
            (position, *map(int, liked), tuple(name for (name,) in inside))
            for position, *_facts, liked, inside in (
                (p[0], p[11:14], rows(path, _INSIDE.format(p[14]))) for p in pictures
            )
            if any(liked) or inside
        ]
        assert ((marks and marks.tags) or ()) == stored.tags
        assert ((marks and marks.note) or "") == stored.note
        assert [
            (p.position, int(p.favourite), p.rating, int(p.rejected), p.collections)
            for p in (marks.pictures if marks else ())
        ] == marked
    stays = rows(path, "SELECT uid, account, remote_id, cost FROM deleted_task")
    for uid, account, remote, cost in stays:
        gone = told[uid].gone
        assert (gone.account, gone.remote, gone.cost) == (account, remote, amount(cost))
    for task in told.values():  # all others were deleted for good, and nothing of them is told
        assert task.gone is not None
        assert (task.recipe, task.run, task.marks) == (None, None, None)


def main(folder, seed):
    with opened(folder) as (ledger, _journal):
        walk = Walk(ledger, random.Random(seed))
        while True:
            walk.step()
            sys.stdout.write("done\n")
            sys.stdout.flush()
            if walk.at % _COMPACTED == 0:
                ledger.outbox.compact(lambda: None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
