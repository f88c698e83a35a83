#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the objects of this folder with clang 19.
#   build.sh            into the tree
#   build.sh --check    into a temporary folder; fails where the tree has other bytes
set -eu

cd "$(dirname "${BASH_SOURCE[0]}")"
readonly FLAGS=(--target=bpf -O2 -g -Wall -Werror -ffile-prefix-map="$PWD"=. -fdebug-compilation-dir=. -c)

out=.
if [ "${1:-}" = --check ]; then
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
fi
for source in *.c; do
    object=${source%.c}.o
    clang-19 "${FLAGS[@]}" "$source" -o "$out/$object"
    [ "$out" = . ] || cmp "$object" "$out/$object" || {
        echo "$object is not what clang 19 makes of $source; run $0" >&2
        exit 1
    }
done
