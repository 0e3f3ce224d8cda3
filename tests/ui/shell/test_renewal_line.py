"""What a window says while the history is renewed."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QLabel, QWidget

from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.ui.shell.renewal_line import show_renewal


def shown(window):
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


async def test_it_says_how_far_it_is_and_goes_with_its_end(qtbot, until):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    work, end = LongWork(), asyncio.Event()
    opening = asyncio.create_task(end.wait())
    telling = asyncio.create_task(show_renewal(window, work, opening))
    await asyncio.sleep(0)
    assert shown(window) == []  # it may be open at once
    work.total, work.done = 100, 42
    await until(lambda: len(shown(window)) == 2)
    assert "42" in shown(window)[0]
    assert all(window.rect().contains(one.geometry()) for one in window.findChildren(QLabel))
    end.set()
    await telling
    assert shown(window) == []
