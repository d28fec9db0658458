# For the scripts beside it: a home of their own, with a daemon and a server that end with the script.
# Sets binary (the path of $1) and work (a folder for this run), and exports SENTINEL and SENTINEL_HOME.
# shellcheck shell=bash

binary=$(realpath "$1")
work=$(mktemp -d)
served=''
export SENTINEL=$binary SENTINEL_HOME=$work/home

clean_up() {
    [ -z "$served" ] || kill "$served" 2>/dev/null || true
    "$binary" daemon stop --with-processes >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap clean_up EXIT

# Starts 'sentinel serve' or 'web', with these arguments, and returns when it has told where it is, in $work/told.
begin() {
    "$binary" daemon start >/dev/null
    "$binary" "$@" --listen 0 >"$work/told" &
    served=$!
    until grep -q http "$work/told"; do
        kill -0 "$served"
        sleep 0.1
    done
}

# The address of the server.
address() {
    sed -n 's#^\(http://[^/]*\)/.*#\1#p' "$work/told" | head -1
}
