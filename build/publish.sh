#!/bin/sh
# Makes artifacts/sentinel/sentinel, the one binary that the launcher, the tests and the benchmarks use, or with --serve
# artifacts/sentinel/sentinel-serve: native where a C toolchain can link it, otherwise for the .NET runtime of this machine.
# Prints what went wrong; with --progress also each step.
set -eu

name=sentinel
project=src/Sentinel/Sentinel.csproj
runtime=
progress=false
for option in "$@"; do
    case $option in
        --serve) name=sentinel-serve project=src/Sentinel.Serve/Sentinel.Serve.csproj ;;
        --progress) progress=true ;;
    esac
done

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
built=$root/artifacts/sentinel
lock=$root/artifacts/lock
new=$root/artifacts/new
mkdir -p "$root/artifacts"
# One at a time. The launcher has the lock already and leaves it open as descriptor 9; should the launcher be killed, the
# build that goes on still has it.
if [ "$(readlink /proc/$$/fd/9)" != "$lock" ]; then
    exec 9>"$lock"
    flock 9
fi
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
rm -rf "$new"
mkdir "$new"
# What is changed while it is built is newer than this.
: >"$new/stamp"

if ! command -v dotnet >/dev/null; then
    echo "Error: there is no 'dotnet' in PATH. Sentinel is built with the .NET 10 SDK: https://dotnet.microsoft.com/download" >&2
    exit 1
fi

compiler=$(command -v clang || command -v gcc || echo none)
if [ "$compiler" != none ] && echo 'int main(void) { return 0; }' | "$compiler" -x c -o "$new/probe" - 2>/dev/null; then
    rm -f "$new/probe"
    how=native
    is_native=true
    # Named, so that the packages are made of the same native code, and not of another made anew (see pack.sh).
    case $(uname -m) in
        x86_64) runtime='--runtime linux-x64' ;;
        aarch64) runtime='--runtime linux-arm64' ;;
    esac
else
    cat >&2 <<END
Warning: there is no C toolchain to link a native binary with, so $name is built for the .NET runtime and starts slower.
For the native one install gcc or clang, with the C library's headers, and start sentinel again:
  Debian, Ubuntu: apt install build-essential    Fedora: dnf install gcc    Alpine: apk add build-base    Arch: pacman -S gcc
(If a compiler is there but cannot link, run build/publish.sh once it can.)
END
    how=$compiler
    is_native=false
fi

# Keeps what the build says in a file, and shows where it is.
follow() {
    begin=$(date +%s)
    while read -r line; do
        printf '%s\n' "$line" >>"$new/log"
        case $line in
            *'Determining projects'*) step='fetching packages' ;;
            *' -> '*.dll) step="compiled ${line%% ->*}" ;;
            *'Generating native code'*) step='making native code, the last step and the longest' ;;
            *) continue ;;
        esac
        ! $progress || echo "  $(($(date +%s) - begin)) s: $step" >&2
    done
}

# Apart from what the IDE and the tests build, which may be at it at the same time; and no build server stays behind.
{
    code=0
    # shellcheck disable=SC2086 # two words, or none
    dotnet publish "$root/$project" --configuration Release $runtime --artifacts-path "$root/artifacts/publish" \
        --output "$new" --disable-build-servers -p:PublishAot=$is_native -p:UseSharedCompilation=false 2>&1 9>&- || code=$?
    echo $code >"$new/code"
} | follow
read -r code <"$new/code"
if [ "$code" != 0 ]; then
    cat "$new/log" >&2
    echo "Error: $name could not be built; the reason is above." >&2
    exit 1
fi

# Files are replaced whole, by renaming: a sentinel that runs keeps the one that it began with.
rm "$new/log" "$new/code"
echo "$how" >>"$new/stamp.how"
touch -r "$new/stamp" "$new/stamp.how"
mv "$new/stamp.how" "$new/stamp"
mkdir -p "$built"
rm -f "$built/$name.stamp"
for file in "$new"/*; do
    [ "${file##*/}" = stamp ] || mv -f "$file" "$built/"
done
mv -f "$new/stamp" "$built/$name.stamp"
if [ $is_native = true ] && [ $name = sentinel ]; then
    # Left from a build without a compiler.
    rm -f "$built"/*.dll "$built"/*.json
fi
