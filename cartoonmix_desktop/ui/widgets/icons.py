"""The program's icons: line drawings in ``resources/icons``, tinted by the theme when painted."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


@cache
def _drawing(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def _rendered(name: str, color: str, size: QSize) -> QPixmap:
    """A pixmap of ``size`` device pixels, drawn once a colour and size."""
    if size.isEmpty():  # of a button that has no room for the moment
        return QPixmap()
    key = f"cartoonmix/{name}/{color}/{size.width()}x{size.height()}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    made = QPixmap(size)
    made.fill(Qt.GlobalColor.transparent)
    source = _drawing(name).replace("currentColor", color)
    renderer = QSvgRenderer(QByteArray(source.encode()))
    renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    QPixmapCache.insert(key, made)
    return made


def pixmap(name: str, role: str, size: int, ratio: float) -> QPixmap:
    """An icon as a picture, for who paints by hand.

    Args:
        name: file in ``resources/icons`` without its ending.
        role: what `Theme.color` knows.
        size: edge in device-independent pixels.
        ratio: device pixels to one of those.
    """
    edge = max(1, round(size * ratio))
    made = QPixmap(_rendered(name, Theme.current().color(role).name(), QSize(edge, edge)))
    made.setDevicePixelRatio(ratio)
    return made


_clones: list[QIconEngine] = []


class _Engine(QIconEngine):
    """Reads the theme when it paints, so that an icon never has to be set again."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def clone(self) -> QIconEngine:
        made = _Engine(self._name, self._role)
        # Qt owns what clone() returns but the binding does not know it: without a reference of our
        # own the engine would be freed under Qt. Those that Qt has deleted are let go here.
        _clones[:] = [engine for engine in _clones if isValid(engine)] + [made]
        return made

    def key(self) -> str:
        return "cartoonmix"

    def isNull(self) -> bool:
        return False

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:  # noqa: ARG002  Qt's signature
        return size

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self,
        size: QSize,
        mode: QIcon.Mode,
        state: QIcon.State,  # noqa: ARG002  Qt's signature
        scale: float,
    ) -> QPixmap:
        role = "disabled" if mode == QIcon.Mode.Disabled else self._role
        color = Theme.current().color(role).name()
        made = QPixmap(_rendered(self._name, color, size * scale))
        made.setDevicePixelRatio(scale)
        return made


def icon(name: str, role: str = "text") -> QIcon:
    """An icon for buttons and menus.

    Args:
        name: file in ``resources/icons`` without its ending.
        role: what `Theme.color` knows.

    Raises:
        FileNotFoundError: there is no such drawing.
    """
    _drawing(name)  # a misspelt name fails here, not inside a paint event
    return QIcon(_Engine(name, role))


class Drawing(QWidget):
    """One icon as a widget; it follows theme and screen."""

    def __init__(self, name: str, role: str = "text", size: int = 16) -> None:
        super().__init__()
        self.setFixedSize(size, size)
        self.set_drawing(name, role)

    def set_drawing(self, name: str, role: str = "text") -> None:
        """Show another icon; names and roles are those of `icon`."""
        self._icon = icon(name, role)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The icon is asked each time, so that a new theme shows at once."""
        painter = QPainter(self)
        self._icon.paint(painter, self.rect())
        painter.end()
