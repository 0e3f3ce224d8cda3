#!/bin/sh
# Prints the interpreter that the virtual environment is made from.
#
#   find-python.sh [PYTHON]
#
# With PYTHON, that one or none. Otherwise the first of python3.13 … python3 that suits; one that can
# make a virtual environment by itself goes before one that lacks ensurepip (Debian's python3-venv).
set -eu

# Says the real path, which differs from the name for pyenv's shims and for links; fails if the version
# does not suit. A shim of a version that is not chosen fails here too, and is passed over.
suits() {
    "$1" -c 'import sys
if not (3, 11) <= sys.version_info[:2] < (3, 14):
    sys.exit(1)
print(sys.executable)' 2>/dev/null
}

if [ -n "${1:-}" ]; then
    suits "$1" && exit
    echo "$1 is not a Python 3.11, 3.12 or 3.13." >&2
    exit 1
fi

fallback=
for name in python3.13 python3.12 python3.11 python3; do
    path=$(suits "$name") || continue
    if "$path" -c 'import ensurepip' 2>/dev/null; then
        echo "$path"
        exit
    fi
    fallback=${fallback:-$path}
done

if [ -z "$fallback" ]; then
    echo "Python 3.11, 3.12 or 3.13 is needed, and none was found." >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3.11 …" >&2
    exit 1
fi
echo "$fallback"
