"""One press, one act: a real X server repeats the keys that are held, and nothing is done twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.conftest import Desktop, Program

pytestmark = pytest.mark.timeout(180)


class Hand:
    """The keyboard of a person at a fresh window, and what came of it."""

    def __init__(self, desktop: Desktop, window: Program) -> None:
        self.desktop = desktop
        self.window = window

    def hold(self, keys: str, seconds: float) -> None:
        """Hold keys down; the X server repeats the last of them until all are let go."""
        self.desktop.hold(keys, seconds)

    def tasks(self, condition: str = "1") -> list[tuple[str, str]]:
        """State and seed of each task in the history, the oldest first."""
        [path] = self.desktop.home.rglob("history.sqlite3")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as book:
            return book.execute(
                f"SELECT state, seed FROM task WHERE {condition} ORDER BY id"
            ).fetchall()

    def settle(self) -> None:
        """Wait until all that the keys did is done: what is typed now comes behind it."""
        self.window.write("end", "Search history")
        self.window.find("Search history", text="end")
        self.window.write("", "Search history")

    def generate(self, count: int) -> None:
        """Ask for some tasks by an assistive tool; Qt takes its presses within 100 ms for one."""
        for number in range(len(self.tasks()) + 1, len(self.tasks()) + 1 + count):
            self.window.press("Generate")
            wait_for("a task", lambda number=number: len(self.tasks()) == number)

    def wait_for_kept(self, count: int) -> None:
        def so() -> bool:
            return [state for state, _ in self.tasks()] == ["kept"] * count

        wait_for(f"{count} tasks to be kept", so, 60)


@pytest.fixture
def hand(desktop: Desktop, program: Callable[..., Program]) -> Iterator[Hand]:
    window = program("--sandbox")
    window.find(matching="^Sandbox: pictures are drawn on this computer")
    window.set_value(1, "Samples")
    window.set_value(1, "Steps")
    desktop.activate("CartoonMix Desktop")
    yield Hand(desktop, window)
    assert window.process.poll() is None
    assert window.log == ""


def test_a_held_letter_repeats_as_everywhere(hand):
    hand.window.write("", "Prompt")
    hand.window.focus("Prompt")
    hand.hold("a", 2)
    hand.settle()
    text = hand.window.find("Prompt")["text"]
    assert len(text) > 20
    assert set(text) == {"a"}


def test_generate_held_sends_one_and_three_presses_are_three(hand):
    hand.hold("ctrl+Return", 5)
    hand.settle()
    hand.wait_for_kept(1)
    hand.desktop.key("ctrl+Return", "ctrl+Return", "ctrl+Return")
    hand.settle()
    hand.wait_for_kept(4)
    assert len({seed for _, seed in hand.tasks()}) == 4


def test_keys_held_on_generate_send_one_at_most(hand):
    hand.window.focus("Generate")
    hand.hold("space", 3)
    hand.settle()
    hand.wait_for_kept(1)
    hand.window.focus("Generate")
    hand.desktop.key("space", "space", "space")
    hand.settle()
    hand.wait_for_kept(4)
    hand.window.focus("Generate")
    hand.hold("Return", 3)
    hand.settle()
    assert len(hand.tasks()) <= 5


def test_after_a_press_of_generate_space_writes_on(hand):
    hand.window.write("", "Prompt")
    hand.desktop.type("a fox")
    hand.window.press("Generate")
    hand.desktop.key("space", "space", "space")
    hand.settle()
    hand.wait_for_kept(1)
    assert hand.window.find("Prompt")["text"] == "a fox   "


def test_more_like_this_held_sends_one(hand):
    hand.generate(1)
    hand.wait_for_kept(1)
    hand.hold("ctrl+shift+m", 3)
    hand.settle()
    hand.wait_for_kept(2)
    hand.desktop.key("ctrl+shift+m", "ctrl+shift+m", "ctrl+shift+m")
    hand.settle()
    hand.wait_for_kept(5)


def test_several_times_held_asks_and_return_held_answers_once(hand):
    hand.hold("ctrl+shift+Return", 3)
    hand.window.find("4 pictures in 4 runs")
    assert hand.tasks() == []
    hand.hold("Return", 3)
    hand.window.gone("4 pictures in 4 runs")
    hand.settle()
    hand.wait_for_kept(4)


def test_in_the_queue_keys_held_do_one_thing_once(hand):
    hand.desktop.key("ctrl+shift+p")
    hand.window.find("Paused")
    hand.generate(3)
    hand.window.find("3 waiting")
    hand.desktop.key("ctrl+4")
    hand.hold("ctrl+d", 3)
    hand.window.find("4 waiting")
    hand.settle()
    assert len(hand.tasks()) == 4
    hand.desktop.key("ctrl+4")
    hand.hold("Delete", 3)
    hand.window.find("3 waiting")
    hand.settle()
    assert [state for state, _ in hand.tasks()].count("removed") == 1


def test_delete_held_throws_one_task_away(hand):
    hand.generate(4)
    hand.wait_for_kept(4)
    hand.window.focus("History")
    hand.hold("Delete", 3)
    hand.window.find("Moved 1 task to the trash")
    hand.settle()
    assert len(hand.tasks("trashed_at IS NOT NULL")) == 1
    hand.window.focus("History")
    for gone in (2, 3):  # a press before the next is selected would mean the same one
        hand.desktop.key("Delete")
        hand.window.find(f"Trash · {gone}")
    assert len(hand.tasks("trashed_at IS NOT NULL")) == 3


def test_the_same_recipe_is_asked_about_and_return_is_a_new_seed(hand):
    hand.window.write("777", "Seed")
    hand.hold("ctrl+Return", 1)
    hand.settle()
    hand.wait_for_kept(1)
    hand.hold("ctrl+Return", 3)  # asked, and held on: no answer
    hand.window.find(matching="^Same recipe and seed as today, .* \\(1 picture\\)$", role="label")
    assert [seed for _, seed in hand.tasks()] == ["777"]
    hand.hold("Return", 3)
    hand.settle()
    hand.wait_for_kept(2)
    assert hand.window.find("Seed")["text"] == hand.tasks()[1][1] != "777"
    hand.desktop.key("ctrl+Return")
    hand.window.press("Again anyway")
    hand.wait_for_kept(3)
    assert hand.tasks()[2][1] == hand.tasks()[1][1]
