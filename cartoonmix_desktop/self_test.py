"""``--self-test``: starts every part without a person and says what it found, a line each."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cartoonmix_desktop import __version__
from cartoonmix_desktop.core.errors import (
    CartoonMixError,
    KeyringAbsent,
    KeyringLocked,
    KeyringSlow,
    UpdateRefused,
)
from cartoonmix_desktop.core.request import GenerationRequest
from cartoonmix_desktop.core.task import TaskState
from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.services.history import SQLITE_VERSION
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.services.updates import built_in_channel
from cartoonmix_desktop.storage.faults import file_errors
from cartoonmix_desktop.storage.keyring_store import KeyringStore
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.ui.messages import describe

if TYPE_CHECKING:
    from collections.abc import Callable

_PICTURE_FORMATS = {"png", "jpg", "jpeg", "webp", "svg", "svgz"}
"""What Qt may read here: the three picture formats, and SVG for our own icons."""

_BUILT_IN = {"bmp", "pbm", "pgm", "ppm", "xbm", "xpm"}
"""What every Qt can read; no reader here is ever pinned to one of them."""


class _Failed(Exception):
    """A part does not work; the words say how."""


def run() -> int:
    """Check all parts.

    Returns:
        0 if every part works, else 1.
    """
    checks: list[tuple[str, Callable[[], str]]] = [
        ("program", lambda: f"CartoonMix Desktop {__version__}, Python {sys.version.split()[0]}"),
        ("resources", _resources),
        ("window", _window),
        ("folders", _folders),
        ("database", _database),
        ("keyring", _keyring),
        ("certificates", _certificates),
        ("signatures", _signatures),
        ("sandbox", _sandbox),
    ]
    failed = 0
    for name, check in checks:
        try:
            words, mark = check(), "ok"
        except (_Failed, CartoonMixError, OSError, ImportError) as error:
            told = describe(error).title if isinstance(error, CartoonMixError) else str(error)
            words, mark, failed = told, "FAILED", failed + 1
        print(f"{mark:<7}{name:<14}{words}", flush=True)
    return 1 if failed else 0


def _resources() -> str:
    wanted = ("icons/app.svg", "inspirations/inspirations.json")
    if missing := [name for name in wanted if not resource(name).is_file()]:
        raise _Failed(f"missing: {', '.join(missing)}")
    return f"{len(list(resource('icons').glob('*.svg')))} icons, inspirations"


def _window() -> str:
    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import qVersion
    from PySide6.QtGui import QImageReader
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(sys.argv[:1])
    formats = {bytes(entry.data()).decode() for entry in QImageReader.supportedImageFormats()}
    if not {"png", "jpeg", "webp"} <= formats:
        raise _Failed(f"Qt reads only {', '.join(sorted(formats))}")
    platform = app.platformName() if isinstance(app, QApplication) else "none"
    spare = "; and others that are not needed" if formats - _PICTURE_FORMATS - _BUILT_IN else ""
    return f"Qt {qVersion()} on {platform}; {', '.join(sorted(formats & _PICTURE_FORMATS))}{spare}"


def _folders() -> str:
    locations = Locations.from_environment()
    locations.create()
    for folder in (locations.data, locations.pictures, locations.cache, locations.logs):
        with file_errors(folder), tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"room for a picture")
    return f"{locations.data} and {locations.pictures} can be written"


def _database() -> str:
    locations = Locations.from_environment()
    path = locations.data / "history.sqlite3"
    if not path.exists():
        return f"SQLite {SQLITE_VERSION}; no history yet"
    import apsw

    address = f"{path.as_uri()}?mode=ro"
    flags = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY
    try:
        with closing(apsw.Connection(address, flags=flags)) as connection:
            state = str(connection.pragma("quick_check"))
    except apsw.Error as error:
        raise _Failed(f"the history does not open: {error}") from error
    if state != "ok":
        raise _Failed(f"the history is damaged: {state}")
    return f"SQLite {SQLITE_VERSION}; the history is sound"


def _keyring() -> str:
    store = KeyringStore()
    try:
        asyncio.run(store.load())
    except KeyringAbsent:
        return "none: a key is kept for one session only"
    except (KeyringLocked, KeyringSlow) as error:
        return f"{store.backend_name()}: {describe(error).title}"
    return store.backend_name()


def _certificates() -> str:
    import truststore

    truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return f"those of the system, {ssl.OPENSSL_VERSION}"


def _signatures() -> str:
    """Notices of newer versions are told apart by who signed them."""
    from cartoonmix_desktop.wiro.releases import believe, sign

    channel = built_in_channel()
    keys = channel.keys if channel is not None else ()
    stranger = sign(b"{}", os.urandom(32))
    try:
        believe(stranger, keys, time.time())
    except UpdateRefused as error:
        if error.reason != "signature":
            raise _Failed(f"a stranger's was refused for {error.reason}") from None
    else:
        raise _Failed("a stranger's was believed")
    if channel is None:
        return "a stranger's is refused; this build asks nobody for newer versions"
    return f"a stranger's is refused; {len(keys)} of ours, at {urlsplit(channel.manifest).hostname}"


def _sandbox() -> str:
    """One whole run, in a folder of its own."""

    async def work(folder: Path) -> str:
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(folder)})
        settings = Settings(locations.data / "settings.json")
        studio = Studio(locations, settings, {}, only=AccountKind.SANDBOX)
        try:
            await studio.open()
            await studio.accounts.load()
            request = GenerationRequest.build(
                {"prompt": "self-test", "samples": 1, "steps": 1, "width": 64, "height": 64}
            )
            task = await studio.generate_now(request, patience=30.0)
        finally:
            await studio.close()
        if task.state is not TaskState.KEPT:
            raise _Failed(f"the run ended as {task.state.value}")
        return f"1 picture of {task.outputs[0].size} bytes over HTTP, kept and verified"

    with tempfile.TemporaryDirectory(prefix="cartoonmix-self-test-") as folder:
        return asyncio.run(work(Path(folder)))
