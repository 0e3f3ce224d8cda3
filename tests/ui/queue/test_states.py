"""Each state of the queue in the real window: said once, with one *Resume*, and nothing jumps."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.sending import sender as sender_module
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.shell.controller import Controller

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cartoonmix_desktop.ui.widgets.theme import Theme

pytestmark = pytest.mark.timeout(60)


class Whole:
    """A window on a studio for which the test's sandbox stands for Wiro."""

    def __init__(self, home: Path, sandbox: Any) -> None:
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
        self.sandbox = sandbox

    async def __aenter__(self) -> None:
        """Begin and end in the test: around it Qt's events are handled without a running loop."""
        self.window.widget.resize(1440, 900)
        self.window.widget.show()
        await self.studio.open()
        await self.controller.show_history()
        await self.studio.start()

    async def __aexit__(self, *_error: object) -> None:
        for dialog in self.dialogs():
            dialog.close()
        await self.controller.close()
        await self.studio.close()
        self.window.widget.deleteLater()

    async def generate(self, count: int = 2) -> None:
        values = {"prompt": "a fox", "samples": 1, "width": 64, "height": 64}
        requests = [GenerationRequest.build(values | {"seed": str(n)}) for n in range(count)]
        await self.studio.tasks.generate_several(requests)

    def said(self) -> list[str]:
        """All words that can be seen, but for the rows of tasks."""
        return [
            widget.accessibleName() or widget.text()
            for widget in self.window.widget.findChildren(QWidget)
            if isinstance(widget, QLabel | QAbstractButton)
            and widget.isVisible()
            and not self.window.pane.isAncestorOf(widget)
        ]

    def told(self, words: str) -> int:
        return sum(words.casefold() in text.casefold() for text in self.said())

    def button(self, words: str) -> QAbstractButton:
        return next(
            b
            for b in self.window.widget.findChildren(QAbstractButton)
            if b.isVisible() and b.text() == words
        )

    def rows(self) -> list[str]:
        model = self.window.history.view.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def dialogs(self) -> list[QWidget]:
        return [w for w in QApplication.topLevelWidgets() if w.isVisible() and w.isModal()]


@pytest.fixture
def whole(theme: Theme, tmp_path: Path, sandbox: Any) -> Whole:
    return Whole(tmp_path / "cartoonmix", sandbox)


REFUSED = {
    "balance": ("The Wiro balance is too low", "Open Wiro billing"),
    "team": ("This model is not allowed in your team. Contact your team admin", None),
    "spend": ("Your team has reached its spend limit", None),
    "secret": ("This project also needs its API secret", "Add API secret"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_wiro_refuses_for_stands_once_with_one_button(
    whole: Whole, until: Callable[..., Any], name: str
) -> None:
    async with whole:
        words, helps = REFUSED[name]
        whole.sandbox.faults([{"endpoint": "Run", "refuse": name}])
        await whole.generate()
        await until(lambda: whole.told(words))
        assert whole.told(words) == whole.told("Paused") == whole.told("Resume queue") == 1
        assert whole.told("2 waiting") == 2, "here and in the status line, which counts"
        assert not whole.window.banner.isVisible()
        assert not whole.dialogs(), "nothing comes in between"
        assert helps is None or whole.told(helps) == 1
        assert not [text for text in whole.said() if ".." in text]
        assert [row.rpartition("– ")[2] for row in whole.rows()] == [
            "Waiting, paused · 2nd in line",
            "Waiting, paused · next in line",
        ]
        whole.button("Resume").click()
        await until(lambda: not whole.studio.sender.pending)
        assert whole.told(words) == whole.told("Paused") == 0


async def test_the_missing_secret_leads_to_its_field(
    whole: Whole, until: Callable[..., Any]
) -> None:
    async with whole:
        whole.sandbox.faults([{"endpoint": "Run", "refuse": "secret"}])
        await whole.generate()
        await until(lambda: whole.told("Add API secret"))
        whole.button("Add API secret").click()
        await until(whole.dialogs)
        [dialog] = whole.dialogs()
        words = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
        assert any("needs its API secret" in text for text in words)


async def test_a_full_account_counts_down_in_the_queue_and_on_the_next_row(
    whole: Whole, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with whole:
        monkeypatch.setattr(sender_module, "_LIMITED_RETRY", 3.0)
        whole.sandbox.faults([{"endpoint": "Run", "refuse": "limit"}])
        await whole.generate(3)
        why = "Wiro runs 1 task of this account at a time (balance $10.00). "
        await until(lambda: whole.told(why + "Tried again in"))
        assert whole.told(why) == 1
        assert whole.told("Resume") == whole.told("Paused") == 0
        third, second, first = [row.rpartition("– ")[2] for row in whole.rows()]
        assert (third, second) == ("Waiting · 3rd in line", "Waiting · 2nd in line")
        assert first.startswith(why + "Tried again in")
        queue, row = set(), set()

        def counted() -> bool:
            """Gather what is said in both places until nothing waits."""
            queue.update(re.findall(r"again in (\d) s", " ".join(whole.said())))
            row.update(re.findall(r"again in (\d) s", whole.rows()[-1]))
            return not whole.studio.sender.pending

        await until(counted)
        assert len(queue) > 1
        assert len(row) > 1
        assert queue | row <= {"1", "2", "3"}
        assert whole.told(why) == 0


async def test_a_rest_that_wiro_asks_for(whole: Whole, until: Callable[..., Any]) -> None:
    async with whole:
        headers = {"Retry-After": "90"}
        whole.sandbox.faults([{"endpoint": "Run", "http": 429, "headers": headers}])
        await whole.generate()
        await until(lambda: whole.told("Wiro is limiting requests. Tried again in 90 s"))
        assert whole.told("limiting requests") == 1
        assert whole.told("Paused") == 0


async def test_away_and_back(
    whole: Whole, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with whole:
        monkeypatch.setattr(sender_module, "backoff", lambda _failures: 0.01)
        whole.sandbox.stop()
        await whole.generate()
        away = "Wiro is not accepting connections"
        await until(lambda: whole.told(f"Paused: {away}"))
        assert whole.told(away) == whole.told("Resume queue") == whole.told("Offline") == 1
        whole.sandbox.start()
        whole.studio._pipeline.reachability.begin_anew()
        await until(lambda: whole.told("Wiro is back. 2 tasks are waiting."))
        whole.studio.accounts.choose(AccountKind.SANDBOX)  # of which it is not said
        await until(lambda: whole.told(f"Paused: {away}"))
        whole.studio.accounts.choose(AccountKind.WIRO)
        await until(lambda: whole.told("Wiro is back. 2 tasks are waiting."))
        assert whole.told(away) == whole.told("Offline") == whole.told("Paused") == 0
        assert whole.told("Resume queue") == 1
        whole.button("Resume").click()
        await until(lambda: not whole.studio.sender.pending)
        assert whole.told("is back") == 0


async def test_what_a_person_pauses_moves_nothing_under_the_pointer(
    whole: Whole, until: Callable[..., Any]
) -> None:
    async with whole:
        headers = {"Retry-After": "90"}
        whole.sandbox.faults([{"endpoint": "Run", "http": 429, "headers": headers}])
        await whole.generate()
        await until(lambda: whole.told("limiting requests"))

        def places() -> list[QPoint]:
            parts = (whole.button("Pause"), whole.window.queue.view, whole.window.history.view)
            return [part.mapTo(whole.window.widget, QPoint()) for part in parts]

        before, pause = places(), whole.button("Pause")
        pause.click()
        await until(lambda: whole.told("Paused"))
        assert whole.told("Paused") == whole.told("Resume queue") == 1
        await asyncio.sleep(0.05)  # a layout that changes does so by now
        assert whole.button("Resume") is pause
        pause.setText("Pause")
        assert places() == before


async def test_what_is_sent_at_once_opens_no_queue(whole: Whole, until: Callable[..., Any]) -> None:
    async with whole:
        whole.sandbox.faults([{"endpoint": "Run", "slow": 0.3}])
        seen: list[bool] = []
        whole.window.queue.state_changed.connect(
            lambda: seen.append(whole.window.queue.isVisible())
        )
        await whole.generate(1)
        await until(lambda: whole.rows() and "Sending" in whole.rows()[0])
        assert not whole.window.queue.isVisible()
        assert whole.told("1 sending") == 1
        assert whole.told("waiting") == 0
        await until(lambda: "1 picture" in " ".join(whole.rows()))
        assert True not in seen


async def test_a_library_that_is_away(
    whole: Whole, until: Callable[..., Any], tmp_path: Path
) -> None:
    async with whole:
        await whole.generate(1)
        await until(lambda: "1 picture" in " ".join(whole.rows()))
        root = whole.studio.library.root
        root.rename(tmp_path / "elsewhere")
        await whole.studio.relocation.look()
        words = f"Paused: The library folder {root} is missing"
        await until(lambda: whole.told(words))
        assert (
            whole.told("is missing")
            == whole.told("Resume queue")
            == whole.told("Choose folder")
            == 1
        )
        before = len(whole.sandbox.ledger())
        await whole.generate()
        whole.button("Resume").click()
        await asyncio.sleep(0.3)
        assert whole.told(words) == 1
        assert len(whole.sandbox.ledger()) == before, "nothing is paid for that cannot be kept"
        (tmp_path / "elsewhere").rename(root)
        whole.button("Resume").click()
        await until(lambda: not whole.studio.sender.pending)
        assert whole.told("is missing") == 0


async def test_the_sandbox_is_named_and_the_other_account_is_not_told_of(
    whole: Whole, until: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with whole:
        whole.studio.accounts.choose(AccountKind.SANDBOX)
        monkeypatch.setattr(sender_module, "backoff", lambda _failures: 0.01)
        connection = await whole.studio.accounts.connection("sandbox")
        whole.studio.accounts._sandbox._process.kill()
        monkeypatch.setattr(
            whole.studio.accounts._sandbox, "addresses", _same(whole.studio.accounts._sandbox)
        )
        assert connection
        await whole.generate()
        await until(lambda: whole.told("Paused: The sandbox is not running"))
        assert whole.told("Paused") == whole.told("Resume queue") == 1
        assert whole.told("Offline") == whole.told("Wiro cannot") == whole.told("Wiro is not") == 0
        await whole.studio.sender.pending.remove([t.id for t in whole.studio.sender.pending.tasks])
        whole.studio.accounts.choose(AccountKind.WIRO)
        await until(lambda: not whole.told("The sandbox is not running"))


def _same(process: Any) -> Callable[[], Any]:
    """As if the sandbox that was killed had not been seen to end yet."""
    addresses = process._addresses

    async def told() -> Any:
        return addresses

    return told


async def test_out_of_sight_it_is_said_below(whole: Whole, until: Callable[..., Any]) -> None:
    async with whole:
        whole.sandbox.faults([{"endpoint": "Run", "refuse": "balance"}])
        await whole.generate()
        words = "The Wiro balance is too low"
        await until(lambda: whole.told(words))
        whole.window.history.setVisible(True)
        whole.window._show_history.setChecked(False)
        await until(lambda: not whole.window.queue.isVisible())
        assert whole.told(words) == 1
        whole.button(f"Paused: {words}").click()
        assert whole.window.queue.isVisible()
        assert whole.told(words) == whole.told("Resume queue") == 1
