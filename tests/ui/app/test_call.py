"""The window calls the person when a task has ended, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.services.events import TaskAdded, TaskChanged
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.shell.controller import Controller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from cartoonmix_desktop.core.task.task import Task
    from cartoonmix_desktop.ui.widgets.theme import Theme


@pytest.fixture
async def studio(theme: Theme, tmp_path: Path) -> AsyncIterator[Studio]:
    """One with its window."""
    locations = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path / "cartoonmix")})
    made = Studio(LocalStore(locations, Settings(locations.data / "settings.json")), {})
    controller = Controller(made)
    await made.open()
    yield made
    await controller.close()
    await made.close()
    controller.window.widget.deleteLater()


@pytest.mark.long_turns  # it builds the window
async def test_it_calls_once_and_not_for_each_charge_that_is_asked_for(
    studio: Studio, new_task: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(QApplication, "alert", calls.append)
    studio.events.emit(TaskAdded(new_task(1, TaskState.QUEUED)))
    for state in (TaskState.RUNNING, TaskState.DOWNLOADING):
        studio.events.emit(TaskChanged(new_task(1, state)))
    assert not calls
    for _look in range(3):
        studio.events.emit(TaskChanged(new_task(1)))
    assert len(calls) == 1
    studio.events.emit(TaskChanged(new_task(1, TaskState.DOWNLOADING)))  # more has come
    studio.events.emit(TaskChanged(new_task(1)))
    assert len(calls) == 2
