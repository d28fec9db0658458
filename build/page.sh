#!/bin/sh
# Makes the page of 'sentinel web', src/Sentinel.Serve/Page/built, from its sources: the same bytes each time. With --check
# it changes nothing and fails if what is there is not what it would make.
set -eu

page=$(CDPATH='' cd -- "$(dirname -- "$0")/../src/Sentinel.Serve/Page" && pwd -P)
out=$page/built
case ${1:-} in
    '') ;;
    --check) out=$(mktemp -d); trap 'rm -rf "$out"' EXIT ;;
    *) echo "Usage: build/page.sh [--check]" >&2; exit 2 ;;
esac
cd "$page"
npm ci --ignore-scripts --no-audit --no-fund --silent
mkdir -p "$out"
node_modules/.bin/esbuild src/main.js --bundle --minify --format=esm --target=es2022 --charset=utf8 --legal-comments=none \
    --log-level=warning --outfile="$out/page.js"
node_modules/.bin/esbuild style/page.css --bundle --minify --target=es2022,chrome120,firefox121,safari17.5 --charset=utf8 \
    --log-level=warning --outfile="$out/page.css"
cp index.html icon.svg "$out/"
# What is in page.js and page.css, besides ours.
for part in preact htm uplot; do
    printf '%s\n\n' "$part"
    cat "node_modules/$part/LICENSE"
    printf '\n\n'
done >"$out/licences.txt"
[ "$out" = "$page/built" ] || diff -r "$page/built" "$out" >&2 || {
    echo "Error: the page in built/ is not what its sources make; run build/page.sh" >&2
    exit 1
}
