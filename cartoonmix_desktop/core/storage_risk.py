"""Whether a folder is a risky place for files that must not be lost; judges, looks at nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_NETWORK = ("nfs", "cifs", "smb", "9p", "afp", "afs", "ncp", "webdav", "davfs", "ceph", "gluster")
_NETWORK_IN_USERSPACE = ("sshfs", "rclone", "davfs", "gvfsd", "s3fs", "gcsfuse", "smbnetfs", "curl")
_SYNCED = {
    "dropbox": "Dropbox",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "mobile documents": "iCloud Drive",
    "iclouddrive": "iCloud Drive",
    "icloud drive": "iCloud Drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "box sync": "Box",
    "pclouddrive": "pCloud",
    "pcloud drive": "pCloud",
    "megasync": "MEGA",
    "synologydrive": "Synology Drive",
    "seafile": "Seafile",
    "proton drive": "Proton Drive",
    "yandex.disk": "Yandex.Disk",
    "creative cloud files": "Creative Cloud",
    "cloudstorage": "",  # where macOS keeps all of them
}
MARKS = {
    ".stfolder": "Syncthing",
    ".dropbox": "Dropbox",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
}
"""Files that a service leaves in the folder it syncs, and its name."""


class Risk(Struct, frozen=True):
    """Why a folder is risky.

    Attributes:
        kind: ``"network"`` or ``"synced"``.
        by: the file system or the service; empty if it has no name.
    """

    kind: str
    by: str


def risk_of(parts: Sequence[str], file_system: str, marks: Collection[str] = ()) -> Risk | None:
    """The risk of a folder, None if there is none that is known.

    Args:
        parts: of its path, the root first.
        file_system: as the system calls it, e.g. ``"ext4"`` or ``"fuse.sshfs"``.
        marks: which of `MARKS` are in it or in a folder around it.
    """
    for part in map(str.casefold, parts):
        if part in _SYNCED or part.startswith(("onedrive", "dropbox (", "googledrive-")):
            service = "OneDrive" if part.startswith("onedrive") else "Dropbox"
            service = "Google Drive" if part.startswith("googledrive-") else service
            return Risk("synced", _SYNCED.get(part, service))
    for mark, service in MARKS.items():
        if mark in marks:
            return Risk("synced", service)
    kind = file_system.casefold()
    if parts and parts[0].startswith(("\\\\", "//")):
        return Risk("network", "")
    name = kind.removeprefix("fuse.")
    if kind.startswith(_NETWORK) or (name != kind and name.startswith(_NETWORK_IN_USERSPACE)):
        return Risk("network", name)
    return None
