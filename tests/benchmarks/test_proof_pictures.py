"""Spoiled pictures by the thousand: kept or refused, and nothing else."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.proof, pytest.mark.timeout(400)]

_TIMES = 20_000
_PEAK = 900  # MiB; 64 megapixels, the most that is decoded, are 256, and twice that while scaled
_SLOWEST = 20.0  # seconds, for the largest picture on a busy computer


def test_spoiled_pictures(scripts, tmp_path, seed, counts):
    told = scripts.run("mutating_pictures.py", str(seed), str(_TIMES), str(tmp_path))
    assert told["bugs"] == []
    assert told["opened"] == []
    assert told["left"] == []
    assert sum(told["outcomes"].values()) == _TIMES
    assert told["peak"] < _PEAK
    assert told["slowest"] < _SLOWEST
    proof = "spoiled pictures"
    counts.add(proof, _TIMES, f"PNG, JPEG, WebP and others; seed {seed}")
    for outcome, count in sorted(told["outcomes"].items()):
        counts.add(proof, count, "kept, as they are sound" if outcome == "kept" else outcome)
    counts.add(proof, f"{told['peak']:.0f} MiB", f"of memory at most, wanted < {_PEAK}")
    counts.add(proof, 0, "files elsewhere, sockets, programs opened; other errors")
