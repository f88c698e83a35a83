// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import static weir.ebpf.testing.Packets.hex;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import weir.ebpf.testing.Packets;

/**
 * Frames between a few stations that get far in programs: ARP, IPv4 and IPv6 with TCP, UDP and ICMP, with tags, options
 * and extension headers; some of them cut off or damaged behind the addresses. One thread.
 */
final class RandomFrames {
    private static final int STATIONS = 4;
    private static final int ADDRESSES_BYTES = 12;
    private static final int MAX_VLAN = 4094;

    private static final int SHORTEST_BYTES = 18;
    /** With a tag: switches refuse a frame whose tag is cut off before any program, and the reserved VLAN. */
    private static final int SHORTEST_TAGGED_BYTES = 20;

    private static final int RESERVED_VLAN = 4095;

    private static final List<Integer> PORTS = List.of(9, 53, 80, 5000, 40_000, 50_000);
    private static final List<String> TCP_OPTIONS = List.of(
            "", "020405b4", "01020405b40402080a0000000100000000000000", "0101010102040218", "00000000", "02ff05b4");
    private static final List<String> EXTENSIONS = List.of(
            "2c000104000000003c000000000000ab1100010400000000", "1100010400000000", "3c000104000000001100010400000000");

    private final RandomGenerator random;

    RandomFrames(RandomGenerator random) {
        this.random = random;
    }

    byte[] next() {
        byte[] frame = any();
        while (!isTaken(frame)) {
            frame = any();
        }
        return frame;
    }

    private static boolean isTaken(byte[] frame) {
        ByteBuffer words = ByteBuffer.wrap(frame);
        int type = Short.toUnsignedInt(words.getShort(ADDRESSES_BYTES));
        return (type != Packets.VLAN && type != Packets.PROVIDER_VLAN)
                || (frame.length >= SHORTEST_TAGGED_BYTES
                        && (words.getShort(ADDRESSES_BYTES + 2) & RESERVED_VLAN) != RESERVED_VLAN);
    }

    private byte[] any() {
        int from = random.nextInt(STATIONS);
        byte[] frame = ethernet(from, payload());
        return switch (random.nextInt(12)) {
            case 0 -> Arrays.copyOf(frame, random.nextInt(SHORTEST_BYTES, frame.length + 1));
            case 1, 2 -> damaged(frame);
            default -> frame;
        };
    }

    /** EtherType and what is behind it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Payload(int type, byte[] bytes) {}

    private byte[] ethernet(int from, Payload payload) {
        int other = (from + 1 + random.nextInt(STATIONS - 1)) % STATIONS;
        String to = switch (random.nextInt(6)) {
            case 0 -> Packets.BROADCAST;
            case 1 -> "333300000001";
            default -> station(other);
        };
        return Packets.ethernet(station(from), to, payload.type(), payload.bytes());
    }

    private static String station(int number) {
        return "02000000000" + number;
    }

    private Payload payload() {
        return switch (random.nextInt(8)) {
            case 0 -> new Payload(Packets.ARP, new byte[28]);
            case 1 -> tagged(Packets.VLAN, payload());
            case 2 -> tagged(Packets.PROVIDER_VLAN, payload());
            case 3, 4 -> ipv6();
            default -> ipv4();
        };
    }

    private Payload tagged(int type, Payload inner) {
        return new Payload(type, Packets.tag(random.nextInt(1, MAX_VLAN), inner.type(), inner.bytes()));
    }

    private Payload ipv4() {
        int fragment = random.nextInt(8) == 0 ? random.nextInt(1 << Short.SIZE) : 0x4000;
        String from = "198.18.0." + random.nextInt(1, 4);
        String to = random.nextInt(4) == 0 ? "198.19.0.9" : "198.18.0." + random.nextInt(1, 4);
        int protocol = protocol();
        return new Payload(Packets.IPV4, Packets.ipv4(from, to, protocol, fragment, transport(protocol)));
    }

    private Payload ipv6() {
        String from = "2001:db8::" + random.nextInt(1, 4);
        String to = "2001:db8::" + random.nextInt(1, 4);
        int protocol = protocol();
        byte[] extensions =
                random.nextInt(3) == 0 ? hex(EXTENSIONS.get(random.nextInt(EXTENSIONS.size()))) : new byte[0];
        int first = extensions.length > 0 ? 0 : protocol;
        return new Payload(Packets.IPV6, Packets.ipv6(from, to, first, extensions, protocol, transport(protocol)));
    }

    private int protocol() {
        return List.of(Packets.UDP, Packets.UDP, Packets.TCP, Packets.TCP, Packets.ICMP)
                .get(random.nextInt(5));
    }

    private byte[] transport(int protocol) {
        return switch (protocol) {
            case Packets.UDP ->
                Packets.udp(port(), port(), "x".repeat(random.nextInt(random.nextInt(8) == 0 ? 1200 : 40)));
            case Packets.TCP ->
                Packets.tcp(
                        port(), port(), random.nextInt(64), hex(TCP_OPTIONS.get(random.nextInt(TCP_OPTIONS.size()))));
            default -> Packets.echo(8);
        };
    }

    private int port() {
        return PORTS.get(random.nextInt(PORTS.size()));
    }

    private byte[] damaged(byte[] frame) {
        byte[] changed = frame.clone();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            changed[random.nextInt(ADDRESSES_BYTES, Math.min(frame.length, 80))] = (byte) random.nextInt();
        }
        return changed;
    }
}
