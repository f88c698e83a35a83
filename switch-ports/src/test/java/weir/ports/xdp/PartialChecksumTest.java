// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PartialChecksumTest {
    private static final int TCP = 6;
    private static final int UDP = 17;

    /**
     * A frame with a checksum that is to be finished.
     *
     * @param bytes with the field holding the pseudo header's sum
     * @param transport first byte of the TCP or UDP header
     * @param field first byte of the checksum
     * @param pseudoSum of the pseudo header
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Partial(byte[] bytes, int transport, int field, int pseudoSum) {}

    /** Sum of big-endian words, folded: RFC 1071 as it is written. */
    private static int sum(byte[] bytes, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    private static Partial partial(boolean ipv6, int protocol, int tags, int payloadBytes, int paddingBytes) {
        int headerBytes = protocol == TCP ? 20 : 8;
        int ip = 14 + 4 * tags;
        int transport = ip + (ipv6 ? 40 : 20);
        int length = headerBytes + payloadBytes;
        byte[] bytes = new byte[transport + length + paddingBytes];
        new Random(payloadBytes).nextBytes(bytes);
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.position(12);
        for (int i = 0; i < tags; i++) {
            frame.putShort((short) (i == 0 && tags == 2 ? 0x88a8 : 0x8100)).putShort((short) (100 + i));
        }
        frame.putShort((short) (ipv6 ? 0x86dd : 0x0800));
        int pseudo;
        if (ipv6) {
            frame.putInt(0x6000_0000)
                    .putShort((short) length)
                    .put((byte) protocol)
                    .put((byte) 64);
            pseudo = sum(bytes, ip + 8, 32) + protocol + length;
        } else {
            frame.put((byte) 0x45).put((byte) 0).putShort((short) (20 + length));
            frame.putShort((short) 1).putShort((short) 0x4000).put((byte) 64).put((byte) protocol);
            pseudo = sum(bytes, ip + 12, 8) + protocol + length;
        }
        pseudo = (pseudo & 0xffff) + (pseudo >>> 16);
        int field = transport + (protocol == TCP ? 16 : 6);
        frame.putShort(field, (short) pseudo);
        return new Partial(bytes, transport, field, pseudo);
    }

    private static byte[] finish(byte[] frame) {
        try (Arena arena = Arena.ofConfined()) {
            // No room behind: a read past the end would be in the next test's way only by luck.
            MemorySegment memory = arena.allocate(frame.length, 64);
            memory.copyFrom(MemorySegment.ofArray(frame));
            PartialChecksum.finish(memory.address(), frame.length);
            return memory.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    static Stream<Arguments> frames() {
        return Stream.of(0, 1, 2, 7, 8, 9, 1000, 1459)
                .flatMap(payload -> Stream.of(TCP, UDP)
                        .flatMap(protocol -> IntStream.range(0, 3)
                                .boxed()
                                .flatMap(tags -> Stream.of(false, true)
                                        .map(ipv6 -> Arguments.of(ipv6, protocol, tags, payload)))));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void unfinishedOnesBecomeWhatAReceiverAccepts(boolean ipv6, int protocol, int tags, int payload) {
        Partial partial = partial(ipv6, protocol, tags, payload, 5);

        byte[] finished = finish(partial.bytes());

        int length = finished.length - 5 - partial.transport();
        // The field went in as the pseudo header's sum; now it is the complement of everything: all ones in all.
        int all = sum(finished, partial.transport(), length) + partial.pseudoSum();
        assertEquals(0xffff, (all & 0xffff) + (all >>> 16));
        finished[partial.field()] = partial.bytes()[partial.field()];
        finished[partial.field() + 1] = partial.bytes()[partial.field() + 1];
        assertArrayEquals(partial.bytes(), finished, "nothing but the field changes");
    }

    @ParameterizedTest
    @MethodSource("frames")
    void finishedOnesStayAsTheyAre(boolean ipv6, int protocol, int tags, int payload) {
        byte[] finished = finish(partial(ipv6, protocol, tags, payload, 0).bytes());

        assertArrayEquals(finished, finish(finished));
    }

    @Test
    void udpChecksumThatWouldBeZeroIsWrittenAsAllOnes() {
        Partial partial = partial(false, UDP, 0, 2, 0);
        // A payload that makes the sum all ones, whose complement is the 0 that says "no checksum".
        int rest = sum(partial.bytes(), partial.transport(), 8);
        ByteBuffer.wrap(partial.bytes()).putShort(partial.transport() + 8, (short) (0xffff - rest));

        byte[] finished = finish(partial.bytes());

        assertEquals((short) 0xffff, ByteBuffer.wrap(finished).getShort(partial.field()));
    }

    static Stream<Arguments> leftAlone() {
        Partial udp = partial(false, UDP, 0, 40, 0);
        Partial tcp6 = partial(true, TCP, 0, 40, 0);
        return Stream.of(
                Arguments.of("no checksum", with(udp, udp.field(), 0, 0)),
                Arguments.of("another checksum", with(udp, udp.field(), 0x12, 0x34)),
                Arguments.of("first fragment", with(udp, 20, 0x20, 0)),
                Arguments.of("later fragment", with(udp, 20, 0, 5)),
                Arguments.of("IPv4 with options", with(udp, 14, 0x46)),
                Arguments.of("not TCP or UDP", with(udp, 23, 1)),
                Arguments.of("longer than the frame", with(udp, 16, 0x7f, 0xff)),
                Arguments.of("shorter than its header", with(udp, 16, 0, 27)),
                Arguments.of("IPv6 with an extension header", with(tcp6, 20, 0)),
                Arguments.of("three tags", partial(false, UDP, 3, 40, 0).bytes()));
    }

    private static byte[] with(Partial partial, int at, int... values) {
        byte[] changed = partial.bytes().clone();
        for (int i = 0; i < values.length; i++) {
            changed[at + i] = (byte) values[i];
        }
        return changed;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("leftAlone")
    void whatItDoesNotKnowStaysAsItIs(String what, byte[] frame) {
        assertArrayEquals(frame, finish(frame), what);
    }

    @Test
    void frameThatIsCutAnywhereIsReadNoFurther() {
        for (int tags = 0; tags < 3; tags++) {
            byte[] whole = partial(true, TCP, tags, 4, 0).bytes();
            for (int length = 14; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertArrayEquals(cut, finish(cut));
            }
        }
    }
}
