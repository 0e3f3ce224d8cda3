"""What marks need of the history beside them, which is another room's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import SignalInstance

    from cartoonmix_desktop.core.task.marks import Collection, SavedSearch


class SearchSide(Protocol):
    """Where searches are saved, and collections chosen."""

    save_search_requested: SignalInstance
    edit_searches_requested: SignalInstance
    new_collection_requested: SignalInstance
    rename_collection_requested: SignalInstance
    delete_collection_requested: SignalInstance

    @property
    def collection(self) -> Collection | None:
        """The collection that is looked at."""


class HistorySide(Protocol):
    """Shows what has marks, and their names."""

    collection_dropped: SignalInstance
    """A `Target`, and the `Collection`; None for a new one."""

    @property
    def search(self) -> SearchSide:
        """The search above it."""

    def search_again(self) -> None:
        """Ask for the same once more: what fits may not be what did."""

    def show_names(
        self,
        tags: Sequence[tuple[str, int]],
        collections: Sequence[Collection],
        searches: Sequence[SavedSearch],
    ) -> None:
        """Offer these names."""
