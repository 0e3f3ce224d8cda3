#!/bin/sh
# Defined, not yet run: makes an AppImage of what `make package` has built.
#
#   packaging/linux/make-appimage.sh
#
# Needs appimagetool (and its runtime, which it fetches) on the PATH. The libraries that nfpm.yaml names
# stay those of the system, as for the tarball.
set -eu
cd "$(dirname "$0")/../.."

[ -d build/tree/usr ] || { echo "Run make package first." >&2; exit 1; }
folder=build/AppDir
rm -rf "$folder"
mkdir -p "$folder" dist
cp -a build/tree/usr "$folder/usr"
ln -s usr/bin/cartoonmix-desktop "$folder/AppRun"
ln -s usr/share/applications/cartoonmix-desktop.desktop "$folder/cartoonmix-desktop.desktop"
ln -s usr/share/icons/hicolor/256x256/apps/cartoonmix-desktop.png "$folder/cartoonmix-desktop.png"
ln -s cartoonmix-desktop.png "$folder/.DirIcon"
version=$("$folder/AppRun" --version | sed 's/.* //')
VERSION=$version ARCH=$(uname -m) appimagetool "$folder" "dist/cartoonmix-desktop-$version-$(uname -m).AppImage"
