"""Pictures decoded before they are turned to, and never twice at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from cartoonmix_desktop.core.task.task import OutputState
from cartoonmix_desktop.ui.widgets.image_decoding import begin_to_load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cartoonmix_desktop.core.task.task import Output
    from cartoonmix_desktop.ui.widgets.image_decoding import Picture

    _Key = tuple[int, str, str]

MOST_PIXELS = 16 * 1024 * 1024
"""Larger pictures are decoded when they are turned to: three of them fill 270 MB."""


class Ahead:
    """Keeps the pictures that are wanted, and what is being decoded of them."""

    def __init__(self, path_of: Callable[[Output], Path]) -> None:
        """Keep nothing yet.

        Args:
            path_of: where a kept picture is; the file may be missing.
        """
        self._path_of = path_of
        self._wanted: set[_Key] = set()
        self._begun: dict[_Key, asyncio.Future[Picture]] = {}
        self._awaited: Counter[_Key] = Counter()

    def want(self, outputs: Sequence[Output]) -> None:
        """Decode these, the first one first, and let all others go; none for none.

        What somebody waits for is decoded all the same.
        """
        fit = {
            _key(output): output
            for output in outputs
            if output.state is OutputState.KEPT and output.width * output.height <= MOST_PIXELS
        }
        self._wanted = set(fit)
        for key in [key for key in self._begun if key not in fit and not self._awaited[key]]:
            self._begun.pop(key).cancel()
        for output in fit.values():
            self._begin(output)

    def at_hand(self, output: Output) -> Picture | None:
        """A picture that is decoded already."""
        future = self._begun.get(_key(output))
        done = future is not None and future.done() and not future.cancelled()
        return future.result() if future and done and not future.exception() else None

    async def load(self, output: Output) -> Picture:
        """Decode a picture, or wait until that is done.

        Raises:
            OSError, NotAPicture, PictureTooLarge: as `image_decoding.load`.
        """
        key, future = _key(output), self._begin(output)
        self._awaited[key] += 1
        try:
            return await asyncio.shield(future)
        finally:
            self._awaited[key] -= 1
            if not self._awaited[key]:
                del self._awaited[key]
                if key not in self._wanted:
                    self._begun.pop(key, None)

    def _begin(self, output: Output) -> asyncio.Future[Picture]:
        key = _key(output)
        if (future := self._begun.get(key)) is None:
            future = self._begun[key] = begin_to_load(self._path_of(output))
            future.add_done_callback(lambda done: self._on_done(key, done))
        return future

    def _on_done(self, key: _Key, done: asyncio.Future[Picture]) -> None:
        """Forget what went wrong: who turns to it tries again, and tells."""
        if (done.cancelled() or done.exception()) and self._begun.get(key) is done:
            del self._begun[key]


def _key(output: Output) -> _Key:
    return output.id, output.path, output.sha256
