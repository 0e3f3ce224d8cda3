"""Replies that no server should send: one clear error, bounded memory, and nothing opened."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(600)

_MUTATIONS = [4_000, pytest.param(120_000, marks=pytest.mark.proof)]
_MOST_MEMORY = 64 * 1024 * 1024  # bytes that may be taken beyond those of the first replies


@pytest.mark.parametrize("count", _MUTATIONS)
def test_mutated_replies_and_frames(scripts, seed, counts, count):
    told = scripts.run("mutating.py", str(count), str(seed))
    assert not told["surprises"], "\n".join(told["surprises"])
    ends = told["ends"]
    assert sum(ends.values()) == count
    for name in ("a value", "a frame, or none", "ProtocolError", "Refused", "ServerFault"):
        assert ends[name] > count / 400, "mutations of one kind only"
    assert told["grown"] <= _MOST_MEMORY
    proof = "mutated JSON"
    counts.add(proof, count, f"replies and frames; seed {seed}")
    for name, number in sorted(ends.items()):
        counts.add(proof, number, f"ended in {name}")
    counts.add(proof, 0, "in anything else; files opened meanwhile: none")
    counts.add(proof, f"{told['grown'] / 2**20:.0f} MB", "memory taken beyond the first replies")
