"""Recipes that come from outside and go there: links, recipe files, pictures.

What comes only fills the form, says so, and can be undone; it never sends anything.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent

from cartoonmix_desktop.core.recipe import infotext
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX
from cartoonmix_desktop.core.recipe.links import SCHEME, FileToOpen, read_given, to_link
from cartoonmix_desktop.core.recipe.recipe import SUFFIX
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.generation_text import text_of_request
from cartoonmix_desktop.services.history import recipes
from cartoonmix_desktop.ui.widgets import desktop
from cartoonmix_desktop.ui.widgets.dialogs import open_file, save_file
from cartoonmix_desktop.wording.common import NoticeAction, Offer
from cartoonmix_desktop.wording.recipe import form as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QMimeData

    from cartoonmix_desktop.core.recipe.recipe import Recipe
    from cartoonmix_desktop.ui.frame import Frame, Spawn
    from cartoonmix_desktop.ui.notices import Notices
    from cartoonmix_desktop.ui.recipe.panel import RecipePanel


class RecipePresenter(QObject):
    """Opens, saves and undoes recipes of one window."""

    def __init__(
        self,
        panel: RecipePanel,
        notices: Notices,
        frame: Frame,
        spawn: Spawn,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._panel, self._frame = panel, frame
        self._notices = notices
        self._spawn = spawn
        self._before: tuple[dict[str, object], bool, int | None] | None = None
        self._panel.open_requested.connect(self._on_open_requested)
        self._panel.save_requested.connect(self._on_save_requested)
        self._panel.copy_link_requested.connect(self._on_copy_link_requested)
        self._panel.copy_text_requested.connect(self._on_copy_text_requested)
        self._panel.paste_requested.connect(self._on_paste_requested)
        self._panel.text_pasted.connect(self._on_text_pasted)
        self._pasted = ""
        frame.widget.setAcceptDrops(True)
        frame.widget.installEventFilter(self)

    def open_given(self, text: str) -> None:
        """Put the recipe that a link or file holds into the form.

        Args:
            text: a link, a ``file:`` address or a path, from outside.
        """
        self._spawn(self._open(text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files and links that are dropped on the window, but none of its own pictures."""
        if (
            isinstance(event, QDropEvent) and event.source() is None
        ):  # those of a drag are some, too
            given = _dropped(event.mimeData())
            if given and event.type() in {QEvent.Type.DragEnter, QEvent.Type.Drop}:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.open_given(given)
                return True
        return super().eventFilter(watched, event)

    # --- in --------------------------------------------------------------------------------------

    async def _open(self, text: str) -> None:
        given = read_given(text)
        if isinstance(given, FileToOpen):
            path = Path(given.path)
            self._fill(await recipes.read(path), path.name, _kind_of(path))
        else:
            self._fill(given, words.A_LINK, words.THE_LINK)

    def _fill(self, recipe: Recipe, source: str, kind: str) -> None:
        before = (self._panel.raw(), self._panel.new_seed_each_time, self._panel.origin)
        self._panel.origin = None
        self._panel.set_raw(recipe.values)
        changed = [name for name, old in before[0].items() if self._panel.raw()[name] != old]
        self._frame.show_recipe()
        unfit = {error.field for error in recipe.left_out}  # told, and named below
        missing = words.missing_summary([*recipe.values, *unfit], kind)
        said = words.recipe_from(source, changed, missing, recipe.left_out)
        if changed:
            self._before = before
        self._notices.forget("problem")  # of what was opened before
        self._notices.show_news(
            "recipe",
            "warn" if recipe.left_out else "info",
            said,
            *((Offer(NoticeAction.UNDO_RECIPE),) if changed else ()),
        )

    def undo(self) -> None:
        """Put back what the form held before a recipe was opened."""
        if self._before is not None:
            values, new_seed, self._panel.origin = self._before
            self._before = None
            self._panel.set_raw(values)
            self._panel.new_seed_each_time = new_seed

    def _on_open_requested(self) -> None:
        async def work() -> None:
            chosen = await open_file(
                self._frame.widget, words.OPEN, desktop.usual_folder(), words.OPEN_KINDS
            )
            if chosen is not None:
                self._fill(await recipes.read(chosen), chosen.name, _kind_of(chosen))

        self._spawn(work())

    def _on_paste_requested(self) -> None:
        data = desktop.clipboard()
        if given := _dropped(data):
            self.open_given(given)
        elif (text := data.text().strip()).casefold().startswith(f"{SCHEME}:"):
            self.open_given(text)
        else:
            self._spawn(self._paste(text.encode() or desktop.encoded_picture(data)))

    async def _paste(self, data: bytes) -> None:
        self._fill(await recipes.read_in(data, words.CLIPBOARD), words.CLIPBOARD, words.THE_PASTED)

    def _on_text_pasted(self, text: str) -> None:
        """Offer what a person may have meant who pasted a whole recipe into a prompt."""
        if infotext.parse(text) is not None:
            self._pasted = text
            self._notices.show_news("recipe", "info", words.PASTED, Offer(NoticeAction.USE_PASTED))

    def use_pasted(self) -> None:
        """Make a recipe of what was pasted into a prompt last."""
        self._spawn(self._paste(self._pasted.encode()))

    # --- out -------------------------------------------------------------------------------------

    def _meant(self) -> dict[str, Any]:
        """What the form holds, as it would be sent.

        Raises:
            InputError: something in it cannot be meant.
        """
        values, errors = CARTOONMIX.check(self._panel.raw())
        if errors:
            raise errors[0]
        return dict(values)

    def _on_save_requested(self) -> None:
        async def work() -> None:
            values = self._meant()
            chosen = await save_file(
                self._frame.widget,
                words.SAVE,
                desktop.usual_folder() / _name(values),
                words.SAVE_KINDS,
            )
            if chosen is not None:
                await recipes.write(chosen, values)

        self._spawn(work())

    def _on_copy_link_requested(self) -> None:
        async def work() -> None:
            desktop.copy_text(to_link(self._meant()))
            self._notices.show_news("link", "good", words.LINK_COPIED)

        self._spawn(work())

    def _on_copy_text_requested(self) -> None:
        async def work() -> None:
            desktop.copy_text(text_of_request(GenerationRequest(CARTOONMIX.slug, self._meant())))
            self._notices.show_news("link", "good", words.RECIPE_COPIED)

        self._spawn(work())


def _kind_of(path: Path) -> str:
    return words.THE_FILE if path.suffix.casefold() == SUFFIX else words.THE_PICTURE


def _name(values: Mapping[str, object]) -> str:
    """A file name that tells which recipe it is."""
    prompt = re.sub(r"[^\w -]+", " ", str(values["prompt"])[:200]).split()
    return (" ".join(prompt)[:40].strip() or words.FILE_NAME) + SUFFIX


def _dropped(data: QMimeData) -> str:
    """The first thing that can be opened, or nothing."""
    for url in data.urls():
        if url.isLocalFile():
            return url.toLocalFile()
        if url.scheme() == SCHEME:
            return url.toString(url.ComponentFormattingOption.FullyEncoded)
    return ""
