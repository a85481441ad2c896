#!/bin/sh
# deps.sh PACKAGE... - installs the Debian packages that are missing, after saying which.
# PACKAGE may be a list of alternatives, first/second: one of them is enough, the first is installed.
set -eu

is_installed() {
    for one in $(echo "$1" | tr / ' '); do
        case $(dpkg-query -W -f='${db:Status-Status}' "$one" 2>/dev/null) in installed) return 0 ;; esac
    done
    return 1
}

if ! command -v dpkg-query >/dev/null; then
    echo "deps: not a Debian system; nothing is installed, these packages or their like are needed: $*" >&2
    exit 0
fi
missing=
for package; do
    is_installed "$package" || missing="$missing ${package%%/*}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif command -v sudo >/dev/null; then
    sudo=sudo
else
    echo "deps: Debian packages are missing, and installing them needs root (there is no sudo). As root:" >&2
    echo "    apt-get update && apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi
echo "deps: will install these Debian packages${sudo:+ through sudo}:$missing"
install_missing() { # the log is shown when it fails
    # shellcheck disable=SC2086 # a list of words
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
        >"$log" 2>&1 </dev/null
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The lists of packages may be absent (a fresh image) or too old: then they are read first.
if ! install_missing; then
    echo "deps: apt-get update"
    $sudo apt-get update -qq </dev/null || echo "deps: apt-get update failed; trying with the lists there are" >&2
    if ! install_missing; then
        cat "$log" >&2
        echo "deps: apt-get could not install:$missing" >&2
        exit 1
    fi
fi
echo "deps: done"
