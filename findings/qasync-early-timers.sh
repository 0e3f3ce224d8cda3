#!/bin/sh
# qasync 0.28.0 turns each call_later of asyncio into a Qt timer of its own, of Qt's coarse kind.
# - asyncio.sleep and asyncio.timeout end too early: coarse timers may fire 5 % before their time
#   (here: dozens of milliseconds of one second), and fractions of a millisecond are cut off.
#   asyncio's own loops are never early; code that looks at the clock after a sleep relies on it.
# - a handle that is cancelled keeps its Qt timer until the time has come: each asyncio.timeout(60)
#   that was left after a moment leaves a timer for a minute (Windows allows 10,000 a process).
# Exits 0 as long as that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    qasync==0.28.0 PySide6-Essentials==6.11.3
cat > "$folder/sleep.py" <<'PY'
import asyncio
import random
import sys
import time
from importlib.metadata import version

import qasync
from PySide6.QtWidgets import QApplication


async def early(seconds):
    began = time.monotonic()
    await asyncio.sleep(seconds)
    return max(0.0, began + seconds - time.monotonic())


async def main():
    draw = random.Random(7)
    coarse = await asyncio.gather(*(early(0.8 + 0.4 * draw.random()) for _ in range(50)))
    short = [await early(0.0009) for _ in range(50)]
    for _ in range(500):
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
    timer = getattr(asyncio.get_running_loop(), "_timer", None)
    left = 0 if timer is None else len(timer._SimpleTimer__callbacks)
    return 1000 * max(coarse), 1000 * max(short), left


print(f"python {sys.version.split()[0]}, qasync {version('qasync')},",
      f"PySide6-Essentials {version('PySide6-Essentials')}")
app = QApplication([])
usual = asyncio.run(main())
ours = qasync.run(main())
for name, (coarse, short, left) in (("asyncio", usual), ("qasync", ours)):
    print(f"{name}: about 1 s {coarse:.1f} ms early, 0.9 ms {short:.2f} ms early,",
          f"{left} Qt timers left of 500 cancelled timeouts")
sys.exit(usual[0] > 1 or usual[1] > 0.1 or ours[0] < 5 or ours[1] < 0.3 or ours[2] < 500)
PY
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" "$folder/sleep.py"
