"""The whole program, its Generate pressed by lines on standard input: one prompt a line.

Prints ``ready`` once the history is open, ``at work`` once what was unfinished is picked up, and
``id state`` whenever a task is stored or changes.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from PySide6.QtCore import QSocketNotifier, QTimer

from cartoonmix_desktop.cli import main
from cartoonmix_desktop.services.events import Event, TaskAdded, TaskChanged
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.ui.command_names import Command
from cartoonmix_desktop.ui.shell.controller import Controller


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def hear(event: Event) -> None:
    if isinstance(event, TaskAdded | TaskChanged):
        say(f"{event.task.id} {event.task.state}")


class Hand:
    """Presses Generate."""

    def __init__(self, controller: Controller, studio: Studio) -> None:
        self._window = controller.window
        self._rest = ""
        studio.events.listen(hear)
        self._notifier = QSocketNotifier(0, QSocketNotifier.Type.Read, controller)
        self._notifier.activated.connect(self._on_line)
        # Python hears signals between its own instructions only; a person moves the mouse.
        self._pulse = QTimer(controller, interval=20)
        self._pulse.timeout.connect(int)
        self._pulse.start()

    def _on_line(self) -> None:
        data = os.read(0, 65536)
        if not data:
            self._notifier.setEnabled(False)
        *lines, self._rest = (self._rest + data.decode()).split("\n")
        for prompt in lines:
            self._window.recipe.set_raw(
                {"prompt": prompt, "samples": 1, "width": 64, "height": 64, "steps": 20}
            )
            self._window.commands[Command.GENERATE].trigger()


hands = []
show = Controller.show_history
start = Studio.start


async def watched(self: Any) -> None:
    hands.append(Hand(self, self._studio))
    say("ready")
    await show(self)


async def started(self: Studio) -> None:
    await start(self)
    say("at work")


Controller.show_history = watched  # type: ignore[method-assign]
Studio.start = started  # type: ignore[method-assign]
sys.exit(main([]))
