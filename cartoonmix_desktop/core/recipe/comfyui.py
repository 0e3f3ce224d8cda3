"""ComfyUI's graph of nodes, as pictures carry it: its sampler is asked where its words come from.

A link names a node and one of its outputs. Of a node with two, the first is the positive and the
second the negative, however often both pass through one and the same; nodes that hand on other
things before them (a model, a pipe) count from there, so what the input is called that takes an
output says more than its number, and a pair of them more than one.

Whoever wrote the graph may mean harm: looks at nodes are counted, and ways are only so long.
"""

from __future__ import annotations

import re
from collections import deque

from cartoonmix_desktop.core.facts import Frozen
from cartoonmix_desktop.core.recipe.recipe import LONGEST_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeGuard

POSITIVE, NEGATIVE = 1, -1
"""The two sides of a sampler."""

_NEITHER = 0
_DEEPEST = 24  # nodes from a sampler to the words it was given
_MOST_LOOKS = 2_000  # at nodes: a graph can lead around in ever more ways
_WORDLESS = "ConditioningZeroOut"  # a node that leaves nothing of the words it is given

# What was drawn comes before what it was drawn from.
_WORDS = (
    *("text", "text_g", "string", "value", "prompt", "populated_text", "wildcard_text"),
    *("t5xxl", "clip_l"),  # of an encoder for several models
)
_PART = re.compile(r"(string|text)_?(\d{1,3}|[a-h])")  # of a node that joins texts

_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_SIDES = {"positive": POSITIVE, "pos": POSITIVE, "negative": NEGATIVE, "neg": NEGATIVE}
_SIDES |= {"uncond": NEGATIVE}
_WORDY = {"prompt", "text", "string", "cond", "conditioning"}
_ANYTHING = {"any", "anything", "input", "value"}  # of nodes that only hand on
_BUNDLES = {"pipe", "ctx", "context", "bus"}  # inputs that take both sides through one link
_PLUMBING = {"clip", "model", "vae", "image", "images", "pixels", "latent", "samples", "mask"}
_PLUMBING |= {"control", "noise", "lora", "hook", "hooks"}  # inputs that no words come through
_PICTURES = {"latent", "samples", "image", "images", "pixels"}
_NUMBERS = ("value", "int", "float", "number", "Number")  # of nodes that hold one
_LEADS = ("model", "clip")  # what is handed on with them stands before both sides


class _Way(Frozen):
    """One way back from a sampler.

    Attributes:
        link: node and output.
        side: of the sampler that asks.
        bundled: whether the link holds more than one side.
        depth: nodes passed.
        aside: whether it hardly leads to words: they stood, empty, in a node on the way.
    """

    link: list[Any]
    side: int
    bundled: bool = False
    depth: int = 0
    aside: bool = False


class Graph:
    """Nodes by their names, each with its inputs: values, and links to other nodes."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        """Nothing is followed yet.

        Args:
            told: the graph as it would be sent to ComfyUI; what is no node is passed over.
        """
        self._nodes: dict[str, dict[str, Any]] = {}
        self._wordless: set[str] = set()
        for name, node in told.items():
            if isinstance(node, dict) and isinstance(node.get("inputs"), dict):
                self._nodes[name] = node["inputs"]
                if node.get("class_type") == _WORDLESS:
                    self._wordless.add(name)
        self._left = _MOST_LOOKS
        self._within = 0  # nodes that join texts, each asked by the one before
        # By node, the outputs that inputs of either side take; and nodes whose first is words.
        self._taken: dict[str, dict[int, set[int]]] = {}
        self._begins: set[str] = set()
        for inputs in self._nodes.values():
            for name, link in inputs.items():
                if is_link(link):
                    side = _side(name)
                    taken = self._taken.setdefault(link[0], {})
                    taken.setdefault(side, set()).add(_slot(link))
                    if _slot(link) == 0 and (side or _may_be_words(name)):
                        self._begins.add(link[0])

    def samplers(self) -> list[dict[str, Any]]:
        """What is told to each, also by the nodes that some are put together of; likeliest first.

        Of several, a second one refines the first one's picture.
        """
        nodes = self._nodes.values()
        whole = [n for n in nodes if is_link(n.get("positive")) and "steps" in n]
        parts = [n for n in nodes if is_link(n.get("guider"))]
        others = [n for n in nodes if is_link(n.get("positive"))]
        found = (*whole, *parts) or tuple(others)
        return [self._put_together(node) for node in sorted(found, key=self._refines)]

    def number(self, value: object, names: Sequence[str]) -> object:
        """A number that stands there, or at the end of the link that does."""
        if not is_link(value):
            return value
        for kind in (int, float):
            if (found := self.follow(value, (*names, *_NUMBERS), kind)) is not None:
                return found
        return None

    def side(self, latent: object, names: Sequence[str]) -> object:
        """A side of the picture that a sampler begins with: of the first node that has one."""
        for node in self._behind(latent):
            for name in names:
                if name in node and type(found := self.number(node[name], names)) is int:
                    return found
        return None

    def follow(self, link: object, names: Iterable[str], kind: type) -> object:
        """The first value of such a name and kind on any way back from a link."""
        for node in self._behind(link):
            for name in names:
                value = node.get(name)
                if type(value) is kind and value != "":
                    return value
        return None

    def words(self, link: object, side: int) -> str | None:
        """The words that one side of a sampler was given.

        Args:
            link: what its input holds.
            side: `POSITIVE` or `NEGATIVE`.

        Returns:
            The first that are not empty; empty when that is what was given; None when it cannot be
            told.
        """
        if not is_link(link):
            return None
        waiting = deque([_Way(link, side)])
        seen: set[tuple[str, int, int, bool, bool]] = set()
        untold = False
        while waiting:
            way = waiting.popleft()
            name, slot = way.link[0], _slot(way.link)
            if (at := (name, slot, way.side, way.bundled, way.aside)) in seen:
                continue
            seen.add(at)
            if not self._left or way.depth > _DEEPEST:
                untold = True
                continue
            self._left -= 1
            if name in self._wordless:
                continue
            node = self._nodes.get(name, {})
            found = self._joined(node, way.side)
            ways: list[_Way] = []
            if found is None:
                found, ways = self._look(name, slot, node, way)
            if found:
                return found
            waiting += ways
            untold = untold or (found is None and not ways and not way.aside)
        return None if untold else ""

    # --- inside ----------------------------------------------------------------------------------

    def _behind(
        self, link: object, leads: Callable[[str], bool] = lambda _name: True
    ) -> Iterator[Mapping[str, Any]]:
        """The nodes on all ways back from a link, the nearest first, each once.

        Args:
            link: where it begins; anything else leads nowhere.
            leads: whether the input of this name is a way.
        """
        waiting: deque[tuple[object, int]] = deque([(link, 0)])
        seen: set[str] = set()
        while waiting and self._left:
            at, depth = waiting.popleft()
            if not is_link(at) or at[0] in seen or depth > _DEEPEST:
                continue
            self._left -= 1
            seen.add(at[0])
            node = self._nodes.get(at[0], {})
            yield node
            waiting += [
                (value, depth + 1) for name, value in node.items() if is_link(value) and leads(name)
            ]

    def _refines(self, sampler: Mapping[str, Any]) -> bool:
        """Whether it goes on with what another sampler made."""
        behind = self._behind(sampler.get("latent_image"), _is_picture)
        return any(is_link(node.get("positive")) and "latent_image" in node for node in behind)

    def _put_together(self, sampler: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(sampler)
        for name in ("guider", "noise", "sampler", "sigmas"):
            if is_link(link := found.get(name)):
                found = self._nodes.get(link[0], {}) | found
        return found

    def _look(
        self, name: str, slot: int, node: Mapping[str, Any], way: _Way
    ) -> tuple[str | None, list[_Way]]:
        """The words that stand in a node, None for none, and the ways that lead on."""
        sides = _sides(node)
        side = way.side
        if sides:
            side = self._branch(name, slot, sides, node, way)
        here = [n for n, s in sides.items() if s == side]
        links = [n for n in here if is_link(node[n])]
        texts = [node[n] for n in here if isinstance(node[n], str)]
        if not here:
            links = [n for n in node if is_link(node[n]) and n not in sides and not _is_plumbing(n)]
            if not sides:
                texts = [node[n] for n in _WORDS if isinstance(node.get(n), str)]
            elif not links:  # it holds one text, which whoever takes it calls as they like
                texts = [node[n] for n in sides if isinstance(node[n], str)]
        ways = [
            _Way(
                node[n],
                side,
                _is_bundle(n, way),
                way.depth + 1,
                way.aside or (bool(texts) and not (n in here or _may_be_words(n))),
            )
            for n in links
        ]
        return next(filter(None, texts), "" if texts else None), ways

    def _branch(
        self, name: str, slot: int, sides: Mapping[str, int], node: Mapping[str, Any], way: _Way
    ) -> int:
        """Which side of a node an output hands on."""
        taken = self._taken.get(name, {})
        if taken.get(POSITIVE) and taken.get(NEGATIVE):
            first, second = sorted((min(taken[POSITIVE]), min(taken[NEGATIVE])))
            if first != second and slot in {first, second}:
                return POSITIVE if slot == first else NEGATIVE
        paired = sum(sides.values()) == 0  # as many of one as of the other
        if not paired or way.bundled or any(lead in node for lead in _LEADS):
            return way.side
        if slot == 0:
            return POSITIVE
        return NEGATIVE if slot == 1 and name in self._begins else way.side

    def _joined(self, node: Mapping[str, Any], side: int) -> str | None:
        """The words of a node that puts texts together; None if it is none."""
        between = node.get("delimiter", node.get("separator"))
        names = [name for name in sorted(node) if _PART.fullmatch(name)]
        if not isinstance(between, str) or not names or self._within > _DEEPEST:
            return None
        self._within += 1
        words = [self.words(p, side) if is_link(p) else p for p in (node[n] for n in names)]
        self._within -= 1
        found = [w for w in words if isinstance(w, str) and w]
        if not found and None in words:
            return None
        return between.join(found)[: LONGEST_TEXT + 1]


def is_link(value: object) -> TypeGuard[list[Any]]:
    """Whether an input is joined to an output, instead of holding a value."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _slot(link: list[Any]) -> int:
    return link[1] if type(link[1]) is int else 0


def _is_picture(name: str) -> bool:
    """Whether an input of this name takes a picture, decoded or not."""
    return not _pieces(name).isdisjoint(_PICTURES)


def _pieces(name: str) -> set[str]:
    """``"positive_1"``: positive; ``"textNegative"``: text, negative."""
    return {piece.lower() for piece in _PIECE.findall(name)}


def _side(name: str) -> int:
    found = {_SIDES[piece] for piece in _pieces(name) if piece in _SIDES}
    return found.pop() if len(found) == 1 else _NEITHER


def _sides(node: Mapping[str, Any]) -> dict[str, int]:
    """The inputs of a node that speak for one side."""
    sides: dict[str, int] = {}
    for name, value in node.items():
        rest = _pieces(name) - _SIDES.keys()
        wordy = all(len(piece) == 1 or piece in _WORDY for piece in rest)
        if (is_link(value) and not _is_plumbing(name)) or (isinstance(value, str) and wordy):
            sides[name] = _side(name)
    if NEGATIVE in sides.values() and POSITIVE not in sides.values():
        # "prompt" beside "negative_prompt", "cond" beside "uncond"
        sides |= {n: POSITIVE for n, side in sides.items() if not side and _pieces(n) & _WORDY}
    return {name: side for name, side in sides.items() if side}


def _is_plumbing(name: str) -> bool:
    return name not in _WORDS and not _PLUMBING.isdisjoint(_pieces(name))


def _may_be_words(name: str) -> bool:
    pieces = _pieces(name)
    return not pieces or not pieces.isdisjoint(_WORDY | _ANYTHING)


def _is_bundle(name: str, way: _Way) -> bool:
    """Whether such an input takes both sides at once; one that takes anything hands that on."""
    pieces = _pieces(name)
    if not pieces.isdisjoint(_BUNDLES):
        return True
    return way.bundled and not _side(name) and pieces.isdisjoint(_WORDY)
