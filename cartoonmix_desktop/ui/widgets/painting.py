"""What several views paint: a picture, how far a task is, what the pointer draws around."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QTransform

from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme
from cartoonmix_desktop.wording.tasks.progress import TaskProgress

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from cartoonmix_desktop.core.task.remote import Progress

BAR = 4
"""Thickness of a progress bar, in pixels."""


def paint_bar(painter: QPainter, bar: QRectF, progress: Progress | None) -> None:
    """A thin progress bar; without a known percentage, a row of calm dashes.

    What is only estimated stays a row of dashes, of which some are lit.
    """
    theme = Theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    if progress is None or progress.percent is None:
        share = progress.share(time.time()) if isinstance(progress, TaskProgress) else None
        count = int((bar.width() + SPACE) // (3 * SPACE))
        lit = count if share is None else round(count * share)
        for dash in range(count):
            painter.setBrush(theme.color("accent" if dash < lit else "muted"))
            painter.setOpacity(0.55 if dash < lit else 0.3)
            left = bar.left() + dash * 3 * SPACE
            painter.drawRoundedRect(QRectF(left, bar.top(), 2 * SPACE, bar.height()), 2, 2)
        painter.setOpacity(1)
        return
    painter.setBrush(theme.color("line"))
    painter.drawRoundedRect(bar, 2, 2)
    painter.setBrush(theme.color("accent"))
    bar.setWidth(max(BAR, bar.width() * min(max(progress.percent, 0), 100) / 100))
    painter.drawRoundedRect(bar, 2, 2)


def paint_picture(painter: QPainter, tile: QRectF, image: QImage) -> None:
    """A picture that fills ``tile``, its corners a little round."""
    brush = QBrush(image)  # a brush, because a clip would leave jagged corners
    scale = QTransform.fromTranslate(tile.left(), tile.top())
    scale.scale(tile.width() / image.width(), tile.height() / image.height())
    brush.setTransform(scale)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(tile, 3, 3)


def paint_band(painter: QPainter, band: QRect) -> None:
    """What the pointer draws around what is to be selected."""
    if band.isEmpty():
        return
    color = Theme.current().color("accent")
    painter.setPen(color)
    painter.drawRect(band.adjusted(0, 0, -1, -1))
    color.setAlpha(50)
    painter.fillRect(band, color)
