"""Paints the cells of the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cartoonmix_desktop.ui.marks.paint import paint_picture_marks
from cartoonmix_desktop.ui.widgets.icons import pixmap
from cartoonmix_desktop.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from cartoonmix_desktop.core.task.task import Output

_RING = 2


def paint_cell(
    painter: QPainter,
    cell: QRect,
    output: Output | None,
    image: QImage | None,
    *,
    selected: bool,
    focused: bool,
    hovered: bool,
    missing: bool,
) -> None:
    """A picture, or the place where it will be.

    Args:
        painter: of the grid.
        cell: where.
        output: None until it is read.
        image: None until it is decoded; one of another size is scaled.
        selected: whether the person chose it.
        focused: whether the keys start from it.
        hovered: whether the pointer is on it.
        missing: whether its file is gone.
    """
    theme, ratio = Theme.current(), painter.device().devicePixelRatio()
    if image is None:
        painter.fillRect(cell, theme.color("pressed"))
        shown = cell
    else:
        size = QSize(image.size())
        inside = size.scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
        shown = QRect(cell.topLeft(), inside)
        shown.moveCenter(cell.center())
        painter.drawImage(shown, image)
    if output is not None:
        if missing:
            veil = theme.color("window")
            veil.setAlphaF(0.7)
            painter.fillRect(shown, veil)
            middle = QPointF(cell.center()) - QPointF(10, 10)
            painter.drawPixmap(middle, pixmap("warning", "warn", 20, ratio))
        if output.favourite or output.rating or output.rejected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_picture_marks(painter, QRectF(shown), output)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    if not (selected or focused or hovered):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ring = QRectF(cell).adjusted(-1, -1, 1, 1)
    if selected:
        painter.setPen(QPen(theme.color("accent"), _RING + 1))
        painter.drawRoundedRect(ring, 3, 3)
        painter.setPen(QPen(theme.color("window"), 1))
        painter.drawRoundedRect(QRectF(cell).adjusted(1.5, 1.5, -1.5, -1.5), 2, 2)
    elif focused:
        painter.setPen(QPen(theme.color("text"), _RING))
        painter.drawRoundedRect(ring, 3, 3)
    else:
        painter.setPen(QPen(theme.color("muted"), 1))
        painter.drawRect(QRectF(cell).adjusted(0.5, 0.5, -0.5, -0.5))
    if focused and selected:
        light = QColor(theme.color("text"))
        painter.setPen(QPen(light, 1, Qt.PenStyle.DotLine))
        painter.drawRect(QRectF(cell).adjusted(3.5, 3.5, -3.5, -3.5))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
