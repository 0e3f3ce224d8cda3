from __future__ import annotations

import asyncio

import pytest

from cartoonmix_desktop.core.errors import DiskFull
from cartoonmix_desktop.core.task.edit import Edit, EditKind
from cartoonmix_desktop.services.events import Events, UndoChanged
from cartoonmix_desktop.services.history.undo import UndoStack


def _edit(word: str) -> Edit:
    return Edit(EditKind.RENAME_COLLECTION, name=word)


class Page:
    """A text that is changed word by word."""

    def __init__(self, most: int = 100) -> None:
        self.words: list[str] = []
        self.told: list[UndoChanged] = []
        self.full = False
        events = Events()
        events.listen(lambda event: self.told.append(event))  # type: ignore[arg-type]  # no other is emitted
        self.stack = UndoStack(events, most)

    def write(self, word: str):  # type: ignore[no-untyped-def]  # what push gives
        self.words.append(word)

        async def take() -> None:
            await asyncio.sleep(0)
            if self.full:
                raise DiskFull(path="page")
            self.words.remove(word)

        async def put() -> None:
            self.words.append(word)

        return self.stack.push(_edit(word), undo=take, redo=put)


async def test_changes_are_undone_in_turn_and_done_again() -> None:
    page = Page()
    page.write("a")
    page.write("b")
    await asyncio.gather(page.stack.undo(), page.stack.undo(), page.stack.undo())
    assert page.words == []
    assert page.told[-1] == UndoChanged(None, _edit("a"))
    await page.stack.redo()
    assert page.words == ["a"]
    assert page.told[-1] == UndoChanged(_edit("a"), _edit("b"))


async def test_a_new_change_ends_what_could_be_redone() -> None:
    page = Page()
    page.write("a")
    await page.stack.undo()
    page.write("b")
    assert page.told[-1] == UndoChanged(_edit("b"), None)
    await page.stack.redo()
    assert page.words == ["b"]


async def test_what_the_disk_refuses_can_be_tried_again() -> None:
    page = Page()
    page.write("a")
    page.full = True
    with pytest.raises(DiskFull):
        await page.stack.undo()
    assert page.words == ["a"]
    page.full = False
    await page.stack.undo()
    assert page.words == []


async def test_what_fails_by_a_bug_does_not_stand_in_the_way() -> None:
    page = Page()
    page.write("a")
    page.write("b")
    page.words.remove("b")
    with pytest.raises(ValueError, match="not in list"):
        await page.stack.undo()
    await page.stack.undo()
    assert page.words == []


async def test_only_the_change_that_is_meant_is_undone() -> None:
    page = Page()
    first = page.write("a")
    page.write("b")
    await page.stack.undo(first)
    assert page.words == ["a", "b"]


async def test_a_change_that_is_forgotten_is_passed_over() -> None:
    page = Page()
    page.write("a")
    page.stack.forget(page.write("b"))
    assert page.told[-1] == UndoChanged(_edit("a"), None)
    await page.stack.undo()
    assert page.words == ["b"]


async def test_a_change_made_while_another_is_undone_comes_after_it() -> None:
    page = Page()
    page.write("a")
    undoing = asyncio.ensure_future(page.stack.undo())
    await asyncio.sleep(0)
    page.write("b")
    await undoing
    assert page.words == ["b"]
    await page.stack.undo()
    assert page.words == []


async def test_the_oldest_changes_are_forgotten() -> None:
    page = Page(most=2)
    for word in "abc":
        page.write(word)
    for _ in range(3):
        await page.stack.undo()
    assert page.words == ["a"]
