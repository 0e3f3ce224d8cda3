"""Drives a program through the accessibility bus, as a screen reader would.

Runs on the system's Python, which has the AT-SPI bindings. One JSON request a line on stdin, one
JSON answer a line on stdout: ``{"ok": …}`` or ``{"error": "…"}``.

A request names what to ``do``, the ``pid`` of the program, and one element by its accessible
``name`` (or ``matching``, a regular expression) and ``role``. Every request first waits up to
``timeout`` seconds for that element to be there and showing.
"""

from __future__ import annotations

import json
import re
import sys
import time
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 - the version is to be told first

Node = Any
Request = dict[str, Any]

CHILDREN = 300  # at most so many of one parent are looked at: histories are long
ROLES = {"push button": "button"}  # newer AT-SPI calls it so


class Missing(Exception):
    """What was asked for did not come about in time."""


def application(pid: int) -> Node | None:
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    for index in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(index)
        if child is not None and child.get_process_id() == pid:
            child.set_cache_mask(Atspi.Cache.NONE)
            child.clear_cache()
            return child
    return None


def showing(node: Node) -> bool:
    return node.get_state_set().contains(Atspi.StateType.SHOWING)


def role(node: Node) -> str:
    name = node.get_role_name()
    return ROLES.get(name, name)


def children(node: Node) -> list[Node]:
    count = min(node.get_child_count(), CHILDREN)
    found = [node.get_child_at_index(index) for index in range(count)]
    return [child for child in found if child is not None]


def text(node: Node) -> str | None:
    interface = node.get_text_iface()
    return None if interface is None else Atspi.Text.get_text(interface, 0, -1)


def value(node: Node) -> float | None:
    interface = node.get_value_iface()
    return None if interface is None else Atspi.Value.get_current_value(interface)


def describe(node: Node) -> dict[str, Any]:
    return {
        "name": node.get_name(),
        "role": role(node),
        "description": node.get_description(),
        "text": text(node),
        "value": value(node),
        "states": sorted(state.value_nick for state in node.get_state_set().get_states()),
    }


def fits(node: Node, request: Request) -> bool:
    name = node.get_name() or ""
    if "name" in request and name != request["name"]:
        return False
    if "matching" in request and not re.search(request["matching"], name):
        return False
    if "role" in request and role(node) != request["role"]:
        return False
    if "text" in request and text(node) != request["text"]:
        return False
    if "value" in request and value(node) != request["value"]:
        return False
    states = node.get_state_set()
    return all(
        states.contains(getattr(Atspi.StateType, state.upper()))
        for state in request.get("states", ())
    )


def search(request: Request) -> Node | None:
    """The first element, breadth first, that fits and shows."""
    root = application(request["pid"])
    level = [] if root is None else children(root)
    while level:
        below: list[Node] = []
        for node in level:
            try:
                if showing(node):
                    if fits(node, request):
                        return node
                    below.extend(children(node))
            except GLib.Error:
                continue  # it went away while it was looked at
        level = below
    return None


def until(request: Request, wanted: bool) -> Node | None:
    """Wait until the element is there, or is not."""
    deadline = time.monotonic() + request.get("timeout", 20)
    while True:
        node = search(request)
        if (node is not None) == wanted:
            return node
        if time.monotonic() > deadline:
            raise Missing("it did not appear" if wanted else "it is still there")
        time.sleep(0.05)


def press(node: Node) -> None:
    interface = node.get_action_iface()
    count = 0 if interface is None else Atspi.Action.get_n_actions(interface)
    names = [Atspi.Action.get_action_name(interface, index) for index in range(count)]
    for name in ("Press", "Toggle", "Increase", "ShowMenu"):
        if name in names:
            Atspi.Action.do_action(interface, names.index(name))
            return
    raise Missing(f"it cannot be pressed; its actions are {names}")


def write(node: Node, words: str) -> None:
    interface = node.get_editable_text_iface()
    if interface is None or not Atspi.EditableText.set_text_contents(interface, words):
        raise Missing("its text cannot be set")


def set_value(node: Node, number: float) -> None:
    interface = node.get_value_iface()
    if interface is None or not Atspi.Value.set_current_value(interface, number):
        raise Missing("its value cannot be set")


def select(node: Node, index: int) -> None:
    interface = node.get_selection_iface()
    if interface is None or not Atspi.Selection.select_child(interface, index):
        raise Missing(f"its child {index} cannot be selected")


def focus(node: Node) -> None:
    if not Atspi.Component.grab_focus(node.get_component_iface()):
        raise Missing("it takes no focus")


def tree(pid: int) -> str:
    """All that shows, one element a line."""
    lines: list[str] = []

    def walk(node: Node, depth: int) -> None:
        try:
            if showing(node):
                lines.append(f"{'  ' * depth}{role(node)} {node.get_name()!r} {text(node) or ''}")
                for child in children(node):
                    walk(child, depth + 1)
        except GLib.Error:
            pass

    root = application(pid)
    for window in [] if root is None else children(root):
        walk(window, 0)
    return "\n".join(lines)


def answer(request: Request) -> Any:
    match request["do"]:
        case "tree":
            return tree(request["pid"])
        case "gone":
            until(request, wanted=False)
            return None
    node = until(request, wanted=True)
    assert node is not None
    match request["do"]:
        case "press":
            press(node)
        case "write":
            write(node, request["words"])
        case "set_value":
            set_value(node, request["number"])
        case "select":
            select(node, request["index"])
        case "focus":
            focus(node)
        case "rows":
            return [describe(child) for child in children(node)]
    return describe(node)


def main() -> None:
    Atspi.init()
    Atspi.set_timeout(5_000, 30_000)  # milliseconds: of a call, of a program's start
    for line in sys.stdin:
        try:
            reply = {"ok": answer(json.loads(line))}
        except (Missing, GLib.Error) as error:
            reply = {"error": str(error)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
