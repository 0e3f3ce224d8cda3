"""No path of a history or an archive leads out of the library, on whatever system it is read."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartoonmix_desktop.storage.files.inside import parts_inside

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
