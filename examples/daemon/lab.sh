#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A switch between two namespaces, driven from outside. Needs root and a daemon: 'weir daemon', with the same WEIR_SOCKET.
# Writes lab.pcapng and pings.txt into the folder that it is called from.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
weir() { "$here/../../weir" "$@"; }
trap 'weir switch delete lab --if-exists 2> /dev/null || true; for name in a b; do ip netns delete "lab-$name"; done' EXIT
for name in a b; do ip netns add "lab-$name"; done

weir switch create lab
weir port attach lab 'tap:t0?netns=/run/netns/lab-a' --name a
weir port attach lab 'tap:t0?netns=/run/netns/lab-b' --name b
ip -n lab-a addr add 198.18.0.1/24 dev t0
ip -n lab-b addr add 198.18.0.2/24 dev t0
weir program load lab "$here/../programs/counters.o"
ip netns exec lab-a ping -q -c 3 -i 0.2 198.18.0.2
weir map dump lab::counters
weir link set lab:b --loss 1%
ip netns exec lab-a ping -q -c 300 -i 0.005 198.18.0.2 || true # some are lost
weir link clear lab:b
ip netns exec lab-a ping -c 500 -i 0.01 -w 60 198.18.0.2 > pings.txt & # of these none, although the topology changes meanwhile
weir apply -f "$here/lab.yaml"
weir capture lab -w lab.pcapng --drops --seconds 2
wait $!
tail -n 2 pings.txt
weir stats lab
