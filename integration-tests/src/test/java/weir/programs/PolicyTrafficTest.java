// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.program.AttachedProgram;
import weir.core.program.EventConsumer;
import weir.core.testing.Law;
import weir.ebpf.Engine;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Examples that drop, count and report, and leave the way of a frame to the switch. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
@Timeout(180)
class PolicyTrafficTest {
    private static final int DATAGRAMS = 40;
    private static final int UDP_PORT = 7000;
    private static final int OTHER_UDP_PORT = 7001;
    private static final int DROP = 1;
    private static final int PASS = 2;
    private static final int UDP_PROTOCOL = 17;
    private static final int FRAME_IN_EVENT = 16;

    @RegisterExtension
    final TrafficLab lab = new TrafficLab();

    static Stream<Engine> engines() {
        return TrafficLab.engines();
    }

    private static byte[] ofHex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void blockedPortsGetNothingAndOthersAll(Engine engine) throws Exception {
        AttachedProgram program = lab.load(
                "drop_port", engine, loaded -> Cells.put(loaded, "blocked_ports", Cells.u16(UDP_PORT), Cells.u64(0)));
        try (NumberedUdp blocked = new NumberedUdp(lab.station(1), lab.station(2), UDP_PORT);
                NumberedUdp open = new NumberedUdp(lab.station(1), lab.station(2), OTHER_UDP_PORT)) {
            for (int i = 0; i < DATAGRAMS; i++) {
                blocked.send(1);
                open.send(1);
            }
            assertEquals(DATAGRAMS, open.awaitAll());
            blocked.poll();
            assertEquals(0, blocked.arrived());
        }
        assertEquals(DATAGRAMS, Cells.word(program, "blocked_ports", Cells.u16(UDP_PORT)));
        assertEquals(DATAGRAMS, lab.drops(lab.station(1), DropReason.PROGRAM_DROP));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void countsWhatWasSent(Engine engine) throws Exception {
        AttachedProgram program = lab.load("counters", engine, loaded -> {});
        try (NumberedUdp udp = new NumberedUdp(lab.station(1), lab.station(2), UDP_PORT)) {
            udp.send(DATAGRAMS);
            assertEquals(DATAGRAMS, udp.awaitAll());
        }
        int udpCounter = 5;
        assertEquals(DATAGRAMS, Cells.sum(program, "counters", udpCounter, 2, 0));
        assertEquals((long) DATAGRAMS * NumberedUdp.frameBytes(), Cells.sum(program, "counters", udpCounter, 2, 1));
        int arpCounter = 1;
        assertTrue(Cells.sum(program, "counters", arpCounter, 2, 0) >= 2); // a question and its answer
    }

    @ParameterizedTest
    @MethodSource("engines")
    void countsAndDropsAll(Engine engine) throws Exception {
        AttachedProgram program = lab.load("pkt_count", engine, loaded -> {});
        Station from = lab.station(1);
        from.knows(lab.station(2).ipv4(), lab.station(2).mac());
        try (NumberedUdp udp = new NumberedUdp(from, lab.station(2), UDP_PORT)) {
            udp.send(DATAGRAMS);
            Law.eventually("all are counted", () -> Cells.sum(program, "packets", UDP_PROTOCOL) == DATAGRAMS);
            udp.poll();
            assertEquals(0, udp.arrived());
        }
        assertTrue(from.isCutOff(lab.station(2).ipv4()));
        assertEquals(0, lab.counters(program).passed() + lab.counters(program).redirected());
    }

    /** The longest prefix decides: the network is denied, the second host in it allowed. */
    @ParameterizedTest
    @MethodSource("engines")
    void deniedPrefixesGetNothingThrough(Engine engine) throws Exception {
        AttachedProgram program = lab.load("acl", engine, loaded -> {
            Cells.put(loaded, "rules_v4", Cells.join(Cells.u32(24), ofHex("c6124200")), Cells.u32(DROP));
            Cells.put(loaded, "rules_v4", Cells.join(Cells.u32(32), ofHex("c6124202")), Cells.u32(PASS));
            Cells.put(loaded, "rules_v6", prefix(64, 0), Cells.u32(DROP));
            Cells.put(loaded, "rules_v6", prefix(128, 2), Cells.u32(PASS));
            Cells.put(loaded, "rules_v6", prefix(128, 3), Cells.u32(PASS));
        });
        Station denied = lab.station(1);
        Station allowed = lab.station(2);
        Station target = lab.station(3);
        denied.knows(target.ipv6(), target.mac()); // or its question would be what is dropped
        try (NumberedUdp no4 = new NumberedUdp(denied, target, UDP_PORT);
                NumberedUdp yes4 = new NumberedUdp(allowed, target, OTHER_UDP_PORT);
                NumberedUdp no6 =
                        new NumberedUdp(denied.udp(denied.ipv6(), UDP_PORT), target.udp(target.ipv6(), UDP_PORT));
                NumberedUdp yes6 = new NumberedUdp(
                        allowed.udp(allowed.ipv6(), UDP_PORT), target.udp(target.ipv6(), OTHER_UDP_PORT))) {
            no4.send(DATAGRAMS);
            no6.send(DATAGRAMS);
            yes4.send(DATAGRAMS);
            yes6.send(DATAGRAMS);
            assertEquals(DATAGRAMS, yes4.awaitAll());
            assertEquals(DATAGRAMS, yes6.awaitAll());
            Law.eventually(
                    "what is denied is dropped", () -> lab.drops(denied, DropReason.PROGRAM_DROP) >= 2 * DATAGRAMS);
            no4.poll();
            no6.poll();
            assertEquals(0, no4.arrived() + no6.arrived());
        }
        assertEquals(0, lab.drops(allowed, DropReason.PROGRAM_DROP));
        // Stations say something by themselves now and then, which may come between two looks.
        Law.eventually(
                "the program and the switch count the same",
                () -> lab.counters(program).dropped() == Cells.sum(program, "verdicts", DROP)
                        && lab.counters(program).passed() == Cells.sum(program, "verdicts", PASS));
    }

    /** Key for hosts 2001:db8:66::N. */
    private static byte[] prefix(int bits, int host) {
        byte[] key = Cells.join(Cells.u32(bits), ofHex("20010db8006600000000000000000000"));
        key[key.length - 1] = (byte) host;
        return key;
    }

    /** One a second for each source, and bursts: what a source sends beyond is lost, another is not touched by it. */
    @ParameterizedTest
    @MethodSource("engines")
    void eachSourceGetsItsBurstAndItsRate(Engine engine) throws Exception {
        int burst = 5;
        AttachedProgram program =
                lab.load("rate_limit", engine, loaded -> Cells.put(loaded, "limit", Cells.u32(0), Cells.u64(1, burst)));
        long start = System.nanoTime();
        try (NumberedUdp first = new NumberedUdp(lab.station(1), lab.station(3), UDP_PORT);
                NumberedUdp second = new NumberedUdp(lab.station(2), lab.station(3), OTHER_UDP_PORT)) {
            first.send(DATAGRAMS);
            second.send(burst);
            assertEquals(burst, second.awaitAll());
            Law.eventually("all have met the program", () -> hasAllOf(first, program));
            long seconds = (System.nanoTime() - start) / 1_000_000_000L + 1;
            assertTrue(
                    first.arrived() >= burst && first.arrived() <= burst + seconds, () -> first.arrived() + " arrived");
            assertEquals(DATAGRAMS - first.arrived(), lab.counters(program).dropped());
        }
    }

    private boolean hasAllOf(NumberedUdp udp, AttachedProgram program) {
        try {
            udp.poll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return udp.arrived() + lab.counters(program).dropped() == udp.sent();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void samplesReachTheConsumer(Engine engine) throws Exception {
        AttachedProgram program = lab.load("sample_events", engine, loaded -> {});
        List<ByteBuffer> records = new ArrayList<>();
        try (EventConsumer consumer = program.events("events", 0);
                NumberedUdp udp = new NumberedUdp(lab.station(1), lab.station(2), UDP_PORT)) {
            udp.send(DATAGRAMS);
            assertEquals(DATAGRAMS, udp.awaitAll());
            Law.eventually("a record of each", () -> {
                consumer.poll(Integer.MAX_VALUE).stream()
                        .map(each -> ByteBuffer.wrap(each.data().toArray()).order(ByteOrder.LITTLE_ENDIAN))
                        .filter(PolicyTrafficTest::isOfUdp)
                        .forEach(records::add);
                return records.size() >= DATAGRAMS;
            });
            assertEquals(0, consumer.lost());
        }
        assertEquals(DATAGRAMS, records.size());
        for (int i = 0; i < DATAGRAMS; i++) {
            ByteBuffer event = records.get(i);
            assertEquals(lab.station(1).number(), event.getInt(8));
            assertEquals(NumberedUdp.frameBytes(), event.getShort(12));
            int number = event.order(ByteOrder.BIG_ENDIAN).getInt(FRAME_IN_EVENT + NumberedUdp.HEADER_BYTES);
            assertEquals(i, number);
        }
    }

    private static boolean isOfUdp(ByteBuffer event) {
        int ethernet = 14;
        int protocol = 9;
        return event.get(FRAME_IN_EVENT + 12) == 8 && event.get(FRAME_IN_EVENT + ethernet + protocol) == UDP_PROTOCOL;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void silentStationsAreForgotten(Engine engine) throws Exception {
        long millisecond = 1_000_000;
        AttachedProgram program = lab.load("ageing", engine, loaded -> {
            Cells.put(loaded, "settings", Cells.u32(0), Cells.u64(300 * millisecond));
            Cells.put(loaded, "settings", Cells.u32(1), Cells.u64(20 * millisecond));
        });
        Station talks = lab.station(1);
        Station silent = lab.station(2);
        try (NumberedUdp alive = new NumberedUdp(talks, lab.station(3), UDP_PORT);
                NumberedUdp once = new NumberedUdp(silent, lab.station(3), OTHER_UDP_PORT)) {
            long forgotten = Cells.word(program, "counters", Cells.u32(2));
            once.send(1);
            assertEquals(1, once.awaitAll());
            Law.eventually("only who talks is known", () -> {
                sendOne(alive);
                return isKnown(program, talks) && !isKnown(program, silent);
            });
            assertTrue(Cells.word(program, "counters", Cells.u32(2)) > forgotten);
            Law.eventually("who talks again is known again", () -> {
                sendOne(once);
                return isKnown(program, silent);
            });
        }
    }

    private static void sendOne(NumberedUdp udp) {
        try {
            udp.send(1);
            Thread.sleep(2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isKnown(AttachedProgram program, Station station) {
        return Cells.get(program, "stations", station.macBytes()).isPresent();
    }
}
