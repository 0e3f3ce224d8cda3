#!/bin/sh
# Defined, not yet run: makes the disk image, signed and notarised where the means are there.
#
#   make-dmg.sh "CartoonMix Desktop.app" IMAGE.dmg
#
# CODESIGN_IDENTITY   a "Developer ID Application" in the keychain; the .app was signed with it when frozen
# NOTARY_PROFILE      a profile that `xcrun notarytool store-credentials` has stored
# NOTARY_KEYCHAIN     the keychain it is stored in, if not the usual one
set -eu
app=$1
image=$2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
rm -f "$image"
hdiutil create -volname "CartoonMix Desktop" -srcfolder "$folder" -fs HFS+ -format ULMO "$image"

if [ -z "${CODESIGN_IDENTITY:-}" ]; then
    echo "Not signed: CODESIGN_IDENTITY is not set." >&2
    exit 0
fi
codesign --verify --deep --strict "$app"
codesign --sign "$CODESIGN_IDENTITY" --timestamp "$image"
if [ -z "${NOTARY_PROFILE:-}" ]; then
    echo "Not notarised: NOTARY_PROFILE is not set." >&2
    exit 0
fi
xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" \
    ${NOTARY_KEYCHAIN:+--keychain "$NOTARY_KEYCHAIN"} --wait
xcrun stapler staple "$image"
