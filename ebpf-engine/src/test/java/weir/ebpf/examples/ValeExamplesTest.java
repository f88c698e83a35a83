// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static weir.ebpf.examples.Hosts.ALICE;
import static weir.ebpf.examples.Hosts.ALICE_4;
import static weir.ebpf.examples.Hosts.ALICE_6;
import static weir.ebpf.examples.Hosts.BOB;
import static weir.ebpf.examples.Hosts.BOB_4;
import static weir.ebpf.examples.Hosts.BOB_6;
import static weir.ebpf.testing.Packets.ARP;
import static weir.ebpf.testing.Packets.IPV4;
import static weir.ebpf.testing.Packets.IPV6;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.TestRun;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;
import weir.ebpf.program.Fault;
import weir.ebpf.testing.Packets;
import weir.ebpf.testing.TestObjects;
import weir.ebpf.xdp.ValeVerdict;

/** The examples for VALE-BPF, verified, under each engine. */
class ValeExamplesTest {
    private static final int FIRST_RING = 0;

    enum Under {
        INTERPRETER,
        CHECKED,
        RAW;

        LoadedObject load(String name) throws LoadException, ObjectFileException {
            Engine engine = switch (this) {
                case INTERPRETER -> Engine.interpreter();
                case CHECKED -> Engine.jit();
                case RAW -> Engine.jit().unchecked();
            };
            LoadOptions options =
                    LoadOptions.on(new DeterministicHost(2)).onlyVerified().under(engine);
            return LoadedObject.load(ObjectFile.parse(TestObjects.valeExampleBytes(name)), options);
        }
    }

    private static TestRun.Result run(LoadedObject object, byte[] frame, int port, int cpu) {
        TestRun.Result result = new TestRun(Bytes.of(frame), 0, port, FIRST_RING, 1, cpu)
                .run(object.programs().values().iterator().next());
        Fault fault = result.fault();
        assertNull(fault, () -> fault == null ? "" : fault.text());
        return result;
    }

    private static int run(LoadedObject object, byte[] frame, int port) {
        return run(object, frame, port, 0).action();
    }

    private static byte[] arp(String from, String to) {
        return Packets.ethernet(from, to, ARP, new byte[46]);
    }

    @ParameterizedTest
    @EnumSource
    void nologicSendsEveryFrameToPortOne(Under under) throws LoadException, ObjectFileException {
        try (LoadedObject object = under.load("nologic")) {
            assertEquals(1, run(object, arp(ALICE, BOB), 0));
            assertEquals(1, run(object, new byte[14], 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bridgeSendsToThePortWhereItHeardTheStation(Under under) throws LoadException, ObjectFileException {
        try (LoadedObject object = under.load("l2_bridge")) {
            assertEquals(ValeVerdict.BROADCAST, run(object, arp(ALICE, Packets.BROADCAST), 0));
            assertEquals(0, run(object, arp(BOB, ALICE), 253));
            assertEquals(253, run(object, arp(ALICE, BOB), 0));
            assertEquals(ValeVerdict.BROADCAST, run(object, arp(ALICE, "020000000003"), 0));
            assertEquals(ValeVerdict.BROADCAST, run(object, arp(ALICE, "01005e000001"), 0));
            assertEquals(0, run(object, arp(BOB, ALICE), 7), "Bob moves");
            assertEquals(7, run(object, arp(ALICE, BOB), 0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bridgeLearnsNoGroupAddressAndNoAddressOfZeros(Under under) throws LoadException, ObjectFileException {
        try (LoadedObject object = under.load("l2_bridge")) {
            assertEquals(ValeVerdict.BROADCAST, run(object, arp("030000000001", BOB), 4));
            assertEquals(ValeVerdict.BROADCAST, run(object, arp(BOB, "030000000001"), 5));
            assertEquals(ValeVerdict.BROADCAST, run(object, arp(BOB, "000000000000"), 5));
        }
    }

    /** What one worker learns the others know: the table is no per-CPU one. */
    @ParameterizedTest
    @EnumSource
    void bridgeKnowsWhatAnotherWorkerHasLearned(Under under) throws LoadException, ObjectFileException {
        try (LoadedObject object = under.load("l2_bridge")) {
            assertEquals(
                    ValeVerdict.BROADCAST, run(object, arp(ALICE, BOB), 3, 0).action());
            assertEquals(3, run(object, arp(BOB, ALICE), 9, 1).action());
        }
    }

    /** With more stations than slots some share one; a frame goes where its station was, or everywhere. */
    @ParameterizedTest
    @EnumSource
    void bridgeFloodsWhatItHasForgotten(Under under) throws LoadException, ObjectFileException {
        try (LoadedObject object = under.load("l2_bridge")) {
            Map<String, Integer> ports = new TreeMap<>();
            for (int i = 0; i < 2_000; i++) {
                String station = "0200000a%04x".formatted(i);
                ports.put(station, i % 254);
                run(object, arp(station, Packets.BROADCAST), i % 254);
            }
            int flooded = 0;
            for (Map.Entry<String, Integer> station : ports.entrySet()) {
                int action = run(object, arp(BOB, station.getKey()), 1);
                flooded += action == ValeVerdict.BROADCAST ? 1 : 0;
                assertEquals(action == ValeVerdict.BROADCAST ? action : station.getValue(), action);
            }
            assertEquals(true, flooded >= 2_000 - 1_024 && flooded < 1_700, "flooded " + flooded);
        }
    }

    @ParameterizedTest
    @EnumSource
    void packetCountCountsByProtocolAndDrops(Under under) throws LoadException, ObjectFileException {
        try (LoadedObject object = under.load("pkt_count")) {
            byte[] udp4 = Hosts.udp4(ALICE_4, BOB_4, 1, 2);
            for (byte[] frame : new byte[][] {
                udp4,
                udp4,
                Hosts.tcp4(ALICE_4, BOB_4, 1, 2, Packets.ACK, new byte[0]),
                Hosts.udp6(ALICE_6, BOB_6, 1, 2),
                arp(ALICE, BOB),
                Hosts.frame(IPV4, new byte[19]),
                Hosts.frame(IPV6, new byte[39])
            }) {
                assertEquals(ValeVerdict.DROP, run(object, frame, 2));
            }
            assertEquals(3, count(object, Packets.UDP));
            assertEquals(1, count(object, Packets.TCP));
            assertEquals(3, count(object, 0));
        }
    }

    private static long count(LoadedObject object, int protocol) {
        byte[] key = {(byte) protocol, 0, 0, 0};
        MapControl packets = object.map("packets").orElseThrow().control();
        return packets.lookup(key, 0) instanceof MapControl.Result.Found(Bytes values)
                ? ByteBuffer.wrap(values.toArray())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong()
                : -1;
    }

    @ParameterizedTest
    @EnumSource
    void ringByPortChoosesARingOfThePort(Under under) throws LoadException, ObjectFileException {
        try (LoadedObject object = under.load("ring_by_port")) {
            byte[] bob = {2, 0, 0, 0, 0, 2};
            assertEquals(0, object.map("ports").orElseThrow().control().update(bob, new byte[] {9, 0, 0, 0}, 0));
            TestRun.Result result = run(object, arp(ALICE, BOB), 7, 0);
            assertEquals(9, result.action());
            assertEquals(3, result.queue());
            TestRun.Result unknown = run(object, arp(BOB, ALICE), 7, 0);
            assertEquals(ValeVerdict.DROP, unknown.action());
            assertEquals(FIRST_RING, unknown.queue());
        }
    }

    /** No frame is read behind its end, however short. */
    @ParameterizedTest
    @EnumSource
    void examplesTakeFramesOfAnyLength(Under under) throws LoadException, ObjectFileException {
        byte[] whole = Hosts.udp6(ALICE_6, BOB_6, 1, 2);
        for (String name : TestObjects.valeExampleNames()) {
            if (!name.equals("unchecked_lookup")) {
                try (LoadedObject object = under.load(name)) {
                    for (int bytes = 14; bytes <= whole.length; bytes++) {
                        run(object, Arrays.copyOf(whole, bytes), 1);
                    }
                }
            }
        }
    }
}
