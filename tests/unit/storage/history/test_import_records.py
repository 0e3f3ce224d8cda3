"""Pictures entered in the history many at a time, on real SQLite."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import apsw
import pytest
from msgspec.structs import replace

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.storage.history.imports import NewPicture

if TYPE_CHECKING:
    from pathlib import Path

MANY = 450  # more than one statement takes


def pictures(count: int, first: int = 0) -> list[NewPicture]:
    """Each with something of its own in every column."""
    return [
        NewPicture(
            uid=f"{number:032x}",
            request=GenerationRequest(
                "toons" if number % 2 else "",
                {"prompt": f"fox {number} 🦊 \udcff", "seed": str(number)} if number % 3 else {},
            ),
            source=f"Märchen {number}.png",
            created_at=math.nextafter(1_700_000_000 + number / 7, math.inf),
            path=f"2023-11/{number}.png",
            size=1_000 + number,
            sha256=f"{number:064x}",
            width=512 + number,
            height=256 + number,
            rating=number % 6,
            rejected=number % 5 == 1,
            tags=("Shared", "shared", f"Größe {number % 4}") if number % 2 else (),
            others={"Hires upscaler": f"4x-Ultra{number % 7}", "Größe": "雪の城"}
            if number % 2
            else {},
        )
        for number in range(first, first + count)
    ]


def rows(history: Path, sql: str) -> list[Any]:
    return apsw.Connection(str(history), flags=apsw.SQLITE_OPEN_READONLY).execute(sql).fetchall()


def test_each_comes_back_as_it_was_under_ids_in_their_order(ledger, history):
    given = pictures(MANY)
    ids = ledger.imports.add(given, at=5.1)
    assert ids == sorted(set(ids))
    tasks = ledger.tasks(ids)
    assert len(tasks) == MANY
    for task, picture in zip(tasks, given, strict=True):
        assert (task.uid, task.request, task.source) == (
            *(picture.uid, picture.request, picture.source),
        )
        assert task.created_at == picture.created_at  # to the last bit
        assert task.is_imported
        assert task.state is TaskState.KEPT
        [output] = task.outputs
        assert (output.path, output.size, output.sha256) == (
            *(picture.path, picture.size, picture.sha256),
        )
        assert (output.width, output.height) == (picture.width, picture.height)
        assert (output.rating, output.rejected) == (picture.rating, picture.rejected)
        assert task.others == picture.others
        assert task.tags == tuple(name for name in picture.tags if name != "shared")[::-1]
    assert rows(history, "SELECT task_id, state, at FROM move ORDER BY id") == [
        (task_id, "kept", 5.1) for task_id in ids
    ]
    assert rows(history, "SELECT task_id, kept_at FROM output ORDER BY id") == [
        (task_id, 5.1) for task_id in ids
    ]
    assert rows(history, "SELECT seed FROM task ORDER BY id") == [
        (picture.request.values.get("seed"),) for picture in given
    ]
    assert rows(history, "PRAGMA integrity_check") == [("ok",)]


def test_each_is_found_by_words_parts_tags_and_figures(ledger):
    given = pictures(MANY)
    ids = ledger.imports.add(given, at=1.0)

    def found(query: str) -> set[int]:
        return set(ledger.ids(Query(query)).ids)

    def those(wanted: Any) -> set[int]:
        return {task for task, picture in zip(ids, given, strict=True) if wanted(picture)}

    assert found("fox") == those(lambda picture: picture.request.prompt)
    assert found("marchen") == those(lambda picture: not picture.request.prompt)
    assert found("ärch") == found("marchen")
    assert found("tag:shared") == those(lambda picture: picture.tags)
    assert found('tag:"größe 3"') == those(lambda picture: "Größe 3" in picture.tags)
    assert found("seed:400") == {ids[400]}
    for query in ("other:hires", "other:upsc", 'other:"grosse 雪"', "other:雪", "others:4x-ultra"):
        assert found(query) == those(lambda picture: picture.others), query
    assert found("other:ULTRA3") == those(lambda picture: "4x-Ultra3" in picture.others.values())
    assert found("other:hires other:shared") == found("other:🦊") == found("upscaler") == set()
    assert found("-other:hires") == those(lambda picture: not picture.others)
    assert found("rating:5") == those(lambda picture: picture.rating == 5)


def test_all_or_none(ledger, history):
    [there] = ledger.imports.add(pictures(1), at=1.0)
    twice = pictures(MANY, first=1)
    twice[-1] = replace(twice[-1], uid=pictures(1)[0].uid)
    with pytest.raises(apsw.ConstraintError):
        ledger.imports.add(twice, at=2.0)
    assert list(ledger.ids().ids) == [there]
    for table in ("move", "output", "task_text", "task_part"):
        assert rows(history, f"SELECT count(*) FROM {table}") == [(1,)], table
    assert rows(history, "SELECT count(*) FROM tag") == [(0,)]


def test_no_id_is_given_twice(ledger, add, history):
    first = add().id
    [gone] = ledger.imports.add(pictures(1, first=101), at=1.0)
    ledger.trash.put(Pieces(tasks=(gone,)), at=2.0)
    ledger.trash.delete(Pieces(tasks=(gone,)))
    assert rows(history, "SELECT count(*) FROM others") == [(0,)]
    ids = ledger.imports.add(pictures(3, first=200), at=3.0)
    assert ids == [gone + 1, gone + 2, gone + 3]
    assert add().id == gone + 4
    assert first < gone


def test_none_are_entered(ledger):
    assert ledger.imports.add([], at=1.0) == []
    assert len(ledger.ids()) == 0
