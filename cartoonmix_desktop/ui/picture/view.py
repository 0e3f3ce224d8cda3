"""One picture, as it fits or at any zoom. 100 % is one picture pixel to one screen pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme
from cartoonmix_desktop.wording import picture as words

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from cartoonmix_desktop.ui.widgets.image_decoding import Picture

FIT_MOST = 2.0
"""Fitting enlarges no further than this."""

MOST = 32.0
"""The largest zoom."""

STEP = 1.25
"""What one notch of the wheel, or one key press, zooms by."""

_SMOOTH_MOST = 2.0  # above, pixels are shown as squares: somebody wants to see them
_MARGIN = 4 * SPACE  # around a picture that fits, and less where there is hardly room for it
_BY_KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.OtherFocusReason,
}


class PictureView(QWidget):
    """Shows a picture, or a small stand-in at its size; zooms around the pointer, drags to pan."""

    zoom_changed = Signal(float)
    """Screen pixels to one picture pixel."""
    drag_started = Signal()
    """The picture is dragged, and there is nothing to pan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._stand_in: QImage | None = None
        self._size = QSize()
        self._zoom: float | None = None  # None fits
        self._middle = QPointF()  # the picture's point in the middle of the widget
        self._grabbed: QPoint | None = None  # where the mouse was pressed, or last dragged to
        self._panning = False
        self._ringed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(words.PICTURE)
        self.setMinimumSize(160, 48)  # in the lowest window, with a banner and a queue
        Theme.current().changed.connect(self.update)

    # --- what is shown ---------------------------------------------------------------------------

    def show_picture(self, picture: Picture) -> None:
        """Show a decoded picture; as large as the one before, it keeps zoom and place."""
        self._picture, self._stand_in = picture, None
        self._resize_picture(picture.size)

    def show_stand_in(self, image: QImage, size: QSize) -> None:
        """Show a small copy where a picture of ``size`` pixels will be."""
        self._picture, self._stand_in = None, image
        self._resize_picture(size)

    def clear(self) -> None:
        """Show nothing; what comes next fits."""
        self._picture = self._stand_in = None
        self._size = QSize()
        self._zoom = None
        self.update()

    def _resize_picture(self, size: QSize) -> None:
        if size != self._size:
            self._size = QSize(size)
            self._zoom = None
        self._place()

    # --- zoom ------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Screen pixels to one picture pixel."""
        return self.fit_zoom if self._zoom is None else self._zoom

    @property
    def fits(self) -> bool:
        """Whether the picture follows the size of the widget."""
        return self._zoom is None

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole picture is seen, at most `FIT_MOST`."""
        if self._size.isEmpty():
            return 1.0
        ratio = self.devicePixelRatioF()
        margin = min(_MARGIN, self.height() // 8)
        width = max(1, self.width() - 2 * margin) * ratio / self._size.width()
        height = max(1, self.height() - 2 * margin) * ratio / self._size.height()
        return min(width, height, FIT_MOST)

    def fit(self) -> None:
        """Show the whole picture, and go on doing so when the widget is resized."""
        self._zoom = None
        self._place()

    def fill(self) -> None:
        """Leave no room free beside the picture; what has no place is to be panned to."""
        if not self._size.isEmpty():
            width, height = self.width() / self._size.width(), self.height() / self._size.height()
            self.zoom_to(max(width, height) * self.devicePixelRatioF())

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom so that the picture's point under ``at`` stays there.

        Args:
            zoom: screen pixels to one picture pixel; kept between the fit, or 100 % if that is
                less, and `MOST`.
            at: in the widget; its middle if left out.
        """
        if self._size.isEmpty():
            return
        at = QPointF(self.rect().center()) if at is None else at
        point = self.picture_point(at)
        least = min(self.fit_zoom, 1.0)
        self._zoom = None if zoom <= least == self.fit_zoom else min(max(zoom, least), MOST)
        scale = self.zoom / self.devicePixelRatioF()
        self._middle = point + (QPointF(self.width(), self.height()) / 2 - at) / scale
        self._place()

    def toggle(self, at: QPointF | None = None) -> None:
        """From the fit to 100 % and back."""
        if self.fits:
            self.zoom_to(1.0, at)
        else:
            self.fit()

    def picture_point(self, at: QPointF) -> QPointF:
        """The picture's point, in its pixels, that is under a point of the widget."""
        target = self.target()
        return (at - target.topLeft()) * (self.devicePixelRatioF() / self.zoom)

    def target(self) -> QRectF:
        """Where the picture is painted; may reach beyond the widget."""
        ratio = self.devicePixelRatioF()
        scale = self.zoom / ratio
        width, height = self._size.width() * scale, self._size.height() * scale
        left = self.width() / 2 - self._middle.x() * scale
        top = self.height() / 2 - self._middle.y() * scale
        # On whole screen pixels, so that 100 % is sharp.
        return QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height)

    def _place(self) -> None:
        """Keep the picture in the widget: in the middle, or with no gap at its edges."""
        scale = self.zoom / self.devicePixelRatioF()
        x, y = (
            side / 2
            if side * scale <= room
            else min(max(middle, room / scale / 2), side - room / scale / 2)
            for side, room, middle in (
                (self._size.width(), self.width(), self._middle.x()),
                (self._size.height(), self.height(), self._middle.y()),
            )
        )
        self._middle = QPointF(x, y)
        pannable = self._can_pan()
        self.setCursor(Qt.CursorShape.OpenHandCursor if pannable else Qt.CursorShape.ArrowCursor)
        self.zoom_changed.emit(self.zoom)
        self.update()

    def _pan(self, by: QPointF) -> None:
        """Move the picture, in the widget's pixels."""
        self._middle -= by * (self.devicePixelRatioF() / self.zoom)
        self._place()

    def _can_pan(self) -> bool:
        target = self.target()
        return target.width() > self.width() or target.height() > self.height()

    # --- Qt --------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the smallest copy that is large enough."""
        painter = QPainter(self)
        theme = Theme.current()
        painter.fillRect(event.rect(), theme.color("window"))
        smooth = self._picture is None or self.zoom <= _SMOOTH_MOST
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        image = self._picture.level(self.zoom) if self._picture else self._stand_in
        if image is not None:
            painter.drawImage(self.target(), image)
        if self._ringed:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep the middle."""
        super().resizeEvent(event)
        self._place()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; two fingers on a touchpad pan, and zoom with Ctrl held."""
        fingers = event.device().type() is QInputDevice.DeviceType.TouchPad
        held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if fingers and not event.pixelDelta().isNull() and not held:
            self._pan(QPointF(event.pixelDelta()))
        else:
            self.zoom_to(self.zoom * STEP ** (event.angleDelta().y() / 120), event.position())

    def event(self, event: QEvent) -> bool:
        """Zoom by pinching; two fingers tapped twice toggle as a double click does."""
        if isinstance(event, QNativeGestureEvent):
            match event.gestureType():
                case Qt.NativeGestureType.ZoomNativeGesture:
                    self.zoom_to(self.zoom * (1 + event.value()), event.position())
                    return True
                case Qt.NativeGestureType.SmartZoomNativeGesture:
                    self.toggle(event.position())
                    return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() == Qt.MouseButton.LeftButton and not self._size.isEmpty():
            self._grabbed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or drag the picture out of the window."""
        if self._grabbed is None:
            return
        moved = event.position().toPoint() - self._grabbed
        if not self._panning:
            if moved.manhattanLength() < QApplication.startDragDistance():
                return
            if not self._can_pan():
                self._grabbed = None
                self.drag_started.emit()
                return
            self._panning = True
        self._grabbed = event.position().toPoint()
        self._pan(QPointF(moved))
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002  Qt's signature
        """Let go."""
        self._grabbed = None
        self._panning = False
        self._place()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Toggle between the fit and 100 %."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle(event.position())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring to who came by keyboard; around a picture it disturbs everyone else."""
        self._ringed = event.reason() in _BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: ARG002  Qt's signature
        """Take the ring away."""
        self._ringed = False
        self.update()
