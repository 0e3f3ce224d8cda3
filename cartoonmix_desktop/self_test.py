"""``--self-test``: starts every part without a person and says what it found, a line each."""

from __future__ import annotations

import asyncio
import io
import json
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
    NotAPicture,
    UpdateRefused,
    WindowImpossible,
)
from cartoonmix_desktop.core.picture_formats import SUFFIXES
from cartoonmix_desktop.core.recipe.request import GenerationRequest
from cartoonmix_desktop.core.task.task import TaskState
from cartoonmix_desktop.licences import all_parts
from cartoonmix_desktop.resources import resource
from cartoonmix_desktop.services.account.updates import built_in_channel
from cartoonmix_desktop.services.events import AccountKind
from cartoonmix_desktop.services.history.history import SQLITE_VERSION
from cartoonmix_desktop.services.library.local_store import LocalStore
from cartoonmix_desktop.services.studio import Studio
from cartoonmix_desktop.storage.files.decoding import decode
from cartoonmix_desktop.storage.files.png import inflates_fast
from cartoonmix_desktop.storage.keyring_store import KeyringStore
from cartoonmix_desktop.storage.locations import Locations
from cartoonmix_desktop.storage.os_errors import file_errors
from cartoonmix_desktop.storage.settings import Settings
from cartoonmix_desktop.wording import terminal as words
from cartoonmix_desktop.wording.errors import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_PICTURE_FORMATS = {"png", "jpg", "jpeg", "jfif", "webp", "svg", "svgz"}
"""What Qt may read here: the three picture formats, and SVG for our own icons."""

_BUILT_IN = {"bmp", "pbm", "pgm", "ppm", "xbm", "xpm"}
"""What every Qt can read; no reader here is ever pinned to one of them."""

_OLDEST_SQLITE = (3, 51, 3)
"""Those before can damage a history that several programs use."""

_FEWEST_PARTS = 10


class _Failed(Exception):
    """A part does not work; the words say how."""


def run(only: Collection[str] = (), to: Path | None = None) -> int:
    """Check all parts.

    Args:
        only: names of the parts to check; all when empty.
        to: a file that gets each line too: a program without a terminal has nowhere else.

    Returns:
        0 if every part works, else 1.
    """
    checks: list[tuple[str, Callable[[], str]]] = [
        ("program", lambda: words.program(__version__, sys.version.split()[0])),
        ("resources", _resources),
        ("licences", _licences),
        ("window", _window),
        ("pictures", _formats),
        ("folders", _folders),
        ("database", _database),
        ("keyring", _keyring),
        ("certificates", _certificates),
        ("signatures", _signatures),
        ("sandbox", _sandbox),
    ]
    failed = 0
    if to is not None:
        to.write_text("", "utf-8")
    for name, check in checks:
        if only and name not in only:
            continue
        try:
            said, mark = check(), "ok"
        except Exception as error:  # noqa: BLE001 - whatever is broken is what is asked for
            told = describe(error).title if isinstance(error, CartoonMixError) else str(error)
            told = told or type(error).__name__
            said, mark, failed = told, "FAILED", failed + 1
        line = f"{mark:<7}{name:<14}{said}"
        print(line, flush=True)
        if to is not None:
            with to.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
    return 1 if failed else 0


def _resources() -> str:
    wanted = ("icons/app.svg", "inspirations/inspirations.json")
    if missing := [name for name in wanted if not resource(name).is_file()]:
        raise _Failed(words.missing(missing))
    json.loads(resource("inspirations/inspirations.json").read_text("utf-8"))
    empty = [
        path.name for path in resource("icons").glob("*.svg") if b"<svg" not in path.read_bytes()
    ]
    if empty:
        raise _Failed(words.damaged(empty))
    return words.icons(len(list(resource("icons").glob("*.svg"))))


def _licences() -> str:
    parts = all_parts()
    without = [part.name for part in parts if not part.licence]
    if without or len(parts) < _FEWEST_PARTS:
        raise _Failed(words.parts_without(without, len(parts)))
    return words.parts(len(parts))


def _window() -> str:
    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import qVersion
    from PySide6.QtWidgets import QApplication

    from cartoonmix_desktop.ui.app import application

    app = QApplication.instance() or application.made(_no_window)
    platform = app.platformName() if isinstance(app, QApplication) else ""
    return words.window(qVersion(), platform)


def _no_window(error: WindowImpossible) -> int:
    """Qt ends the process here: say so in the same form."""
    print(f"{'FAILED':<7}{'window':<14}{describe(error).title}", flush=True)
    return 1


def _formats() -> str:
    """Qt and Pillow read what is theirs to read, and neither reads another format for us."""
    from PIL import Image
    from PySide6.QtCore import QBuffer, QByteArray
    from PySide6.QtGui import QImageReader

    known = {bytes(entry.data()).decode() for entry in QImageReader.supportedImageFormats()}
    spare = known - _PICTURE_FORMATS - _BUILT_IN
    if spare and getattr(sys, "frozen", False):
        raise _Failed(words.spare_formats(sorted(spare)))
    drawn = Image.new("RGB", (8, 8), "red")
    for foreign in (b"BM" + bytes(64), b"\0\0\1\0" + bytes(64), b"II*\0" + bytes(64)):
        try:
            decode(foreign)
        except NotAPicture:
            continue
        raise _Failed(words.FORBIDDEN_FORMAT)
    for name in SUFFIXES:
        file = io.BytesIO()
        drawn.save(file, name)
        decode(file.getvalue())
        if name.lower() not in _PICTURE_FORMATS:
            continue
        buffer = QBuffer()
        buffer.setData(QByteArray(file.getvalue()))
        reader = QImageReader(buffer, QByteArray(name.lower().encode()))
        if reader.read().isNull():
            raise _Failed(words.unread_format(name, reader.errorString()))
    return words.read_formats(others=bool(spare), fast=inflates_fast())


def _folders() -> str:
    locations = Locations.from_environment()
    locations.create()
    for folder in (locations.data, locations.pictures, locations.cache, locations.logs):
        with file_errors(folder), tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"room for a picture")
    return words.folders(str(locations.data), str(locations.pictures))


def _database() -> str:
    import apsw

    if tuple(map(int, SQLITE_VERSION.split("."))) < _OLDEST_SQLITE:
        raise _Failed(words.old_sqlite(SQLITE_VERSION))
    path = Locations.from_environment().data / "history.sqlite3"
    state = words.NO_HISTORY
    try:
        with closing(apsw.Connection(":memory:")) as connection:
            connection.execute("create virtual table words using fts5(word, prefix='1 2')")
        if path.exists():
            state = _soundness(path)
    except apsw.Error as error:
        raise _Failed(words.history_unopened(str(error))) from error
    return words.database(SQLITE_VERSION, state)


def _soundness(path: Path) -> str:
    import apsw

    flags = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY
    with closing(apsw.Connection(f"{path.as_uri()}?mode=ro", flags=flags)) as connection:
        told = str(connection.pragma("quick_check"))
    if told != "ok":
        raise _Failed(words.history_damaged(told))
    return words.HISTORY_SOUND


def _keyring() -> str:
    store = KeyringStore()
    try:
        asyncio.run(store.load())
    except KeyringAbsent:
        return words.NO_KEYRING
    except (KeyringLocked, KeyringSlow) as error:
        return f"{store.backend_name()}: {describe(error).title}"
    return store.backend_name()


def _certificates() -> str:
    import truststore

    try:
        truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context = ssl.create_default_context()
    except ssl.SSLError as error:
        raise _Failed(words.certificates_unread(str(error))) from error
    # On Windows and macOS the system itself is asked, certificate by certificate.
    places = ssl.get_default_verify_paths()
    folder = places.capath and any(Path(places.capath).iterdir())
    if sys.platform == "linux" and not (context.cert_store_stats()["x509_ca"] or folder):
        raise _Failed(words.NO_CERTIFICATES)
    return words.certificates(ssl.OPENSSL_VERSION)


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
            raise _Failed(words.forgery_refused_oddly(error.reason)) from None
    else:
        raise _Failed(words.FORGERY_TAKEN)
    if channel is None:
        return words.NO_CHANNEL
    return words.signatures(len(keys), urlsplit(channel.manifest).hostname or "")


def _sandbox() -> str:
    """One whole run, in a folder of its own."""

    async def work(folder: Path) -> str:
        locations = Locations.from_environment({"CARTOONMIX_HOME": str(folder)})
        settings = Settings(locations.data / "settings.json")
        studio = Studio(LocalStore(locations, settings), {}, only=AccountKind.SANDBOX)
        try:
            await studio.open()
            await studio.accounts.load()
            request = GenerationRequest.build(
                {"prompt": "self-test", "samples": 1, "steps": 1, "width": 64, "height": 64}
            )
            task = await studio.tasks.generate_now(request, patience=30.0)
        finally:
            await studio.close()
        if task.state is not TaskState.KEPT:
            raise _Failed(words.run_ended(task.state.value))
        return words.run_kept(task.outputs[0].size)

    with tempfile.TemporaryDirectory(prefix="cartoonmix-self-test-") as folder:
        return asyncio.run(work(Path(folder)))
