from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QInputDevice,
    QNativeGestureEvent,
    QPointingDevice,
    QPointingDeviceUniqueId,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from cartoonmix_desktop.ui.picture.view import MOST, STEP, PictureView
from cartoonmix_desktop.ui.widgets.image_decoding import Picture

LEFT = Qt.MouseButton.LeftButton


def picture(width: int, height: int, color: str = "#3050c0") -> Picture:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return Picture((image,))


@pytest.fixture
def view(theme, qtbot) -> PictureView:
    made = PictureView()
    qtbot.addWidget(made)
    made.resize(432, 332)  # 400 × 300 within the margins
    made.show()
    return made


def wheel(view: PictureView, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


@pytest.fixture(scope="module")
def touchpad(qapp) -> QPointingDevice:
    return QPointingDevice(
        "touchpad",
        7,
        QInputDevice.DeviceType.TouchPad,
        QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.PixelScroll,
        5,
        0,
        "",
        QPointingDeviceUniqueId(),
    )


def fingers(
    view: PictureView, touchpad: QPointingDevice, by: QPoint, held=Qt.KeyboardModifier.NoModifier
):
    at = QPointF(view.rect().center())
    event = QWheelEvent(
        at,
        view.mapToGlobal(at),
        by,
        by * 8,
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.ScrollUpdate,
        False,
        Qt.MouseEventSource.MouseEventNotSynthesized,
        touchpad,
    )
    QApplication.sendEvent(view, event)


def gesture(view: PictureView, touchpad: QPointingDevice, kind: Qt.NativeGestureType, value=0.0):
    at = QPointF(view.rect().center())
    event = QNativeGestureEvent(
        kind, touchpad, 2, at, at, view.mapToGlobal(at), value, QPointF(), 0
    )
    QApplication.sendEvent(view, event)


@pytest.mark.parametrize(
    ("width", "height", "zoom"),
    [
        (800, 600, 0.5),
        (800, 100, 0.5),
        (400, 300, 1.0),
        (320, 240, 1.25),
        (100, 100, 2.0),  # no larger
        (10_000, 10, 0.04),
    ],
)
def test_fitting(view: PictureView, width: int, height: int, zoom: float) -> None:
    view.show_picture(picture(width, height))
    assert view.fits
    assert view.zoom == pytest.approx(zoom)
    target = view.target()
    assert target.width() == pytest.approx(width * zoom)
    assert abs(target.center().x() - view.width() / 2) <= 1
    assert abs(target.center().y() - view.height() / 2) <= 1


def test_fitting_follows_the_widget(view: PictureView) -> None:
    view.show_picture(picture(800, 600))
    view.resize(232, 182)
    assert view.zoom == pytest.approx(0.25)
    view.zoom_to(1.0)
    view.resize(432, 332)
    assert view.zoom == 1.0


def test_the_wheel_zooms_around_the_pointer(view: PictureView) -> None:
    view.show_picture(picture(2000, 1500))
    at = QPointF(300, 100)
    for notches in (4, 3, -1):
        point, before = view.picture_point(at), view.zoom
        wheel(view, at, notches)
        assert view.zoom == pytest.approx(before * STEP**notches)
        after = view.picture_point(at)
        assert abs(after.x() - point.x()) * view.zoom < 1.5
        assert abs(after.y() - point.y()) * view.zoom < 1.5


def test_zoom_has_ends(view: PictureView) -> None:
    view.show_picture(picture(800, 600))
    wheel(view, QPointF(10, 10), 60)
    assert view.zoom == MOST
    wheel(view, QPointF(10, 10), -200)
    assert view.fits
    view.show_picture(picture(100, 100))  # fits at 200 %
    view.zoom_to(0.1)
    assert view.zoom == 1.0


def test_a_double_click_toggles(view: PictureView, qtbot) -> None:
    view.show_picture(picture(800, 600))
    at = QPoint(300, 100)
    point = view.picture_point(QPointF(at))
    qtbot.mouseDClick(view, LEFT, pos=at)
    assert view.zoom == 1.0
    assert (view.picture_point(QPointF(at)) - point).manhattanLength() < 3
    qtbot.mouseDClick(view, LEFT, pos=at)
    assert view.fits


def test_a_zoomed_picture_is_panned_to_its_edges(view: PictureView, qtbot) -> None:
    dragged = []
    view.drag_started.connect(lambda: dragged.append(True))
    view.show_picture(picture(800, 600))
    view.zoom_to(1.0)
    before = view.target().topLeft()
    qtbot.mousePress(view, LEFT, pos=QPoint(200, 150))
    qtbot.mouseMove(view, QPoint(230, 170))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(230, 170))
    assert view.target().topLeft() - before == QPointF(30, 20)
    qtbot.mousePress(view, LEFT, pos=QPoint(10, 10))
    qtbot.mouseMove(view, QPoint(2000, 2000))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(2000, 2000))
    assert view.target().topLeft() == QPointF(0, 0)
    assert dragged == []


def test_a_picture_that_fits_is_dragged_out(view: PictureView, qtbot) -> None:
    dragged = []
    view.drag_started.connect(lambda: dragged.append(True))
    view.show_picture(picture(800, 600))
    qtbot.mousePress(view, LEFT, pos=QPoint(200, 150))
    qtbot.mouseMove(view, QPoint(202, 151))
    assert dragged == []
    qtbot.mouseMove(view, QPoint(240, 170))
    assert dragged == [True]


def test_pictures_of_one_size_are_compared_in_place(view: PictureView) -> None:
    view.show_picture(picture(800, 600))
    view.zoom_to(3.0, QPointF(10, 10))
    place = view.target()
    view.show_stand_in(picture(80, 60).levels[0], QSize(800, 600))
    assert view.target() == place
    view.show_picture(picture(800, 600, "#c03030"))
    assert view.target() == place
    view.show_picture(picture(640, 640))
    assert view.fits
    view.zoom_to(3.0)
    view.clear()
    view.show_picture(picture(640, 640))
    assert view.fits


def test_what_is_painted(view: PictureView, theme) -> None:
    def middle() -> str:
        return view.grab().toImage().pixelColor(216, 166).name()

    assert middle() == theme.color("window").name()
    view.show_stand_in(picture(8, 6, "#c03030").levels[0], QSize(800, 600))
    assert middle() == "#c03030"
    assert view.target().size().toSize() == QSize(400, 300)
    view.show_picture(picture(800, 600))
    assert middle() == "#3050c0"
    view.clear()
    assert middle() == theme.color("window").name()


def test_pixels_are_squares_above_200_percent(view: PictureView) -> None:
    image = QImage(2, 1, QImage.Format.Format_RGB32)
    image.setPixelColor(0, 0, QColor("black"))
    image.setPixelColor(1, 0, QColor("white"))
    view.show_picture(Picture((image,)))
    view.zoom_to(20)
    shown, target = view.grab().toImage(), view.target()
    row = {
        shown.pixelColor(round(target.left()) + x, round(target.center().y())).name()
        for x in range(2, 38)
    }
    assert row == {"#000000", "#ffffff"}


def test_100_percent_is_pixel_to_pixel(view: PictureView) -> None:
    image = QImage(301, 201, QImage.Format.Format_RGB32)  # odd: its middle is between pixels
    for x in range(301):
        for y in range(201):
            image.setPixelColor(x, y, QColor("white") if (x + y) % 2 else QColor("black"))
    view.show_picture(Picture((image,)))
    view.zoom_to(1.0)
    target = view.target().toRect()
    assert target.size() == image.size()
    assert view.grab(target).toImage().convertToFormat(image.format()) == image


def test_two_fingers_pan_and_with_control_zoom(view: PictureView, touchpad) -> None:
    view.show_picture(picture(4000, 3000))
    view.zoom_to(1.0)
    before = view.target().topLeft()
    fingers(view, touchpad, QPoint(-30, 12))
    assert view.zoom == 1.0
    assert view.target().topLeft() - before == QPointF(-30, 12)
    fingers(view, touchpad, QPoint(0, 15), Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == pytest.approx(STEP)


def test_pinching_zooms_and_two_taps_toggle(view: PictureView, touchpad) -> None:
    view.show_picture(picture(4000, 3000))
    view.zoom_to(1.0)
    gesture(view, touchpad, Qt.NativeGestureType.ZoomNativeGesture, 0.5)
    assert view.zoom == pytest.approx(1.5)
    gesture(view, touchpad, Qt.NativeGestureType.SmartZoomNativeGesture)
    assert view.fits
    gesture(view, touchpad, Qt.NativeGestureType.SmartZoomNativeGesture)
    assert view.zoom == 1.0
