#!/bin/sh
# Qt 6.11 on X11 tells the repeats of a held key as fresh presses, so that QAction.setAutoRepeat(False)
# does not keep a shortcut from being triggered again and again. X11 sends a release before every
# repeat; Qt knows a repeat only if release and press are in its queue together, which is a matter
# of luck (xcb plugin, QXcbKeyboard::handleKeyEvent). With XkbSetDetectableAutoRepeat on Qt's own
# connection the server sends the real release alone, and Qt marks no press as a repeat at all: then
# a press without a release before it is one.
# Needs Xvfb and xdotool. Exits 0 as long as that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check PySide6-Essentials==6.11.3
cat > "$folder/hold.py" <<'PY'
import ctypes
import subprocess
import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer, qVersion
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow

detectable = sys.argv[1] == "detectable"
app = QApplication([])
if detectable:
    display = ctypes.c_void_p(app.nativeInterface().display())
    assert ctypes.CDLL("libX11.so.6").XkbSetDetectableAutoRepeat(display, 1, None)
seen = []


class Watch(QObject):
    def eventFilter(self, watched, event):
        kind = event.type()
        if kind in {QEvent.Type.ShortcutOverride, QEvent.Type.KeyRelease} and event.key() == 0x1000004:
            seen.append((kind, event.isAutoRepeat()))
        return False


window = QMainWindow()
action = QAction("once", window)
action.setShortcut("Ctrl+Return")
action.setAutoRepeat(False)
window.addAction(action)
acts = []


def act():
    acts.append(1)
    time.sleep(0.005)  # what a program does: a few milliseconds


action.triggered.connect(act)
window.show()
window.activateWindow()
watch = Watch()
window.windowHandle().installEventFilter(watch)
held = "keydown ctrl keydown Return sleep 3 keyup Return keyup ctrl".split()
QTimer.singleShot(1000, lambda: subprocess.Popen(["xdotool", *held]))
QTimer.singleShot(5000, app.quit)
app.exec()
presses = [again for kind, again in seen if kind == QEvent.Type.ShortcutOverride]
releases = sum(kind == QEvent.Type.KeyRelease for kind, _ in seen)
print(f"Qt {qVersion()}, {sys.argv[1]}: {len(presses)} presses told, {sum(presses)} of them as"
      f" repeats, {releases} releases; triggered {len(acts)} times")
if detectable:
    sys.exit(not (len(presses) > 20 and sum(presses) == 0 and releases == 1 and len(acts) > 20))
sys.exit(len(acts) < 2)
PY
exec 3> "$folder/display"
Xvfb -nolisten tcp -noreset -displayfd 3 2> "$folder/log" &
server=$!
trap 'kill "$server"; rm -rf "$folder"' EXIT
until [ -s "$folder/display" ]; do sleep 0.1; done
DISPLAY=":$(cat "$folder/display")"
export DISPLAY
export QT_QPA_PLATFORM=xcb
# By luck it may go well once.
for _ in 1 2 3; do
    "$folder/venv/bin/python" "$folder/hold.py" usual && usual=0 && break || usual=1
done
"$folder/venv/bin/python" "$folder/hold.py" detectable
exit "$usual"
