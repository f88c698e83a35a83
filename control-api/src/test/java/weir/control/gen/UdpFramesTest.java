// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.fdb.MacAddress;

/** The generator's frames, read by the book: every length and checksum is worked out anew from the bytes. */
class UdpFramesTest {
    private static final int STREAM = 0xbeef;

    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 17);

    private byte[] next(FrameSource frames, long nanos) {
        int length = frames.nextLength();
        memory.asSlice(0, length).fill((byte) 0x5a); // what was in the slot before
        frames.writeNext(memory.address(), nanos);
        return memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static Traffic traffic(List<Integer> sizes, int flows, String source, String destination, boolean stamped) {
        return new Traffic(
                sizes,
                flows,
                Traffic.SOURCE_MAC,
                1,
                Traffic.DESTINATION_MAC,
                1,
                InetAddress.ofLiteral(source),
                InetAddress.ofLiteral(destination),
                stamped);
    }

    static Stream<Arguments> shapes() {
        return Stream.of(
                Arguments.of("smallest", traffic(List.of(60), 1, "198.18.0.1", "198.19.0.1", true)),
                Arguments.of("without stamps", traffic(List.of(42, 43, 60), 1, "198.18.0.1", "198.19.0.1", false)),
                Arguments.of("IMIX", traffic(Traffic.IMIX, 1000, "198.18.0.1", "198.19.0.1", true)),
                Arguments.of(
                        "odd lengths", traffic(List.of(61, 1513, 65_535), 7, "198.18.255.250", "198.19.0.1", true)),
                Arguments.of("many flows", traffic(List.of(60), 655_360, "198.18.0.1", "198.19.0.1", true)),
                Arguments.of("IPv6", traffic(List.of(80, 1280, 81), 300, "2001:db8::1", "2001:db8::2", true)),
                Arguments.of("IPv6 without stamps", traffic(List.of(62), 3, "2001:db8::ffff", "2001:db8::2", false)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void everyLengthAndChecksumIsRight(String name, Traffic traffic) {
        UdpFrames frames = new UdpFrames(traffic, STREAM);
        for (int i = 0; i < 70_000; i += traffic.longestBytes() > 10_000 ? 97 : 1) {
            byte[] frame = next(frames, 0x0123_4567_89ab_cdefL * (i + 1));
            assertEquals(traffic.sizes().get(frameNumber++ % traffic.sizes().size()), frame.length, name);
            assertValid(frame, traffic);
        }
    }

    private int frameNumber;

    private static void assertValid(byte[] frame, Traffic traffic) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        boolean six = bytes.getShort(12) == (short) 0x86dd;
        int addressBytes = six ? 16 : 4;
        int udp = six ? 54 : 34;
        if (six) {
            assertEquals(6, frame[14] >> 4 & 0xf);
            assertEquals(frame.length - 54, Short.toUnsignedInt(bytes.getShort(18)), "payload length");
            assertEquals(17, frame[20], "next header");
        } else {
            assertEquals((short) 0x0800, bytes.getShort(12));
            assertEquals(0x45, frame[14]);
            assertEquals(frame.length - 14, Short.toUnsignedInt(bytes.getShort(16)), "total length");
            assertEquals(17, frame[23], "protocol");
            assertEquals(0xffff, fold(sum(frame, 14, 20)), "IPv4 header checksum");
        }
        assertEquals(frame.length - udp, Short.toUnsignedInt(bytes.getShort(udp + 4)), "UDP length");
        assertEquals(9, bytes.getShort(udp + 2), "to discard");
        assertTrue(bytes.getShort(udp + 6) != 0, "a UDP checksum of 0 would mean none");
        long pseudo = sum(frame, udp - 2 * addressBytes, 2 * addressBytes) + 17 + (frame.length - udp);
        assertEquals(0xffff, fold(pseudo + sum(frame, udp, frame.length - udp)), "UDP checksum");
        byte[] destination = Arrays.copyOfRange(frame, udp - addressBytes, udp);
        assertArrayEquals(traffic.destination().getAddress(), destination);
    }

    private static long sum(byte[] bytes, int from, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (long) (bytes[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static int fold(long sum) {
        return sum > 0xffff ? fold((sum >> 16) + (sum & 0xffff)) : (int) sum;
    }

    @Test
    void stampsCountUpAndAreFoundAgain() {
        UdpFrames four = new UdpFrames(Traffic.simple(), STREAM);
        UdpFrames six = new UdpFrames(traffic(List.of(80), 1, "2001:db8::1", "2001:db8::2", true), STREAM);
        for (int i = 0; i < 1000; i++) {
            for (UdpFrames frames : List.of(four, six)) {
                byte[] frame = next(frames, 1_000_000_007L * i);
                long stamp = StampLayout.find(memory.address(), frame.length);
                assertTrue(stamp > 0, "found");
                assertEquals(STREAM, StampLayout.stream(stamp));
                assertEquals(i, StampLayout.sequence(stamp));
                assertEquals(1_000_000_007L * i, StampLayout.nanos(stamp));
            }
        }
    }

    @Test
    void findsAStampBehindAVlanTag() {
        byte[] frame = next(new UdpFrames(Traffic.simple(), STREAM), 5);
        byte[] tagged = new byte[frame.length + 4];
        System.arraycopy(frame, 0, tagged, 0, 12);
        tagged[12] = (byte) 0x81;
        tagged[15] = 7;
        System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
        memory.copyFrom(MemorySegment.ofArray(tagged));
        assertEquals(STREAM, StampLayout.stream(StampLayout.find(memory.address(), tagged.length)));
    }

    @Test
    void findsNoStampInOtherFrames() {
        byte[] frame = next(new UdpFrames(Traffic.simple(), STREAM), 5);
        assertEquals(-1, StampLayout.find(memory.address(), frame.length - 1), "a frame that is cut");
        for (int at : new int[] {12, 23, 37, 42, 43}) { // type, protocol, port, magic
            byte[] other = frame.clone();
            other[at] ^= 1;
            memory.copyFrom(MemorySegment.ofArray(other));
            assertEquals(-1, StampLayout.find(memory.address(), other.length), "byte " + at + " is another");
        }
    }

    @Test
    void flowsDifferInAddressAndThenInPort() {
        UdpFrames frames = new UdpFrames(traffic(List.of(60), 70_000, "198.18.0.1", "198.19.0.1", true), STREAM);
        Set<String> flows = new HashSet<>();
        for (int i = 0; i < 140_000; i++) {
            ByteBuffer frame = ByteBuffer.wrap(next(frames, 1));
            assertEquals(198 << 8 | 18, Short.toUnsignedInt(frame.getShort(26)), "the network stays");
            flows.add(frame.getShort(28) + ":" + frame.getShort(34));
        }
        assertEquals(70_000, flows.size());
    }

    @Test
    void stationsCountUpInTheLastThreeBytes() {
        Traffic many = new Traffic(
                List.of(60),
                1,
                MacAddress.parse("02:00:00:ff:ff:fe"),
                3,
                Traffic.DESTINATION_MAC,
                2,
                Traffic.IPV4_SOURCE,
                Traffic.IPV4_DESTINATION,
                true);
        UdpFrames frames = new UdpFrames(many, STREAM);
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            byte[] frame = next(frames, 1);
            seen.add(mac(frame, 6) + " > " + mac(frame, 0));
        }
        assertEquals(
                List.of(
                        "02:00:00:ff:ff:fe > 02:00:00:02:00:00",
                        "02:00:00:ff:ff:ff > 02:00:00:02:00:01",
                        "02:00:00:00:00:00 > 02:00:00:02:00:00",
                        "02:00:00:ff:ff:fe > 02:00:00:02:00:01"),
                seen);
    }

    private static String mac(byte[] frame, int at) {
        return MacAddress.toString(
                ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getLong(at) & MacAddress.MASK);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(List.of(59), 1, 1, "frame size 59 is out of range [60, 65535]"),
                Arguments.of(List.of(60, 65_536), 1, 1, "frame size 65536 is out of range [60, 65535]"),
                Arguments.of(List.of(), 1, 1, "no frame size is given"),
                Arguments.of(List.of(60), 0, 1, "flows 0 is out of range [1, 655360]"),
                Arguments.of(List.of(60), 1, 0, "source MACs 0 is out of range [1, 1048576]"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void refusesWhatCannotBe(List<Integer> sizes, int flows, int macs, String cause) {
        assertEquals(
                cause,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new Traffic(
                                        sizes,
                                        flows,
                                        Traffic.SOURCE_MAC,
                                        macs,
                                        Traffic.DESTINATION_MAC,
                                        1,
                                        Traffic.IPV4_SOURCE,
                                        Traffic.IPV4_DESTINATION,
                                        true))
                        .getMessage());
    }
}
