#!/bin/sh
# Makes the packages for `dotnet tool install`: that of this machine's platform, with the native binary, and the one that
# leads to it.
set -eu

[ $# -eq 1 ] || { echo "Usage: build/pack.sh FOLDER" >&2; exit 2; }
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
case $(uname -m) in
    x86_64) platform=linux-x64 ;;
    aarch64) platform=linux-arm64 ;;
    *) echo "Error: there is no package for $(uname -m)" >&2; exit 1 ;;
esac
serve=$root/artifacts/publish/serve
# As publish.sh does it, whose native code is used again where nothing has changed since.
dotnet publish "$root/src/Sentinel.Serve/Sentinel.Serve.csproj" --configuration Release --runtime "$platform" --output "$serve" \
    --artifacts-path "$root/artifacts/publish" --disable-build-servers -p:PublishAot=true --verbosity quiet
for runtime in "--runtime $platform" ""; do
    # shellcheck disable=SC2086 # two words, or none
    dotnet pack "$root/src/Sentinel/Sentinel.csproj" --configuration Release $runtime --output "$1" \
        --artifacts-path "$root/artifacts/publish" --disable-build-servers -p:PublishAot=true --verbosity quiet "-p:ServeBinary=$serve/sentinel-serve"
done
