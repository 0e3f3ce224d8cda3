"""Asks the system what a folder lies on; blocking, for a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QStorageInfo

from cartoonmix_desktop.core.storage_risk import MARKS, Risk, risk_of

if TYPE_CHECKING:
    from pathlib import Path


def risk_at(folder: Path) -> Risk | None:
    """The risk of a folder that is there or is to be made; None if there is none that is known."""
    around = (folder, *folder.parents)
    there = next((path for path in around if path.exists()), folder)
    kind = QStorageInfo(str(there)).fileSystemType().toStdString()
    marks = {mark for mark in MARKS for path in around if (path / mark).exists()}
    return risk_of(folder.parts, kind, marks)
