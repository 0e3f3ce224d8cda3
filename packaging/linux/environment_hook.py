"""Runs before the frozen program: gives back the library path that its start has changed.

The libraries of the bundle are for the program alone. A browser or file manager that it opens would
otherwise load them too, and fail.
"""

import os

original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
if original is None:
    os.environ.pop("LD_LIBRARY_PATH", None)
else:
    os.environ["LD_LIBRARY_PATH"] = original
