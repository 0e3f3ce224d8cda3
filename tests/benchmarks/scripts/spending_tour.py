"""Spending, grouped in every way over all time, each answer timed. Prints one JSON object."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from cartoonmix_desktop.cli import main
from cartoonmix_desktop.core.money.spending import Grouping
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.money.spending_dialog import SpendingDialog
from cartoonmix_desktop.ui.money.spending_table import SpendingTable
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.widgets.controls import DropDown
from cartoonmix_desktop.wording.money.spending import SpanChoice
from tests.benchmarks.scripts.turning import end

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_ROUNDS = 9

painted: asyncio.Queue[tuple[float, int]] = asyncio.Queue()  # when, and which rows
paint = SpendingTable.paintEvent


def watched_paint(self: SpendingTable, event: QPaintEvent) -> None:
    paint(self, event)
    model: Any = self.model()
    painted.put_nowait((time.perf_counter(), id(model.rows) if model.rows else 0))


async def choose(dialog: SpendingDialog, value: object) -> float:
    """Seconds from a choice to its painted rows."""
    model: Any = dialog.findChild(SpendingTable).model()
    before = model.rows  # held, so that none that follow can be taken for them
    box = next(box for box in dialog.findChildren(DropDown) if box.findData(value) >= 0)
    box.setCurrentIndex(box.findData(value))
    began = time.perf_counter()
    box.activated.emit(box.currentIndex())
    while True:
        at, rows = await asyncio.wait_for(painted.get(), 30)
        if rows and rows != id(before):
            return at - began


async def tour(controller: Controller) -> None:
    """Everything that is timed, one after the other."""
    await asyncio.sleep(3)  # what follows a start is over
    controller.window.commands[Command.SPENDING].trigger()
    dialog = controller.window.widget.findChild(SpendingDialog)
    assert isinstance(dialog, SpendingDialog)
    await asyncio.sleep(1)  # it stands there, with this month
    told: dict[str, list[float]] = {"first": [await choose(dialog, SpanChoice.ALL)]}
    for _ in range(_ROUNDS):
        for by in reversed(Grouping):
            told.setdefault(by, []).append(await choose(dialog, by))
    end(told)


async def at_history(self: Controller) -> None:
    await show(self)
    self.spawn(tour(self))


SpendingTable.paintEvent = watched_paint  # type: ignore[method-assign]
show = Controller.show_history
Controller.show_history = at_history  # type: ignore[method-assign]
main([])
