// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static weir.ebpf.examples.Hosts.ALICE;
import static weir.ebpf.examples.Hosts.ALICE_4;
import static weir.ebpf.examples.Hosts.BOB;
import static weir.ebpf.examples.Hosts.BOB_4;
import static weir.ebpf.examples.Hosts.frame;
import static weir.ebpf.examples.Hosts.tcp4;
import static weir.ebpf.examples.Hosts.udp4;
import static weir.ebpf.testing.Packets.ARP;
import static weir.ebpf.testing.Packets.BROADCAST;
import static weir.ebpf.testing.Packets.IPV4;
import static weir.ebpf.testing.Packets.SYN;
import static weir.ebpf.testing.Packets.address;
import static weir.ebpf.testing.Packets.concat;
import static weir.ebpf.testing.Packets.ethernet;
import static weir.ebpf.testing.Packets.hex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ebpf.map.MapControl;
import weir.ebpf.xdp.XdpAction;

/** Programs of {@code ebpf-engine/src/test/ebpf/idioms}: code that people write and that is hard to verify. */
interface VerifierIdioms extends Loader {
    private static ByteBuffer value(Subject subject, String map, int key) {
        MapControl.Result result = subject.map(map).lookup(Subject.word(key), 0);
        return ByteBuffer.wrap(((MapControl.Result.Found) result).bytes().toArray())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    default void packetLengthsMovePointers() {
        byte[] three = hex("01f20008" + "0000000000000000" + "01010004" + "00000000" + "0000abcd");
        byte[] endless = hex("01000000".repeat(6));
        try (Subject subject = idiom("packet_lengths")) {
            assertFound(subject, three, 0xab, 20, 0xcd);
            assertFound(subject, endless, -1, -1, 0);
            assertFound(subject, hex("010f00ff" + "00".repeat(15) + "77"), -1, -1, 0x77);
            assertFound(subject, new byte[2_000], 0, 0, 0);
        }
    }

    private static void assertFound(Subject subject, byte[] frame, int... found) {
        subject.run("packet_lengths", frame, 1, XdpAction.PASS);
        for (int i = 0; i < found.length; i++) {
            assertEquals(found[i], value(subject, "found", i).getInt(), "way " + i);
        }
    }

    @Test
    default void checksWorkInFunctionsOfEachKind() {
        byte[] datagram = udp4(ALICE_4, BOB_4, 9, 53);
        try (Subject subject = idiom("checks_in_functions")) {
            assertPorts(subject, datagram, 53, 53);
            assertPorts(subject, tcp4(ALICE_4, BOB_4, 9, 80, SYN, new byte[0]), -2, 80);
            assertPorts(subject, Arrays.copyOf(datagram, 41), -3, -3);
            assertPorts(subject, Arrays.copyOf(datagram, 33), -2, -3);
            assertPorts(subject, frame(ARP, new byte[28]), -1, 0);
        }
    }

    private static void assertPorts(Subject subject, byte[] frame, int whole, int global) {
        subject.run("checks_in_functions", frame, 1, XdpAction.PASS);
        ByteBuffer ports = value(subject, "ports", 0);
        assertEquals(whole, ports.getInt());
        assertEquals(whole, ports.getInt());
        assertEquals(global, ports.getInt());
    }

    @Test
    default void optionLoopTakesStepsOfAnyLength() {
        Map<String, Integer> places = Map.of(
                "94040000",
                20,
                "0101940400000000",
                22,
                "8307040a00000194040000" + "00",
                27,
                "0101010101010101" + "94040000",
                28,
                "01".repeat(12) + "94040000",
                -1,
                "0000000094040000",
                -1,
                "01010101",
                -1,
                "08000000",
                -2,
                "08010000",
                -2);
        try (Subject subject = idiom("option_loop")) {
            places.forEach((options, place) -> {
                byte[] header = hex(
                        "%x%x00%04x0000400040fd0000".formatted(4, 5 + options.length() / 8, 20 + options.length() / 2));
                byte[] packet = concat(header, address(ALICE_4), address(BOB_4), hex(options));
                int action = place >= 0 ? XdpAction.DROP : XdpAction.PASS;
                subject.run("option_loop", frame(IPV4, packet), 1, action);
                assertEquals(place, value(subject, "place", 0).getInt(), options);
            });
        }
    }

    @Test
    default void nullChecksMayGoAnotherWay() {
        byte[] frame = frame(ARP, new byte[28]);
        try (Subject subject = idiom("null_checks")) {
            subject.run("null_checks", frame, 1, XdpAction.DROP);
            subject.set("counts", Subject.word(0), Subject.longs(5));
            subject.run("null_checks", frame, 1, XdpAction.PASS);
            assertEquals(106, subject.count("counts", 0));
            subject.set("counts", Subject.word(1), Subject.longs(10));
            subject.run("null_checks", frame, 1, XdpAction.PASS);
            assertEquals(107, subject.count("counts", 0));
            assertEquals(217, subject.count("counts", 1));
            subject.set("counts", Subject.word(2), Subject.longs(0));
            subject.run("null_checks", frame, 1, XdpAction.TX);
            assertEquals(425, subject.count("counts", 2));
        }
    }

    @Test
    default void stackBuffersAreFilledInEachWay() {
        byte[] there = frame(ARP, new byte[28]);
        byte[] back = ethernet(BOB, ALICE, ARP, new byte[28]);
        try (Subject subject = idiom("stack_buffers")) {
            byte[] turned = subject.run("stack_buffers", there, 1, XdpAction.TX);
            assertEquals(ByteBuffer.wrap(back), ByteBuffer.wrap(turned));
            subject.run("stack_buffers", back, 1, XdpAction.TX);
            assertEquals(Map.of(ALICE + BOB, "0200000000000000"), subject.entries("pairs"));
            assertEquals(Map.of("08010300" + "00".repeat(12), "0100000000000000"), subject.entries("histograms"));
        }
    }

    @Test
    default void matrixCountsByRowAndColumn() {
        try (Subject subject = idiom("matrix")) {
            for (int i = 0; i < 3; i++) {
                subject.run("matrix", frame(ARP, new byte[28]), 1, XdpAction.PASS);
            }
            subject.run("matrix", ethernet("02000000000f", BROADCAST, ARP, new byte[28]), 1, XdpAction.PASS);
            ByteBuffer values = value(subject, "matrices", 0);
            int[] cells = new int[48];
            long[] totals = new long[8];
            while (values.hasRemaining()) {
                for (int i = 0; i < cells.length; i++) {
                    cells[i] += values.getInt();
                }
                for (int i = 0; i < totals.length; i++) {
                    totals[i] += values.getLong();
                }
            }
            int[] expected = new int[48];
            expected[1 * 6 + 2] = 3;
            expected[7 * 6 + 5] = 1;
            assertEquals(Arrays.toString(expected), Arrays.toString(cells));
            assertEquals("[0, 3, 0, 0, 0, 0, 0, 1]", Arrays.toString(totals));
        }
    }

    @Test
    default void switchTableFindsTheWeight() {
        Map<Integer, Integer> weightOfDscp = Map.of(0, 1, 8, 0, 12, 10, 22, 20, 26, 30, 38, 40, 46, 100, 56, 95, 63, 2);
        try (Subject subject = idiom("switch_table")) {
            weightOfDscp.forEach((dscp, weight) -> {
                byte[] frame = udp4(ALICE_4, BOB_4, 1, 2);
                frame[15] = (byte) (dscp << 2 | 1);
                subject.run("switch_table", frame, 1, XdpAction.PASS);
                assertEquals(weight, value(subject, "weights", 0).getInt(), "DSCP " + dscp);
                assertEquals(3, value(subject, "weights", 1).getInt());
            });
            byte[] frame = udp4(ALICE_4, BOB_4, 1, 2);
            frame[22] = 31;
            subject.run("switch_table", frame, 1, XdpAction.PASS);
            assertEquals(59, value(subject, "weights", 1).getInt());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"widths", "widths.v2", "widths.v3", "widths.v4"})
    default void arithmeticIsTheSameInEachVersion(String object) {
        long seed = 20_261_128;
        Random random = new Random(seed);
        try (Subject subject = idiom(object)) {
            for (int i = 0; i < 50; i++) {
                ByteBuffer numbers = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
                long wide = random.nextLong() >> random.nextInt(64);
                int narrow = random.nextInt() >> random.nextInt(32);
                short half = (short) random.nextInt();
                byte single = (byte) random.nextInt();
                int shift = random.nextInt(256);
                numbers.putLong(wide).putInt(narrow).putShort(half).put(single).put((byte) shift);
                subject.run("widths", numbers.array(), 1, XdpAction.PASS);
                long[] expected = expected(wide, narrow, half, single, shift);
                for (int key = 0; key < expected.length; key++) {
                    String what = "result " + key + ", round " + i + ", seed " + seed;
                    assertEquals(expected[key], subject.count("results", key), what);
                }
            }
        }
    }

    private static long[] expected(long wide, int narrow, short half, byte single, int shift) {
        long unsigned = Integer.toUnsignedLong(narrow);
        int low = (int) wide;
        return new long[] {
            wide * unsigned,
            Integer.toUnsignedLong(low * narrow),
            narrow == 0 ? 0 : Long.divideUnsigned(wide, unsigned),
            narrow == 0 ? 0 : Integer.toUnsignedLong(Integer.remainderUnsigned(low, narrow)),
            wide << (shift & 63),
            Integer.toUnsignedLong(narrow << (shift & 31)),
            wide >> (shift & 63),
            narrow >> (shift & 31),
            half,
            single,
            Long.reverseBytes(wide),
            Integer.toUnsignedLong(Integer.reverseBytes(narrow)),
            narrow < low ? 1 : 0,
            Integer.compareUnsigned(narrow, low) < 0 ? 1 : 0,
            Integer.toUnsignedLong(-narrow),
            ~unsigned
        };
    }
}
