#!/bin/sh
# Sees to the system packages, the Debian and Ubuntu names of them.
#
#   system-packages.sh run [PYTHON]    what the window needs
#   system-packages.sh test [PYTHON]   that, and what the tests need
#   system-packages.sh package         what the window needs, and what freezing it does
#
# With PYTHON, also what that interpreter needs to make a virtual environment. Silent when nothing is
# missing. Installs as root or with a sudo that asks nothing; otherwise prints the line to run and fails.
set -eu

wanted="libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 fonts-dejavu-core
    libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"
case "${1:-}" in
run) ;;
package) wanted="$wanted binutils" ;;
test)
    wanted="$wanted xvfb xauth openbox xdotool imagemagick dbus gnome-keyring
        at-spi2-core gir1.2-atspi-2.0 python3-gi libimage-exiftool-perl exiv2 nsis"
    ;;
*)
    echo "usage: system-packages.sh run|test|package [PYTHON]" >&2
    exit 2
    ;;
esac

[ "$(uname -s)" = Linux ] || exit 0 # elsewhere the Python packages bring all they need

python=${2:-}
if [ -n "$python" ] && ! "$python" -c 'import ensurepip' 2>/dev/null; then
    case "$python" in
    /usr/bin/*) wanted="$wanted $("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" ;;
    *)
        echo "$python lacks the module ensurepip, without which it makes no virtual environment." >&2
        exit 1
        ;;
    esac
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "No apt here: these libraries (by their Debian names) must be present:" $wanted >&2
    exit 0
fi

# A package counts as present under its own name or one it provides (libglib2.0-0t64 for libglib2.0-0).
present=$(dpkg-query -W -f '${db:Status-Abbrev}|${Package}, ${Provides}\n' | awk -F '|' '
    $1 ~ /^.i/ { gsub(/ *\([^)]*\)/, "", $2); gsub(/, */, " ", $2); print $2 }')
missing=
for package in $wanted; do
    case " $(echo $present) " in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    sudo=
elif sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "System packages are missing. Run this line, then the same command again:" >&2
    echo "sudo apt-get update && sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "Installing system packages:$missing"
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq update
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing >/dev/null
