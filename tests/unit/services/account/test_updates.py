"""When news of a newer version are asked for, what is remembered of them, and what is refused."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    UpdateRefused,
    UpdateUnreachable,
)
from cartoonmix_desktop.core.release import Channel, Release
from cartoonmix_desktop.services.account import updates as module
from cartoonmix_desktop.services.account.updates import Updates, built_in_channel
from cartoonmix_desktop.services.events import AccountKind, Events, UpdatesChanged
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.services.threads import Thread
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.wiro import releases

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

CHANNEL = Channel("https://example.org/release.json", "https://example.org/releases", (b"k" * 32,))
DAY = 86_400.0


def release(sequence: int = 1, version: str = "2.0.0", notes: str = "Faster.") -> Release:
    day = datetime(2027, 1, 1, tzinfo=UTC)
    return Release(sequence, version, day, day, notes)


class Desk:
    """One `Updates` on settings of its own, news that are given, a clock that is set."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.now = 1_794_000_000.0
        self.news: Release | CartoonMixError = release()
        self.asked: list[float] = []
        self._running: asyncio.Task[None] | None = None
        self._files = Thread("settings")
        monkeypatch.setattr(releases, "fetch", self._fetch)

    async def _fetch(self, _channel: Channel, now: float) -> Release:
        self.asked.append(now)
        if isinstance(self.news, CartoonMixError):
            raise self.news
        return self.news

    async def start(self, **options: Any) -> Updates:
        """The program starts anew."""
        await self.stop()
        events = Events()
        self.told: list[UpdatesChanged] = []
        self._heard = asyncio.Event()
        events.listen(self._hear)
        given = {"channel": CHANNEL, "version": "1.0.0", "clock": lambda: self.now} | options
        self.updates = Updates(Settings(self.path), self._files, events, **given)
        self._running = asyncio.create_task(self.updates.run())
        return self.updates

    def _hear(self, event: Any) -> None:
        self.told.append(event)
        self._heard.set()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self._heard.clear()
                await self._heard.wait()

    async def looks(self) -> UpdatesChanged:
        """A day later; what is told then."""
        self.now += DAY + 1
        before = len(self.asked)
        await self.start()
        await self.until(lambda: len(self.asked) > before and len(self.told) > 1)
        return self.told[-1]

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
            self._running = None

    async def close(self) -> None:
        await self.stop()
        self._files.close()


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    made = Desk(tmp_path / "settings.json", monkeypatch)
    yield made
    await made.close()


@pytest.fixture
async def wanted(desk: Desk) -> Desk:
    """The person has switched it on, and the first look has told of 2.0.0."""
    updates = await desk.start()
    await updates.want(wanted=True)
    await desk.until(lambda: desk.told[-1].newer)
    return desk


async def test_nobody_is_asked_unless_it_is_wanted(desk: Desk):
    updates = await desk.start()
    await desk.until(lambda: desk.told)
    assert desk.told == [UpdatesChanged(wanted=False)]
    await updates.want(wanted=False)
    assert desk.asked == []


async def test_says_that_a_newer_version_exists(wanted: Desk):
    state = wanted.told[-1]
    assert (state.newer, state.notes, state.error) == ("2.0.0", "Faster.", None)
    assert state.looked == wanted.now


async def test_remembers_it_without_asking_again(wanted: Desk):
    wanted.now += DAY / 2
    await wanted.start()
    await wanted.until(lambda: wanted.told)
    assert wanted.told[0].newer == "2.0.0"
    assert len(wanted.asked) == 1
    await wanted.start(version="2.0.0")  # it was installed meanwhile
    await wanted.until(lambda: wanted.told)
    assert wanted.told[0].newer == ""


async def test_asks_once_a_day_even_when_it_fails(wanted: Desk):
    wanted.news = UpdateUnreachable("refused")
    assert isinstance((await wanted.looks()).error, UpdateUnreachable)
    assert wanted.told[-1].newer == "2.0.0"  # as known before
    for _ in range(3):
        await wanted.start()
        await wanted.until(lambda: wanted.told)
    assert len(wanted.asked) == 2


async def test_a_clock_that_was_put_back_does_not_silence_it(wanted: Desk):
    wanted.now -= 400 * DAY
    await wanted.start()
    await wanted.until(lambda: len(wanted.asked) == 2)


async def test_switched_off_it_forgets_nothing_and_says_nothing(wanted: Desk):
    await wanted.updates.want(wanted=False)
    assert wanted.told[-1].newer == ""
    wanted.now += 2 * DAY
    await wanted.start()
    await wanted.until(lambda: wanted.told)
    assert len(wanted.asked) == 1


@pytest.mark.parametrize(
    "older",
    [
        release(sequence=4, version="2.1.0"),
        release(sequence=6, version="1.9.0"),
        release(sequence=5, version="2.2.0"),
        release(sequence=5, version="2.1.0", notes="Other words."),
    ],
    ids=["a lower number", "an older version", "another under its number", "other words"],
)
async def test_news_that_were_rolled_back(wanted: Desk, older: Release):
    wanted.news = release(sequence=5, version="2.1.0")
    assert (await wanted.looks()).newer == "2.1.0"
    wanted.news = older
    state = await wanted.looks()  # in a program that was started anew
    assert isinstance(state.error, UpdateRefused)
    assert state.error.reason == "rolled_back"
    assert state.newer == "2.1.0"


async def test_the_same_news_again_are_fine(wanted: Desk):
    state = await wanted.looks()
    assert (state.error, state.newer) == (None, "2.0.0")
    wanted.news = release(sequence=2)  # published anew, to last longer
    assert (await wanted.looks()).error is None


async def test_an_older_version_than_ours_is_no_news(desk: Desk):
    desk.news = release(version="0.9.0")
    updates = await desk.start()
    await updates.want(wanted=True)
    await desk.until(lambda: desk.told[-1].looked)
    assert (desk.told[-1].newer, desk.told[-1].error) == ("", None)


async def test_settings_from_elsewhere_are_never_fatal(desk: Desk):
    desk.path.write_text(
        json.dumps({"look_for_updates": True, "updates_seen": {"looked": "x", "sequence": []}})
    )
    await desk.start()
    await desk.until(lambda: desk.told and desk.told[-1].newer == "2.0.0")


async def test_a_build_without_a_page_has_no_such_thing(desk: Desk):
    assert built_in_channel() is None
    updates = await desk.start(channel=None)
    await updates.want(wanted=True)
    assert not updates.state.wanted
    assert desk.told == []


async def test_never_in_a_run_for_the_sandbox_alone(home, monkeypatch):
    monkeypatch.setattr("cartoonmix_desktop.services.studio.built_in_channel", lambda: CHANNEL)
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(home / "cartoonmix")})
    settings = Settings(locations.data / "settings.json")
    assert Studio(LocalStore(locations, settings), {}).updates.channel is CHANNEL
    assert (
        Studio(LocalStore(locations, settings), {}, only=AccountKind.SANDBOX).updates.channel
        is None
    )


def test_reads_what_the_build_has_put_there(tmp_path, monkeypatch):
    key = base64.b64encode(b"k" * 32).decode()
    told = {"manifest": CHANNEL.manifest, "page": CHANNEL.page, "keys": [key]}
    (tmp_path / "release.json").write_text(json.dumps(told))
    monkeypatch.setattr(module, "resource", tmp_path.joinpath)
    assert built_in_channel() == CHANNEL
