"""Paints marks quietly: at the end of a row's last line, and in the corner of a picture."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from cartoonmix_desktop.ui.widgets.icons import pixmap
from cartoonmix_desktop.ui.widgets.text import elided
from cartoonmix_desktop.ui.widgets.theme import SPACE, Theme, font

if TYPE_CHECKING:
    from cartoonmix_desktop.core.task.task import Output
    from cartoonmix_desktop.wording.marks import Seen

_ICON = 12
_SHORTEST = 28  # pixels of a tag that still say something


def marks_width(seen: Seen, room: int) -> int:
    """How many pixels the marks of a row take, with the space before them.

    Args:
        seen: the marks.
        room: pixels that they may take; the names of tags give way, down to the sign for them.
    """
    taken = sum(width for _, _, width in _parts(seen, room))
    return taken + 2 * SPACE if taken else 0


def paint_marks(painter: QPainter, line: QRect, seen: Seen, room: int) -> None:
    """Paint the marks of a row at the right end of a line; ``room`` as for `marks_width`."""
    theme, ratio = Theme.current(), painter.device().devicePixelRatio()
    right = line.right() + 1
    painter.setFont(font(11, tabular=True))
    painter.setPen(theme.color("muted"))
    side = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    for drawing, words, width in reversed(_parts(seen, room)):
        left = right - width
        if drawing:
            top = line.top() + (line.height() - _ICON) / 2
            painter.drawPixmap(QPointF(left, top), pixmap(drawing, "muted", _ICON, ratio))
        if words:
            start = left + (_ICON + 2 if drawing else 0)
            painter.drawText(QRect(start, line.top(), right - start, line.height()), side, words)
        right = left


def paint_picture_marks(painter: QPainter, tile: QRectF, output: Output) -> None:
    """Paint the marks of a picture over its lower edge; a rejected one becomes faint."""
    if output.rejected:
        veil = Theme.current().color("window")
        veil.setAlphaF(0.7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(veil)
        painter.drawRoundedRect(tile, 3, 3)
    drawings = ["reject"] * output.rejected + ["heart-full"] * output.favourite
    stars = str(output.rating) if output.rating else ""
    if not drawings and not stars:
        return
    ratio = painter.device().devicePixelRatio()
    painter.setFont(font(11, medium=True, tabular=True))
    figure = painter.fontMetrics().horizontalAdvance(stars)
    width = (_ICON + 2) * (len(drawings) + bool(stars)) + figure + 4
    label = QRectF(tile.left() + 2, tile.bottom() - _ICON - 6, width, _ICON + 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 165))
    painter.drawRoundedRect(label, 3, 3)
    left = label.left() + 3
    for drawing in [*drawings, *(["star-full"] if stars else [])]:
        mark = pixmap(drawing, "text" if _is_dark() else "panel", _ICON, ratio)
        painter.drawPixmap(QPointF(left, label.top() + 2), mark)
        left += _ICON + 2
    if stars:
        painter.setPen(QColor("white"))
        painter.drawText(QPointF(left, label.bottom() - 4), stars)


def _is_dark() -> bool:
    return Theme.current().color("panel").lightness() < 128


@lru_cache(1024)
def _parts(seen: Seen, room: int) -> tuple[tuple[str, str, int], ...]:
    """Icon, words and width of each mark, from left to right; measured once."""
    metrics = QFontMetrics(font(11, tabular=True))
    parts: list[tuple[str, str, int]] = []
    if seen.note:
        parts.append(("note", "", _ICON + SPACE))
    if seen.stars:
        figure = str(seen.stars)
        parts.append(("star-full", figure, _ICON + 2 + metrics.horizontalAdvance(figure) + SPACE))
    if seen.favourite:
        parts.append(("heart-full", "", _ICON + SPACE))
    if seen.rejected:
        parts.append(("reject", "", _ICON + SPACE))
    if seen.tags:
        left = room - sum(width for _, _, width in parts) - _ICON - 4 * SPACE
        words = elided(" · ".join(seen.tags), metrics, left) if left >= _SHORTEST else ""
        width = metrics.horizontalAdvance(words) + 2 if words else 0
        parts.insert(0, ("tag", words, _ICON + width + SPACE))
    return tuple(parts)
