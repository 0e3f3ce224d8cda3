"""Colours, type and spacing of the window, and their application to Qt."""

from __future__ import annotations

from functools import cache
from typing import ClassVar, NamedTuple

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.ui.widgets.stylesheet import style_sheet

SPACE = 4
"""The grid, in device-independent pixels: 4 within a control, 8 between, 16 around groups."""

RADIUS = 6
"""The one corner radius, in device-independent pixels."""


class Tokens(NamedTuple):
    """The named colours, as ``#rrggbb``."""

    window: str
    panel: str
    field: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str


DARK = Tokens(
    window="#1e1f22",
    panel="#26272b",
    field="#1a1b1e",
    line="#3a3c42",
    text="#e6e6e8",
    muted="#a3a6ad",
    accent="#7c9cff",
    on_accent="#10131c",
    good="#6cc38a",
    warn="#e0b252",
    bad="#f2777a",
)

LIGHT = Tokens(
    window="#f3f3f4",
    panel="#ffffff",
    field="#ffffff",
    line="#d0d2d7",
    text="#1d1e21",
    muted="#5c6068",
    accent="#3355d1",
    on_accent="#ffffff",
    good="#1f7a43",
    warn="#8a5a00",
    bad="#b3261e",
)

ROLES = Tokens._fields
"""Every name that `Theme.color` knows besides the mixed ones."""


@cache
def mixed(first: str, second: str, share: float) -> str:
    """The colour that lies ``share`` (0 to 1) of the way from ``first`` to ``second``."""
    one, two = QColor(first), QColor(second)
    return QColor.fromRgbF(
        *(a + (b - a) * share for a, b in zip(_rgb(one), _rgb(two), strict=True))
    ).name()


def _rgb(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()


def font(size: int = 13, *, medium: bool = False, tabular: bool = False) -> QFont:
    """The system's type at one of our sizes.

    Args:
        size: 11, 13, 15 or 20 device-independent pixels.
        medium: a heavier weight, for headings.
        tabular: figures of one width, for numbers that change or stand in columns.
    """
    return QFont(_font(QApplication.font().family(), size, medium=medium, tabular=tabular))


@cache
def _font(family: str, size: int, *, medium: bool, tabular: bool) -> QFont:
    made = QFont(QApplication.font())
    made.setFamily(family)
    made.setPixelSize(size)
    made.setWeight(QFont.Weight.DemiBold if medium else QFont.Weight.Normal)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def set_style(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet asks for, on a widget that may already be shown."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Theme(QObject):
    """Applies the tokens to the application and tells who paints by hand when they change."""

    changed = Signal()

    _current: ClassVar[Theme | None] = None

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = "dark"
        self._tokens = DARK
        self._colors: dict[str, QColor] = {}
        QDir.setSearchPaths("icons", [str(resource("icons"))])
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    @classmethod
    def current(cls) -> Theme:
        """The one applied.

        Raises:
            RuntimeError: none is yet.
        """
        if cls._current is None:
            raise RuntimeError("no theme is applied")
        return cls._current

    @property
    def tokens(self) -> Tokens:
        """The colours in use."""
        return self._tokens

    @property
    def choice(self) -> str:
        """What was asked for: ``"dark"``, ``"light"`` or ``"system"``."""
        return self._choice

    def choose(self, choice: str = "dark") -> None:
        """Decide what widgets read while they are made; `apply` dresses those that are there.

        To make a window first and dress it then takes half as long as dressing each part when it
        is put into its place.

        Args:
            choice: ``"dark"``, ``"light"`` or ``"system"``; anything else is dark.
        """
        if Theme._current is None or not self._app.styleSheet():
            self._app.setStyle("Fusion")
            self._app.setFont(font())
        Theme._current = self
        self._choice = choice if choice in {"dark", "light", "system"} else "dark"
        self._tell_system()
        tokens = DARK if self._is_dark() else LIGHT
        if tokens != self._tokens or not self._colors:
            self._tokens = tokens
            named = tokens._asdict() | self._mixed()
            self._colors = {name: QColor(value) for name, value in named.items()}
            self._app.setPalette(_palette(tokens))

    def apply(self, choice: str = "dark") -> None:
        """Dress the whole application.

        Args:
            choice: as for `choose`.
        """
        before = self._tokens
        self.choose(choice)
        sheet = style_sheet(self._tokens._asdict() | self._mixed(), dark=self._tokens is DARK)
        if sheet != self._app.styleSheet():  # to dress every widget again takes long
            self._app.setStyleSheet(sheet)
        if self._tokens != before:
            self.changed.emit()

    def color(self, role: str) -> QColor:
        """The colour of a role.

        Args:
            role: a field of `Tokens`, or one of the mixed ``"hover"``, ``"pressed"``,
                ``"disabled"``, ``"selection"``, ``"handle"``.

        Raises:
            KeyError: there is no such role.
        """
        return QColor(self._colors[role])

    def _is_dark(self) -> bool:
        if self._choice == "system":
            return self._app.styleHints().colorScheme() != Qt.ColorScheme.Light
        return self._choice == "dark"

    def _tell_system(self) -> None:
        """Let what the system draws, title bars and its own dialogs, be dark or light as well."""
        hints, scheme = self._app.styleHints(), Qt.ColorScheme
        if self._choice == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(scheme.Dark if self._choice == "dark" else scheme.Light)

    def _mixed(self) -> dict[str, str]:
        t = self._tokens
        return {
            "hover": mixed(t.panel, t.text, 0.08),
            "pressed": mixed(t.panel, t.text, 0.14),
            "disabled": mixed(t.muted, t.panel, 0.45),
            "selection": mixed(t.panel, t.accent, 0.24),
            "accent_hover": mixed(t.accent, t.text, 0.14),
            "accent_pressed": mixed(t.accent, t.window, 0.16),
            "handle": mixed(t.muted, t.panel, 0.4),
        }

    def _on_scheme_changed(self) -> None:
        if self._choice == "system" and Theme._current is self:
            self.apply("system")


def _palette(t: Tokens) -> QPalette:
    """What widgets and styles that read the palette see."""
    made = QPalette()
    role = QPalette.ColorRole
    for target, value in (
        (role.Window, t.window),
        (role.WindowText, t.text),
        (role.Base, t.field),
        (role.AlternateBase, t.panel),
        (role.Text, t.text),
        (role.PlaceholderText, t.muted),
        (role.Button, t.panel),
        (role.ButtonText, t.text),
        (role.BrightText, t.bad),
        (role.ToolTipBase, t.panel),
        (role.ToolTipText, t.text),
        (role.Light, t.line),
        (role.Midlight, t.line),
        (role.Mid, t.line),
        (role.Dark, t.line),
        (role.Shadow, t.window),
        (role.Highlight, t.accent),
        (role.HighlightedText, t.on_accent),
        (role.Accent, t.accent),
        (role.Link, t.accent),
        (role.LinkVisited, t.accent),
    ):
        made.setColor(target, QColor(value))
    dim = QColor(mixed(t.muted, t.panel, 0.45))
    for target in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        made.setColor(QPalette.ColorGroup.Disabled, target, dim)
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(t.line))
    made.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, QColor(t.text))
    return made
