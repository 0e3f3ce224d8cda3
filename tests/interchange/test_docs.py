"""The docs tell what is read as it is."""

from __future__ import annotations

from tests.interchange.docs import stands_in_docs
from tests.interchange.reading import read_table


def test_the_table_of_what_is_read_is_that_of_this_program():
    """``.venv/bin/python -m tests.interchange.reading`` renews it."""
    assert stands_in_docs("read") == read_table()
