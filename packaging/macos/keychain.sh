#!/bin/sh
# Defined, not yet run: makes a keychain for one release, and prints what make-dmg.sh needs as NAME=value.
#
#   keychain.sh FILE >>"$GITHUB_ENV"
#
# MACOS_CERTIFICATE, MACOS_CERTIFICATE_PASSWORD, CODESIGN_IDENTITY    without them nothing is signed
# NOTARY_APPLE_ID, NOTARY_TEAM_ID, NOTARY_PASSWORD                    without them nothing is notarised
set -eu
keychain=$1

if [ -z "${MACOS_CERTIFICATE:-}" ] || [ -z "${CODESIGN_IDENTITY:-}" ]; then
    echo "Not signed: MACOS_CERTIFICATE or CODESIGN_IDENTITY is not set." >&2
    exit 0
fi
certificate=$(mktemp)
trap 'rm -f "$certificate"' EXIT
echo "$MACOS_CERTIFICATE" | base64 --decode >"$certificate"
password=$(uuidgen)
security create-keychain -p "$password" "$keychain" >&2
security set-keychain-settings -lut 7200 "$keychain" >&2
security unlock-keychain -p "$password" "$keychain" >&2
security import "$certificate" -f pkcs12 -P "$MACOS_CERTIFICATE_PASSWORD" -k "$keychain" -T /usr/bin/codesign >&2
security set-key-partition-list -S apple-tool:,apple: -k "$password" "$keychain" >/dev/null
security list-keychains -d user -s "$keychain" login.keychain-db >&2
echo "CODESIGN_IDENTITY=$CODESIGN_IDENTITY"

if [ -z "${NOTARY_APPLE_ID:-}" ]; then
    echo "Not notarised: NOTARY_APPLE_ID is not set." >&2
    exit 0
fi
xcrun notarytool store-credentials cartoonmix --keychain "$keychain" \
    --apple-id "$NOTARY_APPLE_ID" --team-id "$NOTARY_TEAM_ID" --password "$NOTARY_PASSWORD" >&2
echo "NOTARY_PROFILE=cartoonmix"
echo "NOTARY_KEYCHAIN=$keychain"
