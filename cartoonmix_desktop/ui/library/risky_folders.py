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


def library_risk_words(risk: Risk | None) -> str:
    """One sentence why it is no good place for the pictures; empty without a risk."""
    if risk is None:
        return ""
    if risk.kind == "network":
        return (
            f"This folder is on a network share ({risk.by}): while the network is away, pictures "
            "can be neither kept nor shown."
        )
    return (
        f"This folder is synced by {risk.by}, which may change or take away pictures while the "
        "program works with them."
    )


def history_risk_words(risk: Risk) -> str:
    """Why it is no good place for the history."""
    where = f"on a network share ({risk.by})" if risk.kind == "network" else f"synced by {risk.by}"
    return (
        f"The history of this program is {where}, where a database can be damaged. Let "
        "CARTOONMIX_HOME name a folder on a disk of this computer."
    )
