"""The settings. Each works at once; nothing is here that does not work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from cartoonmix_desktop.ui.dialogs import CalmDialog, button
from cartoonmix_desktop.ui.text import label
from cartoonmix_desktop.ui.theme import SPACE
from cartoonmix_desktop.ui.wording import news_words, size_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.services.events import UpdatesChanged


class SettingsDialog(CalmDialog):
    """Theme, request format, folder of the pictures, thumbnails, news. Show with ``open()``.

    Signals:
        changed: a setting and its new value: ``"theme"`` (``"system"``, ``"dark"``, ``"light"``),
            ``"body_format"`` (``"json"``, ``"multipart"``), ``"trash_days"`` (0 for never).
        open_folder_requested: show the pictures in the file manager.
        clear_requested: empty the thumbnails; answer with `show_values`.
        news_wanted: whether to tell when a newer version exists; answer with `show_news`.
        release_page_requested: open the page of the newer version.
    """

    changed = Signal(str, object)
    open_folder_requested = Signal()
    clear_requested = Signal()
    news_wanted = Signal(bool)
    release_page_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, offers_news: bool = False) -> None:
        """Make it.

        Args:
            parent: the window it belongs to.
            offers_news: whether this build knows where newer versions are told of.
        """
        super().__init__(parent, self.tr("Settings"), 560)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(4 * SPACE)
        self._grid.setVerticalSpacing(SPACE)
        self._grid.setColumnStretch(1, 1)
        self.content.addLayout(self._grid)

        self._theme = self._choice(
            "theme",
            self.tr("Theme"),
            {
                "system": self.tr("As the system"),
                "dark": self.tr("Dark"),
                "light": self.tr("Light"),
            },
            self.tr("Colours are judged best on the neutral dark one."),
        )
        self._body_format = self._choice(
            "body_format",
            self.tr("Request format"),
            {"json": self.tr("JSON"), "multipart": self.tr("Multipart form")},
            self.tr("How a recipe is sent to Wiro. Change it only if Wiro refuses JSON."),
        )
        self._trash = self._choice(
            "trash_days",
            self.tr("Keep what is deleted"),
            {
                7: self.tr("7 days"),
                30: self.tr("30 days"),
                90: self.tr("90 days"),
                0: self.tr("Until the trash is emptied"),
            },
            self.tr("It waits in the trash, and can be restored from there."),
        )
        self._folder = QLineEdit()
        self._folder.setReadOnly(True)
        self._fact(
            self.tr("Pictures folder"),
            self._folder,
            self.tr("Open folder"),
            self.open_folder_requested,
            self.tr("Every picture is a file here, exactly as it was served."),
        )
        self._thumbnails = label()
        self._clear = self._fact(
            self.tr("Thumbnails"),
            self._thumbnails,
            self.tr("Clear"),
            self.clear_requested,
            self.tr("They are made again when they are needed. No picture is touched."),
        )
        self._news: QCheckBox | None = None
        if offers_news:
            self._add_news()
        privacy = self.tr(
            "Recipes go to Wiro alone, and to nobody while you use the sandbox. The program sends "
            "no statistics, and the key stays in the keyring of this computer."
        )
        self._row(self.tr("Privacy"), label(privacy, role="muted", wrap=True), at_top=True)

        close = button(self.tr("Close"))
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(close)
        self.content.addLayout(row)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show what is set; what is missing stays as it is, and nothing is told as changed.

        Args:
            values: ``theme``, ``body_format`` and ``trash_days`` as in `changed`,
                ``pictures_folder`` (text or path), ``thumbnails_size`` (bytes).
        """
        boxes = {"theme": self._theme, "body_format": self._body_format, "trash_days": self._trash}
        for name, box in boxes.items():
            if name in values:
                box.setCurrentIndex(max(0, box.findData(values[name])))
        if "pictures_folder" in values:
            self._folder.setText(str(values["pictures_folder"]))
            self._folder.setCursorPosition(0)  # a long path shows its beginning
        if "thumbnails_size" in values:
            self._thumbnails.setText(size_words(values["thumbnails_size"]))
            self._clear.setEnabled(values["thumbnails_size"] > 0)

    def show_news(self, updates: UpdatesChanged) -> None:
        """Show what is known of newer versions; nothing in a build that cannot know."""
        if self._news is None:
            return
        self._news.setChecked(updates.wanted)
        self._known.setText(news_words(updates))
        self._known.setVisible(bool(self._known.text()))
        self._page.setVisible(bool(updates.newer))

    def _add_news(self) -> None:
        self._news = QCheckBox(self.tr("Tell me when a newer version exists"))
        self._news.clicked.connect(self.news_wanted)  # only what a person chose
        self._known = label(wrap=True)
        self._page = button(self.tr("Open its page"))
        self._page.clicked.connect(self.release_page_requested)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._news, 1)
        row.addWidget(self._page)
        about = self.tr(
            "The project’s page is asked once a day, and told nothing but the version you have. "
            "Nothing is ever fetched or installed by itself."
        )
        at = self._grid.rowCount()
        self._grid.addWidget(label(self.tr("Newer versions")), at, 0)
        self._grid.addWidget(both, at, 1)
        self._grid.addWidget(label(about, role="muted", size=11, wrap=True), at + 1, 1)
        self._grid.addWidget(self._known, at + 2, 1)
        self._grid.setRowMinimumHeight(at + 3, 2 * SPACE)

    def _choice(self, name: str, title: str, options: Mapping[Any, str], about: str) -> QComboBox:
        box = QComboBox()
        for value, words in options.items():
            box.addItem(words, value)
        box.setAccessibleName(title)
        box.setAccessibleDescription(about)

        def tell(index: int) -> None:
            self.changed.emit(name, box.itemData(index))

        box.activated.connect(tell)  # only what a person chose
        self._row(title, box, about)
        return box

    def _fact(
        self, title: str, fact: QWidget, what: str, requested: SignalInstance, about: str
    ) -> QPushButton:
        made = button(what)
        made.setAccessibleDescription(title)
        made.clicked.connect(requested)
        fact.setAccessibleName(title)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(fact, 1)
        row.addWidget(made)
        self._row(title, both, about)
        return made

    def _row(self, title: str, widget: QWidget, about: str = "", *, at_top: bool = False) -> None:
        at = self._grid.rowCount()
        where = Qt.AlignmentFlag.AlignTop if at_top else Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(label(title), at, 0, where)
        self._grid.addWidget(widget, at, 1)
        if about:
            self._grid.addWidget(label(about, role="muted", size=11, wrap=True), at + 1, 1)
        self._grid.setRowMinimumHeight(at + 2, 2 * SPACE)
