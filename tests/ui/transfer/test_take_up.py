"""*Take up tasks of this account…*: the real window, and a real server over HTTP."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDateEdit, QPlainTextEdit, QPushButton
from shiboken6 import isValid

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.search.query import Query
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.services.sending import take_up
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.transfer.take_up_dialog import TakeUpDialog
from cartoonmix_desktop.ui.transfer.take_up_list import FoundList
from cartoonmix_desktop.ui.widgets.controls import DropDown
from cartoonmix_desktop.ui.widgets.notice import Notice
from tests.unit.services.conftest import Bench

pytestmark = [pytest.mark.timeout(60), pytest.mark.long_turns]

DAY = 86_400.0
ADA = {"userid": "8", "username": "Ada", "projectid": "7", "projectname": "Storybook"}


def past(seed, age=60.0, samples=1, **fault):
    prompt = {"prompt": f"made elsewhere {seed}", "seed": str(seed), "samples": samples}
    return {"parameters": prompt | {"width": 64, "height": 64}, "age": age, "fault": fault}


@pytest.fixture
def server(start_sandbox):
    made = start_sandbox(speed=100)
    yield made
    made.stop()


class Room:
    """The window of a studio that speaks to a server."""

    def __init__(self, bench, until):
        self.bench, self.until = bench, until
        self.controller = Controller(bench.studio)
        self.window = self.controller.window

    async def open(self):
        self.window.widget.resize(1200, 800)
        self.window.widget.show()
        await self.controller.show_history()
        return self

    async def dialog(self):
        self.window.commands[Command.TAKE_UP].trigger()
        await self.until(lambda: self.window.widget.findChild(TakeUpDialog))
        self.shown = self.window.widget.findChild(TakeUpDialog)
        self.list = self.shown.findChild(FoundList)
        return self.shown

    async def until_said(self, text):
        await self.until(lambda: text in self.shown._state.text())

    def button(self, text):
        every = self.shown.findChildren(QPushButton)
        return next(b for b in every if b.text() == text and b.isVisible())

    @property
    def rows(self):
        model = self.shown.model
        return [model.data(model.index(row)) for row in range(model.rowCount())]

    @property
    def titles(self):
        return [row.split(" – ")[0] for row in self.rows]

    @property
    def ticked(self):
        model, role = self.shown.model, Qt.ItemDataRole.CheckStateRole
        checked = Qt.CheckState.Checked
        return [model.data(model.index(r), role) is checked for r in range(model.rowCount())]

    def click_box(self, row):
        place = self.list.visualRect(self.shown.model.index(row))
        at = QPoint(place.left() + 20, place.center().y())
        QTest.mouseClick(self.list.viewport(), Qt.MouseButton.LeftButton, pos=at)

    @property
    def notice(self):
        return self.shown.findChild(Notice)


@pytest.fixture
def opened(theme, until, server, tmp_path):
    """A window for an ``async with`` statement, closed within the test."""

    @asynccontextmanager
    async def open_one(**options):
        environ = {
            "CARTOONMIX_API_URL": server.api,
            "CARTOONMIX_SOCKET_URL": server.socket,
            "CARTOONMIX_API_KEY": server.credentials.key,
            "CARTOONMIX_API_SECRET": server.credentials.secret,
        }
        bench = await Bench(tmp_path / "cartoonmix", environ, **options).begin()
        room = await Room(bench, until).open()
        try:
            yield room
        finally:
            await room.controller.close()
            await bench.close()
            room.window.widget.deleteLater()
            room.controller.deleteLater()
            await until(lambda: not isValid(room.window.widget) and not isValid(room.controller))

    return open_one


async def made_elsewhere(room):
    return (await room.bench.studio.history.ids(Query("is:made-elsewhere is:finished"))).ids


async def test_listed_ticked_and_taken_up(opened, server, until):
    server.make_past(past("old", 40 * DAY), past("two", 2 * DAY, 2), past("one", DAY))
    async with opened() as room:
        dialog = await room.dialog()
        await room.until_said("2 tasks from this time are not in your history.")
        assert room.titles == ["made elsewhere one", "made elsewhere two"]
        assert "2 pictures · $0.00059" in room.rows[1]
        assert dialog.findChild(QPlainTextEdit).toPlainText() == "made elsewhere one"
        assert not room.button("Take up").isEnabled()
        # Shown before anything is taken.
        await until(lambda: dialog.model._thumbnails._images)
        assert (await room.bench.studio.history.ids()).ids.tolist() == []
        room.click_box(1)
        assert room.ticked == [False, True]
        room.click_box(1)
        assert room.ticked == [False, False]
        room.click_box(1)
        before = len(server.ledger())
        room.button("Take up 1 task").click()
        await room.until_said("1 task was taken up.")
        assert room.titles == ["made elsewhere one"]
        assert len(await made_elsewhere(room)) == 1
        assert len(server.ledger()) == before
        await until(lambda: room.window.history.model.rowCount() == 1)
        room.button("Look again").click()
        await room.until_said("1 of 2 tasks from this time is not in your history.")
        room.button("Close").click()
        await until(lambda: not isValid(dialog))
        again = await room.dialog()
        assert again is not dialog


async def test_the_keyboard_ticks_what_is_selected(opened, server, until):
    server.make_past(past("a", 30), past("b", 20), past("c", 10))
    async with opened() as room:
        await room.dialog()
        await room.until_said("3 tasks")
        assert room.list.hasFocus()
        QTest.keyClick(room.list, Qt.Key.Key_Space)
        assert room.ticked == [True, False, False]
        QTest.keyClick(room.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(room.list, Qt.Key.Key_Space)
        assert room.ticked == [True] * 3
        QTest.keyClick(room.list, Qt.Key.Key_Space)
        assert room.ticked == [False] * 3
        room.button("Tick all").click()
        assert room.ticked == [True] * 3
        assert not room.button("Tick all").isEnabled()
        assert room.shown._chosen.text() == "3 ticked · 3 pictures · $0.0018 charged"
        room.button("Tick none").click()
        assert room.ticked == [False] * 3


async def test_only_ours_is_ticked_beforehand(opened, server):
    server.make_past(
        past("nobody's", 40, omit=["projectid"]),
        past("hers", 30, tell=ADA),
        past("ours, and failed", 20, fail="CUDA out of memory"),
        past("ours", 10),
    )
    async with opened() as room:
        small = {"prompt": "a fox", "samples": 1, "width": 64, "height": 64}
        own = await room.bench.studio.tasks.generate(GenerationRequest.build(small))
        await room.bench.until_state(own.id, "kept")
        await room.dialog()
        await room.until_said("4 of 5 tasks")
        assert room.ticked == [True, False, False, False]
        ours, failed, hers, nobodys = (row.split(" – ")[1] for row in room.rows)
        assert "member" not in ours + failed + nobodys
        assert "failed" in failed
        assert hers.endswith("of another member or project · member Ada · project Storybook")


async def test_pages_come_one_after_the_other(opened, server, monkeypatch):
    monkeypatch.setattr(take_up, "_PAGE", 4)
    server.make_past(*(past(n, 100 - n) for n in range(10)))
    server.faults([{"endpoint": "list", "ignore": ["start"], "times": 99}])
    async with opened() as room:
        await room.dialog()
        await room.until_said("4 tasks from this time")
        assert room.notice.accessibleName() == "Wiro did not list everything"
        server.clear_faults()
        room.button("Look again").click()
        await room.until_said("10 tasks from this time")
        assert not room.notice.isVisible()
        assert len(room.rows) == len(set(room.rows)) == 10


async def test_other_days(opened, server, until):
    server.make_past(past("old", 40 * DAY), past("new", 60))
    async with opened() as room:
        dialog = await room.dialog()
        await room.until_said("1 task from this time")
        span = dialog.findChild(DropDown)
        span.setCurrentIndex(span.findData(0))
        await room.until_said("2 tasks")
        span.setCurrentIndex(span.findData(-1))
        first, last = dialog.findChildren(QDateEdit)
        assert first.isVisible()
        assert last.isVisible()
        await room.until_said("1 task from")
        first.setDate(QDate.currentDate().addDays(-41))
        last.setDate(QDate.currentDate().addDays(-39))
        last.editingFinished.emit()
        await until(lambda: room.rows and "old" in room.rows[0])
        assert len(room.rows) == 1
        span.setCurrentIndex(span.findData(7))
        assert not first.isVisible()
        await until(lambda: room.rows and "new" in room.rows[0])


async def test_nothing_and_nobody(opened, server, until):
    async with opened() as room:
        await room.dialog()
        await room.until_said("No CartoonMix task from this time is listed.")
        server.stop()
        room.button("Look again").click()
        await until(room.notice.isVisible)
        assert room.button("Look again").isEnabled()
        assert not room.button("Take up").isEnabled()
        server.start()
        server.make_past(past("back"))
        room.button("Look again").click()
        await room.until_said("1 task from this time")
        assert not room.notice.isVisible()


async def test_closed_amid_everything(opened, server, until):
    server.make_past(*(past(n, 100 - n) for n in range(8)))
    async with opened() as room:
        server.faults([{"endpoint": "Task/List", "slow": 0.5}])
        dialog = await room.dialog()
        dialog.reject()
        await until(lambda: not isValid(dialog))
        dialog = await room.dialog()
        await room.until_said("8 tasks")
        server.faults([{"endpoint": "files", "slow": 0.1, "times": 99}])
        room.button("Tick all").click()
        room.button("Take up 8 tasks").click()
        await room.until_said("Fetching")
        dialog.reject()
        await until(lambda: not isValid(dialog))
        async with asyncio.timeout(20):
            while len(await made_elsewhere(room)) < 8:  # noqa: ASYNC110  asked of the disk
                await asyncio.sleep(0.05)


async def test_another_account_lists_its_own(opened, server, until):
    server.make_past(past("of the key"))
    async with opened() as room:
        await room.dialog()
        await room.until_said("1 task from this time")
        room.bench.studio.accounts.choose(AccountKind.SANDBOX)
        await room.until_said("No CartoonMix task")
        assert room.rows == []


async def test_only_pictures_in_sight_are_fetched(opened, server, until):
    server.make_past(*(past(n, 3_000 - n) for n in range(40)))
    async with opened() as room:
        dialog = await room.dialog()
        await room.until_said("40 tasks")
        await until(lambda: dialog.model._thumbnails._images and not dialog.model._thumbnails.busy)
        in_sight = room.list.viewport().height() // 64 + 2
        assert 0 < len(dialog.model._remote) <= in_sight
        began = time.monotonic()
        room.list.scrollToBottom()
        await until(lambda: len(dialog.model._remote) > in_sight)
        assert time.monotonic() - began < 5
        await until(lambda: not dialog.model._thumbnails.busy)
        assert len(dialog.model._remote) <= 2 * in_sight
