#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the objects of this folder as ../programs/build.sh does there; --check compares only.
set -eu

exec "$(dirname "${BASH_SOURCE[0]}")/../programs/build.sh" --in "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)" "$@"
