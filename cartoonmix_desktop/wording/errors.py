"""The one table from every error of `core.errors` to words for people, and the action that helps.

Free of Qt, so that the command line says the same as the window. All words are plain text: what a
server or a system said is put in as it is, on one line and bounded.
"""

from __future__ import annotations

import math
import re
from dataclasses import fields
from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core import errors as e
from cartoonmix_desktop.core.recipe.cartoonmix import CARTOONMIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartoonmix_desktop.core.errors import CartoonMixError

LONGEST = 200
"""Characters of a server's or system's words that are shown."""

ACTION_LABELS: dict[str, str] = {
    "sign_in": "Sign in to Wiro",
    "billing": "Open Wiro billing",
    "fetch_again": "Fetch again",
    "retry": "Try again",
    "resume_queue": "Resume",
    "open_settings": "Open settings",
    "unlock_keyring": "Unlock keyring",
    "use_session_only": "Keep for this session only",
    "show_folder": "Show folder",
    "choose_library": "Choose folder…",
    "look_for_library": "Try again",
    "release_page": "Open its page",
}
"""The words on the button of each action, untranslated."""


def _as_it_is(text: str) -> str:
    return text


translate: Callable[[str], str] = _as_it_is
"""Turns a sentence of this module into the person's language, before facts are filled in."""


class Words(Struct, frozen=True):
    """What is said of an error.

    Attributes:
        title: what is wrong, one sentence without a full stop of ours; also fits after "Refused: ".
        advice: what to do, and what was not lost or charged; whole sentences, may be empty.
        action: a key of `ACTION_LABELS`, or empty.
    """

    title: str
    advice: str = ""
    action: str = ""


class _Entry(Struct, frozen=True):
    """Sentences with places for facts: ``{said}`` is the words of the server or system.

    Attributes:
        bare: the title when nothing was said; empty if the title does not need any.
    """

    title: str
    advice: str = ""
    action: str = ""
    bare: str = ""


_ORIGINAL = "The picture in the library is as it was; nothing of this one was written."
_UNTOUCHED = "The library is as it was."
_UNCHANGED = "The form is as it was; nothing was sent."
_WINDOWLESS = "Without a window: cartoonmix-desktop generate --help."
_NOT_SENT = "Nothing was sent, so nothing is charged."
_NOT_TWICE = "Wiro may have started it; it is not sent a second time by itself."
_IN_BETWEEN = "The sign-in page of a network or a company proxy can cause this. "
_OTHERS = "The other pictures are kept. Fetching costs nothing."
_SESSION = "The key can be kept in memory until the program ends; it is never written to a file."

_ENTRIES: dict[type[CartoonMixError], _Entry] = {
    e.CartoonMixError: _Entry(
        "Something went wrong that this version cannot name",
        "Pictures and recipes are safe. A newer version may say more.",
    ),
    e.InputError: _Entry("{field} cannot be “{value}”", "Change it or reset it to its default."),
    e.RecipeUnreadable: _Entry("No recipe could be read from {source}", _UNCHANGED),
    e.ConfigurationError: _Entry(
        "{name} cannot be obeyed", "Correct it or remove it, and start the program again."
    ),
    e.WindowImpossible: _Entry(
        "No window can be opened: {said}", _WINDOWLESS, bare="No window can be opened"
    ),
    # --- the wire
    e.WiroError: _Entry("Something went wrong on the way to Wiro", "Nothing was lost."),
    e.Unreachable: _Entry(
        "Wiro cannot be reached", "Check the internet connection. " + _NOT_SENT, "retry"
    ),
    e.NoAnswer: _Entry("The answer from Wiro did not arrive", "Nothing was lost.", "retry"),
    e.ProtocolError: _Entry(
        "The answer from Wiro cannot be understood", _IN_BETWEEN + "Nothing was lost.", "retry"
    ),
    e.TaskNamed: _Entry(
        "The answer from Wiro says two things: a task was made, and it was not", _NOT_TWICE
    ),
    e.ServerFault: _Entry(
        "Wiro failed on its side: {said}",
        "Wait a minute and try again. Nothing was lost.",
        "retry",
        bare="Wiro failed on its side",
    ),
    e.Refused: _Entry(
        "{said}",
        "Wiro said no, so nothing was started or charged. The recipe is kept.",
        bare="Wiro gave no reason",
    ),
    e.ValidationRefused: _Entry(
        "{field}: {said}",
        "Change the value and generate again. Nothing was charged and the recipe is kept.",
        bare="Wiro does not accept the value of {field}",
    ),
    e.AuthenticationRefused: _Entry(
        "Wiro does not accept the key: {said}",
        "Check the API key, its secret and the addresses the project allows. "
        "Nothing was charged and every task is kept.",
        "sign_in",
        bare="Wiro does not accept the key",
    ),
    e.ConcurrencyLimited: _Entry(
        "Wiro runs as many tasks of this account as it may",
        "The task waits here and is sent when another one ends.",
    ),
    e.InsufficientBalance: _Entry(
        "The Wiro balance is too low: {said}",
        "Add credit at Wiro, then resume. Nothing was charged and every task is kept.",
        "billing",
        bare="The Wiro balance is too low",
    ),
    e.RateLimited: _Entry(
        "Wiro asks for a pause", "The task is kept and is sent after it. Nothing was charged."
    ),
    e.ModelUnavailable: _Entry(
        "Wiro does not offer CartoonMix to this account: {said}",
        "Check at Wiro whether the project may use it. Nothing was charged.",
        bare="Wiro does not offer CartoonMix to this account",
    ),
    e.TaskNotFound: _Entry(
        "Wiro no longer knows this task",
        "Its recipe and the pictures already fetched are kept on this computer.",
    ),
    e.NotCancellable: _Entry(
        "It could not be stopped: {said}",
        "It may have ended already; the history shows how.",
        bare="It could not be stopped",
    ),
    # --- what a task ended in
    e.TaskFailed: _Entry(
        "{said}",
        "Try again, or change the recipe.",
        "retry",
        bare="Wiro gave no reason",
    ),
    e.NothingListed: _Entry(
        "Wiro listed no pictures",
        "The task ended well, and no pictures came. “Fetch again” asks anew and costs nothing.",
        "fetch_again",
    ),
    e.OutcomeUnknown: _Entry(
        "Sent, but no answer: Wiro may have started it",
        "It may have been charged and is not sent a second time by itself.",
    ),
    e.TaskSilent: _Entry(
        "No news for a day",
        "Wiro has said nothing new of this task for a day. "
        "It is asked about from time to time, and its pictures are fetched should it end.",
    ),
    e.CallerGone: _Entry(
        "The command that asked for it ended before it was sent",
        "Nothing was sent or charged, and it is not sent later by itself.",
    ),
    # --- pictures
    e.PictureError: _Entry("A picture could not be kept", _OTHERS, "fetch_again"),
    e.PictureAddressForbidden: _Entry(
        "The address of a picture is not one of Wiro’s",
        "For safety it was not fetched. The other pictures are kept.",
    ),
    e.PictureUnreachable: _Entry("A picture could not be fetched", _OTHERS, "fetch_again"),
    e.PictureGone: _Entry(
        "A picture is no longer at its address",
        "Addresses expire; Wiro is asked for a new one. " + _OTHERS,
        "fetch_again",
    ),
    e.PictureTruncated: _Entry("A picture arrived incomplete", _OTHERS, "fetch_again"),
    e.PictureTooLarge: _Entry(
        "A picture is far larger than CartoonMix makes",
        "For safety it was not kept. " + _OTHERS,
        "fetch_again",
    ),
    e.NotAPicture: _Entry("What arrived is not a picture", _OTHERS, "fetch_again"),
    # --- the disk
    e.StorageError: _Entry(
        "{path} cannot be used: {said}",
        "Pictures already kept are safe. Try again when the cause is gone.",
        "retry",
        bare="{path} cannot be used",
    ),
    e.DiskFull: _Entry(
        "The disk is full: {path}",
        "Make room, then do it again. What waits in the queue goes on by itself.",
        "show_folder",
    ),
    e.FolderUnusable: _Entry(
        "The folder {path} cannot be written: {said}",
        "Check that it exists and that you may write in it. Nothing was lost.",
        "retry",
        bare="The folder {path} cannot be written",
    ),
    e.LibraryMissing: _Entry(
        "The library folder {path} is missing",
        "Connect its disk, or choose where it is now: what waits then goes on by itself. "
        "Everything can be browsed meanwhile.",
        "choose_library",
    ),
    e.LibraryMoving: _Entry(
        "The library is being moved by another window or command",
        "Start again when that is done. " + _NOT_SENT,
    ),
    e.LibraryInUse: _Entry(
        "Another window or command of this program works with the library",
        "Try again when it has ended. Nothing was changed.",
    ),
    e.LocationUnsuitable: _Entry(
        "The library cannot be put into {path}", "Choose another folder. Nothing was changed."
    ),
    e.CopyDiffers: _Entry(
        "A copy was not read back as it was written: {path}",
        "Check the disk it is on, or choose another. Nothing was changed.",
    ),
    e.NameTaken: _Entry("There is already one named “{name}”", "Choose another name."),
    e.DatabaseDamaged: _Entry(
        "The history is damaged: {path}",
        "The pictures are still in their folder. Close the program and start it again: "
        "it then offers to restore the history from a backup.",
        "show_folder",
    ),
    e.BackupUnusable: _Entry(
        "This backup cannot be used: {path}",
        "Choose another one. Nothing was changed.",
    ),
    e.DatabaseTooNew: _Entry(
        "The history was written by a newer version: {path}",
        "Install the newest version of CartoonMix Desktop. Nothing was changed.",
    ),
    # --- credentials
    e.CredentialsError: _Entry(
        "The keyring could not be used: {said}",
        _SESSION,
        "use_session_only",
        bare="The keyring could not be used",
    ),
    e.KeyringAbsent: _Entry(
        "This computer has no keyring to keep the key in", _SESSION, "use_session_only"
    ),
    e.KeyringLocked: _Entry(
        "The keyring is locked",
        "Unlock it, or keep the key for this session only.",
        "unlock_keyring",
    ),
    e.KeyringSlow: _Entry(
        "The keyring does not answer",
        "It may be waiting behind another window for you to unlock it. "
        "Unlock it, or keep the key for this session only.",
        "unlock_keyring",
    ),
    e.KeyringFailed: _Entry(
        "The keyring reported an error: {said}",
        _SESSION,
        "use_session_only",
        bare="The keyring reported an error",
    ),
    e.NoCredentials: _Entry(
        "Nobody is signed in to Wiro",
        "Add an API key, or use the sandbox: it draws on this computer and costs nothing.",
        "sign_in",
    ),
    # --- newer versions of this program
    e.UpdateError: _Entry("Whether a newer version exists is not known"),
    e.UpdateUnreachable: _Entry(
        "The notice of newer versions could not be read",
        "The program looks again tomorrow. All else works.",
    ),
    e.UpdateRefused: _Entry(
        "The notice of newer versions is not to be trusted",
        "It was not believed, and nothing was changed.",
    ),
    # --- the trash
    e.FileUnreadable: _Entry("{path} cannot be read: {said}", "", bare="{path} cannot be read"),
    e.ExportImpossible: _Entry("The picture could not be exported", _ORIGINAL),
    e.ArchiveUnusable: _Entry("{path} cannot be imported", _UNTOUCHED),
    e.StillAtWork: _Entry(
        "What is under way cannot be moved to the trash",
        "Cancel it first, and delete it when it has ended. Nothing was changed.",
    ),
    e.CopyUncertain: _Entry(
        "Picture {picture} is not safe on this computer",
        "Its file is missing or was changed, so nothing was deleted at Wiro.",
    ),
    # --- the sandbox
    e.SandboxFailed: _Entry(
        "The sandbox is not running: {said}",
        "Try again. Nothing was lost.",
        "retry",
        bare="The sandbox is not running",
    ),
}

# By the error's reason or operation: Run alone can have cost something when its answer is lost.
_BY_REASON: dict[tuple[type[CartoonMixError], str], _Entry] = {
    (e.InputError, "empty"): _Entry("{field} is empty", "Fill it in or reset it to its default."),
    (e.InputError, "not_a_number"): _Entry(
        "{field} must be a number, not “{value}”", "Change it or reset it to its default."
    ),
    (e.InputError, "not_whole"): _Entry(
        "{field} must be a whole number, not “{value}”", "Change it or reset it to its default."
    ),
    (e.InputError, "too_small"): _Entry(
        "{field} must be at least {minimum}, not “{value}”", "Change it or reset it to its default."
    ),
    (e.InputError, "unknown_option"): _Entry(
        "{field} has no choice “{value}”", "Choose one from its list."
    ),
    (e.InputError, "not_a_url"): _Entry(
        "{field} is not a web address", "It begins with http or https. Leave it empty for none."
    ),
    (e.InputError, "unknown_field"): _Entry(
        "CartoonMix has no input named “{field}”", "Check how it is spelled."
    ),
    (e.InputError, "too_long"): _Entry("{field} is too long", "Shorten it."),
    (e.InputError, "not_a_value"): _Entry("{field} is neither a text nor a number", ""),
    (e.InputError, "not_from_outside"): _Entry(
        "{field} is not taken from links and files", "Enter it by hand if you mean it."
    ),
    (e.RecipeUnreadable, "not_a_link"): _Entry("The link is damaged", _UNCHANGED),
    (e.RecipeUnreadable, "other_link"): _Entry(
        "The link asks for “{detail}”, which this version does not know", _UNCHANGED
    ),
    (e.RecipeUnreadable, "twice"): _Entry("The link names “{detail}” twice", _UNCHANGED),
    (e.RecipeUnreadable, "too_long"): _Entry(
        "The recipe in {source} is larger than any recipe is", _UNCHANGED
    ),
    (e.RecipeUnreadable, "nothing"): _Entry(
        "Nothing in the recipe in {source} can be used", _UNCHANGED
    ),
    (e.RecipeUnreadable, "no_recipe"): _Entry("There is no recipe in {source}", _UNCHANGED),
    (e.RecipeUnreadable, "newer"): _Entry(
        "The recipe in {source} was written by a newer version",
        "Install the newest version of CartoonMix Desktop to open it.",
    ),
    (e.RecipeUnreadable, "other_model"): _Entry(
        "The recipe in {source} is for another model", _UNCHANGED
    ),
    (e.RecipeUnreadable, "not_a_file"): _Entry(
        "There is no file {source}",
        "A recipe file, a PNG, JPEG or WebP picture, or a cartoonmix: link can be opened.",
    ),
    (e.RecipeUnreadable, "unreadable"): _Entry(
        "{source} cannot be read: {said}", _UNCHANGED, bare="{source} cannot be read"
    ),
    (e.ConfigurationError, "not_https"): _Entry(
        "The address in {name} is not safe",
        "Give one that is encrypted or remove it, and start the program again.",
    ),
    (e.ConfigurationError, "foreign_host"): _Entry(
        "The address in {name} is not one of Wiro’s",
        "Correct it or remove it, and start the program again.",
    ),
    (e.ConfigurationError, "not_a_url"): _Entry(
        "{name} does not hold a usable address",
        "Correct it or remove it, and start the program again.",
    ),
    (e.WindowImpossible, "no_display"): _Entry(
        "CartoonMix Desktop needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set",
        _WINDOWLESS,
    ),
    (e.WindowImpossible, "unreachable"): _Entry(
        "The display {said} cannot be reached",
        "Check DISPLAY, and that you may use that display. " + _WINDOWLESS,
        bare="The display cannot be reached",
    ),
    (e.WindowImpossible, "library"): _Entry(
        "A library of the system is missing or damaged: {said}",
        "Install it with the package manager of the system, then start again. " + _WINDOWLESS,
        bare="A library of the system is missing",
    ),
    (e.WindowImpossible, "platform"): _Entry(
        "Qt has no way to show windows named “{detail}”",
        "Remove QT_QPA_PLATFORM from the environment, then start again.",
    ),
    (e.Unreachable, "dns"): _Entry(
        "Wiro cannot be found on the network",
        "Check the internet connection. " + _NOT_SENT,
        "retry",
    ),
    (e.Unreachable, "refused"): _Entry(
        "Wiro takes no connections at the moment", "Wait a minute. " + _NOT_SENT, "retry"
    ),
    (e.Unreachable, "tls"): _Entry(
        "No safe connection to Wiro could be made",
        "A wrong clock, a virus scanner or a company proxy can cause this. " + _NOT_SENT,
        "retry",
    ),
    (e.Unreachable, "timeout"): _Entry(
        "Connecting to Wiro took too long", "Check the internet connection. " + _NOT_SENT, "retry"
    ),
    (e.Unreachable, "proxy"): _Entry(
        "The proxy does not let the program through to Wiro",
        "Check the proxy settings of this computer. " + _NOT_SENT,
        "retry",
    ),
    (e.NoAnswer, "Run"): _Entry("The answer from Wiro did not arrive", _NOT_TWICE),
    (e.ProtocolError, "Run"): _Entry(
        "The answer from Wiro cannot be understood", _IN_BETWEEN + _NOT_TWICE
    ),
    (e.ServerFault, "Run"): _Entry(
        "Wiro failed on its side: {said}", _NOT_TWICE, bare="Wiro failed on its side"
    ),
    (e.ValidationRefused, "no field"): _Entry(
        "{said}",
        "Change the recipe and generate again. Nothing was charged and the recipe is kept.",
        bare="Wiro does not accept a value of the recipe",
    ),
    (e.UpdateRefused, "signature"): _Entry(
        "The notice of newer versions is not signed by the makers of this program",
        "Somebody may have changed it on the way. It was not believed.",
    ),
    (e.UpdateRefused, "malformed"): _Entry(
        "The notice of newer versions cannot be understood", "It was not believed."
    ),
    (e.UpdateRefused, "too_large"): _Entry(
        "The notice of newer versions is far too long", "It was not read to its end."
    ),
    (e.UpdateRefused, "expired"): _Entry(
        "The notice of newer versions is out of date",
        "Check the clock of this computer. Else somebody may be holding a newer one back.",
    ),
    (e.UpdateRefused, "rolled_back"): _Entry(
        "The notice of newer versions is older than what was known",
        "Somebody may have put an old one in its place. It was not believed.",
    ),
    (e.UpdateRefused, "not_https"): _Entry(
        "The notice of newer versions is at an address that is not safe", "It was not read."
    ),
    (e.ExportImpossible, "missing"): _Entry("Its file is missing in the library", ""),
    (e.ExportImpossible, "changed"): _Entry(
        "Its file in the library is not the one that was kept", "Another program changed it."
    ),
    (e.ExportImpossible, "too_long"): _Entry(
        "Its recipe is longer than this format can hold", "Choose PNG, or leave the recipe out."
    ),
    (e.ExportImpossible, "too_large"): _Entry(
        "Too large for this format: {said}", "Choose PNG.", bare="Too large for this format"
    ),
    (e.ExportImpossible, "unencodable"): _Entry(
        "It cannot be written in this format: {said}",
        "Choose another, or “As it is: the exact bytes”.",
        bare="It cannot be written in this format",
    ),
    (e.ExportImpossible, "moving"): _Entry(
        "It moves, and only its first frame would be exported",
        "Choose “As it is: the exact bytes”, which keeps all of it.",
    ),
    (e.ExportImpossible, "deep"): _Entry(
        "It has 16 bits a channel, of which 8 would be exported",
        "Choose “As it is: the exact bytes”, which keeps all of it, or JPEG.",
    ),
    (e.ExportImpossible, "differs"): _Entry(
        "What was written is not what was to be written", _ORIGINAL
    ),
    (e.ArchiveUnusable, "not_an_archive"): _Entry(
        "{path} is not an archive of a library, or only a part of one", _UNTOUCHED
    ),
    (e.ArchiveUnusable, "damaged"): _Entry(
        "The archive is damaged: {said}", _UNTOUCHED, bare="The archive is damaged"
    ),
    (e.ArchiveUnusable, "unsafe"): _Entry(
        "The archive was not made by this program: {said}",
        _UNTOUCHED,
        bare="The archive was not made by this program",
    ),
    (e.ArchiveUnusable, "newer"): _Entry(
        "The archive was made by a newer version",
        "Install the newest version of CartoonMix Desktop to import it. " + _UNTOUCHED,
    ),
    (e.LocationUnsuitable, "same"): _Entry(
        "The library is in {path} already", "Choose another folder. Nothing was changed."
    ),
    (e.LocationUnsuitable, "inside"): _Entry(
        "{path} lies inside the library itself", "Choose a folder outside. Nothing was changed."
    ),
    (e.LocationUnsuitable, "around"): _Entry(
        "The library lies inside {path}", "Choose a folder elsewhere. Nothing was changed."
    ),
    (e.LocationUnsuitable, "not_empty"): _Entry(
        "{path} is not empty",
        "The library is moved into an empty folder. If your pictures are there already, choose it "
        "with “Use another folder…”. Nothing was changed.",
    ),
    (e.LocationUnsuitable, "not_a_folder"): _Entry(
        "{path} is not a folder", "Choose another one. Nothing was changed."
    ),
    (e.RateLimited, "told how long"): _Entry(
        "Wiro asks for a pause of {seconds} s",
        "The task is kept and is sent after it. Nothing was charged.",
    ),
}


def describe(error: CartoonMixError) -> Words:
    """The words for ``error``, translated, with its facts filled in. Never fails on odd facts."""
    facts = {f.name: one_line(str(getattr(error, f.name))) for f in fields(error)}
    facts["said"] = facts.get("server_message") or facts.get("detail") or ""
    reason = facts.get("reason") or facts.get("operation", "")
    if isinstance(error, e.StorageError | e.FileUnreadable | e.ArchiveUnusable):
        facts["path"] = _path(error.path)
    if isinstance(error, e.RecipeUnreadable):
        facts["source"] = _path(error.source) if error.source != "link" else translate("the link")
    if isinstance(error, e.InputError | e.ValidationRefused):
        facts |= _of_field(facts["field"])
    if isinstance(error, e.ValidationRefused) and not error.field:
        reason = "no field"
    if isinstance(error, e.RateLimited):
        try:
            facts["seconds"] = str(math.ceil(float(facts["retry_after"])))
            reason = "told how long"
        except (ValueError, OverflowError):  # not told, or not a finite number
            pass
    entry = _BY_REASON.get((type(error), reason)) or _ENTRIES[type(error)]
    title = entry.bare if entry.bare and not facts["said"] else entry.title
    return Words(
        translate(title).format_map(facts), translate(entry.advice).format_map(facts), entry.action
    )


def one_line(text: str, longest: int = LONGEST) -> str:
    """Text from outside on one line, without invisible signs, cut to ``longest`` characters."""
    # Marks that turn the direction of writing could make words say something else.
    text = re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text[: longest * 20])
    text = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _path(path: str) -> str:
    """A path whose end, which tells most, is kept."""
    shown = one_line(path, max(len(path), 1))
    return shown if len(shown) <= LONGEST else "…" + shown[1 - LONGEST :]


def _of_field(name: str) -> dict[str, str]:
    try:
        entry = CARTOONMIX[name]
    except KeyError:
        return {"field": name, "minimum": ""}
    return {"field": translate(entry.label), "minimum": str(entry.minimum)}


def sentences(*parts: str) -> str:
    """Parts as sentences of one paragraph; a title has no full stop of its own."""
    ends = ".!?…"
    return " ".join(part if part[-1] in ends else part + "." for part in parts if part)
