"""What the tests of the disk share."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.storage.history.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cartoonmix_desktop.core.task.task import Task


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def ledger(history: Path) -> Iterator[Ledger]:
    opened = Ledger(history)
    yield opened
    opened.close()


@pytest.fixture
def add(ledger: Ledger) -> Callable[..., Task]:
    """Adds a task; ``prompt``, ``negative``, ``account``, ``owner`` and ``at`` may be given."""
    numbers = iter(range(1, 1_000_000))

    def adding(
        prompt: str = "a wizard cat",
        negative: str = "bad hands",
        account: str = "wiro-1",
        owner: str = "me",
        at: float | None = None,
    ) -> Task:
        number = next(numbers)
        request = GenerationRequest.build({"prompt": prompt, "negativePrompt": negative})
        moment = 1000.0 + number if at is None else at
        return ledger.add(request, account, owner, at=moment, uid=f"{number:032x}")

    return adding


@pytest.fixture(scope="session")
def drawing() -> Callable[..., bytes]:
    """The bytes of a picture that does not compress to nothing."""

    def draw(
        kind: str = "PNG", size: tuple[int, int] = (96, 64), mode: str = "RGB", **options: object
    ) -> bytes:
        noise = random.Random(str(size)).randbytes(size[0] * size[1] * 3)
        file = io.BytesIO()
        Image.frombytes("RGB", size, noise).convert(mode).save(file, kind, **options)
        return file.getvalue()

    return draw
