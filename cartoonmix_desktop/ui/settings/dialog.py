"""The settings. Each works at once; nothing is here that does not work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QTabWidget, QWidget

from cartoonmix_desktop.ui.settings.caps_page import CapsPage
from cartoonmix_desktop.ui.settings.library_page import LibraryPage
from cartoonmix_desktop.ui.widgets.buttons import button
from cartoonmix_desktop.ui.widgets.dialogs import CalmDialog
from cartoonmix_desktop.ui.widgets.setting_rows import Scrolled, SettingRows
from cartoonmix_desktop.ui.widgets.text import label
from cartoonmix_desktop.ui.widgets.theme import SPACE
from cartoonmix_desktop.wording import common
from cartoonmix_desktop.wording import settings as words
from cartoonmix_desktop.wording.money.caps import CAPS
from cartoonmix_desktop.wording.settings import news_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.services.events import UpdatesChanged

_WIDTH = 600
_AROUND = 110  # pixels of the dialog's frame, margins and Close


class SettingsDialog(CalmDialog):
    """Pages: what is general, the library, and what runs may cost. Show with ``open()``.

    Attributes:
        library: the page of the library.
        caps: the page of the caps.

    Signals:
        changed: a setting and its new value: ``"theme"`` (``"system"``, ``"dark"``, ``"light"``),
            ``"body_format"`` (``"json"``, ``"multipart"``), ``"trash_days"`` (0 for never),
            ``"thumbnail_budget"`` (megabytes).
        news_wanted: whether to tell when a newer version exists; answer with `show_news`.
        release_page_requested: open the page of the newer version.
    """

    changed = Signal(str, object)
    news_wanted = Signal(bool)
    release_page_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, offers_news: bool = False) -> None:
        """Make it.

        Args:
            parent: the window it belongs to.
            offers_news: whether this build knows where newer versions are told of.
        """
        super().__init__(parent, words.TITLE, _WIDTH)
        self._tabs = QTabWidget()
        self._tabs.setAccessibleName(words.TITLE)
        self._rows = SettingRows()
        self.library = LibraryPage()
        self.caps = CapsPage()
        self._tabs.addTab(Scrolled(self._rows), words.GENERAL)
        self._tabs.addTab(Scrolled(self.library), words.LIBRARY)
        self._tabs.addTab(Scrolled(self.caps), CAPS)
        self.content.addWidget(self._tabs)
        self.library.changed.connect(self.changed)
        self.library.resized.connect(self._fit)
        self.caps.resized.connect(self._fit)
        for at in range(self._tabs.count()):
            _page(self._tabs, at).grown.connect(self._fit)
        self._theme = self._rows.add_choice(
            words.THEME,
            words.THEMES,
            words.THEME_HELP,
            partial(self.changed.emit, "theme"),
        )
        self._body_format = self._rows.add_choice(
            words.REQUEST_FORMAT,
            words.REQUEST_FORMATS,
            words.REQUEST_FORMAT_HELP,
            partial(self.changed.emit, "body_format"),
        )
        self._news: QCheckBox | None = None
        if offers_news:
            self._add_news()
        privacy = words.PRIVACY_TEXT
        self._rows.add(words.PRIVACY, label(privacy, role="muted", wrap=True), at_top=True)
        self._rows.finish()

        close = button(common.CLOSE)
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(close)
        self.content.addLayout(row)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show what is set; what is missing stays as it is, and nothing is told as changed.

        Args:
            values: ``theme``, ``body_format``, ``trash_days`` and ``thumbnail_budget`` as in
                `changed`.
        """
        boxes = {"theme": self._theme, "body_format": self._body_format, **self.library.choices}
        for name, box in boxes.items():
            if name in values:
                box.setCurrentIndex(max(0, box.findData(values[name])))

    def show_page(self, page: str) -> None:
        """Turn to ``"general"``, ``"library"`` or ``"caps"``."""
        self._tabs.setCurrentIndex(("general", "library", "caps").index(page))

    def event(self, event: QEvent) -> bool:
        """As high as its pages, as far as there is room; before the system finds it a place."""
        if event.type() == QEvent.Type.Polish:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        window = self.parentWidget()
        room = self.screen().availableGeometry().height()
        if window is not None and window.isVisible():
            room = min(room, window.window().height())
        margins = self.content.contentsMargins()
        around = margins.left() + margins.right()
        pages = [_page(self._tabs, at) for at in range(self._tabs.count())]
        for part in self.findChildren(QWidget):
            part.ensurePolished()  # only then it knows how wide it is
        width = max(_WIDTH - around, *(page.least_width for page in pages))  # of long translations
        self.setFixedWidth(min(width + around, self.screen().availableGeometry().width()))
        wanted = max(page.height_at(width) for page in pages)
        bar = self._tabs.tabBar().sizeHint().height()
        self._tabs.setFixedHeight(max(200, min(wanted + bar + 2, room - _AROUND)))

    def show_news(self, updates: UpdatesChanged) -> None:
        """Show what is known of newer versions; nothing in a build that cannot know."""
        if self._news is None:
            return
        self._news.setChecked(updates.wanted)
        self._known.setText(news_words(updates))
        self._known.setVisible(bool(self._known.text()))
        self._page.setVisible(bool(updates.newer))

    def _add_news(self) -> None:
        self._news = QCheckBox(words.TELL_OF_NEWER)
        self._news.clicked.connect(self.news_wanted)  # only what a person chose
        self._known = label(wrap=True)
        self._page = button(words.OPEN_PAGE)
        self._page.clicked.connect(self.release_page_requested)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._news, 1)
        row.addWidget(self._page)
        self._rows.add(words.NEWER_VERSIONS, both, words.TELL_OF_NEWER_HELP)
        self._rows.add("", self._known)


def _page(tabs: QTabWidget, at: int) -> Scrolled:
    page = tabs.widget(at)
    assert isinstance(page, Scrolled)  # noqa: S101  all of them are
    return page
