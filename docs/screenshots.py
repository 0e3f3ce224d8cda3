"""Makes the pictures of the program in this folder: the real program, in a home of its own.

Run it with the environment's Python, on Linux: ``.venv/bin/python docs/screenshots.py``. It needs
what the end-to-end tests need, and a few minutes. The sandbox draws everything.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SCREEN = "1456x948"  # a window of 1440 × 900 and the frame around it
TITLE = "CartoonMix Desktop"
MINUTE, DAY = 60, 86_400

# Age in seconds and recipe, oldest first.
HISTORY: tuple[tuple[float, dict[str, object]], ...] = (
    (
        2 * DAY + 9 * MINUTE,
        {"prompt": "a cottage in a meadow, spring flowers", "seed": "1", "samples": 2},
    ),
    (2 * DAY, {"prompt": "a knight with a red beard, castle at sunset", "seed": "8"}),
    (DAY + 40 * MINUTE, {"prompt": "a ship in a storm at night", "seed": "123456", "width": 768}),
    (
        DAY + 25 * MINUTE,
        {"prompt": "a robot gardener in a meadow of flowers", "seed": "8", "samples": 3},
    ),
    (DAY, {"prompt": "an elf girl with green twintails, forest, moonlight", "seed": "3"}),
    (52 * MINUTE, {"prompt": "a dragon over snowy mountains, sunset", "seed": "4"}),
    (31 * MINUTE, {"prompt": "a fox in a red scarf, snowy forest", "seed": "5", "samples": 1}),
    (
        18 * MINUTE,
        {
            "prompt": "a princess with long blonde hair and blue eyes, castle garden",
            "seed": "77",
            "height": 768,
        },
    ),
    (
        6 * MINUTE,
        {"prompt": "a witch with pink curly hair in her potions workshop, candle", "seed": "6"},
    ),
)
LATER = ("a lantern in the fog", "a lighthouse at dawn", "a harbour with small boats")
NEWEST = "a girl with long red hair and green eyes, yellow raincoat, lighthouse, sunset"


class Studio:
    """The desktop of the end-to-end tests, with the program on it."""

    def __init__(self, desktop: Any, program: type[Any]) -> None:
        self._desktop, self._program = desktop, program
        self.data = desktop.home / ".local/share/cartoonmix-desktop"

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The program's command line."""
        return (sys.executable, str(ROOT / "main.py"), *arguments)

    def open(self) -> Any:
        """Start the program and wait until it is ready."""
        process = self._desktop.start(*self.command(), env=self._desktop.env, cwd=ROOT)
        window = self._program(self._desktop, process)
        window.find(matching="^Sandbox: ")
        self._desktop.activate(TITLE)
        return window

    def close(self, window: Any) -> None:
        """Quit, as a person does."""
        self._desktop.activate(TITLE)
        self._desktop.key("ctrl+q")
        window.wait()

    def generate(self, recipe: dict[str, object]) -> None:
        """Make pictures without the window."""
        options = [f"--{name}={value}" for name, value in recipe.items()]
        command = self.command("generate", "--sandbox", *options)
        subprocess.run(command, env=self._desktop.env, cwd=ROOT, check=True, capture_output=True)

    def date(self, ages: list[float]) -> None:
        """Give the tasks an age, oldest first; the program is closed."""
        with sqlite3.connect(self.data / "history.sqlite3") as history:
            for task, age in enumerate(ages, 1):
                when = time.time() - age + task  # in the same order within a minute
                history.execute("UPDATE task SET created_at = ? WHERE id = ?", (when, task))
        history.close()

    def set(self, name: str, value: object) -> None:
        """Change a setting; the program is closed."""
        path = self.data / "settings.json"
        settings = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(settings | {name: value}), "utf-8")

    def key(self, key: str) -> None:
        """Press a key, and let it be felt."""
        self._desktop.key(key)
        time.sleep(0.5)

    def type(self, words: str) -> None:
        """Type into what has the focus."""
        self._desktop.type(words)
        time.sleep(0.5)

    def mark(self, window: Any, row: int, *keys: str) -> None:
        """Go to a row of the history by keys, and press some there."""
        window.focus("History")
        for key in ("Home", *("Down",) * row, *keys):
            self.key(key)

    def shoot(self, name: str) -> None:
        """Write the window, without its frame and the pointer, to ``name`` in this folder."""
        env = self._desktop.env
        subprocess.run(("xdotool", "mousemove", "1455", "947"), env=env, check=True)
        time.sleep(1)  # what the pointer had lit up goes out, and thumbnails come
        found = subprocess.run(
            ("xdotool", "search", "--onlyvisible", "--name", f"^{TITLE}$"),
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        told = subprocess.run(
            ("xwininfo", "-id", found.stdout.split()[-1]),
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        left, top, wide, high = (
            int(told.stdout.partition(f"{fact}:")[2].split()[0])
            for fact in ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
        )
        # Of the screen, not of the window: lists that pop up are windows of their own.
        part = ("-crop", f"{wide}x{high}+{left}+{top}", "+repage")
        small = (
            "-strip",
            "-depth",
            "8",
            "-quality",
            "95",
        )  # every colour, packed as well as can be
        command = ("import", "-window", "root", *part, *small, str(HERE / name))
        subprocess.run(command, env=env, check=True)


def main() -> None:
    """Make all of them."""
    os.environ.setdefault("CARTOONMIX_HOME", "")  # the desktop takes it away
    parts = runpy.run_path(str(ROOT / "tests/e2e/conftest.py"))
    folder = Path(tempfile.mkdtemp(prefix="cmx-"))
    desktop = parts["Desktop"](folder, SCREEN)
    try:
        desktop.begin()
        take(Studio(desktop, parts["Program"]))
    finally:
        desktop.end()
        shutil.rmtree(folder)


def take(studio: Studio) -> None:
    """Go through the program as a person would."""
    window = studio.open()
    studio.shoot("first-run.png")
    studio.close(window)

    for _, recipe in HISTORY:
        studio.generate(recipe)
    studio.date([age for age, _ in HISTORY])

    window = studio.open()
    studio.mark(window, 1, "f", "5")
    studio.mark(window, 3, "4")
    studio.mark(window, 5, "f", "3")
    window.write(NEWEST, "Prompt")
    window.write("42", "Seed")
    window.press("Generate")
    window.find(matching="Generating", role="list item", timeout=60)
    studio.key("ctrl+shift+p")
    for prompt in LATER:
        window.write(prompt, "Prompt")
        window.press("Generate")
    window.find(matching="3rd in line", role="list item")
    studio.mark(window, len(LATER))
    studio.shoot("queue.png")
    studio.key("ctrl+shift+p")
    window.find(matching=f"^{LATER[-1]}.*4 pictures", role="list item", timeout=120)
    studio.close(window)

    window = studio.open()
    studio.mark(window, len(LATER), "f", "4")
    window.press("Next picture")
    studio.shoot("window-dark.png")

    studio.key("ctrl+f")
    studio.type("rating:>=3 ")
    studio.key("ctrl+space")
    studio.shoot("search.png")
    studio.key("Escape")
    studio.key("Escape")

    studio.key("ctrl+3")
    studio.shoot("pictures.png")
    studio.key("ctrl+3")
    studio.close(window)

    studio.set("theme", "light")
    window = studio.open()
    studio.mark(window, len(LATER) + 1)
    studio.key("ctrl+r")
    studio.shoot("window-light.png")
    studio.close(window)


if __name__ == "__main__":
    main()
