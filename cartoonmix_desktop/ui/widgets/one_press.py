"""One press, one act: what a key that is held down must not do again and again.

The system repeats a held key. A letter and a step through pictures are to repeat with it; what
spends money or destroys something is not. X11 sends a release before every repeat, and Qt knows a
repeat only if it finds both in its queue together, so that most come as fresh presses. The server
is therefore asked for releases of real keys alone; then a press without a release before it is a
repeat. Elsewhere the system's own mark is right.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QPlainTextEdit, QTextEdit, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QWindow

_PRESSES = {QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress}
_BUTTON_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Select}


class Keyboard(Protocol):
    """A keyboard that tells of a key that is let go only when it is."""

    def down(self) -> set[int]:
        """Scan codes of the keys that are down at this moment."""
        ...


class XKeyboard:
    """The keyboard of an X server."""

    def __init__(self) -> None:
        """Ask for releases of real keys alone.

        Raises:
            OSError: it is not the keyboard of an X server, or that cannot do this.
        """
        if QGuiApplication.platformName() != "xcb":
            raise OSError("another window system")
        # Only the wheels for X11 know the type.
        native = cast("_Native", QGuiApplication.instance()).nativeInterface()
        if native is None:
            raise OSError("no way to the server")
        self._display = ctypes.c_void_p(native.display())
        self._x11 = ctypes.CDLL("libX11.so.6")  # Qt has loaded it already
        # For the connection, which is Qt's: no other program is touched.
        if not self._x11.XkbSetDetectableAutoRepeat(self._display, 1, None):
            raise OSError("no detectable repeat")

    def down(self) -> set[int]:
        """Scan codes of the keys that are down at this moment."""
        bits = ctypes.create_string_buffer(32)
        self._x11.XQueryKeymap(self._display, bits)
        held = int.from_bytes(bits.raw, "little")
        return {code for code in range(256) if held >> code & 1}


class _Native(Protocol):
    def nativeInterface(self) -> _X11 | None: ...


class _X11(Protocol):
    def display(self) -> int: ...


class OnePress(QObject):
    """Watches the keys of all windows of the program. There is one, see `one_press`."""

    def __init__(self, application: QGuiApplication, keyboard: Keyboard | None = None) -> None:
        """Begin to watch.

        Args:
            application: its owner.
            keyboard: None where the system marks each repeat as one.
        """
        super().__init__(application)
        self._keyboard = keyboard
        self._down: set[int] = set()
        self._last_press = (0, 0)  # key and time of the press last seen: it is told twice
        self._pressed_in: QWidget | None = None
        self.repeats = False
        """Whether the press that is at work now is the repeat of a key held down."""
        application.focusWindowChanged.connect(self._on_focus_window_changed)
        self._on_focus_window_changed(application.focusWindow())

    def guard(self, act: QAction | QAbstractButton) -> None:
        """See to it that one press does this once; see `once`."""
        if isinstance(act, QAction):
            act.setAutoRepeat(False)
        else:
            act.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        act.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note which keys are down; stop what a repeat must not do."""
        kind = event.type()
        if isinstance(event, QKeyEvent) and not isinstance(watched, QAbstractButton):
            if kind in _PRESSES:
                self._note(event)
                if self.repeats and event.key() in _BUTTON_KEYS and not self._writes_on(event):
                    event.accept()  # of a shortcut: it is looked for no further
                    return True
            elif kind is QEvent.Type.KeyRelease and not event.isAutoRepeat():
                self._down.discard(event.nativeScanCode())
                self.repeats = False
        elif kind is QEvent.Type.Shortcut:
            return self.repeats
        elif kind is QEvent.Type.MouseButtonDblClick:
            return isinstance(watched, QAbstractButton)  # it is one click
        return False

    def _note(self, event: QKeyEvent) -> None:
        code = event.nativeScanCode()
        if self._keyboard is None or not code:  # an input method's, which is no key
            self.repeats = event.isAutoRepeat()
        elif self._last_press != (press := (code, event.timestamp())):
            self._last_press = press
            self.repeats = code in self._down
            self._down.add(code)
        if not self.repeats and event.key() in _BUTTON_KEYS:
            self._pressed_in = _focus()

    def _writes_on(self, event: QKeyEvent) -> bool:
        """Whether a key that elsewhere presses a button goes on writing where it began to."""
        focus = _focus()
        if focus is None or focus is not self._pressed_in:
            return False
        if event.key() == Qt.Key.Key_Space:
            return focus.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        return isinstance(focus, QPlainTextEdit | QTextEdit)

    def _on_focus_window_changed(self, window: QWindow | None) -> None:
        """What is let go while the focus moves is told to no window."""
        if window is None:
            return
        if self._keyboard is not None and self._down:
            self._down &= self._keyboard.down()
        window.installEventFilter(self)


def one_press() -> OnePress:
    """The one that watches the program."""
    application = cast("QGuiApplication", QGuiApplication.instance())
    found = application.findChild(OnePress)
    if found is not None:
        return found
    keyboard: Keyboard | None = None
    with suppress(OSError):
        keyboard = XKeyboard()
    return OnePress(application, keyboard)


def once(act: QAction | QAbstractButton) -> None:
    """Let one press of a key or of the mouse do this once, however long it lasts.

    For all that spends or destroys. A shortcut that is held acts once; a button is not pressed by
    the second half of a double click, and a click leaves the focus where it was, so that Space goes
    on writing. What an assistive tool presses counts as pressed.
    """
    one_press().guard(act)


def repeats() -> bool:
    """Whether the press that is at work now is the repeat of a key held down."""
    return one_press().repeats


def _focus() -> QWidget | None:
    """What keys go to, unless it is a menu."""
    return None if QApplication.activePopupWidget() is not None else QApplication.focusWidget()
