"""A whole window with caps: it tells before, asks before, and retries all that is shown."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QMessageBox, QPushButton

from cartoonmix_desktop.core.errors import CapReached
from cartoonmix_desktop.core.money.caps import AtCap, Cap
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.wording.common import NoticeAction, Offer

# The whole window is made on the loop here; the program shows it before the loop begins.
pytestmark = [pytest.mark.long_turns, pytest.mark.timeout(90)]
D = Decimal
ROW = {"inputs": {}, "price": "0.01", "priceMethod": "cpr"}


class Whole:
    """The whole program but its loop, with the sandbox as Wiro, which tells prices."""

    def __init__(self, home, sandbox):
        environ = {
            "CARTOONMIX_API_URL": sandbox.api,
            "CARTOONMIX_SOCKET_URL": sandbox.socket,
            "CARTOONMIX_API_KEY": sandbox.credentials.key,
            "CARTOONMIX_API_SECRET": sandbox.credentials.secret,
        }
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        settings = Settings(locations.data / "settings.json")
        self.studio = Studio(LocalStore(locations, settings), environ)
        self.controller = Controller(self.studio)
        self.window = self.controller.window
        self.recipe = self.window.recipe

    async def begin(self):
        self.window.widget.show()
        await self.studio.open()
        await self.controller.show_history()
        await self.studio.start()
        self.recipe.set_raw({"prompt": "a fox", "samples": 2, "width": 64, "height": 64})

    @property
    def price(self):
        return next(
            each
            for each in self.window.widget.findChildren(QPushButton)
            if each.accessibleName() == "Price"
        )

    @property
    def question(self):
        boxes = self.window.widget.findChildren(QMessageBox)
        return next((box for box in boxes if box.isVisible()), None)

    def answer(self, text):
        next(b for b in self.question.buttons() if b.text() == text).click()

    def made(self):
        return self.window.history.model.rowCount()


@pytest.fixture
async def whole(theme, tmp_path, sandbox, until):
    sandbox.faults([{"endpoint": "Tool/Detail", "times": 999, "model": {"dynamicprice": [ROW]}}])
    made = Whole(tmp_path / "cartoonmix", sandbox)
    await made.begin()
    await until(lambda: "about $0.01" in made.price.text())
    yield made
    await made.controller.close()
    await made.studio.close()
    made.window.widget.deleteLater()


async def test_the_line_warns_and_the_question_is_answered_by_no_slip(whole, until):
    await whole.studio.caps.set_cap(Cap.DAY, D("0.005"))
    assert whole.price.text() == "about $0.01 · over today’s cap"
    assert whole.price.property("role") == "warn"
    whole.recipe.generate()
    await until(lambda: whole.question)
    assert whole.question.text() == "Pass today’s cap?"
    assert "2 pictures · about $0.01" in whole.question.informativeText()
    assert "Your cap for a day is $0.005." in whole.question.informativeText()
    QTest.keyClick(whole.question, Qt.Key.Key_Return)  # Return changes nothing
    await until(lambda: whole.question is None)
    assert whole.made() == 0
    whole.recipe.generate()
    await until(lambda: whole.question)
    whole.answer("Send anyway")
    await until(lambda: whole.made() == 1)
    await whole.studio.caps.set_cap(Cap.DAY, None)
    assert whole.price.text() == "2 pictures · about $0.01"
    assert whole.price.property("role") == "muted"


async def test_a_batch_says_what_it_costs_and_leaves_before_it_is_sent(whole, until):
    await whole.studio.caps.set_cap(Cap.DAY, D(12))
    whole.recipe.area._menu.aboutToShow.emit()
    assert [entry.text() for entry in whole.recipe.area._menu.actions()][1] == (
        "Generate 4 times\t8 pictures in 4 runs · about $0.04 · leaves $11.96 of today’s cap"
    )
    await asyncio.sleep(0)


async def test_what_is_paused_by_a_cap_is_told_resumed_after_a_question_and_set_there(whole, until):
    await whole.studio.caps.set_cap(Cap.DAY, D("0.015"))
    whole.controller._accounts.open_settings()
    page = whole.controller._caps._page
    page.caps.at_cap_changed.emit("pause")
    await until(lambda: whole.studio.caps.caps.at_cap is AtCap.PAUSE)
    page.reject()
    whole.recipe.generate_several(3)
    await until(lambda: isinstance(whole.studio.sender.paused, CapReached))
    whole.window.commands[Command.PAUSE_QUEUE].trigger()
    await until(lambda: whole.question)
    assert "4 pictures in 2 runs · about $0.02" in whole.question.informativeText()
    whole.answer("Keep waiting")
    await until(lambda: whole.question is None)
    assert isinstance(whole.studio.sender.paused, CapReached)
    whole.controller._on_offer(Offer(NoticeAction.OPEN_SETTINGS))
    page = whole.controller._caps._page
    assert page.caps.isVisible()
    page.caps.cap_changed.emit(Cap.DAY, D(1))
    await until(lambda: not whole.studio.sender.pending.tasks)
    await until(lambda: whole.studio.caps.caps.amounts == {Cap.DAY: D(1)})
    page.reject()


async def test_all_failed_tasks_that_are_shown_are_retried_with_their_price(whole, until, sandbox):
    sandbox.faults([{"endpoint": "task", "fail": "CUDA out of memory", "times": 3}])
    for seed in "123":
        whole.recipe.set_raw({"seed": seed})
        whole.recipe.generate()
        await until(lambda count=int(seed): whole.made() == count)
    failed = whole.studio.tasks.failed_of
    query = whole.window.context.query

    async def count():
        return len(await failed(query))

    async with asyncio.timeout(20):
        while await count() < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    whole.window.commands[Command.RETRY_FAILED].setEnabled(True)
    whole.window.commands[Command.RETRY_FAILED].trigger()
    await until(lambda: whole.question)
    assert whole.question.text() == "Try 3 tasks again?"
    assert whole.question.informativeText() == "6 pictures in 3 runs · about $0.03"
    whole.answer("Cancel")
    await until(lambda: whole.question is None)
    assert whole.made() == 3
    view = whole.window.history.view
    view.selectAll()
    menu = QMenu(whole.window.widget)
    whole.window.context.rows_menu_opening.emit(menu)
    entry = next(e for e in menu.actions() if e.text() == "Try failed tasks again…")
    entry.trigger()
    await until(lambda: whole.question)
    whole.answer("Try again")
    await until(lambda: whole.made() == 6)
    await until(lambda: whole.question is None)
