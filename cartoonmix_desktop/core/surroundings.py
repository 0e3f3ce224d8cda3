"""The variables that other programs get from this one: what each needs, and never the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from cartoonmix_desktop.core.credentials import Credentials

_SECRETS = ("CARTOONMIX_API_KEY", "CARTOONMIX_API_SECRET")

_SANDBOX = {
    *("LANG", "LC_ALL", "LC_CTYPE"),  # how names of files are written
    *("TMPDIR", "TEMP", "TMP"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),  # where an interpreter may have its own library
}
_WINDOWS = {"SYSTEMROOT", "PATH"}  # without them no socket, and no library beside another
_DESKTOP = {
    *("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION"),
    *("HOME", "USER", "LOGNAME", "PATH", "TMPDIR", "LANG", "LANGUAGE", "LD_LIBRARY_PATH"),
}
_OF_DESKTOPS = ("LC_", "XDG_", "GTK_", "GDK_", "QT_", "KDE_")


def given_to_us(environ: MutableMapping[str, str]) -> dict[str, str]:
    """All variables; the key is taken out of ``environ``, which is handed on to every child.

    What the system opens for us, a browser or a file manager, gets all that is left there.
    """
    given = dict(environ)
    for name in _SECRETS:
        environ.pop(name, None)
    return given


def of_sandbox(
    environ: Mapping[str, str], credentials: Credentials, *, windows: bool
) -> dict[str, str]:
    """What the sandbox needs of ``environ``, and the key it is to know."""
    wanted = _SANDBOX | (_WINDOWS if windows else set())
    return {
        **{name: value for name, value in environ.items() if name in wanted},
        "CARTOONMIX_SANDBOX_KEY": credentials.key,
        "CARTOONMIX_SANDBOX_SECRET": credentials.secret,
    }


def of_box(environ: Mapping[str, str]) -> dict[str, str]:
    """What a program needs of ``environ`` to show a box on the person's desktop."""
    return {
        name: value
        for name, value in environ.items()
        if name in _DESKTOP or name.startswith(_OF_DESKTOPS)
    }
