// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/**
 * A frame as a sender with offloads gives it away: {@code struct virtio_net_hdr} and one large packet whose checksum
 * field holds the sum of the pseudo-header. Made at random with whatever TCP, UDP and IP allow in their headers.
 *
 * @param kind protocols
 * @param header 10 bytes
 * @param frame from the destination address on
 * @param tags of IEEE 802.1Q in front of the network header
 * @param headerBytes all headers of the frame
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SuperFrame(Kind kind, byte[] header, byte[] frame, int tags, int headerBytes) {
    /** Size of the header in front. */
    public static final int HEADER_BYTES = 10;

    private static final int NEEDS_CHECKSUM = 1;
    private static final int GSO_ECN = 0x80;
    private static final int MAX_FRAME_BYTES = 65_535;
    private static final int MAX_SEGMENTS = 50;
    private static final int ECN_IN_TCP = 0xc0;
    private static final int TAG_BYTES = 4;
    private static final int ADDRESSES_BYTES = 12;

    /** Protocols, and how the header calls them. */
    public enum Kind {
        TCP4(1, false, true),
        TCP6(4, true, true),
        UDP4(5, false, false),
        UDP6(5, true, false);

        private final int gsoType;
        private final boolean ipv6;
        private final boolean tcp;

        Kind(int gsoType, boolean ipv6, boolean tcp) {
            this.gsoType = gsoType;
            this.ipv6 = ipv6;
            this.tcp = tcp;
        }

        public boolean isIpv6() {
            return ipv6;
        }

        public boolean isTcp() {
            return tcp;
        }

        int protocol() {
            return tcp ? 6 : 17;
        }
    }

    /** What a random frame may have. */
    public record Variety(int maxTags, int minSegmentBytes, int maxSegmentBytes, boolean extensions) {
        /** Everything that fits an MTU of 1,500. */
        public static final Variety ALL = new Variety(2, 1, 1_300, true);
    }

    /** A random one that is right in all respects. */
    public static SuperFrame random(RandomGenerator random, Kind kind, Variety variety) {
        int tags = random.nextInt(variety.maxTags + 1);
        byte[] network = kind.ipv6 ? ipv6(random, kind, variety.extensions) : ipv4(random, kind);
        byte[] transport = kind.tcp ? tcp(random) : udp(random);
        int networkAt = ADDRESSES_BYTES + tags * TAG_BYTES + 2;
        int transportAt = networkAt + network.length;
        int headers = transportAt + transport.length;
        int size = random.nextInt(variety.minSegmentBytes, variety.maxSegmentBytes + 1);
        int most = Math.min(MAX_FRAME_BYTES - headers, size * MAX_SEGMENTS);
        int payload = random.nextInt(size + 1, Math.max(size + 2, most));

        byte[] frame = new byte[headers + payload];
        random.nextBytes(frame);
        frame[0] = (byte) (frame[0] & 0xfe);
        frame[6] = (byte) (frame[6] & 0xfe);
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        bytes.position(ADDRESSES_BYTES);
        for (int tag = tags; tag > 0; tag--) {
            bytes.putShort((short) (tag == 2 ? 0x88a8 : 0x8100));
            bytes.putShort((short) random.nextInt(1, 4095));
        }
        bytes.putShort((short) (kind.ipv6 ? 0x86dd : 0x0800)).put(network).put(transport);
        finish(frame, kind, networkAt, transportAt);

        boolean ecn = kind.tcp && (frame[transportAt + 13] & ECN_IN_TCP) != 0;
        byte[] header = header(kind.gsoType | (ecn ? GSO_ECN : 0), headers, size, transportAt, kind.tcp ? 16 : 6);
        return new SuperFrame(kind, header, frame, tags, headers);
    }

    private static byte[] header(int type, int headers, int size, int start, int offset) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) NEEDS_CHECKSUM)
                .put((byte) type)
                .putShort((short) headers)
                .putShort((short) size)
                .putShort((short) start)
                .putShort((short) offset)
                .array();
    }

    private static byte[] ipv4(RandomGenerator random, Kind kind) {
        int words = random.nextBoolean() ? 5 : random.nextInt(5, 16);
        byte[] header = new byte[words * 4];
        random.nextBytes(header);
        header[0] = (byte) (0x40 | words);
        header[6] = (byte) (random.nextBoolean() ? 0x40 : 0);
        header[7] = 0;
        header[9] = (byte) kind.protocol();
        for (int i = 20; i < header.length; i++) {
            header[i] = 1; // no operation
        }
        return header;
    }

    private static byte[] ipv6(RandomGenerator random, Kind kind, boolean mayHaveExtensions) {
        int extensions = mayHaveExtensions ? random.nextInt(3) : 0;
        int[] chain = {0, 60}; // hop-by-hop, then destination options
        int total = 40;
        int[] sizes = new int[extensions];
        for (int e = 0; e < extensions; e++) {
            sizes[e] = 8 * random.nextInt(1, 5);
            total += sizes[e];
        }
        byte[] header = new byte[total];
        random.nextBytes(header);
        header[0] = (byte) (0x60 | (header[0] & 0xf));
        header[6] = (byte) (extensions == 0 ? kind.protocol() : chain[0]);
        int at = 40;
        for (int e = 0; e < extensions; e++) {
            header[at] = (byte) (e + 1 < extensions ? chain[e + 1] : kind.protocol());
            header[at + 1] = (byte) (sizes[e] / 8 - 1);
            header[at + 2] = 1; // PadN over the rest
            header[at + 3] = (byte) (sizes[e] - 4);
            at += sizes[e];
        }
        return header;
    }

    private static byte[] tcp(RandomGenerator random) {
        int words = random.nextInt(5, 16);
        byte[] header = new byte[words * 4];
        random.nextBytes(header);
        header[12] = (byte) ((words << 4) | (header[12] & 0x0e));
        for (int i = 20; i < header.length; i++) {
            header[i] = 1;
        }
        return header;
    }

    private static byte[] udp(RandomGenerator random) {
        byte[] header = new byte[8];
        random.nextBytes(header);
        return header;
    }

    /** Lengths, and the sum of the pseudo-header where the checksum goes. */
    private static void finish(byte[] frame, Kind kind, int networkAt, int transportAt) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        int fromTransport = frame.length - transportAt;
        if (kind.ipv6) {
            bytes.putShort(networkAt + 4, (short) (frame.length - networkAt - 40));
        } else {
            bytes.putShort(networkAt + 2, (short) (frame.length - networkAt));
            bytes.putShort(networkAt + 10, (short) 0);
            bytes.putShort(networkAt + 10, (short) ~PacketCheck.fold(PacketCheck.sum(frame, networkAt, transportAt)));
        }
        if (!kind.tcp) {
            bytes.putShort(transportAt + 4, (short) fromTransport);
        }
        long sum = PacketCheck.pseudoHeaderSum(frame, kind.ipv6, networkAt, kind.protocol(), fromTransport);
        bytes.putShort(transportAt + (kind.tcp ? 16 : 6), (short) PacketCheck.fold(sum));
    }

    /** Bytes of payload in each segment. */
    public int segmentBytes() {
        return ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getShort(4) & 0xffff;
    }

    /** Packets that come of it. */
    public int segments() {
        int payload = frame.length - headerBytes;
        return (payload + segmentBytes() - 1) / segmentBytes();
    }

    /** First byte of the header of TCP or UDP. */
    public int transportOffset() {
        return ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getShort(6) & 0xffff;
    }

    /** First byte of the header of IP. */
    public int networkOffset() {
        return ADDRESSES_BYTES + tags * TAG_BYTES + 2;
    }

    /** The same frame to and from other stations. */
    public SuperFrame between(long destination, long source) {
        byte[] addressed = frame.clone();
        for (int i = 0; i < 6; i++) {
            addressed[i] = (byte) (destination >>> (8 * (5 - i)));
            addressed[6 + i] = (byte) (source >>> (8 * (5 - i)));
        }
        return new SuperFrame(kind, header, addressed, tags, headerBytes);
    }

    @Override
    public String toString() {
        return kind + " of " + frame.length + " bytes, " + tags + " tags, headers " + headerBytes + ", segments of "
                + segmentBytes();
    }
}
