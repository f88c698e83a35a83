// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static weir.ebpf.testing.Packets.IPV4;
import static weir.ebpf.testing.Packets.IPV6;
import static weir.ebpf.testing.Packets.UDP;

import weir.ebpf.testing.Packets;

/** Who talks to whom in these tests. */
final class Hosts {
    static final String ALICE = "020000000001";
    static final String BOB = "020000000002";
    static final String ALICE_4 = "198.18.0.1";
    static final String BOB_4 = "198.18.0.2";
    static final String ALICE_6 = "2001:db8::1";
    static final String BOB_6 = "2001:db8::2";

    private Hosts() {}

    /** A frame from Alice to Bob. */
    static byte[] frame(int type, byte[] payload) {
        return Packets.ethernet(ALICE, BOB, type, payload);
    }

    static byte[] udp4(String from, String to, int source, int dest) {
        return frame(IPV4, Packets.ipv4(from, to, UDP, Packets.udp(source, dest, "some text")));
    }

    static byte[] tcp4(String from, String to, int source, int dest, int flags, byte[] options) {
        return frame(IPV4, Packets.ipv4(from, to, Packets.TCP, Packets.tcp(source, dest, flags, options)));
    }

    static byte[] udp6(String from, String to, int source, int dest) {
        return frame(IPV6, Packets.ipv6(from, to, UDP, Packets.udp(source, dest, "some text")));
    }
}
