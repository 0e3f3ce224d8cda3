"""A picture that is copied in is on the disk before anything says that it is here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.storage.history.imports import ImportRecords
from cartoonmix_desktop.storage.history.merging import MergeRecords
from tests.unit.services.shelf import Shelf, picture


class Disk:
    """Files that would survive a power cut, and those that were told of although they would not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.safe: set[int] = set()
        self.told: list[str] = []
        self.too_early: list[str] = []

    def tell(self) -> None:
        for path in (self.root / ".incoming").glob("*.import"):
            self.told.append(path.name)
            if path.stat().st_ino not in self.safe:
                self.too_early.append(path.name)


@pytest.fixture
async def shelf(tmp_path):
    made = await Shelf(tmp_path / "home" / "cartoonmix").open()
    yield made
    await made.close()


@pytest.fixture
def disk(shelf, monkeypatch):
    disk = Disk(shelf.root)
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        sync(descriptor)
        disk.safe.add(os.fstat(descriptor).st_ino)

    def telling(call):
        def tell(*args, **options):
            disk.tell()
            return call(*args, **options)

        return tell

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(ImportRecords, "add", telling(ImportRecords.add))
    monkeypatch.setattr(MergeRecords, "add", telling(MergeRecords.add))
    monkeypatch.setattr(Path, "rename", telling(Path.rename))
    return disk


async def test_an_import(shelf, disk, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    for number in range(12):
        (outside / f"{number}.png").write_bytes(picture())
    summary = await shelf.studio.importer.run([outside], LongWork())
    assert len(summary.tasks) == len(set(disk.told)) == 12
    assert disk.too_early == []


async def test_another_library(shelf, disk, tmp_path):
    other = await Shelf(tmp_path / "other" / "cartoonmix").open()
    await other.add(pictures=3)
    await other.studio.archive.write(tmp_path / "library.zip", LongWork())
    await other.close()
    summary = await shelf.studio.archive.merge(tmp_path / "library.zip", LongWork())
    assert summary.pictures == len(set(disk.told)) == 3
    assert disk.too_early == []


async def test_missing_files_that_are_found(shelf, disk, tmp_path):
    task = await shelf.add(pictures=3)
    outside = tmp_path / "outside"
    outside.mkdir()
    for output in task.outputs:
        (shelf.root / output.path).replace(outside / f"{output.id}.png")
    assert await shelf.studio.relinker.find(outside, LongWork()) == (3, 0)
    assert len(set(disk.told)) == 3
    assert disk.too_early == []
