"""Which pictures a query finds: what it says of marks is asked of each picture by itself."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Order, Query
from cartoonmix_desktop.core.task.marks import PictureMark, Target
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.history.ledger import Ledger


@pytest.fixture
def ledger(tmp_path):
    """Three tasks of two pictures; ids 1 and 2 of the first, and so on."""
    made = Ledger(tmp_path / "history.sqlite3")
    for number, prompt in enumerate(("a fox", "a castle", "a red fox"), 1):
        request = GenerationRequest.build({"prompt": prompt})
        task = made.add(request, "sandbox", "me", at=1e9 + 86_400 * number, uid=f"{number:032x}")
        for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING):
            made.move(task.id, state, at=1e9)
        for output in made.set_outputs(task.id, ["a", "b"]).outputs:
            made.keep_output(output.id, path="x.png", size=1, sha256="0", width=8, height=8, at=1e9)
        made.move(task.id, TaskState.KEPT, at=1e9)
    yield made
    made.close()


def seen(ledger: Ledger, text: str = "", within: str = "", most: int = 0) -> list[int]:
    """Output ids as a grid shows them."""
    return ledger.gallery(Query(text, within), most).pictures.tolist()[::-1]


def test_the_newest_task_first_and_pictures_in_their_order(ledger):
    found = ledger.gallery()
    assert found.pictures.tolist()[::-1] == [5, 6, 3, 4, 1, 2]
    assert found.ids.tolist()[::-1] == [3, 3, 2, 2, 1, 1]
    assert [place for place, _ in found.days] == [0, 2, 4]
    assert found.whole
    some = ledger.gallery(most=3)
    assert some.pictures.tolist()[::-1] == [5, 6, 3]
    assert not some.whole


def test_marks_are_asked_of_each_picture_and_the_rest_of_its_task(ledger):
    ledger.marks.mark(Target(outputs=(2, 5)), PictureMark.FAVOURITE, 1)
    ledger.marks.mark(Target(outputs=(3, 5)), PictureMark.RATING, 4)
    ledger.marks.mark(Target(outputs=(6,)), PictureMark.REJECTED, 1)
    ledger.marks.create_collection("Covers", Target(outputs=(4,)))
    assert seen(ledger, within="is:favourite") == [5, 2]
    assert seen(ledger, "fox", "is:favourite") == [5, 2]
    assert seen(ledger, "rating:>=3") == [5, 3]
    assert seen(ledger, "rating:0") == [6, 4, 1, 2]
    assert seen(ledger, "-is:rejected fox") == [5, 1, 2]
    assert seen(ledger, "in:covers OR is:rejected") == [6, 4]
    assert seen(ledger, "has:collection") == [4]
    assert seen(ledger, "has:picture castle") == [3, 4]
    assert seen(ledger, "is:broken") == []
    assert seen(ledger, "fox", most=3) == [5, 6, 1]
    best = ledger.gallery(Query("fox", "", Order.RELEVANCE))
    assert sorted(best.pictures) == [1, 2, 5, 6]


def test_what_is_in_the_trash_is_not_shown_and_a_task_goes_with_its_last_picture(ledger):
    assert ledger.pieces_of([1, 2, 4]) == Pieces(tasks=(1,), pictures=(4,))
    ledger.trash.put(Pieces(tasks=(1,), pictures=(4,)), at=2e9)
    assert seen(ledger) == [5, 6, 3]
    assert ledger.pieces_of([3]) == Pieces(tasks=(2,))
