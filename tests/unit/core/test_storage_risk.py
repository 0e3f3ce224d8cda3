from __future__ import annotations

import pytest

from cartoonmix_desktop.core.storage_risk import Risk, risk_of

HOME = ("/", "home", "me")


@pytest.mark.parametrize(
    "kind",
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afpfs", "webdav", "fuse.rclone",
     "fuse.davfs2", "NFS4", "fuse.gvfsd-fuse"],
)  # fmt: skip
def test_network_shares(kind):
    risk = risk_of((*HOME, "Pictures"), kind)
    assert risk is not None
    assert risk.kind == "network"


@pytest.mark.parametrize(
    "kind", ["ext4", "btrfs", "apfs", "NTFS", "tmpfs", "fuseblk", "exfat", "overlay", "zfs", ""]
)
def test_disks_of_this_computer(kind):
    assert risk_of((*HOME, "Pictures", "boxes", "my nextcloud notes"), kind) is None


@pytest.mark.parametrize(
    ("part", "service"),
    [
        ("Dropbox", "Dropbox"),
        ("Dropbox (Personal)", "Dropbox"),
        ("OneDrive - Contoso", "OneDrive"),
        ("Google Drive", "Google Drive"),
        ("GoogleDrive-me@example.com", "Google Drive"),
        ("Mobile Documents", "iCloud Drive"),
        ("Nextcloud", "Nextcloud"),
    ],
)
def test_synced_folders_by_name(part, service):
    assert risk_of((*HOME, part, "Pictures"), "ext4") == Risk("synced", service)


def test_synced_folders_by_what_lies_in_them():
    assert risk_of(HOME, "ext4", {".stfolder"}) == Risk("synced", "Syncthing")


def test_a_windows_share():
    assert risk_of(("\\\\server\\share\\", "x"), "NTFS") == Risk("network", "")
