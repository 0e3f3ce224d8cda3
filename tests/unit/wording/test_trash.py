from __future__ import annotations

import pytest

from cartoonmix_desktop.core.task.trash import TrashItem
from cartoonmix_desktop.wording.trash import item_words, left_words, term_words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, ""),
        (30, "deleted automatically after 30 more days of use"),
        (1, "deleted automatically after 1 more day of use"),
        (0, "deleted automatically on the next day of use"),
        (-3, "deleted automatically soon"),
    ],
)
def test_how_long_something_stays_is_told_in_days_of_use(left, words):
    assert left_words(left) == words


def test_what_is_kept_for_ever_says_nothing_of_an_end():
    item = TrashItem(task_id=1, picture_id=0, at=1.0, pictures=2, size=2_000_000)
    assert item_words(item, None) == "Task · 2 pictures · 2.0 MB"
    assert item_words(item, 7).endswith("2.0 MB · deleted automatically after 7 more days of use")


def test_the_term_says_that_days_of_use_are_meant():
    assert "for 30 days of use" in term_words(30)
    assert term_words(0) == "Deleted items stay here until you empty the trash."
