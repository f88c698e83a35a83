// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.program.AttachedProgram;
import weir.ebpf.Engine;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Examples that decide where frames go, between three hosts. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING, Feature.TCPDUMP})
@Timeout(180)
class BridgeTrafficTest {
    private static final int DATAGRAMS = 30;
    private static final int UDP_PORT = 7000;
    private static final String DHCP_SECONDS = "60"; // then the server ends, though this process was killed

    @RegisterExtension
    final TrafficLab lab = new TrafficLab();

    static Stream<Engine> engines() {
        return TrafficLab.engines();
    }

    static Stream<Arguments> bridges() {
        return Stream.of("bridge", "flood_bridge", "l2_bridge")
                .flatMap(name -> engines().map(engine -> Arguments.of(name, engine)));
    }

    /** ARP and neighbour discovery ask everybody; what is answered goes to who asked. */
    @ParameterizedTest
    @MethodSource("bridges")
    void hostsFindEachOtherAndNobodyElseHearsThem(String bridge, Engine engine) throws Exception {
        AttachedProgram program = lab.loadBridge(bridge, engine);
        for (Station from : lab.stations()) {
            for (Station to : lab.stations()) {
                if (from != to) {
                    assertEquals(2, from.ping(to.ipv4(), 2), to::ipv4);
                    assertEquals(2, from.ping(to.ipv6(), 2), to::ipv6);
                }
            }
        }
        assertTrue(
                lab.counters(program).redirected() >= 2 * 2 * 2 * 6,
                () -> lab.counters(program).toString());
        // VALE's bridge and the whole bridge leave nothing to the switch.
        assertEquals(bridge.equals("bridge"), lab.counters(program).passed() > 0);
        assertEquals(0, lab.counters(program).faults());

        try (Capture third = new Capture(lab.station(3), "udp");
                NumberedUdp between = new NumberedUdp(lab.station(1), lab.station(2), UDP_PORT);
                NumberedUdp fence = new NumberedUdp(lab.station(1), lab.station(3), UDP_PORT + 1)) {
            between.send(DATAGRAMS);
            assertEquals(DATAGRAMS, between.awaitAll());
            fence.send(1);
            third.await(1, packet -> packet.contains("." + (UDP_PORT + 1)));
            assertEquals(1, third.packets().size(), () -> third.packets().toString());
        }
    }

    /** A client without an address asks everybody, and the server's answers find it. */
    @ParameterizedTest
    @MethodSource("engines")
    @RequiresFeature(Feature.BUSYBOX)
    void aHostGetsItsAddressByDhcp(Engine engine, @TempDir Path folder) throws Exception {
        lab.loadBridge("flood_bridge", engine);
        Station client = lab.station(1);
        Station server = lab.station(2);
        client.netns().ip("addr", "flush", "dev", Station.INTERFACE);
        Path leases = Files.createFile(folder.resolve("leases"));
        Path config = Files.writeString(folder.resolve("udhcpd.conf"), """
                interface h0
                start 198.18.66.50
                end 198.18.66.60
                lease_file %s
                pidfile %s
                option subnet 255.255.255.0
                option lease 600
                """.formatted(leases, folder.resolve("pid")));
        Path script = Files.writeString(folder.resolve("lease.sh"), "#!/bin/sh\necho \"event $1 $ip\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

        Process daemon = server.netns().start("timeout", DHCP_SECONDS, "busybox", "udhcpd", "-f", config.toString());
        try {
            String output = client.netns()
                    .run(
                            "busybox",
                            "udhcpc",
                            "-f",
                            "-n",
                            "-q",
                            "-t",
                            "40",
                            "-T",
                            "1",
                            "-i",
                            "h0",
                            "-s",
                            script.toString());

            assertTrue(output.matches("(?s).*event bound 198\\.18\\.66\\.(5\\d|60)\\n.*"), output);
        } finally {
            daemon.destroy();
            daemon.waitFor();
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void mirrorGivesTheWatcherACopyOfAllThatPasses(Engine engine) throws Exception {
        lab.load("mirror", engine, program -> {
            TrafficLab.addPorts(program, "cable", 1, 2, 3);
            Cells.put(program, "watcher", Cells.u32(0), Cells.u32(3));
        });
        try (Capture watcher = new Capture(lab.station(3), "udp port " + UDP_PORT);
                NumberedUdp there = new NumberedUdp(lab.station(1), lab.station(2), UDP_PORT);
                NumberedUdp back = new NumberedUdp(
                        lab.station(2).udp(lab.station(2).ipv4(), UDP_PORT + 1),
                        lab.station(1).udp(lab.station(1).ipv4(), UDP_PORT + 1));
                Capture second = new Capture(lab.station(3), "udp port " + (UDP_PORT + 1))) {
            there.send(DATAGRAMS);
            assertEquals(DATAGRAMS, there.awaitAll());
            back.send(DATAGRAMS);
            assertEquals(DATAGRAMS, back.awaitAll());

            watcher.await(DATAGRAMS, packet -> true);
            second.await(DATAGRAMS, packet -> true);
            assertEquals(DATAGRAMS, watcher.packets().size());
            assertEquals(DATAGRAMS, second.packets().size());
            assertEquals(0, watcher.count(packet -> packet.contains("bad udp cksum")));
        }
        assertTrue(lab.station(3).isCutOff(lab.station(1).ipv4()));
        assertTrue(lab.drops(lab.station(3), DropReason.PROGRAM_DROP) > 0);
        assertEquals(0, lab.drops(lab.station(1), DropReason.PROGRAM_DROP));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void broadcastsStayInTheirDomain(Engine engine) throws Exception {
        AttachedProgram program = lab.load("vlan_domains", engine, loaded -> {
            Cells.put(loaded, "domain_of_port", Cells.u32(1), Cells.u32(0));
            Cells.put(loaded, "domain_of_port", Cells.u32(2), Cells.u32(0));
            TrafficLab.addPorts(loaded, "domain_0", 1, 2);
            TrafficLab.addPorts(loaded, "domain_1", 3);
        });
        Station first = lab.station(1);
        Station third = lab.station(3);
        try (Capture outside = new Capture(third, "arp and ether src " + first.mac())) {
            assertEquals(2, first.ping(lab.station(2).ipv4(), 2));
            assertTrue(first.isCutOff(third.ipv4()));
            assertEquals(0, outside.packets().size());
        }
        assertTrue(third.isCutOff(first.ipv4())); // its port has no domain
        assertTrue(lab.drops(third, DropReason.PROGRAM_DROP) > 0);

        Cells.put(program, "domain_of_port", Cells.u32(3), Cells.u32(0));
        TrafficLab.addPorts(program, "domain_0", 3);
        assertEquals(2, third.ping(first.ipv4(), 2));
    }

    /** Whatever a frame is and whom it is for, it goes to port 1. */
    @ParameterizedTest
    @MethodSource("engines")
    void allGoesToTheFirstPort(Engine engine) throws Exception {
        lab.load("nologic", engine, program -> {});
        Station from = lab.station(2);
        from.knows(lab.station(3).ipv4(), lab.station(3).mac());
        try (Capture first = new Capture(lab.station(1), "udp port " + UDP_PORT);
                NumberedUdp udp = new NumberedUdp(from, lab.station(3), UDP_PORT)) {
            udp.send(DATAGRAMS);
            first.await(DATAGRAMS, packet -> true);
            udp.poll();
            assertEquals(0, udp.arrived());
        }
    }
}
