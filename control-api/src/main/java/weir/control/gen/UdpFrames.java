// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import weir.core.frame.Mem;

/**
 * Frames of {@link Traffic}: a template for each size, and the few fields that change. Checksums are those of the
 * template, with what changed added (RFC 1624): no byte of the payload is read.
 *
 * <pre>
 *   0  Ethernet   addresses count up
 *  14  IPv4 (20)  last 16 bits of the source count up, header checksum
 *      IPv6 (40)  last 16 bits of the source count up
 *      UDP (8)    source port counts up when the address is through, checksum; to port 9 (discard)
 *      stamp (18) see {@link StampLayout}; zeros behind it
 * </pre>
 */
public final class UdpFrames implements FrameSource {
    private static final int MAC_BYTES = 6;
    private static final int FIRST_PORT = 1024;
    private static final int WORD = 0xffff;
    private static final int MAC_COUNTER_BITS = 24;
    private static final int MAC_COUNTER = (1 << MAC_COUNTER_BITS) - 1;
    private static final byte TIME_TO_LIVE = 64;
    private static final byte UDP = 17;
    private static final int IPV4_CHECKSUM_BYTE = 10;
    private static final int UDP_CHECKSUM_BYTE = 6;

    private final int[] sizes;
    private final MemorySegment templates;
    private final long[] template;
    private final long[] udpSum;
    private final long[] ipSum;
    private final boolean ipv4;
    private final int sourceWordByte;
    private final int udpByte;
    private final int firstSourceWord;
    private final int flows;
    private final boolean stamped;
    private final long sourceMac;
    private final int sourceMacs;
    private final long destinationMac;
    private final int destinationMacs;
    private final int longest;
    private long sequence;
    private int nextSize;
    private int nextFlow;
    private int nextSource;
    private int nextDestination;

    /** @param stream tells this generator's stamps from those of others, 0 to 65535 */
    public UdpFrames(Traffic traffic, int stream) {
        sizes = traffic.sizeArray();
        longest = traffic.longestBytes();
        ipv4 = traffic.isIpv4();
        int ipBytes = ipv4 ? StampLayout.IPV4_BYTES : StampLayout.IPV6_BYTES;
        udpByte = StampLayout.IP_BYTE + ipBytes;
        byte[] source = traffic.source().getAddress();
        sourceWordByte = udpByte - 2 * source.length + source.length - Short.BYTES;
        firstSourceWord = Short.toUnsignedInt(ByteBuffer.wrap(source).getShort(source.length - Short.BYTES));
        flows = traffic.flows();
        stamped = traffic.stamped();
        sourceMac = networkOrder(traffic.sourceMac());
        sourceMacs = traffic.sourceMacs();
        destinationMac = networkOrder(traffic.destinationMac());
        destinationMacs = traffic.destinationMacs();
        template = new long[sizes.length];
        udpSum = new long[sizes.length];
        ipSum = new long[sizes.length];
        long bytes = 0;
        for (int size : sizes) {
            bytes += size;
        }
        templates = Arena.ofAuto().allocate(bytes, Long.BYTES);
        long at = 0;
        for (int i = 0; i < sizes.length; i++) {
            byte[] frame = templateOf(traffic, sizes[i], stream);
            template[i] = templates.address() + at;
            MemorySegment.copy(frame, 0, templates, ValueLayout.JAVA_BYTE, at, frame.length);
            at += frame.length;
            ipSum[i] = ipv4 ? sum(frame, StampLayout.IP_BYTE, StampLayout.IPV4_BYTES) : 0;
            int udpLength = frame.length - udpByte;
            udpSum[i] = sum(frame, udpByte - 2 * source.length, 2 * source.length)
                    + UDP
                    + udpLength
                    + sum(frame, udpByte, udpLength);
        }
    }

    /** The address as a number whose first byte on the wire is its highest. */
    private static long networkOrder(long mac) {
        return Long.reverseBytes(mac) >>> Short.SIZE;
    }

    /** A frame whose last source word, source port, checksums and changing parts of the stamp are zero. */
    private byte[] templateOf(Traffic traffic, int size, int stream) {
        ByteBuffer frame = ByteBuffer.allocate(size);
        putMac(frame, destinationMac);
        putMac(frame, sourceMac);
        int payload = size - StampLayout.IP_BYTE;
        if (ipv4) {
            frame.putShort((short) 0x0800).putShort((short) 0x4500).putShort((short) payload);
            frame.putInt(0).put(TIME_TO_LIVE).put(UDP).putShort((short) 0);
        } else {
            frame.putShort((short) 0x86dd).putInt(0x6000_0000);
            frame.putShort((short) (payload - StampLayout.IPV6_BYTES)).put(UDP).put(TIME_TO_LIVE);
        }
        frame.put(traffic.source().getAddress()).put(traffic.destination().getAddress());
        frame.putShort(sourceWordByte, (short) 0);
        frame.putShort((short) 0).putShort((short) StampLayout.DISCARD_PORT);
        frame.putShort((short) (size - udpByte)).putShort((short) 0);
        if (stamped) {
            frame.putShort((short) StampLayout.MAGIC).putShort((short) stream);
        }
        return frame.array();
    }

    private static void putMac(ByteBuffer frame, long mac) {
        frame.putShort((short) (mac >>> Integer.SIZE)).putInt((int) mac);
    }

    /** Of big-endian words, a byte at the end filled up with zero: RFC 1071, not folded. */
    private static long sum(byte[] bytes, int from, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int value = Byte.toUnsignedInt(bytes[from + i]);
            sum += (i & 1) == 0 ? value << Byte.SIZE : value;
        }
        return sum;
    }

    private static short complement(long sum) {
        long folded = sum;
        while (folded >>> Short.SIZE != 0) {
            folded = (folded & WORD) + (folded >>> Short.SIZE);
        }
        return (short) ~folded;
    }

    @Override
    public int nextLength() {
        return sizes[nextSize];
    }

    @Override
    public int longestBytes() {
        return longest;
    }

    @Override
    public void writeNext(long address, long nanos) {
        int size = nextSize;
        nextSize = size + 1 < sizes.length ? size + 1 : 0;
        Mem.copy(template[size], address, sizes[size]);
        int flow = nextFlow;
        nextFlow = flow + 1 < flows ? flow + 1 : 0;
        int sourceWord = (firstSourceWord + flow) & WORD;
        int port = FIRST_PORT + (flow >>> Short.SIZE);
        long udp = address + udpByte;
        Mem.putShort(address + sourceWordByte, Short.reverseBytes((short) sourceWord));
        Mem.putShort(udp, Short.reverseBytes((short) port));
        long sum = udpSum[size] + sourceWord + port;
        if (stamped) {
            long number = sequence++;
            StampLayout.write(udp + StampLayout.UDP_BYTES, number, nanos);
            sum += words(number) + words(nanos);
        }
        short checksum = complement(sum);
        Mem.putShort(udp + UDP_CHECKSUM_BYTE, checksum == 0 ? (short) WORD : Short.reverseBytes(checksum)); // RFC 768
        if (ipv4) {
            Mem.putShort(
                    address + StampLayout.IP_BYTE + IPV4_CHECKSUM_BYTE,
                    Short.reverseBytes(complement(ipSum[size] + sourceWord)));
        }
        if (sourceMacs > 1) {
            putMac(address + MAC_BYTES, sourceMac, nextSource);
            nextSource = nextSource + 1 < sourceMacs ? nextSource + 1 : 0;
        }
        if (destinationMacs > 1) {
            putMac(address, destinationMac, nextDestination);
            nextDestination = nextDestination + 1 < destinationMacs ? nextDestination + 1 : 0;
        }
    }

    private static long words(long number) {
        return (number >>> 48) + ((number >>> 32) & WORD) + ((number >>> 16) & WORD) + (number & WORD);
    }

    /** Counts up in the last three bytes only: the rest says who assigned the address. */
    private static void putMac(long address, long first, int more) {
        int counter = (int) (first + more) & MAC_COUNTER;
        Mem.putShort(address + MAC_BYTES - Integer.BYTES + 1, Short.reverseBytes((short) (counter >>> Byte.SIZE)));
        Mem.putByte(address + MAC_BYTES - 1, (byte) counter);
    }
}
