"""What happens to a library works under Windows' rules for files, and beside a scanner."""

from __future__ import annotations

import sys

import pytest

from cartoonmix_desktop.core.task.marks import Target
from cartoonmix_desktop.core.task.trash import Pieces
from cartoonmix_desktop.services.progress import LongWork
from cartoonmix_desktop.services.transfer.exporting import ExportPlan
from cartoonmix_desktop.storage.files.pictures import PARTIAL
from tests.unit.services.shelf import Shelf, picture
from tests.windows_rules import hold_each_once


@pytest.mark.skipif(sys.platform != "linux", reason="they are laid over Linux alone")
@pytest.mark.parametrize("scanner", [False, True])
async def test_from_import_to_archive(tmp_path, monkeypatch, windows_rules, scanner):
    outside, exports = tmp_path / "Outside", tmp_path / "Exports"
    for folder in (outside, exports):
        folder.mkdir()
    for name in ("a.png", "b.PNG", "c.png"):
        (outside / name).write_bytes(picture())
    held = hold_each_once(monkeypatch) if scanner else []
    shelf = await Shelf(tmp_path / "one").open()
    studio = shelf.studio
    imported = await studio.importer.run([tmp_path / "outside"], LongWork())
    tasks = await studio.history.tasks(imported.tasks)
    assert (len(tasks), [str(each.error) for each in imported.unread]) == (3, [])

    put = await shelf.trash.put(Pieces(tasks=(tasks[0].id, tasks[1].id)))
    await shelf.trash.restore(Pieces(tasks=(tasks[0].id,)))
    await shelf.trash.delete(Pieces(tasks=(tasks[1].id,)))
    assert put
    assert len(shelf.files()) == 2
    kept = Target(tasks=(tasks[0].id, tasks[2].id))
    done = await studio.exporter.run(kept, ExportPlan(exports, kind="PNG"), LongWork())
    again = await studio.exporter.run(kept, ExportPlan(exports, kind="PNG"), LongWork())
    assert (len(done.files), len(again.files), done.failed + again.failed) == (2, 2, ())
    studio.history.compact_journal(lambda: None)
    shelf.settings.set("theme", "dark")

    archive = tmp_path / "all.zip"
    await studio.archive.write(archive, LongWork())
    await studio.archive.write(archive, LongWork())
    assert (await studio.relocation.moving(tmp_path / "Moved").run()).moved
    assert not shelf.root.exists()
    await shelf.close()

    other = await Shelf(tmp_path / "two").open()
    merged = await other.studio.archive.merge(archive, LongWork())
    assert (merged.tasks, len(other.files())) == (2, 2)
    await other.close()
    left = [path for path in tmp_path.rglob("*") if path.suffix in {PARTIAL, ".part"}]
    assert left == []
    assert bool(held) == scanner
