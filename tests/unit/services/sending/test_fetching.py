"""Pictures that come in pieces, hosts that are away, disks that refuse for a while."""

from __future__ import annotations

import asyncio
import errno
import os
import threading

import pytest

from cartoonmix_desktop.core.errors import DiskFull, FolderUnusable, PictureGone, PictureTruncated
from cartoonmix_desktop.core.task.task import OutputState
from cartoonmix_desktop.services.events import QueueChanged
from cartoonmix_desktop.storage.files import pictures as pictures_module
from cartoonmix_desktop.wiro.pictures import PictureSource

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for module in ("sender", "recovery", "in_flight", "follower", "fetcher"):
        monkeypatch.setattr(
            f"cartoonmix_desktop.services.sending.{module}.backoff", lambda *_a, **_k: 0.02
        )


@pytest.fixture
def starts(monkeypatch) -> list[int]:
    """Where each delivery began."""
    seen: list[int] = []
    expect = pictures_module.IncomingPicture.begin

    def begin(self, delivery):
        seen.append(delivery.start)
        expect(self, delivery)

    monkeypatch.setattr(pictures_module.IncomingPicture, "begin", begin)
    return seen


def incoming(bench) -> list[str]:
    return [path.suffix for path in (bench.locations.pictures / ".incoming").iterdir()]


def paused(bench):
    told = (event.paused for event in reversed(bench.told) if isinstance(event, QueueChanged))
    return next(told, None)


# --- in pieces -----------------------------------------------------------------------------------


async def test_a_picture_that_breaks_off_is_gone_on_with(bench, recipe, sandbox, starts):
    sandbox.faults([{"endpoint": "files", "cut": size} for size in (1000, 700)])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until_state(task.id, "kept")
    assert starts == [0, 1000, 1700]
    assert incoming(bench) == []
    data = bench.studio.library.path(done.outputs[0]).read_bytes()
    connection = await bench.studio.accounts.connection(done.account)
    remote = await connection.client.detail(task_id=done.remote_id)
    async with connection.pictures.open(remote.outputs[0]) as delivery:
        assert data == b"".join([chunk async for chunk in delivery.chunks])


@pytest.mark.parametrize(
    "fault",
    [
        {"no_ranges": True},
        {"etag": '"another"'},
        {"content_range": "bytes 0-9/10"},
        {"http": 416},
    ],
)
async def test_where_it_cannot_be_gone_on_with_it_begins_again(
    bench, recipe, sandbox, starts, fault
):
    sandbox.faults([{"endpoint": "files", "cut": 1000}, {"endpoint": "files", **fault}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    await bench.until_state(task.id, "kept")
    assert starts == [0, 0]
    assert incoming(bench) == []


async def test_a_seam_that_does_not_fit_is_a_reason_to_begin_again(bench, recipe, sandbox, starts):
    sandbox.faults([{"endpoint": "files", "cut": 1000}, {"endpoint": "files", "garbage": True}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    await bench.until_state(task.id, "kept")
    assert starts == [0, 1000, 0]


async def test_quitting_in_the_midst_of_a_picture_leaves_it_to_the_next_start(
    benches, recipe, sandbox, starts, monkeypatch
):
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    write = pictures_module.IncomingPicture.write

    def writing(self, chunk):
        write(self, chunk)
        loop.call_soon_threadsafe(came.set)

    monkeypatch.setattr(pictures_module.IncomingPicture, "write", writing)
    bench = await benches()
    sandbox.faults([{"endpoint": "files", "slow": 0.2}])
    task = await bench.studio.tasks.generate(recipe(samples=1, width=512, height=512))
    await came.wait()
    await bench.close()
    assert incoming(bench) == [".tmp"]
    bench = await benches()
    done = await bench.until_state(task.id, "kept")
    assert 0 < starts[-1] < done.outputs[0].size
    assert incoming(bench) == []


async def test_a_file_that_is_opened_too_late_is_closed_again(bench, recipe, sandbox, monkeypatch):
    came, go_on = threading.Event(), threading.Event()
    opened: list[pictures_module.IncomingPicture] = []
    receive = pictures_module.PictureFolder.receive

    def slowly(self, name="", size=None):
        came.set()
        go_on.wait()
        opened.append(receive(self, name, size))
        return opened[-1]

    monkeypatch.setattr(pictures_module.PictureFolder, "receive", slowly)
    task = await bench.studio.tasks.generate(recipe(samples=1))
    await asyncio.to_thread(came.wait)
    await bench.studio._pipeline.in_flight.let_go(task.id)
    go_on.set()
    await bench.close()
    assert [each._file.closed for each in opened] == [True]
    assert incoming(bench) == []


async def test_an_address_that_expires_in_the_midst_is_asked_for_anew(
    bench, recipe, sandbox, starts
):
    sandbox.faults([{"endpoint": "files", "cut": 1000}, {"endpoint": "files", "http": 403}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    await bench.until_state(task.id, "kept")
    assert starts == [0, 1000]


# --- hosts that are away -------------------------------------------------------------------------


async def test_while_the_network_is_away_no_picture_is_at_fault(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "files", "hang": True, "times": 2}])
    task = await bench.studio.tasks.generate(recipe())
    await bench.until_state(task.id, "downloading")
    sandbox.stop()
    for _ in range(200):
        await bench.studio.history.state("nothing")
    assert not bench.latest(task.id).broken
    sandbox.start()
    done = await bench.until_state(task.id, "kept")
    assert len(done.kept) == 2


async def test_a_picture_the_host_denies_thrice_is_named(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "files", "http": 404, "times": 3}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until(lambda: (t := bench.latest(task.id)) and t.broken and t)
    assert isinstance(done.broken[0].error, PictureGone)


# --- the disk ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, DiskFull), (errno.EACCES, FolderUnusable)]
)
async def test_a_disk_that_refuses_pictures_is_waited_for_and_none_is_fetched_meanwhile(
    bench, recipe, sandbox, monkeypatch, number, error
):
    refusing, asked = True, 0
    reserve, begin = os.posix_fallocate, PictureSource.open

    def fallocate(*args):
        if refusing:
            raise OSError(number, os.strerror(number))
        reserve(*args)

    def counted(self, *args):
        nonlocal asked
        asked += 1
        return begin(self, *args)

    monkeypatch.setattr(os, "posix_fallocate", fallocate)
    monkeypatch.setattr(PictureSource, "open", counted)
    task = await bench.studio.tasks.generate(recipe())
    told = await bench.until(lambda: isinstance(paused(bench), error) and paused(bench))
    assert told.path == str(bench.locations.pictures)
    for _ in range(100):
        await bench.studio.history.state("nothing")
    assert asked == 0
    waiting = await bench.studio.history.task(task.id)
    assert {output.state for output in waiting.outputs} == {OutputState.PENDING}
    refusing = False
    await bench.until_state(task.id, "kept")
    await bench.until(lambda: paused(bench) is None)
    assert asked == 2


async def test_a_disk_that_fills_in_the_midst_fetches_only_the_rest(
    bench, recipe, monkeypatch, starts
):
    write, left = pictures_module.IncomingPicture.write, [DiskFull("pictures")]

    def writing(self, chunk):
        if left:
            write(self, chunk[:500])
            raise left.pop()
        write(self, chunk)

    monkeypatch.setattr(pictures_module.IncomingPicture, "write", writing)
    task = await bench.studio.tasks.generate(recipe(samples=1))
    await bench.until_state(task.id, "kept")
    assert starts == [0, 500]


async def test_one_job_on_a_full_disk_says_so_and_is_kept_for_later(benches, recipe, monkeypatch):
    bench = await benches()
    reserve = os.posix_fallocate

    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(DiskFull):
        await bench.studio.tasks.generate_now(recipe(), patience=30.0)
    await bench.close()
    monkeypatch.setattr(os, "posix_fallocate", reserve)
    bench = await benches()
    (task_id,) = await bench.studio.history.ids()
    await bench.until_state(task_id, "kept")


async def test_truncated_for_good_is_named(bench, recipe, sandbox):
    sandbox.faults([{"endpoint": "files", "truncate": 10, "no_ranges": True, "times": 3}])
    task = await bench.studio.tasks.generate(recipe(samples=1))
    done = await bench.until(lambda: (t := bench.latest(task.id)) and t.broken and t)
    assert isinstance(done.broken[0].error, PictureTruncated)
    assert incoming(bench) == []
