"""The account dialog in words."""

from __future__ import annotations

from cartoonmix_desktop.wording.catalogue import gettext as _

TITLE = _("Account")
WHERE_MADE = _("Where pictures are made")
SANDBOX = _("Sandbox")
SANDBOX_HELP = _("Drawn on this computer: free, without an account, offline.")
WIRO = _("Wiro")
WIRO_HELP = _("Real pictures by CartoonMix, paid from your Wiro balance.")
CREDENTIALS = _("Wiro credentials")

# --- the form
KEY = _("API key")
SECRET = _("API secret")
SECRET_OPTIONAL = _("Leave empty if the project uses the key alone.")
SHOW_KEY = _("Show the key")
HIDE_KEY = _("Hide the key")
SHOW_SECRET = _("Show the secret")
HIDE_SECRET = _("Hide the secret")
FORGET = _("Forget when I quit")
KEY_MISSING = _("Paste the API key here first.")
KEY_UNLIKELY = _("That doesn’t look like an API key. Copy it again.")

# --- what is stored
IN_KEYRING = _("Saved in your system keyring")
IN_SESSION = _("Kept until you quit")
IN_ENVIRONMENT = _("From CARTOONMIX_API_KEY, for this run only")
NO_SECRET = _("no secret")
WITH_SECRET = _("signed with a secret")

# --- buttons
GET_KEY = _("Get a key at wiro.ai")
KEEP_KEY = _("Keep it")
REMOVE = _("Remove")
REPLACE = _("Replace")
TEST = _("Test")

# --- what happens
ACCEPTED = _("Wiro accepts the key.")
SAVE_TO_USE = _("Save it to use it.")
ASKING = _("Asking Wiro…")
SAVED = _("Saved. Asking Wiro…")
SAVING = _("Saving…")
REMOVING = _("Removing…")
UNLOCKING = _("Waiting for the keyring…")

REMOVE_TITLE = _("Remove the key?")
REMOVE_TEXT = _(
    "The key and its secret are deleted from this computer, and Generate uses the sandbox. "
    "Your pictures stay, and the key stays valid at Wiro."
)


def key_ends_in(hint: str) -> str:
    """Which key it is."""
    return _("key ends in …{hint}").format(hint=hint)
