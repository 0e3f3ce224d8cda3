"""What goes wrong on this computer: the disk, the keyring, files that come and go."""

from __future__ import annotations

from cartoonmix_desktop.core.errors.root import CartoonMixError

# --- the disk -------------------------------------------------------------------------------------


class StorageError(CartoonMixError):
    """The disk would not do what was asked.

    Attributes:
        path: the file or folder.
        detail: the system's words.
    """

    path: str
    detail: str = ""


class DiskFull(StorageError):
    """No room left."""


class FolderUnusable(StorageError):
    """A folder that must be written cannot be made, or is read-only."""


class FileHeld(FolderUnusable):
    """Another program has a file open, for longer than a scanner takes."""


class LibraryMissing(FolderUnusable):
    """The pictures are not where they were: a disk was taken out, or the folder renamed."""


class LibraryMoving(StorageError):
    """Another process of this program moves the library at this moment."""


class LibraryInUse(StorageError):
    """Another process of this program works with the library: it cannot be moved now."""


class LocationUnsuitable(StorageError):
    """The library cannot be put into this folder.

    Attributes:
        reason: ``"same"``, ``"inside"`` or ``"around"`` (as seen from the library),
            ``"not_empty"`` or ``"not_a_folder"``.
    """

    reason: str = ""


class CopyDiffers(StorageError):
    """A file that was copied does not read back as it was written."""


class DatabaseDamaged(StorageError):
    """The history file is not a sound SQLite database."""


class HistoryMissing(DatabaseDamaged):
    """There is none, or an empty file, and backups tell that there was one."""


class DatabaseForeign(DatabaseDamaged):
    """What stands in its place is another program's, or no ordinary file."""


class DatabaseAltered(DatabaseDamaged):
    """It holds programs, such as triggers, that are not ours; none of them was run."""


class DatabaseTooNew(StorageError):
    """The history was written by a newer version of this program."""


class BackupUnusable(StorageError):
    """A copy of the history is damaged itself, or of a newer version; nothing was changed."""


class NameTaken(CartoonMixError):
    """A collection or a saved search has this name already.

    Attributes:
        name: the name.
    """

    name: str


# --- credentials ----------------------------------------------------------------------------------


class CredentialsError(CartoonMixError):
    """The OS keyring.

    Attributes:
        detail: the backend's words.
    """

    detail: str = ""


class KeyringAbsent(CredentialsError):
    """No real OS keyring is there (none, or only plaintext, null or fail backends)."""


class KeyringLocked(CredentialsError):
    """The keyring is locked."""


class KeyringSlow(CredentialsError):
    """The keyring did not answer in time: usually it waits for a person to unlock it."""


class KeyringFailed(CredentialsError):
    """The keyring answered with an error."""


class NoCredentials(CredentialsError):
    """Nobody is signed in."""


# --- the trash ------------------------------------------------------------------------------------


class StillAtWork(CartoonMixError):
    """What is under way cannot be thrown away.

    Attributes:
        count: how many of what was chosen are.
    """

    count: int = 1


class CopyUncertain(CartoonMixError):
    """The server's files stay: not every picture was found, whole and unchanged, on this computer.

    Attributes:
        picture: 1-based place of the first that was not.
        reason: ``"token"`` if the files cannot be named without naming those of another task.
    """

    picture: int = 1
    reason: str = ""


# --- in and out -----------------------------------------------------------------------------------


class FileUnreadable(CartoonMixError):
    """A file that was to be imported cannot be read.

    Attributes:
        path: the file.
        detail: the system's words.
    """

    path: str
    detail: str = ""


class ExportImpossible(CartoonMixError):
    """A picture cannot be exported as was asked; nothing of it was written.

    Attributes:
        reason: ``"missing"`` or ``"changed"`` (its file in the library), ``"too_long"`` (what it is
            to say, for the format), ``"too_large"`` (its sides, for the format), ``"moving"`` (all
            but its first frame would be lost), ``"deep"`` (half of its bits would be),
            ``"unencodable"`` (for the encoder, whose words ``detail`` is) or ``"differs"`` (what
            was written, read back).
        detail: more facts.
    """

    reason: str
    detail: str = ""


class ArchiveUnusable(CartoonMixError):
    """A file is not an archive of a library that can be trusted; nothing was changed.

    Attributes:
        path: the file.
        reason: ``"not_an_archive"``, ``"damaged"``, ``"unsafe"`` or ``"newer"``.
        detail: what was found.
    """

    path: str
    reason: str
    detail: str = ""
