"""The sentences for every error of `core.errors`, with places for facts; `errors` fills them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from cartoonmix_desktop.core import errors as e
from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.common import NoticeAction

if TYPE_CHECKING:
    from cartoonmix_desktop.core.errors import CartoonMixError


class Entry(Struct, frozen=True):
    """Sentences with places for facts: ``{said}`` is the words of the server or system.

    Attributes:
        bare: the title when nothing was said; empty if the title does not need any.
    """

    title: str
    advice: str = ""
    action: NoticeAction | None = None
    bare: str = ""


_ORIGINAL = _("The picture in the library is unchanged; this one was not exported.")
_UNTOUCHED = _("The library is unchanged.")
_UNCHANGED = _("The form is unchanged; nothing was sent.")
_WINDOWLESS = _("Without a window: cartoonmix-desktop generate --help.")
_NOT_SENT = _("Nothing was sent, so nothing is charged.")
_NOT_TWICE = _("Wiro may have started it; it is not sent again automatically.")
_IN_BETWEEN = _("The sign-in page of a network or a company proxy can cause this.")
_RESTORE = _(
    "The pictures are still in their folder. Open the window: it offers to bring the history back."
)
_OTHERS = _("The other pictures are kept. Fetching costs nothing.")
_UNTIL_RESUMED = _("Nothing more is sent by itself until you resume or raise the cap.")
_SESSION = _("The key can be kept in memory until you quit; it is never written to a file.")

ENTRIES: dict[type[CartoonMixError], Entry] = {
    e.CartoonMixError: Entry(
        _("Something unexpected went wrong"),
        _("Pictures and recipes are safe. A newer version may help."),
    ),
    e.InputError: Entry(
        _("{field} cannot be “{value}”"), _("Change it or reset it to its default.")
    ),
    e.RecipeUnreadable: Entry(_("No recipe could be read from {source}"), _UNCHANGED),
    e.ConfigurationError: Entry(
        _("The value of {name} is not valid"), _("Correct or remove it, then restart the program.")
    ),
    e.WindowImpossible: Entry(
        _("No window can be opened: {said}"), _WINDOWLESS, bare=_("No window can be opened")
    ),
    e.CapReached: Entry(
        _("This would cost about {total}; your cap for one press is {cap}"),
        _("It waits until you resume or raise the cap."),
        NoticeAction.OPEN_SETTINGS,
    ),
    e.PriceUnknown: Entry(
        _("The price is not known, so your caps cannot count it"),
        _("Resume to send it all the same; you are asked once a day."),
        NoticeAction.OPEN_SETTINGS,
    ),
    # --- the wire
    e.WiroError: Entry(_("Something went wrong on the way to Wiro"), _("Nothing was lost.")),
    e.Unreachable: Entry(
        _("Wiro cannot be reached"),
        _("Check the internet connection.") + " " + _NOT_SENT,
        NoticeAction.RETRY,
    ),
    e.NoAnswer: Entry(
        _("The answer from Wiro did not arrive"), _("Nothing was lost."), NoticeAction.RETRY
    ),
    e.ProtocolError: Entry(
        _("The answer from Wiro cannot be understood"),
        _IN_BETWEEN + " " + _("Nothing was lost."),
        NoticeAction.RETRY,
    ),
    e.TaskNamed: Entry(
        _("Wiro’s answer contradicts itself: it says that a task was made, and that it was not"),
        _NOT_TWICE,
    ),
    e.ServerFault: Entry(
        _("Wiro had a server error: {said}"),
        _("Wait a minute and try again. Nothing was lost."),
        NoticeAction.RETRY,
        bare=_("Wiro had a server error"),
    ),
    e.Refused: Entry(
        _("{said}"),
        _("Wiro rejected the request. Nothing was started or charged. The recipe is kept."),
        bare=_("Wiro gave no reason"),
    ),
    e.ValidationRefused: Entry(
        _("{field}: {said}"),
        _("Change the value and generate again. Nothing was charged and the recipe is kept."),
        bare=_("Wiro does not accept the value of {field}"),
    ),
    e.AuthenticationRefused: Entry(
        _("Wiro does not accept the key: {said}"),
        _(
            "Check the API key, its secret and the IP addresses your project allows. "
            "Nothing was charged and every task is kept."
        ),
        NoticeAction.SIGN_IN,
        bare=_("Wiro does not accept the key"),
    ),
    e.SecretMissing: Entry(
        _("This project also needs its API secret"),
        _(
            "Enter it beside the key; if that comes from CARTOONMIX_API_KEY, set "
            "CARTOONMIX_API_SECRET. Nothing was charged and every task is kept."
        ),
        NoticeAction.ADD_SECRET,
    ),
    e.TeamRefused: Entry(
        _("{said}"),
        _("Ask whoever runs the team, then resume. Nothing was charged and every task is kept."),
        bare=_("The team of this project does not allow it"),
    ),
    e.ConcurrencyLimited: Entry(
        _("Wiro is already running as many tasks as this account may have"),
        _("The task waits here and is sent when another one finishes."),
    ),
    e.InsufficientBalance: Entry(
        _("The Wiro balance is too low: {said}"),
        _("Add credit at Wiro, then resume. Nothing was charged and every task is kept."),
        NoticeAction.BILLING,
        bare=_("The Wiro balance is too low"),
    ),
    e.RateLimited: Entry(
        _("Wiro is limiting requests"),
        _("The task is kept and will be sent afterwards. Nothing was charged."),
    ),
    e.ModelUnavailable: Entry(
        _("Wiro does not offer CartoonMix to this account: {said}"),
        _("Check at Wiro whether the project may use it. Nothing was charged."),
        bare=_("Wiro does not offer CartoonMix to this account"),
    ),
    e.TaskNotFound: Entry(
        _("Wiro no longer knows this task"),
        _("Its recipe and the pictures already downloaded are kept on this computer."),
    ),
    e.NotCancellable: Entry(
        _("It could not be stopped: {said}"),
        _("It may already have finished; see the history."),
        bare=_("It could not be stopped"),
    ),
    # --- what a task ended in
    e.TaskFailed: Entry(
        _("{said}"),
        _("Try again, or change the recipe."),
        NoticeAction.RETRY,
        bare=_("Wiro gave no reason"),
    ),
    e.NothingListed: Entry(
        _("Wiro listed no pictures"),
        _("The task succeeded, but no pictures came. “Fetch again” asks again and costs nothing."),
        NoticeAction.FETCH_AGAIN,
    ),
    e.OutcomeUnknown: Entry(
        _("Sent, but no answer: Wiro may have started it"),
        _("It may have been charged and is not sent again automatically."),
    ),
    e.TaskSilent: Entry(
        _("No update for a day"),
        _(
            "No update from Wiro for a day. "
            "The program keeps checking, and fetches the pictures if the task finishes."
        ),
    ),
    e.CallerGone: Entry(
        _("The command that asked for it ended before it was sent"),
        _("Nothing was sent or charged, and it will not be sent later."),
    ),
    # --- pictures
    e.PictureError: Entry(_("A picture could not be kept"), _OTHERS, NoticeAction.FETCH_AGAIN),
    e.PictureAddressForbidden: Entry(
        _("The address of a picture is not one of Wiro’s"),
        _("For safety it was not fetched. The other pictures are kept."),
    ),
    e.PictureUnreachable: Entry(
        _("A picture could not be fetched"), _OTHERS, NoticeAction.FETCH_AGAIN
    ),
    e.PictureGone: Entry(
        _("A picture is no longer at its address"),
        _("Addresses expire; Wiro is asked for a new one.") + " " + _OTHERS,
        NoticeAction.FETCH_AGAIN,
    ),
    e.PictureTruncated: Entry(_("A picture arrived incomplete"), _OTHERS, NoticeAction.FETCH_AGAIN),
    e.PictureTooLarge: Entry(
        _("A picture is far larger than CartoonMix makes"),
        _("For safety it was not kept.") + " " + _OTHERS,
        NoticeAction.FETCH_AGAIN,
    ),
    e.NotAPicture: Entry(
        _("The downloaded file is not an image"), _OTHERS, NoticeAction.FETCH_AGAIN
    ),
    # --- the disk
    e.StorageError: Entry(
        _("{path} cannot be used: {said}"),
        _("Pictures already kept are safe. Try again when the cause is gone."),
        NoticeAction.RETRY,
        bare=_("{path} cannot be used"),
    ),
    e.DiskFull: Entry(
        _("The disk is full: {path}"),
        _("Free some space, then try again. The queue continues automatically."),
        NoticeAction.SHOW_FOLDER,
    ),
    e.FolderUnusable: Entry(
        _("The folder {path} cannot be written: {said}"),
        _("Check that it exists and that you may write to it. Nothing was lost."),
        NoticeAction.RETRY,
        bare=_("The folder {path} cannot be written"),
    ),
    e.FileHeld: Entry(
        _("Another program has {path} open"),
        _("Close it there, then try again. Nothing was lost."),
        NoticeAction.RETRY,
    ),
    e.LibraryMissing: Entry(
        _("The library folder {path} is missing"),
        _(
            "Connect its disk, or choose where it is now: waiting tasks then continue. "
            "You can browse everything meanwhile."
        ),
        NoticeAction.CHOOSE_LIBRARY,
    ),
    e.LibraryMoving: Entry(
        _("The library is being moved by another window or command"),
        _("Try again when that is done.") + " " + _NOT_SENT,
    ),
    e.LibraryInUse: Entry(
        _("Another window or command of this program is using the library"),
        _("Try again when it has finished. Nothing was changed."),
    ),
    e.LocationUnsuitable: Entry(
        _("The library cannot be moved to {path}"), _("Choose another folder. Nothing was changed.")
    ),
    e.CopyDiffers: Entry(
        _("The copy could not be verified: {path}"),
        _("Check the disk, or choose another. Nothing was changed."),
    ),
    e.NameTaken: Entry(_("“{name}” already exists"), _("Choose another name.")),
    e.DatabaseDamaged: Entry(
        _("The history is damaged: {path}"),
        _RESTORE,
        NoticeAction.SHOW_FOLDER,
    ),
    e.HistoryMissing: Entry(_("The history is missing: {path}"), _RESTORE),
    e.DatabaseForeign: Entry(_("This is not a history of CartoonMix Desktop: {path}"), _RESTORE),
    e.DatabaseAltered: Entry(
        _("The history was changed by something else: {path}"),
        _("It holds parts that this program did not put there. They were not run.")
        + " "
        + _RESTORE,
    ),
    e.BackupUnusable: Entry(
        _("This backup cannot be used: {path}"),
        _("Choose another one. Nothing was changed."),
    ),
    e.DatabaseTooNew: Entry(
        _("The history was written by a newer version: {path}"),
        _("Install the newest version of CartoonMix Desktop. Nothing was changed."),
    ),
    # --- credentials
    e.CredentialsError: Entry(
        _("The keyring could not be used: {said}"),
        _SESSION,
        NoticeAction.USE_SESSION_ONLY,
        bare=_("The keyring could not be used"),
    ),
    e.KeyringAbsent: Entry(
        _("This computer has no keyring to store the key in"),
        _SESSION,
        NoticeAction.USE_SESSION_ONLY,
    ),
    e.KeyringLocked: Entry(
        _("The keyring is locked"),
        _("Unlock it, or keep the key only until you quit."),
        NoticeAction.UNLOCK_KEYRING,
    ),
    e.KeyringSlow: Entry(
        _("The keyring does not answer"),
        _(
            "It may be waiting behind another window for you to unlock it. "
            "Unlock it, or keep the key only until you quit."
        ),
        NoticeAction.UNLOCK_KEYRING,
    ),
    e.KeyringFailed: Entry(
        _("The keyring reported an error: {said}"),
        _SESSION,
        NoticeAction.USE_SESSION_ONLY,
        bare=_("The keyring reported an error"),
    ),
    e.NoCredentials: Entry(
        _("You are not signed in to Wiro"),
        _("Add an API key, or use the sandbox: it draws on this computer and costs nothing."),
        NoticeAction.SIGN_IN,
    ),
    # --- newer versions of this program
    e.UpdateError: Entry(_("Could not check for updates")),
    e.UpdateUnreachable: Entry(
        _("Could not read the update information"),
        _("The program checks again tomorrow. Everything else works."),
    ),
    e.UpdateRefused: Entry(
        _("The update information could not be verified"),
        _("It was ignored, and nothing was changed."),
    ),
    # --- the trash
    e.FileUnreadable: Entry(
        _("{path} cannot be read: {said}"), "", bare=_("{path} cannot be read")
    ),
    e.ExportImpossible: Entry(_("The picture could not be exported"), _ORIGINAL),
    e.ArchiveUnusable: Entry(_("{path} cannot be imported"), _UNTOUCHED),
    e.StillAtWork: Entry(
        _("A running task cannot be moved to the trash"),
        _("Cancel it first, then delete it once it has stopped. Nothing was changed."),
    ),
    e.CopyUncertain: Entry(
        _("Picture {picture} is not safe on this computer"),
        _("Its file is missing or was changed, so nothing was deleted at Wiro."),
    ),
    # --- the sandbox
    e.SandboxFailed: Entry(
        _("The sandbox is not running: {said}"),
        _("Try again. Nothing was lost."),
        NoticeAction.RETRY,
        bare=_("The sandbox is not running"),
    ),
}

BY_REASON: dict[tuple[type[CartoonMixError], str], Entry] = {
    (e.InputError, "empty"): Entry(
        _("{field} is empty"), _("Fill it in or reset it to its default.")
    ),
    (e.InputError, "not_a_number"): Entry(
        _("{field} must be a number, not “{value}”"), _("Change it or reset it to its default.")
    ),
    (e.InputError, "not_whole"): Entry(
        _("{field} must be a whole number, not “{value}”"),
        _("Change it or reset it to its default."),
    ),
    (e.InputError, "too_small"): Entry(
        _("{field} must be at least {minimum}, not “{value}”"),
        _("Change it or reset it to its default."),
    ),
    (e.InputError, "unknown_option"): Entry(
        _("“{value}” is not an option for {field}"), _("Choose one from its list.")
    ),
    (e.InputError, "not_a_url"): Entry(
        _("{field} is not a web address"),
        _("It must begin with http or https. Leave it empty for none."),
    ),
    (e.InputError, "unknown_field"): Entry(
        _("CartoonMix has no input named “{field}”"), _("Check how it is spelled.")
    ),
    (e.InputError, "too_long"): Entry(_("{field} is too long"), _("Shorten it.")),
    (e.InputError, "not_a_value"): Entry(_("{field} must be text or a number"), ""),
    (e.InputError, "not_from_outside"): Entry(
        _("For safety, {field} is ignored in links and files"), _("Type it in if you want it.")
    ),
    (e.RecipeUnreadable, "not_a_link"): Entry(_("The link is damaged"), _UNCHANGED),
    (e.RecipeUnreadable, "other_link"): Entry(
        _("This version does not support “{detail}” links"), _UNCHANGED
    ),
    (e.RecipeUnreadable, "twice"): Entry(_("The link names “{detail}” twice"), _UNCHANGED),
    (e.RecipeUnreadable, "too_long"): Entry(_("The recipe in {source} is too large"), _UNCHANGED),
    (e.RecipeUnreadable, "nothing"): Entry(
        _("Nothing in the recipe in {source} can be used"), _UNCHANGED
    ),
    (e.RecipeUnreadable, "no_recipe"): Entry(_("There is no recipe in {source}"), _UNCHANGED),
    (e.RecipeUnreadable, "newer"): Entry(
        _("The recipe in {source} was written by a newer version"),
        _("Install the newest version of CartoonMix Desktop to open it."),
    ),
    (e.RecipeUnreadable, "other_model"): Entry(
        _("The recipe in {source} is for another model"), _UNCHANGED
    ),
    (e.RecipeUnreadable, "not_a_file"): Entry(
        _("There is no file {source}"),
        _("A recipe file, a picture with a recipe, or a cartoonmix: link can be opened."),
    ),
    (e.RecipeUnreadable, "unreadable"): Entry(
        _("{source} cannot be read: {said}"), _UNCHANGED, bare=_("{source} cannot be read")
    ),
    (e.ConfigurationError, "not_https"): Entry(
        _("The address in {name} is not safe"),
        _("Use an https address or remove it, then restart the program."),
    ),
    (e.ConfigurationError, "foreign_host"): Entry(
        _("The address in {name} is not one of Wiro’s"),
        _("Correct or remove it, then restart the program."),
    ),
    (e.ConfigurationError, "not_a_url"): Entry(
        _("{name} does not hold a usable address"),
        _("Correct or remove it, then restart the program."),
    ),
    (e.WindowImpossible, "no_answer"): Entry(
        _("CartoonMix Desktop is already open, and its window does not answer"),
        _("Wait until it does, or end that program, then start again."),
    ),
    (e.WindowImpossible, "no_display"): Entry(
        _("CartoonMix Desktop needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set"),
        _WINDOWLESS,
    ),
    (e.WindowImpossible, "unreachable"): Entry(
        _("The display {said} cannot be reached"),
        _("Check DISPLAY, and that you may use that display.") + " " + _WINDOWLESS,
        bare=_("The display cannot be reached"),
    ),
    (e.WindowImpossible, "library"): Entry(
        _("A system library is missing or damaged: {said}"),
        _("Install it with your system’s package manager, then start again.") + " " + _WINDOWLESS,
        bare=_("A system library is missing"),
    ),
    (e.WindowImpossible, "platform"): Entry(
        _("Qt has no way to show windows named “{detail}”"),
        _("Remove QT_QPA_PLATFORM from the environment, then start again."),
    ),
    (e.Unreachable, "dns"): Entry(
        _("Wiro cannot be found on the network"),
        _("Check the internet connection.") + " " + _NOT_SENT,
        NoticeAction.RETRY,
    ),
    (e.Unreachable, "refused"): Entry(
        _("Wiro is not accepting connections right now"),
        _("Wait a minute.") + " " + _NOT_SENT,
        NoticeAction.RETRY,
    ),
    (e.Unreachable, "tls"): Entry(
        _("Could not make a secure connection to Wiro"),
        _("A wrong clock, a virus scanner or a company proxy can cause this.") + " " + _NOT_SENT,
        NoticeAction.RETRY,
    ),
    (e.Unreachable, "timeout"): Entry(
        _("Connecting to Wiro took too long"),
        _("Check the internet connection.") + " " + _NOT_SENT,
        NoticeAction.RETRY,
    ),
    (e.Unreachable, "proxy"): Entry(
        _("The proxy does not let the program through to Wiro"),
        _("Check the proxy settings of this computer.") + " " + _NOT_SENT,
        NoticeAction.RETRY,
    ),
    (e.NoAnswer, "Run"): Entry(_("The answer from Wiro did not arrive"), _NOT_TWICE),
    (e.ProtocolError, "Run"): Entry(
        _("The answer from Wiro cannot be understood"), _IN_BETWEEN + " " + _NOT_TWICE
    ),
    (e.ServerFault, "Run"): Entry(
        _("Wiro had a server error: {said}"), _NOT_TWICE, bare=_("Wiro had a server error")
    ),
    (e.ValidationRefused, "no field"): Entry(
        _("{said}"),
        _("Change the recipe and generate again. Nothing was charged and the recipe is kept."),
        bare=_("Wiro does not accept a value of the recipe"),
    ),
    (e.CopyUncertain, "token"): Entry(
        _("Wiro’s copies of this task cannot be told from those of another"),
        _("Nothing was deleted. You can delete them at wiro.ai."),
    ),
    (e.UpdateRefused, "signature"): Entry(
        _("The update information is not signed by the makers of this program"),
        _("Someone may have changed it on the way. It was ignored."),
    ),
    (e.UpdateRefused, "malformed"): Entry(
        _("The update information cannot be understood"), _("It was ignored.")
    ),
    (e.UpdateRefused, "too_large"): Entry(
        _("The update information is far too long"), _("It was ignored.")
    ),
    (e.UpdateRefused, "expired"): Entry(
        _("The update information is out of date"),
        _("Check the clock of this computer. Otherwise, newer updates may be being blocked."),
    ),
    (e.UpdateRefused, "rolled_back"): Entry(
        _("The update information is older than what was known"),
        _("Someone may have replaced it with an old one. It was ignored."),
    ),
    (e.UpdateRefused, "not_https"): Entry(
        _("The update information is at an unsafe address"), _("It was not read.")
    ),
    (e.ExportImpossible, "missing"): Entry(_("Its file is missing in the library"), ""),
    (e.ExportImpossible, "changed"): Entry(
        _("Its file in the library has changed"), _("Another program changed it.")
    ),
    (e.ExportImpossible, "too_long"): Entry(
        _("Its recipe is longer than this format can hold"),
        _("Choose PNG, or leave the recipe out."),
    ),
    (e.ExportImpossible, "too_large"): Entry(
        _("Too large for this format: {said}"),
        _("Choose PNG."),
        bare=_("Too large for this format"),
    ),
    (e.ExportImpossible, "unencodable"): Entry(
        _("It cannot be written in this format: {said}"),
        _("Choose another, or “Original file, unchanged”."),
        bare=_("It cannot be written in this format"),
    ),
    (e.ExportImpossible, "moving"): Entry(
        _("It is an animation; only the first frame would be exported"),
        _("Choose “Original file, unchanged”, which keeps all of it."),
    ),
    (e.ExportImpossible, "deep"): Entry(
        _("It has 16 bits per channel; only 8 would be exported"),
        _("Choose “Original file, unchanged”, which keeps all of it, or JPEG."),
    ),
    (e.ExportImpossible, "differs"): Entry(_("The exported file could not be verified"), _ORIGINAL),
    (e.ArchiveUnusable, "not_an_archive"): Entry(
        _("{path} is not an exported library, or is incomplete"), _UNTOUCHED
    ),
    (e.ArchiveUnusable, "damaged"): Entry(
        _("The archive is damaged: {said}"), _UNTOUCHED, bare=_("The archive is damaged")
    ),
    (e.ArchiveUnusable, "unsafe"): Entry(
        _("The archive was not made by this program: {said}"),
        _UNTOUCHED,
        bare=_("The archive was not made by this program"),
    ),
    (e.ArchiveUnusable, "newer"): Entry(
        _("The archive was made by a newer version"),
        _("Install the newest version of CartoonMix Desktop to import it.") + " " + _UNTOUCHED,
    ),
    (e.LocationUnsuitable, "same"): Entry(
        _("The library is already in {path}"), _("Choose another folder. Nothing was changed.")
    ),
    (e.LocationUnsuitable, "inside"): Entry(
        _("{path} is inside the library itself"),
        _("Choose a folder outside it. Nothing was changed."),
    ),
    (e.LocationUnsuitable, "around"): Entry(
        _("The library is inside {path}"), _("Choose a folder elsewhere. Nothing was changed.")
    ),
    (e.LocationUnsuitable, "not_empty"): Entry(
        _("{path} is not empty"),
        _(
            "Choose an empty folder to move to. If your pictures are already there, choose it with "
            "“Use another folder…”. Nothing was changed."
        ),
    ),
    (e.LocationUnsuitable, "not_a_folder"): Entry(
        _("{path} is not a folder"), _("Choose another one. Nothing was changed.")
    ),
    **{
        (e.CapReached, reason): Entry(
            _("Your cap of {cap} for {period} is reached"),
            advice,
            NoticeAction.OPEN_SETTINGS,
        )
        for reason, advice in {
            "day": _UNTIL_RESUMED,
            "month": _UNTIL_RESUMED,
            "day_by_itself": _("Sending goes on by itself when the day is over."),
            "month_by_itself": _("Sending goes on by itself when the month is over."),
        }.items()
    },
    (e.RateLimited, "told how long"): Entry(
        _("Wiro is limiting requests for {seconds} s"),
        _("The task is kept and will be sent afterwards. Nothing was charged."),
    ),
}
"""By the error's reason or operation: Run alone can have cost something when its answer is lost."""
