"""What the desktop does for us: clipboard, file manager, browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QProcess, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

if TYPE_CHECKING:
    from collections.abc import Sequence


def show_in_folder(path: Path) -> None:
    """Open the file manager at a file, selecting it where the system can.

    By its whole name: Windows would look where the program was started first.
    """
    if sys.platform == "win32":
        explorer = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "explorer.exe")
        process: Any = QProcess()
        process.setProgram(str(explorer))
        # Qt quotes where there is a blank; Explorer parts words at each comma that is not quoted.
        process.setNativeArguments(f'/select,"{path}"')
        process.startDetached()
    elif sys.platform == "darwin":
        QProcess.startDetached("/usr/bin/open", ["-R", str(path)])
    else:
        open_folder(path.parent)


def open_folder(folder: Path) -> None:
    """Open the file manager at a folder."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def open_text(path: Path) -> None:
    """Open a text file of ours in the system's reader or editor."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def open_address(url: str) -> None:
    """Open a web page of ours in the browser; never an address that came from outside."""
    QDesktopServices.openUrl(QUrl(url))


def copy_picture(path: Path, image: QImage) -> None:
    """Put a picture on the clipboard, as pixels for painting programs and as file for folders.

    The pixels alone: a prompt that the file carries would go wherever they are pasted.
    """
    data = _copied([path])
    size, line = (image.width(), image.height()), image.bytesPerLine()
    data.setImageData(QImage(image.constBits(), *size, line, image.format()).copy())
    QGuiApplication.clipboard().setMimeData(data)


def files_data(paths: Sequence[Path]) -> QMimeData:
    """Files as other programs take them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def copy_files(paths: Sequence[Path]) -> None:
    """Put files on the clipboard."""
    QGuiApplication.clipboard().setMimeData(_copied(paths))


def _copied(paths: Sequence[Path]) -> QMimeData:
    """Files as other programs take them, and as file managers of Linux ask for copied ones."""
    data = files_data(paths)
    lines = ["copy", *(bytes(url.toEncoded().data()).decode() for url in data.urls())]
    data.setData("x-special/gnome-copied-files", "\n".join(lines).encode())
    return data


def copy_text(text: str) -> None:
    """Put words on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def clipboard() -> QMimeData:
    """What is on the clipboard."""
    return QGuiApplication.clipboard().mimeData()


def encoded_picture(data: QMimeData) -> bytes:
    """A picture as its program put it there, with what it says; empty for none."""
    kinds = ("image/png", "image/webp", "image/avif", "image/jpeg", "image/gif")
    return next((bytes(data.data(kind).data()) for kind in kinds if data.hasFormat(kind)), b"")


def usual_folder() -> Path:
    """Where a person would look for a picture that was saved; it is there."""
    kind = QStandardPaths.StandardLocation
    places = (kind.PicturesLocation, kind.HomeLocation)
    found = [Path(QStandardPaths.writableLocation(place)) for place in places]
    return next((folder for folder in found if folder.is_dir()), found[0])
