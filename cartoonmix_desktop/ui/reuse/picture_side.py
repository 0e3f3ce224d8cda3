"""What the recipe view asks of the picture it stands beside, which is another room's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QWidget

    from cartoonmix_desktop.ui.reuse.recipe_view import RecipeView
    from cartoonmix_desktop.ui.widgets.image_decoding import Thumbnails


class PictureSide(Protocol):
    """Shows a picture, and its recipe if that is wanted."""

    recipe_toggled: SignalInstance
    """Whether the recipe is wanted from now on."""
    recipe_wanted: bool
    recipe: RecipeView
    thumbnails: Thumbnails

    @property
    def stage(self) -> QWidget:
        """Where the picture is."""
