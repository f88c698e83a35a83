#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the objects of this folder with clang 19.
#   build.sh                          into the tree
#   build.sh --check                  into a temporary folder; fails where the tree has other bytes
#   build.sh --in FOLDER [--check]    another folder of programs
set -eu

if [ "${1:-}" = --in ]; then
    cd "$2"
    shift 2
else
    cd "$(dirname "${BASH_SOURCE[0]}")"
fi
readonly FLAGS=(--target=bpf -O2 -g -Wall -Werror -ffile-prefix-map="$PWD"=. -fdebug-compilation-dir=. -c)

if [ "${1:-}" != --check ]; then
    for source in *.c; do
        clang-19 "${FLAGS[@]}" "$source" -o "${source%.c}.o"
    done
    exit
fi

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for source in *.c; do
    object=${source%.c}.o
    clang-19 "${FLAGS[@]}" "$source" -o "$out/$object"
    cmp "$object" "$out/$object" || {
        echo "$object is not what clang 19 makes of $source; run $0" >&2
        exit 1
    }
done
