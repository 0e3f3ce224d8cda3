from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from cartoonmix_desktop.resources import resource

DRAWINGS = sorted(path.name for path in resource("icons").glob("*.svg"))


def test_data_files_are_found_by_their_name() -> None:
    assert resource("inspirations/inspirations.json").is_file()


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawings_are_sound_and_of_one_hand(name: str) -> None:
    root = ET.parse(resource(f"icons/{name}")).getroot()
    if name == "app.svg":
        return
    assert root.get("viewBox") == "0 0 20 20"
    assert root.get("stroke-width") == "1.5"
    if not name.startswith("sheet-"):  # those are read by Qt itself, which cannot tint them
        assert root.get("stroke") == "currentColor"
