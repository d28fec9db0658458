#!/bin/sh
# Installs sentinel from this checkout.
set -eu

usage() {
    cat <<'END'
Usage: ./install.sh [--prefix DIR] [--uninstall]

Builds sentinel if need be and installs it with its manual and completions for bash, zsh and fish:
  DIR/bin/sentinel
  DIR/lib/sentinel/sentinel-serve, for 'sentinel web' and 'sentinel serve'
  DIR/share/bash-completion/completions/sentinel
  DIR/share/zsh/site-functions/_sentinel
  DIR/share/fish/vendor_completions.d/sentinel.fish
  DIR/share/man/man1/sentinel.1, and sentinel-COMMAND.1 of every command

  --prefix DIR  where to; for root the default is /usr/local, for others ~/.local
  --uninstall   take these files away again; what sentinel keeps in ~/.sentinel stays

For packagers: with DESTDIR in the environment everything goes below that folder.
END
}

refuse() {
    echo "Error: $1" >&2
    usage >&2
    exit 2
}

root=$(dirname -- "$(readlink -f -- "$0")")
if [ "$(id -u)" = 0 ]; then
    prefix=/usr/local
else
    prefix=${HOME:+$HOME/.local}
fi
uninstall=false
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -gt 1 ] || refuse "--prefix needs a folder"; prefix=$2; shift ;;
        --prefix=*) prefix=${1#--prefix=} ;;
        --uninstall) uninstall=true ;;
        -h | --help) usage; exit 0 ;;
        *) refuse "there is no option '$1'" ;;
    esac
    shift
done
case $prefix in
    /*) ;;
    '') refuse "--prefix needs a folder" ;;
    *) prefix=$PWD/$prefix ;;
esac

to=${DESTDIR:-}$prefix
bin=$to/bin/sentinel
lib=$to/lib/sentinel
bash=$to/share/bash-completion/completions/sentinel
zsh=$to/share/zsh/site-functions/_sentinel
fish=$to/share/fish/vendor_completions.d/sentinel.fish
man=$to/share/man/man1

if $uninstall; then
    rm -f "$bin" "$bash" "$zsh" "$fish"
    for page in "$root"/docs/man/*; do
        rm -f "$man/${page##*/}"
    done
    rm -rf "$lib"
    echo "Uninstalled sentinel from $to"
    exit 0
fi

# Replaced by renaming: a sentinel that runs keeps the file that it began with.
put() {
    mkdir -p "$(dirname -- "$3")"
    cp -- "$2" "$3.new"
    chmod "$1" "$3.new"
    mv -f -- "$3.new" "$3"
}

# Builds both.
"$root/sentinel" serve --help >/dev/null
if [ -e "$root/artifacts/sentinel/sentinel.dll" ]; then
    # Built for the .NET runtime it is more than one file.
    for file in "$root"/artifacts/sentinel/*; do
        put 755 "$file" "$lib/${file##*/}"
    done
    mkdir -p "$to/bin"
    ln -sfn ../lib/sentinel/sentinel "$bin"
else
    put 755 "$root/artifacts/sentinel/sentinel" "$bin"
    rm -rf "$lib"
    put 755 "$root/artifacts/sentinel/sentinel-serve" "$lib/sentinel-serve"
fi
put 644 "$root/completions/sentinel.bash" "$bash"
put 644 "$root/completions/_sentinel" "$zsh"
put 644 "$root/completions/sentinel.fish" "$fish"
for page in "$root"/docs/man/*; do
    put 644 "$page" "$man/${page##*/}"
done

echo "Installed $("$bin" --version) as $bin"
case :$PATH: in
    *":$prefix/bin:"*) ;;
    *) echo "$prefix/bin is not in PATH yet; add it in your shell's start-up file." ;;
esac
