#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the objects of this folder, and the engine's own types, with clang 19.
#   build.sh            into the tree
#   build.sh --check    into a temporary folder; fails where the tree has other bytes
set -eu

cd "$(dirname "${BASH_SOURCE[0]}")"
readonly TYPES=../../main/resources/weir/ebpf/btf/relocation
readonly FLAGS=(-Wall -Werror -ffile-prefix-map="$PWD"=. -fdebug-compilation-dir=. -c)

out=.
types_out=$TYPES
check=false
if [ "${1:-}" = --check ]; then
    check=true
    out=$(mktemp -d)
    types_out=$out
    trap 'rm -rf "$out"' EXIT
fi

build() { # SOURCE OBJECT OPTION...
    clang-19 --target="${TARGET:-bpf}" "${FLAGS[@]}" "${@:3}" "$1" -o "$out/$2"
}

mkdir -p "$out/verifier" "$out/idioms" "$out/globals"
for source in *.c verifier/*.c idioms/*.c globals/*.c; do
    build "$source" "${source%.c}.o" -O2 -g
done
build no_symbols.s no_symbols.o
for cpu in v1 v3 v4; do
    build parser_counters.c "parser_counters.$cpu.o" -O2 -g -mcpu=$cpu
done
for cpu in v2 v3 v4; do
    build idioms/widths.c "idioms/widths.$cpu.o" -O2 -g -mcpu=$cpu
done
build functions.c functions.nodebug.o -O2
build legacy_maps.c legacy_maps.nodebug.o -O2
build global_data.c global_data.nodebug.o -O2
build vale.c vale.nodebug.o -O2
TARGET=bpfeb build bridge.c bridge.big_endian.o -O2 -g
(cd "$TYPES" && clang-19 --target=bpf -O2 -g -Wall -Werror -ffile-prefix-map="$PWD"=. -fdebug-compilation-dir=. \
    -c engine-types.c -o - ) > "$types_out/engine-types.o"

if $check; then
    failed=false
    for object in *.o verifier/*.o idioms/*.o globals/*.o; do
        cmp "$object" "$out/$object" || failed=true
    done
    cmp "$TYPES/engine-types.o" "$out/engine-types.o" || failed=true
    for object in "$out"/*.o "$out"/*/*.o; do
        name=${object#"$out"/}
        [ -e "$name" ] || [ "$name" = engine-types.o ] || { echo "$name is not in the tree" >&2; failed=true; }
    done
    if $failed; then
        echo "the objects in the tree are not what clang 19 makes of their sources; run $0" >&2
        exit 1
    fi
fi
