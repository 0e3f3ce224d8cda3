"""Earlier prompts, had again."""

from __future__ import annotations

from cartoonmix_desktop.core.prompt.earlier import MOST, Earlier


def test_older_and_newer_ones_and_what_was_being_written():
    earlier = Earlier()
    assert earlier.step("mine", -1) is None
    for text in ("one", "two", "one", " ", "three"):
        earlier.add(text)
    assert earlier.texts == ["two", "one", "three"]
    shown = "mine"
    for by, after in ((-1, "three"), (-1, "one"), (1, "three"), (1, "mine"), (1, None)):
        found = earlier.step(shown, by)
        assert found == after
        shown = found or shown
    assert earlier.step("three", -1) == "one"  # it was just sent
    assert earlier.step("one, changed", -1) == "three"
    assert earlier.step("three", 1) == "one, changed"


def test_what_is_kept_is_bounded_and_anything_may_be_stored():
    earlier = Earlier()
    earlier.restore([3, None, "a", *map(str, range(MOST + 9))])
    assert (len(earlier.texts), earlier.texts[-1]) == (MOST, str(MOST + 8))
    earlier.add("x" * 99_990)
    assert len(earlier.texts) == 4
    earlier.add("y" * 100_001)
    earlier.restore("nothing of use")
    assert earlier.texts == []
