"""Who made a task, as far as anybody is named."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.core.task.maker import Whose, whose

US = {"userid": "1", "projectid": "699"}


@pytest.mark.parametrize(
    ("maker", "ours", "expected"),
    [
        ({}, [US], Whose.UNTOLD),
        (US, [], Whose.UNTOLD),
        ({"username": "Ada"}, [US], Whose.UNTOLD),  # nothing that can be compared
        (US, [US], Whose.OURS),
        (US | {"username": "Bob"}, [US], Whose.OURS),
        ({"projectid": "699"}, [US], Whose.OURS),
        ({"projectid": "700"}, [US], Whose.ANOTHERS),
        (US | {"projectid": "700"}, [US], Whose.ANOTHERS),  # ours, for another purpose
        (US | {"userid": "2"}, [US], Whose.ANOTHERS),
        (US | {"userid": "2"}, [US, {"userid": "2"}], Whose.OURS),
        ({"userid": "2"}, [{"projectid": "699"}, US], Whose.ANOTHERS),
    ],
)
def test_whose(maker, ours, expected):
    assert whose(maker, ours) is expected
