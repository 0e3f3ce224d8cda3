"""The server's list: read to where it is wanted, and never thought whole when it may not be."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from cartoonmix_desktop.core.task.remote import RemoteTask, TaskPage
from cartoonmix_desktop.services.sending.task_list import TaskList

PAGE = 10


def tasks(count, newest=1_000_000.0, apart=60.0):
    """Of an account, the newest first: one a minute."""
    return [
        RemoteTask(str(count - n), "", "task_start", created=newest - n * apart)
        for n in range(count)
    ]


class Server:
    """Lists as Wiro does, or as a test says."""

    clock_ahead = 0.0

    def __init__(self, count, answer=lambda all_, start, limit: all_[start : start + limit]):
        self.all, self.answer, self.total = tasks(count), answer, count
        self.asked = []

    async def list_page(self, *, start, limit, model):
        self.asked.append(start)
        return TaskPage(self.answer(self.all, start, limit), self.total)


async def read(server, since=0.0, pages=50):
    listing = TaskList(server, since, page=PAGE, pages=pages)
    found = [task.id async for page in listing.pages() for task in page]
    assert len(found) == len(set(found))
    return found, listing


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 95])
async def test_a_list_is_read_to_its_end(count):
    server = Server(count)
    found, listing = await read(server)
    assert found == [task.id for task in server.all]
    assert (listing.whole, listing.reached) == (True, 0.0)


async def test_no_more_is_read_than_is_wanted():
    server = Server(1000)
    since = server.all[14].created
    found, listing = await read(server, since)
    assert listing.whole
    assert listing.reached <= since
    assert set(found) >= {task.id for task in server.all[:15]}
    assert len(server.asked) == 2


async def test_new_tasks_meanwhile_hide_none():
    server = Server(35)
    honest = server.answer

    def grows(all_, start, limit):
        told = honest(all_, start, limit)
        all_[:0] = [RemoteTask(f"new{len(all_)}", "", "task_start", created=1_000_001.0)]
        return told

    server.answer, server.total = grows, 35
    found, listing = await read(server)
    assert {str(n) for n in range(1, 36)} <= set(found)
    assert listing.whole


async def test_no_more_than_so_many_pages_are_read():
    server = Server(1000)
    found, listing = await read(server, pages=3)
    assert len(found) == 28  # each page begins with the last task of the one before
    assert not listing.whole
    assert listing.reached == server.all[27].created


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda all_, start, limit: all_[:limit], id="always the first page"),
        pytest.param(
            lambda all_, start, limit: all_[start * limit : start * limit + limit],
            id="start counts pages",
        ),
        pytest.param(
            lambda all_, start, limit: all_[start + 3 * bool(start) :][:limit],
            id="gaps",
        ),
        pytest.param(
            lambda all_, start, limit: all_[start : start + limit] if start < 20 else [],
            id="ends early",
        ),
        pytest.param(lambda all_, start, limit: all_[::-1][:limit], id="the oldest first"),
        pytest.param(
            lambda all_, start, limit: sorted(all_[start:][:limit], key=lambda t: int(t.id) % 7),
            id="in no order, of which the end is not reached",
        ),
    ],
)
@pytest.mark.parametrize("total", [95, None])
async def test_a_list_that_breaks_its_word_is_not_thought_whole(answer, total):
    server = Server(95, answer)
    server.total = total
    since = server.all[60].created
    found, listing = await read(server, since, pages=5)
    wanted = {task.id for task in server.all[:61]}
    assert not listing.whole or wanted <= set(found)
    assert listing.reached > since or wanted <= set(found)


async def test_the_last_once_more_and_alone_is_the_end():
    server = Server(25)
    server.total = None
    found, listing = await read(server)
    assert (len(found), listing.reached) == (25, 0.0)


async def test_without_a_total_or_an_end_or_times_nothing_is_known():
    server = Server(5, lambda all_, start, limit: all_)
    server.total = None
    server.all = [replace(task, created=None) for task in server.all]
    found, listing = await read(server)
    assert (len(found), listing.whole, listing.reached) == (5, False, math.inf)


async def test_the_oldest_first_is_whole_once_all_are_told():
    server = Server(40, lambda all_, start, limit: all_[::-1][start : start + limit])
    found, listing = await read(server, since=server.all[3].created)
    assert len(found) == 40
    assert listing.reached == 0.0


async def test_times_are_told_on_our_clock():
    server = Server(1)
    server.clock_ahead = 7200.0
    listing = TaskList(server, 0.0, page=PAGE)
    assert listing.created(server.all[0]) == 1_000_000.0 - 7200
