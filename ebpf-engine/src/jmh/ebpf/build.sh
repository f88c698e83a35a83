#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds programs.o with clang 19; native.c is built by the measurement itself.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")"
clang-19 --target=bpf -O2 -g -Wall -Werror -ffile-prefix-map="$PWD"=. -fdebug-compilation-dir=. -c programs.c -o programs.o
