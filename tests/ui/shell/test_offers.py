"""What is told and offered when something is to be done with a picture that is not as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from msgspec.structs import replace
from PIL import Image
from PySide6.QtWidgets import QApplication, QPushButton

from cartoonmix_desktop.core.errors import DiskFull
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import SANDBOX, TaskState
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.files.pictures import KeptPicture
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.shell.controller import Controller
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.wording.common import NoticeAction, Offer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cartoonmix_desktop.core.task.task import Output, Task
    from cartoonmix_desktop.ui.widgets.theme import Theme


class Whole:
    """A window that shows the last of four pictures of a task."""

    def __init__(self, home: Path) -> None:
        self.locations = Locations.from_environment({"CARTOONMIX_HOME": str(home)})
        settings = Settings(self.locations.data / "settings.json")
        self.studio = Studio(LocalStore(self.locations, settings), {})
        self.controller = Controller(self.studio)
        self.window = self.controller.window
        self.task: Task

    async def begin(self) -> None:
        await self.studio.open()
        history = self.studio.history
        task = await history.add(GenerationRequest.build({"prompt": "a", "samples": 4}), SANDBOX)
        for state in (TaskState.SENDING, TaskState.ACCEPTED, TaskState.DOWNLOADING):
            await history.move(task.id, state)
        task = await history.set_outputs(task.id, list("abcd"))
        for output in task.outputs:
            path = self.locations.pictures / f"{output.id}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (32, 32), "#30a040").save(path)
            size = path.stat().st_size
            await history.keep_output(
                output, KeptPicture(path.name, size, f"{output.id:064x}", 32, 32, b"")
            )
        self.task = await history.move(task.id, TaskState.KEPT)
        await self.controller.show_history()

    @property
    def last(self) -> Output:
        return self.task.outputs[3]

    @property
    def file(self) -> Path:
        return self.studio.library.path(self.last)

    @property
    def told(self) -> str:
        return self.window.banner.accessibleName()

    def press(self, words: str) -> None:
        [*_, found] = [b for b in self.window.banner.findChildren(QPushButton) if b.text() == words]
        found.click()


@pytest_asyncio.fixture
async def whole(theme: Theme, tmp_path: Path, until) -> AsyncIterator[Whole]:
    made = Whole(tmp_path / "cartoonmix")
    made.window.widget.show()
    await made.begin()
    pane = made.window.pane
    await until(lambda: pane.current is not None)
    pane.choose_picture(made.last.id)
    await until(lambda: pane._loaded is not None and pane._loaded.id == made.last.id)
    yield made
    await made.controller.close()
    await made.studio.close()
    made.window.widget.deleteLater()


@pytest.mark.parametrize("command", [Command.COPY_PICTURE, Command.SHOW_IN_FOLDER])
async def test_a_picture_whose_file_is_gone_can_be_looked_for(
    whole: Whole, until, monkeypatch, command: Command
) -> None:
    QApplication.clipboard().clear()
    opened: list[Path] = []
    monkeypatch.setattr(desktop, "open_folder", opened.append)
    whole.file.unlink()
    whole.window.commands[command].trigger()
    await until(lambda: "Picture 4 is missing" in whole.told)
    assert QApplication.clipboard().image().isNull()
    assert opened == []
    looked_for: list[Output] = []
    monkeypatch.setattr(whole.controller._transfer, "find", looked_for.append)
    whole.press("Find…")
    assert [output.id for output in looked_for] == [whole.last.id]


@pytest.mark.parametrize("command", [Command.COPY_PICTURE, Command.SHOW_IN_FOLDER])
async def test_what_is_missing_is_the_picture_that_was_shown_at_the_press(
    whole: Whole, until, command: Command
) -> None:
    """Another task, or none, may be shown by the time that its file was looked for."""
    whole.file.unlink()
    whole.window.commands[command].trigger()
    whole.window.pane.show_task(replace(whole.task, id=77, outputs=()))
    await until(lambda: "Picture 4 is missing" in whole.told)


async def test_a_damaged_picture_can_be_fetched_again(whole: Whole, until, monkeypatch) -> None:
    whole.file.write_bytes(whole.file.read_bytes()[:40])
    whole.window.commands[Command.COPY_PICTURE].trigger()
    await until(lambda: "Fetch again" in [b.text() for b in buttons(whole)])
    asked: list[int] = []
    monkeypatch.setattr(whole.controller, "_on_fetch_again", asked.append)
    whole.press("Fetch again")
    assert asked == [whole.task.id]


async def test_a_full_disk_shows_its_own_folder(whole: Whole, tmp_path: Path, monkeypatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(desktop, "open_folder", opened.append)
    (tmp_path / "exports").mkdir()
    whole.controller._notices.show_problem(DiskFull(str(tmp_path / "exports" / "a.png"), "full"))
    whole.press("Show folder")
    assert opened == [tmp_path / "exports"]


async def test_everything_that_a_notice_can_offer_is_done(whole: Whole, monkeypatch) -> None:
    done: list[str] = []
    controller = whole.controller
    for part, names in {
        controller: ("_on_resume", "_on_fetch_again"),
        controller._accounts: (
            *("open_settings", "sign_in", "unlock", "use_wiro"),
            *("open_billing", "open_release_page"),
        ),
        controller._library: ("choose",),
        controller._recipes: ("undo", "use_pasted"),
        controller._transfer: ("find",),
        desktop: ("open_folder", "show_in_folder", "open_text"),
    }.items():
        for name in names:
            monkeypatch.setattr(part, name, lambda *_a, name=name: done.append(name))
    for action in NoticeAction:
        before = len(done)
        controller._notices.action_requested.emit(
            Offer(action, path=whole.file, task_id=whole.task.id, picture=whole.last)
        )
        assert len(done) == before + 1, action


def buttons(whole: Whole) -> list[QPushButton]:
    return whole.window.banner.findChildren(QPushButton)
