"""What every start does first, whatever it is for."""

from __future__ import annotations

import subprocess
import sys

import pytest

_CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
from cartoonmix_desktop import cli
cli.main(["--version"])
print(resource.getrlimit(resource.RLIMIT_CORE)[0], file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows writes no such dumps")
def test_no_memory_is_dumped():
    child = subprocess.run(
        [sys.executable, "-c", _CHILD], capture_output=True, text=True, check=True
    )
    assert child.stderr.strip() in {"0", "1"}
