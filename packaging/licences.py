"""Under which licence each part is, and the texts that must go with it.

What a package says of itself comes first; where it says nothing that can be compared, the tables
below do, and a part that neither names is an error: somebody has to look.
"""

from __future__ import annotations

import importlib.metadata
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from license_expression import ExpressionError, get_spdx_licensing

if TYPE_CHECKING:
    from importlib.metadata import Distribution

TEXTS = Path(__file__).resolve().parent / "texts"
"""Texts that must be given on, and that no package brings."""

ALLOWED = {
    *("MIT", "MIT-0", "MIT-CMU", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Zlib", "curl"),
    *("X11", "FTL", "IJG", "libtiff", "bzip2-1.0.6", "Unicode-DFS-2016", "Unicode-3.0"),
    *("Apache-2.0", "Apache-2.0 WITH LLVM-exception", "PSF-2.0", "Python-2.0.1", "MPL-2.0"),
    "blessing",  # SQLite
    "LGPL-3.0-only",  # Qt, as shared libraries that can be exchanged
    "GPL-2.0-or-later WITH Bootloader-exception",  # PyInstaller's start, which allows every program
}
"""What a program under the MIT licence may ship: of ``A OR B`` one is enough."""

_OF_PACKAGES = {
    "apsw": "blessing",  # "any OSI approved", or as SQLite itself
    "pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception",
    "pyinstaller-hooks-contrib": "Apache-2.0",  # of the hooks that are frozen
}

_OF_CLASSIFIERS = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

_OF_SYSTEM = {
    r"zlib1g": "Zlib",
    r"libbz2-1\.0": "bzip2-1.0.6",
    r"libffi\d+": "MIT",
    r"liblzma5": "0BSD",
    r"libuuid1": "BSD-3-Clause",
    r"libzstd1": "BSD-3-Clause OR GPL-2.0-only",
    r"libbrotli1": "MIT",
    r"libexpat1": "MIT",
    r"libxcb.*|libxau6|libxdmcp6|libbsd0|libmd0": "MIT",
}
"""Libraries of Debian that are frozen, read in ``/usr/share/doc/*/copyright``."""


def of_package(package: Distribution) -> str:
    """The licence of a Python package in SPDX's words.

    Raises:
        LookupError: it says nothing that is understood here.
    """
    name = package.metadata["Name"].lower().replace("_", "-")
    if name in _OF_PACKAGES:
        return _OF_PACKAGES[name]
    said: str = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
    if said and is_known(said):
        return said
    for classifier in package.metadata.get_all("Classifier") or ():
        if found := _OF_CLASSIFIERS.get(classifier.rpartition(" :: ")[2]):
            return found
    raise LookupError(f"{name} tells no known licence but {said!r}")


def of_system_library(package: str) -> str:
    """The licence of a frozen library of the system, by its package.

    Raises:
        LookupError: nobody has looked yet.
    """
    for pattern, licence in _OF_SYSTEM.items():
        if re.fullmatch(pattern, package):
            return licence
    raise LookupError(f"nobody has written down the licence of the library package {package}")


def is_known(expression: str) -> bool:
    """Whether this is an expression of SPDX identifiers."""
    try:
        return _parsed(expression) is not None
    except ExpressionError:
        return False


def is_allowed(expression: str) -> bool:
    """Whether a part under this licence may be shipped."""
    return is_known(expression) and _allows(_parsed(expression))


@cache
def _parsed(expression: str) -> Any:
    licensing = get_spdx_licensing()
    return licensing.parse(expression, validate=True)


def _allows(parsed: Any) -> bool:
    match type(parsed).__name__:
        case "AND":
            return all(_allows(each) for each in parsed.args)
        case "OR":
            return any(_allows(each) for each in parsed.args)
        case _:
            return str(parsed) in ALLOWED


def texts_of_package(package: Distribution) -> list[str]:
    """The licence texts that a Python package brings."""
    found = [
        file
        for file in package.files or ()
        if re.search(r"\.dist-info/(licenses/|LICEN|COPYING|NOTICE|AUTHORS)", file.as_posix())
    ]
    return [Path(str(file.locate())).read_text("utf-8", "replace") for file in sorted(found)]


def texts_of_system_library(package: str) -> list[str]:
    """What Debian tells of a library, and the common texts that this refers to."""
    told = Path(f"/usr/share/doc/{package}/copyright").read_text("utf-8", "replace")
    common = Path("/usr/share/common-licenses")
    named = sorted(set(re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])", told)))
    return [
        told,
        *[(common / name).read_text("utf-8") for name in named if (common / name).is_file()],
    ]


def homepage_of(package: Distribution) -> str:
    """The page of a Python package, or nothing."""
    wanted = ("homepage", "home", "source", "source code", "repository", "documentation")
    pages = [("homepage", package.metadata.get("Home-page") or "")]
    for line in package.metadata.get_all("Project-URL") or ():
        label, _, address = line.partition(",")
        pages.append((label.strip().lower(), address.strip()))
    ranked = [page for name in wanted for label, page in pages if label == name and page]
    return ranked[0] if ranked else ""


def own_text(*names: str) -> list[str]:
    """Texts of `TEXTS`."""
    return [(TEXTS / name).read_text("utf-8") for name in names]


def package(name: str) -> Distribution:
    """The installed package of this name."""
    return importlib.metadata.distribution(name)
