"""What a person chose: read at once, stored without holding up the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cartoonmix_desktop.services.library.library import thumbnail_budget

if TYPE_CHECKING:
    from cartoonmix_desktop.services.threads import Thread
    from cartoonmix_desktop.storage.settings import Settings

T = TypeVar("T")


class Preferences:
    """The settings, for the window."""

    def __init__(self, settings: Settings, files: Thread) -> None:
        """Nothing is read yet.

        Args:
            settings: where they are kept.
            files: the thread that writes them.
        """
        self._settings, self._files = settings, files

    def get(self, key: str, default: T) -> T:
        """A setting, or what is usual."""
        return self._settings.get(key, default)

    @property
    def thumbnail_budget(self) -> int:
        """Megabytes that thumbnails may take."""
        return thumbnail_budget(self._settings)

    async def remember(self, key: str, value: Any) -> None:
        """Store a setting.

        Raises:
            StorageError: the disk refused.
        """
        await self._files.run(self._settings.set, key, value)
