from __future__ import annotations

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.lineage import Lineage
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.history.ledger import Ledger

FOX = GenerationRequest.build({"prompt": "a fox"})


def made(ledger, *parents):
    """Tasks that are at rest, one for each of these parents."""
    at = 1000.0 + (ledger.ids().ids[-1] if ledger.ids().ids else 0)
    uids = [f"{at:.0f}{n:028x}" for n in range(len(parents))]
    tasks = ledger.queue_order.add(
        [FOX] * len(parents), "me", "owner", at=at, uids=uids, parents=parents
    )
    ledger.queue_order.remove([task.id for task in tasks], at=at)
    return [task.id for task in tasks]


def test_what_came_from_what_is_recorded_and_read(ledger):
    first, second = made(ledger, None, None)
    one, two, three = made(ledger, first, first, second)
    assert ledger.task(one).parent_id == first
    assert ledger.task(first).parent_id is None
    assert ledger.lineage(first) == Lineage(None, False, (two, one), 2, None)
    assert ledger.lineage(three) == Lineage(second, True, (), 0, two)
    assert ledger.lineage(999) == Lineage()


def test_what_is_thrown_away_is_gone_and_comes_back(ledger):
    (first,) = made(ledger, None)
    (child,) = made(ledger, first)
    pieces = Pieces(tasks=(first,))
    ledger.trash.put(pieces, at=2000.0)
    assert ledger.lineage(child) == Lineage(first, False, (), 0, None)
    ledger.trash.restore(pieces, [])
    assert ledger.lineage(child).parent_there
    ledger.trash.put(Pieces(tasks=(child,)), at=2001.0)
    assert ledger.lineage(first).count == 0
    ledger.trash.put(pieces, at=2002.0)
    ledger.trash.delete(pieces)
    ledger.trash.restore(Pieces(tasks=(child,)), [])
    assert ledger.lineage(child) == Lineage(first, False, (), 0, None)


def test_many_children_are_counted_and_the_newest_named(ledger):
    (first,) = made(ledger, None)
    children = made(ledger, *[first] * 30)
    lineage = ledger.lineage(first)
    assert lineage.count == 30
    assert list(lineage.children) == children[::-1][:20]


def test_what_is_tried_again_came_from_what_failed(ledger, history):
    (first,) = ledger.queue_order.add([FOX], "me", "owner", at=1.0, uids=["f" * 32])
    for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.FAILED):
        ledger.move(first.id, state, at=2.0)
    _, [again] = ledger.queue_order.retry([first.id], "me", "owner", at=3.0, uids=["e" * 32])
    other = Ledger(history)
    assert other.task(again.id).parent_id == first.id
    other.close()
