"""What is said on a terminal: the help of the command line, its results, the self-test."""

from __future__ import annotations

from cartoonmix_desktop.wording.catalogue import gettext as _
from cartoonmix_desktop.wording.catalogue import ngettext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# --- help
ABOUT = _("Generate, keep and find CartoonMix pictures. Without a command: the window.")
COMMANDS = _("""\
commands; each tells its options with --help:
  generate              one job without a window
  costs                 what was spent
  search                what is in the history
  recipe                what pictures and recipe files say
  import                pictures and folders into the library
  export                pictures that a query finds into a folder
  expand                what a prompt with variants becomes

exit status:
  0  success
  1  --self-test found a part that does not work, or the program itself failed
  2  bad usage, or the display, the disk or the environment cannot be used
""")
SANDBOX = _("draw pictures on this computer, for this run")
SELF_TEST = _("start all parts, print what was found, and exit")
SELF_TEST_TO = _("also write what --self-test says to this file")
TO_ALONE = _("--to needs --self-test")
LICENCES = _("print the licences of everything that ships, and exit")
GIVEN = _("put the recipe of a cartoonmix: link, a recipe file or a picture into the form")
GENERATE_ABOUT = _("One job without a window, recorded in the same history.")
EXIT_CODES = _("""\
many jobs:
  --from jobs.csv                      a row each; columns are named prompt, negativePrompt,
                                       width, height, samples, steps, scale, scheduler,
                                       clipSkip, seed
  --sweep scale=5,7,9                  each of these
  --sweep steps=10..30+5               10, 15, 20, 25, 30; also 10-30 (+5)
  --sweep steps=1..10/4                four values, evenly spread; also 1-10 [4]
  --sweep prompt=red,blue              the prompt as it is, and with blue in place of red
Run the same again after an interruption: only what has no success yet is sent.

exit status:
  0  success
  1  failed or cancelled
  2  bad input, or refused by the server
  3  no valid credentials
  4  network trouble, or the outcome is unknown
  5  stopped by --budget
""")
FROM = _("run one job per row of a CSV or JSON Lines file")
SWEEP = _("vary an input; repeat it to make all combinations")
VALUES = _("NAME=VALUES")
BUDGET = _("stop before all of these jobs together cost more than this many US dollars")
AGAIN = _("send every row again, even those that succeeded or got no answer")
SKIP_BAD = _("leave out rows that cannot be used")
USD = _("USD")
NEEDS_TABLE = _("--budget, --again and --skip-bad-rows need --from or --sweep")
OUT = _("also copy the pictures into this folder")
GENERATE_SANDBOX = _("draw on this computer; no account, no cost")
OVER_CAP = _("send it also if it passes a spending cap, or no cap can count it")
JSON = _("print one JSON object last")
COSTS_ABOUT = _("What was spent, from the history on this computer. The sandbox costs nothing.")
COSTS_EXIT_CODES = _("""\
exit status:
  0  success
  2  bad usage, or the history cannot be read
""")
BY = _("what a row stands for; day is the default. Days and months are those of the clock here")
SINCE = _("leave out what was made before this day")
COSTS_JSON = _("print one JSON object, with exact amounts")
COSTS_CSV = _("print a table for spreadsheets, with exact amounts")
DAY = _("YYYY-MM-DD")
SEARCH_ABOUT = _("Tasks of the history, found as in the search field of the window.")
SEARCH_EPILOG = _("""\
examples:
  search "fox rating:>=4"         what is rated well
  search "is:failed date:today"   what failed today
  search "" --limit 0 --json      everything, one JSON object a line
  search -- "-fox"                what tells of no fox

exit status:
  0  success, also where nothing was found
  2  bad usage, nothing of the query was understood, or the history cannot be read
""")
QUERY = _("QUERY")
QUERY_HELP = _("words and fields, as in the window; empty for everything")
SEARCH_LIMIT = _("how many to print; 100 if left out, 0 for all")
SORT = _("which come first")
JSON_LINES = _("print one JSON object per line, one for each task")
RECIPE_ABOUT = _(
    "The recipe in pictures, recipe files and texts of many tools. Nothing is changed or sent."
)
RECIPE_EXIT_CODES = _("""\
exit status:
  0  success, also for files without a recipe
  1  a file could not be read
  2  bad usage
""")
RECIPE_FILES = _("pictures, recipe files or texts")
RECIPE_JSON = _("print one JSON object a file and line")
FILE = _("FILE")
IMPORT_ABOUT = _("Copies pictures into the library, byte for byte, with the recipes in them.")
IMPORT_EXIT_CODES = _("""\
exit status:
  0  success, also where all were here already
  1  something was skipped, or the disk is full
  2  bad usage, or nothing could be read
""")
PATH = _("PATH")
IMPORT_PATHS = _("pictures, and folders that are looked through")
EXPORT_ABOUT = _("Copies pictures into a folder. Nothing there is overwritten.")
EXPORT_EXIT_CODES = _("""\
examples:
  export "rating:5" --out best                            as PNG, with recipes
  export "tag:client-a" --out a --format jpeg --long-edge 2048 --no-recipe

exit status:
  0  success, also where nothing was found
  1  some could not be exported
  2  bad usage, nothing of the query was understood, or the folder cannot be used
""")
EXPORT_TO = _("the folder; it is made if it is not there")
FORMAT = _("png if left out; original is the file as it was served")
NAME_TEMPLATE = _("TEMPLATE")
NO_RECIPE = _("tell no prompt, seed or setting, not in the names either")
SIDECAR = _("also write a file beside each picture")
PRESET = _("NAME")
EXPORT_PRESET = _("start from a preset of the export window; other options override it")
LONG_EDGE = _("make larger pictures smaller")
PIXELS = _("PIXELS")
EXPAND_ABOUT = _("What a prompt with variants becomes. Nothing is sent.")
EXPAND_EPILOG = _("""\
variants:
  {a|b|c}               one of them
  {2$$a|b|c}            two different ones, joined by a comma
  {1-3$$ and $$a|b|c}   one to three, joined by the text given
  {2::a|b}              a comes twice as often as b
  __animals/cats__      a line of the file animals/cats.txt
  \\{ \\} \\| \\$ \\_        these characters as text

exit status:
  0  success
  2  bad usage, or the prompt has a problem that must be mended first
""")
TEMPLATE = _("the prompt")
DRAWN_BY = _("draw one by this seed; 0 if left out. The same seed draws the same everywhere")
EXPAND_ALL = _("list all combinations instead of drawing one")
EXPAND_LIMIT = _("how many to list with --all; 1000 if left out. The count is of all")
WILDCARDS = _("the folder of wildcard files; the program’s own if left out")
ONE_OBJECT = _("print one JSON object")
LINK_OR_FILE = _("LINK_OR_FILE")
COMMAND = _("command")
FOLDER = _("DIR")
TEXT = _("TEXT")
TEXT_OR_RANDOM = _("TEXT|random")
NUMBER = _("N")
CATEGORIES = _("NAME,…")

# --- results
INTERRUPTED = _("Interrupted.")
INTERRUPTED_SENT = _("Interrupted. What was sent is picked up the next time the program starts.")
CANCELLED = _("The task was cancelled.")
MAY_STILL_RUN = _("It may still be running. The window keeps checking.")
NOTHING_LISTED = _("Wiro has listed no pictures yet. The window keeps checking.")
LATER = _("Nothing was sent. Run it again later.")
CAPPED = _("Nothing was sent. Add --over-cap to send it all the same.")
SIGN_IN = _(
    "Sign in from the window (Edit, Account), set CARTOONMIX_API_KEY (and CARTOONMIX_API_SECRET), "
    "or add --sandbox."
)
_UNKNOWN = _("unknown")

# --- the self-test
FORBIDDEN_FORMAT = _("a picture in a format that is not allowed was accepted")
NO_HISTORY = _("no history yet")
HISTORY_SOUND = _("the history is intact")
NO_KEYRING = _("none: a key is kept until the program quits")
NO_CERTIFICATES = _("the system has no certificates: no server can be trusted")
FORGERY_TAKEN = _("a forged signature was accepted")
NO_CHANNEL = _("a forged signature is refused; this build does not check for newer versions")


def names(usual: str, fields: Iterable[str]) -> str:
    """What `--name` takes."""
    listed = ", ".join(f"{{{field}}}" for field in fields)
    return _("names of the files; {usual} if left out. Placeholders: {listed}").format(
        usual=usual, listed=listed
    )


def no_preset(name: str, known: Iterable[str]) -> str:
    """`--preset` names none."""
    return _("There is no preset “{name}”. There are: {known}.").format(
        name=name, known=", ".join(known)
    )


def no_placeholder(name: str) -> str:
    """A name between braces in `--name` stands for nothing."""
    return _("{name} is no placeholder; export --help lists them.").format(name=f"{{{name}}}")


def debug(known: Sequence[str]) -> str:
    """What `--debug` does."""
    return _(
        "tell what the program does, one line each, on the terminal and in the log; "
        "--debug=NAME,… tells only of these: {known}"
    ).format(known=", ".join(known))


def no_count(text: str) -> str:
    """What is no count."""
    return _("“{text}” is not a whole number of at least 1").format(text=text)


def no_amount(text: str) -> str:
    """What is no amount of money."""
    return _("“{text}” is not an amount in US dollars").format(text=text)


def no_day(text: str) -> str:
    """Something that should have been a day."""
    return _("“{text}” is not a day; write it as 2026-12-31").format(text=text)


def unknown_category(name: str, known: Sequence[str]) -> str:
    """Something to be followed that is not there."""
    return _("“{name}” is not a category; there are {known}").format(
        name=name, known=", ".join(known)
    )


def version(name: str) -> str:
    """Which version it is."""
    return f"CartoonMix Desktop {name}"


def progress(share: float) -> str:
    """How far the task is."""
    from cartoonmix_desktop.wording.formats import percent

    return _("Generating {percent}").format(percent=percent(share))


def broken(count: int, of: int, why: str, *, aside: bool) -> str:
    """Pictures of a task that ended could not be had.

    Args:
        count: how many.
        of: all there are.
        why: of the first of them; empty if not known.
        aside: they came, and could not be read.
    """
    if aside:
        words = ngettext(
            "{n} of {all} picture could not be read: {why}. The file is kept aside. "
            "You can fetch it again in the window.",
            "{n} of {all} pictures could not be read: {why}. The files are kept aside. "
            "You can fetch them again in the window.",
            of,
        )
    else:
        words = ngettext(
            "{n} of {all} picture could not be fetched: {why}. "
            "You can fetch it again in the window.",
            "{n} of {all} pictures could not be fetched: {why}. "
            "You can fetch them again in the window.",
            of,
        )
    return words.format(n=_number(count), all=_number(of), why=why or _UNKNOWN)


def listed_so_far(count: int, wanted: int) -> str:
    """The server listed fewer pictures than were asked for."""
    from cartoonmix_desktop.wording.formats import pictures

    return _("Wiro has listed {n} of {pictures} so far. The window keeps checking.").format(
        n=_number(count), pictures=pictures(wanted)
    )


def program(name: str, python: str) -> str:
    """Which program and which Python."""
    return f"CartoonMix Desktop {name}, Python {python}"


def missing(names: Sequence[str]) -> str:
    """Files that are missing."""
    return _("missing: {names}").format(names=", ".join(names))


def damaged(names: Sequence[str]) -> str:
    """Files that are damaged."""
    return _("damaged: {names}").format(names=", ".join(names))


def icons(count: int) -> str:
    """What was found of the program's own files."""
    return ngettext("{n} icon, inspirations", "{n} icons, inspirations", count).format(
        n=_number(count)
    )


def parts(count: int) -> str:
    """Of how many parts the licence is known."""
    return ngettext("{n} part", "{n} parts", count).format(n=_number(count))


def parts_without(names: Sequence[str], count: int) -> str:
    """Licences are missing: those of some parts, or there are too few parts."""
    if names:
        return _("no licence is known for {names}").format(names=", ".join(names))
    return ngettext("only {n} part is listed", "only {n} parts are listed", count).format(
        n=_number(count)
    )


def window(version: str, platform: str) -> str:
    """Which Qt shows windows, and where."""
    return _("Qt {version} on {platform}").format(
        version=version, platform=platform or _("nothing")
    )


def spare_formats(names: Sequence[str]) -> str:
    """Readers that must not ship."""
    return _("Qt also reads {names}, which must not ship").format(names=", ".join(names))


def unread_format(name: str, why: str) -> str:
    """A kind of picture that should be read, and is not."""
    return _("Qt does not read {name}: {why}").format(name=name, why=why)


def read_formats(*, others: bool, fast: bool) -> str:
    """Which kinds of pictures are read.

    Args:
        others: Qt could read more, and is not allowed to.
        fast: the library that inflates PNGs is there.
    """
    said = _("PNG, JPEG, WebP, AVIF and GIF are read, no other")
    if others:
        said = _("PNG, JPEG, WebP, AVIF and GIF are read; Qt’s other formats are disabled")
    if fast:
        return said
    return said + "; " + _("PNG slower than usual: “deflate” is not installed")


def folders(data: str, library: str) -> str:
    """Which folders can be written."""
    return _("{data} and {library} can be written").format(data=data, library=library)


def old_sqlite(version: str) -> str:
    """A database that cannot be trusted."""
    return _("SQLite {version} can damage a history").format(version=version)


def history_unopened(why: str) -> str:
    """The history does not open."""
    return _("the history does not open: {why}").format(why=why)


def history_damaged(why: str) -> str:
    """The history is damaged."""
    return _("the history is damaged: {why}").format(why=why)


def database(version: str, state: str) -> str:
    """Which database, and how the history is."""
    return _("SQLite {version} with full text search; {state}").format(version=version, state=state)


def certificates_unread(why: str) -> str:
    """The certificates of the system cannot be read."""
    return _("the certificates cannot be read: {why}").format(why=why)


def certificates(library: str) -> str:
    """Whose certificates are used."""
    return _("from the system, {library}").format(library=library)


def forgery_refused_oddly(why: str) -> str:
    """A forged signature was refused, but not for its signature."""
    return _("a forged signature was refused for another reason: {why}").format(why=why)


def signatures(keys: int, host: str) -> str:
    """Whose signatures are accepted."""
    return ngettext(
        "a forged signature is refused; {n} key of ours, at {host}",
        "a forged signature is refused; {n} keys of ours, at {host}",
        keys,
    ).format(n=_number(keys), host=host)


def run_ended(state: str) -> str:
    """The run in the sandbox did not end well."""
    return _("the run ended as {state}").format(state=state)


def run_kept(size: int) -> str:
    """The run in the sandbox ended well."""
    return ngettext(
        "1 picture of {n} byte over HTTP, kept and verified",
        "1 picture of {n} bytes over HTTP, kept and verified",
        size,
    ).format(n=_number(size))


def _number(count: int) -> str:
    from cartoonmix_desktop.wording.formats import number  # which the help does without

    return number(count)
