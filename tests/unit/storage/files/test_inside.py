"""No path of a history or an archive leads out of the library, on whatever system it is read."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.core.disk import DiskUse
from cartoonmix_desktop.storage.files.disk_use import count
from cartoonmix_desktop.storage.files.inside import parts_inside
from cartoonmix_desktop.storage.files.moving import _remove_empty, names_in
from cartoonmix_desktop.storage.files.pictures import PictureFolder
from cartoonmix_desktop.storage.files.trash_files import TrashFiles
from cartoonmix_desktop.storage.locations import Locations

ROOTS = (PurePosixPath("/home/a/library"), PureWindowsPath(r"D:\a\library"))
PIECES = [
    "a",
    "..",
    ".",
    "",
    "c:",
    "c:\\",
    "\\",
    "\\\\server\\share",
    "/",
    "con",
    "x.",
    "x ",
    "\0",
    "é",
]


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "/", "/a", "..", "a/..", "a/../b", "../a", "a\\..\\..\\b", "a\0b"),
        *(
            "c:\\Users\\b",
            "a/c:\\Users\\b",
            "a/c:b",
            "c:",
            "a/\\\\server\\share\\x",
            "\\x",
            "a/\\x",
        ),
    ],
)
@pytest.mark.parametrize("windows", [True, False])
def test_what_leads_out_is_refused(path, windows):
    with pytest.raises(ValueError, match="not inside"):
        parts_inside(path, windows=windows)


@pytest.mark.parametrize(
    "path", ["a:b", "a/con", "CONIN$.png", "a/nul.png", "x.", "a /b", "a?", "a*b", "a\\b", "a\tb"]
)
def test_what_windows_reads_otherwise_is_refused_there(path):
    with pytest.raises(ValueError, match="not inside"):
        parts_inside(path, windows=True)


@pytest.mark.parametrize("path", ["2026-12/a fox-1.png", "a/b/c.png", "ünï/日本.png", ".hidden/x"])
@pytest.mark.parametrize("windows", [True, False])
def test_what_stays_is_taken(path, windows):
    assert parts_inside(path, windows=windows) == tuple(path.split("/"))


@given(st.one_of(st.text(max_size=20), st.lists(st.sampled_from(PIECES)).map("/".join)))
def test_whatever_is_taken_lies_inside(path):
    for windows in (True, False):
        try:
            parts = parts_inside(path, windows=windows)
        except ValueError:
            continue
        for root in ROOTS:
            joined = root.joinpath(*parts)
            assert joined.is_relative_to(root)
            assert joined != root
            assert ".." not in joined.parts
            if windows or isinstance(root, PurePosixPath):
                assert len(joined.parts) == len(root.parts) + len(parts)


def test_a_junction_is_not_followed(tmp_path, monkeypatch):
    as_it_is = Path.lstat

    def lstat(self):  # as Windows tells of one
        about = as_it_is(self)
        tag = {"st_reparse_tag": 0xA0000003} if self.name == "round" else {}
        return SimpleNamespace(st_mode=about.st_mode, **tag)

    library = tmp_path / "library"
    for folder in ("2026-11", "Trash"):
        (library / folder / "round" / "deep").mkdir(parents=True)
        (library / folder / "mine.png").write_bytes(b"12")
        (library / folder / "round" / "theirs.png").write_bytes(b"1234")
    monkeypatch.setattr(Path, "lstat", lstat)
    assert TrashFiles(PictureFolder(library)).everything() == ["Trash/mine.png"]
    assert [*names_in(library, ())] == ["2026-11/mine.png", "Trash/mine.png"]
    places = Locations.from_environment({"CARTOONMIX_HOME": str(tmp_path)})
    for use in (DiskUse.PICTURES, DiskUse.TRASH):
        assert count(use, places, library, bool) == 2
    _remove_empty(library, ())
    assert (library / "2026-11" / "round" / "deep").is_dir()
