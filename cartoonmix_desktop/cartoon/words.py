"""What a prompt wishes for, as far as the sandbox can draw it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cartoonmix_desktop.cartoon.palette import CLOTH, EYES, HAIR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartoonmix_desktop.cartoon.palette import Colour

_SUBJECTS = {
    "cat": ("cat", "kitten", "kitty"),
    "fox": ("fox", "vixen"),
    "dog": ("dog", "puppy", "corgi"),
    "dragon": ("dragon",),
    "robot": ("robot", "android", "mecha"),
    "lighthouse": ("lighthouse",),
    "ship": ("ship", "sailboat", "boat", "galleon"),
    "car": ("car", "truck", "beetle"),
    "house": ("house", "cottage", "cabin", "hut"),
    "flower": ("flower", "flowers", "rose", "sunflower", "tulip"),
    "tree": ("tree", "oak", "bonsai"),
}
_PEOPLE = (
    *("girl", "1girl", "woman", "lady", "female", "princess", "queen", "mother", "witch", "man"),
    *("boy", "1boy", "male", "guy", "prince", "king", "father", "wizard", "mage", "sorcerer"),
    *("knight", "portrait", "person", "child", "elf", "pirate", "keeper", "face", "hair"),
)
_MALE = {"boy", "1boy", "man", "male", "guy", "prince", "king", "father", "knight", "beard"}
_FEMALE = {"girl", "1girl", "woman", "lady", "female", "princess", "queen", "mother", "witch"}
_OWN = {"sunflower": "yellow", "rose": "crimson", "tulip": "pink", "bonsai": "green"}
_MAGICAL = {"wizard", "witch", "mage", "sorcerer", "alchemist"}
_PLACES = {
    "station": ("station", "platform", "train", "railway", "subway"),
    "room": ("room", "workshop", "library", "potions", "candle", "candles", "indoors", "kitchen"),
    "castle": ("castle", "palace", "fortress"),
    "city": ("city", "street", "town", "skyline", "tokyo", "buildings", "cyberpunk"),
    "sea": ("sea", "ocean", "beach", "water", "lighthouse", "coast", "island", "ship", "waves"),
    "snow": ("snow", "snowy", "winter", "ice", "frozen"),
    "forest": ("forest", "trees", "woods", "jungle", "woodland"),
    "mountains": ("mountains", "mountain", "hills", "alps"),
    "meadow": ("meadow", "field", "garden", "grass", "flowers", "house", "cottage", "spring"),
}
_TIMES = {
    "night": ("night", "stars", "star", "moon", "moonlight", "midnight", "starry", "galaxy"),
    "sunset": ("sunset", "dusk", "sunrise", "dawn", "evening", "golden"),
    "dark": ("dark",),
    "day": ("sky", "clouds", "cloud", "noon", "day", "sunny", "daylight", "sun", "blue-sky"),
}
_CLOTHES = {
    "sailor": ("serafuku", "sailor"),
    "armour": ("armour", "armor", "armored", "breastplate", "knight"),
    "robe": ("robe", "robes", "tunic", "cloak", "cape", "kimono", "mage", "wizard", "witch"),
    "dress": ("dress", "gown", "princess", "queen"),
    "sweater": ("sweater", "turtleneck", "pullover", "jumper"),
    "hoodie": ("hoodie", "jacket", "coat", "raincoat"),
    "shirt": ("shirt", "blouse", "suit", "uniform"),
}
_EXPRESSIONS = {
    "serious": ("serious", "calm", "stern", "thoughtful", "sad"),
    "laughing": ("laughing", "laugh", "happy", "joyful", "excited", "grin"),
    "smiling": ("smile", "smiling", "cheerful", "gentle"),
    "surprised": ("surprised", "amazed", "shocked"),
}
_EXTRAS = {
    "hat": ("hat", "wizard", "witch"),
    "crown": ("crown", "princess", "queen", "king", "prince", "tiara"),
    "jewelry": ("jewelry", "jewellery", "necklace", "earrings", "ornate"),
    "glasses": ("glasses", "spectacles"),
    "beard": ("beard", "bearded"),
    "scarf": ("scarf",),
    "elf": ("elf", "elven", "elvish"),
    "candle": ("candle", "candles", "lamp", "lantern"),
    "moon": ("moon", "moonlight"),
    "lighthouse": ("lighthouse",),
    "rain": ("rain", "rainy"),
    "snow": ("snow", "snowy", "snowing"),
    "freckles": ("freckles",),
}
_LENGTHS = {
    "long": ("long", "flowing"),
    "short": ("short", "pixie"),
    "bob": ("bob",),
    "ponytail": ("ponytail", "pony"),
    "twintails": ("twintails", "twintail", "pigtails"),
    "bun": ("bun", "updo"),
    "curly": ("curly", "wavy", "curls"),
}
_EYE_WORDS = ("eyes", "eye", "eyed")
_LAST_HAIR_WORDS = (
    "hair",
    "haired",
    "hairs",
    *_LENGTHS["ponytail"],
    *_LENGTHS["twintails"],
    "fur",
    "beard",
)
_REACH = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What the words name; empty or None where they say nothing.

    Attributes:
        subject: what is drawn, ``"person"`` when nothing else is named.
        gender: ``"female"``, ``"male"`` or empty.
        place: where.
        time: when: ``"night"``, ``"sunset"``, ``"dark"`` or ``"day"``.
        hair: colour of hair or fur.
        tips: second colour of the hair.
        style: how the hair is worn.
        eyes: their colour.
        cloth: the clothes' colour.
        clothes: what is worn.
        expression: of the face.
        colour: the first colour named at all, for things.
        extras: hat, crown, jewelry …
        gaze: ``"up"`` or empty.
        close: whether the face fills the picture.
        hair_flower: a flower worn in the hair.
    """

    subject: str = "person"
    gender: str = ""
    place: str = ""
    time: str = ""
    hair: Colour | None = None
    tips: Colour | None = None
    style: str = ""
    eyes: Colour | None = None
    cloth: Colour | None = None
    clothes: str = ""
    expression: str = ""
    colour: Colour | None = None
    extras: frozenset[str] = field(default_factory=frozenset)
    gaze: str = ""
    close: bool = False
    hair_flower: bool = False


def read(prompt: str, negative: str = "") -> Wish:
    """The wish in a prompt, without what the negative prompt names."""
    phrases = [re.findall(r"[a-z0-9]+", part) for part in re.split(r"[,.;|\n]", prompt.casefold())]
    unwanted = set(re.findall(r"[a-z0-9]+", negative.casefold()))
    words = [word for phrase in phrases for word in phrase if word not in unwanted]
    known = set(words)
    hair, tips = _hair(phrases)
    clothes = _named(_CLOTHES, words)
    subject = _subject(words, phrases)
    time = _time(words, phrases)
    return Wish(
        subject=subject,
        gender=_gender(known),
        place=_named(_PLACES, words) or ("room" if known & _MAGICAL and not time else ""),
        time=time,
        hair=hair,
        tips=tips,
        style=_style(phrases),
        eyes=_coloured(phrases, _EYE_WORDS, EYES),
        cloth=_coloured(phrases, tuple(w for ws in _CLOTHES.values() for w in ws), CLOTH)
        or _coloured(phrases, ("scarf", "hat"), CLOTH),
        clothes=clothes,
        expression=_named(_EXPRESSIONS, words),
        colour=next((CLOTH[word] for word in words if word in CLOTH), None)
        or next((CLOTH[_OWN[word]] for word in words if word in _OWN), None),
        extras=frozenset(name for name, named in _EXTRAS.items() if known & set(named)),
        gaze="up" if _near(phrases, "looking", {"sky", "up", "stars", "moon"}) else "",
        close=_near(phrases, "close", {"up"}) or "closeup" in known,
        hair_flower=_near(phrases, "hair", {"flower", "flowers"}, reach=1),
    )


def _named(table: Mapping[str, tuple[str, ...]], words: list[str]) -> str:
    """The entry whose word comes first; entries earlier in the table win a tie."""
    places = {
        name: min((words.index(word) for word in named if word in words), default=None)
        for name, named in table.items()
    }
    found = {name: place for name, place in places.items() if place is not None}
    return min(found, key=lambda name: found[name]) if found else ""


def _subject(words: list[str], phrases: list[list[str]]) -> str:
    plain = [word for phrase in phrases if not _is_hair_flower(phrase) for word in phrase]
    subject = _named(_SUBJECTS, [word for word in plain if word in words])
    person = next((words.index(word) for word in words if word in _PEOPLE), None)
    if not subject:
        return "person"
    # "a wizard cat" is a cat; "a lighthouse keeper" and "a girl with a cat" are people.
    at = min(words.index(word) for word in _SUBJECTS[subject] if word in words)
    if person is None:
        return subject
    is_animal = subject in {"cat", "fox", "dog", "dragon", "robot"}
    if words[person] == "keeper" or (person < at and not (is_animal and at - person <= 1)):
        return "person"
    return subject if is_animal or person - at > _REACH else "person"


def _is_hair_flower(phrase: list[str]) -> bool:
    return "hair" in phrase and bool({"flower", "flowers"} & set(phrase))


def _gender(known: set[str]) -> str:
    if known & _FEMALE:
        return "female"
    return "male" if known & _MALE else ""


def _time(words: list[str], phrases: list[list[str]]) -> str:
    # "dark" alone speaks of light, "dark hair" does not; "golden" only of an hour.
    lights = {"lighting", "light", "night", "room", "forest", "sky", "scene", "atmosphere"}
    kept = [
        word
        for word in words
        if (word != "dark" or _near(phrases, "dark", lights))
        and (word != "golden" or _near(phrases, "golden", {"hour", "light"}))
    ]
    named = {name for name, table in _TIMES.items() if set(table) & set(kept)}
    return next((name for name in ("night", "sunset", "dark", "day") if name in named), "")


def _hair(phrases: list[list[str]]) -> tuple[Colour | None, Colour | None]:
    first = _coloured(phrases, _LAST_HAIR_WORDS, HAIR)
    for phrase in phrases:
        ends = [phrase.index(word) for word in _LAST_HAIR_WORDS if word in phrase]
        if not ends:
            continue
        after = phrase[min(ends) + 1 :]
        if {"hint", "tips", "highlights", "streaks", "ends", "gradient"} & set(after):
            second = next((HAIR[word] for word in after if word in HAIR), None)
            if second != first:
                return first, second
    for phrase in phrases:  # "a blonde woman"
        for word in ("blonde", "blond", "brunette", "redhead", "ginger"):
            if first is None and word in phrase:
                first = HAIR.get(word, HAIR["ginger"])
    return first, None


def _style(phrases: list[list[str]]) -> str:
    for phrase in phrases:
        tag_counts = {"ponytail", "twintails", "twintail", "pigtails", "bun", "bob", "pixie"}
        if {"hair", "haired"} & set(phrase) or tag_counts & set(phrase):
            style = _named(_LENGTHS, phrase)
            if style:
                return style
    return ""


def _coloured(
    phrases: list[list[str]], nouns: tuple[str, ...], colours: Mapping[str, Colour]
) -> Colour | None:
    """The colour that stands closest before one of ``nouns`` in its phrase."""
    for phrase in phrases:
        for at, word in enumerate(phrase):
            if word in nouns:
                before = phrase[max(0, at - _REACH) : at]
                for back, candidate in enumerate(reversed(before)):
                    if candidate in {*_EYE_WORDS, *_LAST_HAIR_WORDS} and back:
                        break
                    if candidate in colours:
                        return colours[candidate]
    return None


def _near(phrases: list[list[str]], word: str, others: set[str], reach: int = _REACH) -> bool:
    return any(
        bool(others & set(phrase[at + 1 : at + 1 + reach]))
        for phrase in phrases
        for at, found in enumerate(phrase)
        if found == word
    )
