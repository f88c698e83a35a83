// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.counter.PortCounters;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.ports.linux.BpfLink.XdpMode;
import weir.ports.linux.LinuxPoolMemory;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.tap.TapPort;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Hosts that talk through a switch with AF_XDP ports, as they come: with offloads, GRO and all. */
@RequiresFeature({Feature.ROOT, Feature.BPF_PROGRAMS, Feature.NETNS, Feature.PING})
@Timeout(600)
class XdpStationsTest {
    private static final int TCP_BYTES = 3_000_000;
    private static final int DATAGRAMS = 1400;
    private static final long PATIENCE_MILLIS = 30_000;

    private final List<Station> stations = new ArrayList<>();
    private Netns near;
    private Switch sw;
    private XdpPort lastOpened;

    @BeforeEach
    void start() {
        near = new Netns().silent();
    }

    private void create(int workers) {
        sw = Switch.create(SwitchConfig.named("xdptest")
                .withWorkers(workers)
                .withPoolMemory(new LinuxPoolMemory())
                .withIdleWait(EpollIdleWait::new));
    }

    @AfterEach
    void everyFrameIsAccountedForAndEverySlotIsBack() {
        try {
            Law.assertComesToHold(sw);
            sw.ports().forEach(port -> sw.detach(port.name()));
            Law.assertHoldsAndSlotsAreBack(sw, 0);
        } finally {
            sw.close();
            stations.forEach(Station::close);
            near.close();
        }
    }

    private Station attach(int number, String options, String... vethOptions) throws Exception {
        String link = "v" + number;
        Station station = new Station(number, near, link, vethOptions);
        stations.add(station);
        lastOpened = XdpPort.open("xdp:" + link + "?netns=" + near.path() + options);
        sw.attach(lastOpened, PortOptions.named(link));
        return station;
    }

    private static void assertTalk(Station one, Station other) throws Exception {
        for (boolean ipv6 : new boolean[] {false, true}) {
            assertTrue(one.reaches(other, ipv6));
            assertTrue(one.tcpComesBack(other, ipv6, TCP_BYTES), "TCP came back changed");
            assertEquals(DATAGRAMS, one.datagramsArrive(other, ipv6, DATAGRAMS));
        }
    }

    @Test
    void talkInNativeModeWithAllOffloadsOn() throws Exception {
        create(1);
        assertTalk(attach(1, ""), attach(2, ""));

        assertEquals(XdpMode.NATIVE, lastOpened.mode());
    }

    @Test
    void talkInSkbModeWhenTheyDoNotSegmentLate() throws Exception {
        create(1);
        Station one = attach(1, "&mode=skb");
        Station other = attach(2, "&mode=skb");
        for (Station station : List.of(one, other)) {
            station.netns().ip("link", "set", Station.LINK, "gso_max_segs", "1");
        }
        assertTalk(one, other);
    }

    /** What the kernel hands over is longer than a slot; it does not vanish unseen. */
    @Test
    void framesThatAStationCutsTooLateInSkbModeArePeerDropped() throws Exception {
        create(1);
        Station one = attach(1, "&mode=skb");
        Station other = attach(2, "&mode=skb");
        assertTrue(one.reaches(other, false));
        assertEquals(0, info("v1").peerDropped());

        FutureTask<Boolean> transfer = new FutureTask<>(() -> one.tcpComesBack(other, false, TCP_BYTES));
        Thread.ofPlatform().daemon().start(transfer);
        within(PATIENCE_MILLIS, () -> info("v1").peerDropped() > 0);

        for (Station station : List.of(one, other)) {
            station.netns().run("ip", "link", "set", Station.LINK, "gso_max_segs", "1");
        }
        assertTrue(transfer.get(), "what TCP sends again comes in frames that fit");
    }

    @Test
    void talkToAHostBehindATap() throws Exception {
        create(1);
        Station one = attach(1, "");
        try (Netns behind = new Netns()) {
            sw.attach(TapPort.open("tap:t2?netns=" + behind.path()), PortOptions.named("t2"));
            behind.ip("addr", "add", "198.18.60.2/24", "dev", "t2");

            assertTrue(one.reaches("198.18.60.2"));
        }
    }

    @Test
    void threeHostsLearnedByTheSwitchHearOnlyWhatIsForThem() throws Exception {
        create(1);
        Station one = attach(1, "");
        Station other = attach(2, "");
        attach(3, "");
        assertTrue(one.reaches(other, false));
        within(PATIENCE_MILLIS, () -> counted("v3").egressInFlight() == 0);
        long before = counted("v3").transmittedBytes();

        assertTrue(one.tcpComesBack(other, false, TCP_BYTES));

        within(PATIENCE_MILLIS, () -> counted("v3").egressInFlight() == 0);
        // Kernels tell everybody about themselves now and then.
        assertTrue(counted("v3").transmittedBytes() - before < TCP_BYTES / 100, () -> "flooded " + counted("v3"));
    }

    private PortCounters counted(String port) {
        return info(port).counters();
    }

    private PortInfo info(String port) {
        return sw.ports().stream()
                .filter(each -> each.name().equals(port))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(XdpMode.class)
    void severalQueuesOnSeveralWorkersServeEveryFlow(XdpMode mode) throws Exception {
        create(2);
        String options = "&queues=2&mode=" + (mode == XdpMode.NATIVE ? "native" : "skb");
        String[] queues = {"numrxqueues", "2", "numtxqueues", "2"};
        Station one = attach(1, options, queues);
        Station other = attach(2, options, queues);
        for (Station station : List.of(one, other)) {
            station.netns().ip("link", "set", Station.LINK, "gso_max_segs", "1");
        }
        assertTalk(one, other);
    }

    @Test
    void detachAndAttachAgainUnderLoadLosesNoSlotAndNoCount() throws Exception {
        create(1);
        Station one = attach(1, "");
        Station other = attach(2, "");
        one.netns().ip("neigh", "add", "198.18.60.9", "lladdr", "02:00:00:00:00:09", "dev", Station.LINK);
        Process load = one.netns().start("bash", "-c", "exec 3>/dev/udp/198.18.60.9/9; while :; do echo x >&3; done");
        try {
            for (int i = 0; i < 5; i++) {
                within(120_000, () -> info("v2").counters().transmitted() > 1000);
                for (String port : new String[] {"v1", "v2"}) {
                    assertTrue(sw.detach(port));
                    sw.attach(XdpPort.open("xdp:" + port + "?netns=" + near.path()), PortOptions.named(port));
                }
            }
        } finally {
            load.destroyForcibly();
            load.onExit().join();
        }
        assertTrue(one.reaches(other, false));
    }
}
