from __future__ import annotations

import subprocess
import sys


def test_the_disk_loads_nothing_heavy_before_it_is_needed():
    script = """
import pkgutil, sys, importlib
import cartoonmix_desktop.storage as storage
for module in pkgutil.iter_modules(storage.__path__):
    importlib.import_module(f"{storage.__name__}.{module.name}")
print(sorted({"PIL", "keyring", "filelock", "platformdirs", "PySide6", "httpx"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
