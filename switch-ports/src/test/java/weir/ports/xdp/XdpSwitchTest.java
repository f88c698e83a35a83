// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.SwitchEvent;
import weir.core.counter.DropReason;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.ports.linux.Errno;
import weir.ports.linux.LinuxException;
import weir.ports.linux.LinuxPoolMemory;
import weir.ports.linux.RawSocket;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Held;
import weir.ports.testing.Netns;
import weir.ports.testing.WorkerCpu;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** AF_XDP ports on a running switch: other kinds of ports beside them, and what happens when the interface goes. */
@RequiresFeature({Feature.ROOT, Feature.BPF_PROGRAMS, Feature.NETNS})
@Timeout(300)
class XdpSwitchTest {
    private static final long PATIENCE_MILLIS = 30_000;
    private static final long GONE_WITHIN_MILLIS = 1500;
    /** A busy machine may notice some late, but not all. */
    private static final int MOST_TRIES = 10;

    private final List<SwitchEvent> events = new CopyOnWriteArrayList<>();
    private Switch sw;
    private Netns netns;

    @BeforeEach
    void start() {
        netns = new Netns().silent();
        sw = Switch.create(SwitchConfig.named("xdpswitch")
                .withPoolMemory(new LinuxPoolMemory())
                .withIdleWait(EpollIdleWait::new));
        sw.listen(events::add);
    }

    @AfterEach
    void everyFrameIsAccountedForAndEverySlotIsBack() {
        try {
            Law.assertComesToHold(sw);
            sw.ports().forEach(port -> sw.detach(port.name()));
            Law.assertHoldsAndSlotsAreBack(sw, 0);
        } finally {
            sw.close();
            netns.close();
        }
    }

    private RawSocket attach(int mtuBytes) throws Exception {
        Veth.in(netns, mtuBytes);
        attach();
        return RawSocket.open(netns.path(), Veth.FAR);
    }

    private void attach() throws PortException {
        sw.attach(XdpPort.open("xdp:" + Veth.NEAR + "?netns=" + netns.path()), PortOptions.named("x"));
    }

    private MemoryEndpoint attachMemory() throws PortException {
        MemoryPort memory = new MemoryPort("m");
        sw.attach(memory, PortOptions.named("m"));
        return memory.endpoint();
    }

    private PortInfo port() {
        return sw.ports().stream()
                .filter(each -> each.name().equals("x"))
                .findFirst()
                .orElseThrow();
    }

    private static void send(MemoryEndpoint host, byte[] payload) {
        assertEquals(1, host.send(new long[] {host.frameOf(payload)}, 0, 1));
    }

    private static byte[] awaitFrom(MemoryEndpoint host) {
        List<byte[]> got = new ArrayList<>();
        long[] frames = new long[8];
        within(PATIENCE_MILLIS, () -> {
            int n = host.receive(frames, 0, frames.length);
            for (int i = 0; i < n; i++) {
                got.add(host.bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE));
            }
            host.release(frames, 0, n);
            return !got.isEmpty();
        });
        return got.getFirst();
    }

    private static byte[] awaitFrom(RawSocket outside) {
        List<byte[]> got = new ArrayList<>();
        within(PATIENCE_MILLIS, () -> {
            try {
                got.addAll(outside.received());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return !got.isEmpty();
        });
        return got.getFirst();
    }

    @Test
    void tagsInTheFrameCrossBothWays() throws Exception {
        try (RawSocket outside = attach(1500);
                MemoryEndpoint host = attachMemory()) {
            byte[] plain = Frames.untagged(Frames.station(1), Frames.station(2), 100, 1);
            byte[] tagged = Frames.push(plain, 100);
            outside.send(tagged);
            assertArrayEquals(tagged, awaitFrom(host));

            byte[] twice =
                    Frames.push(Frames.push(Frames.untagged(Frames.station(2), Frames.station(1), 100, 2), 7), 8);
            send(host, twice);
            // The kernel takes the outer tag off before a packet socket sees the frame.
            assertArrayEquals(Frames.pop(twice), awaitFrom(outside));
        }
        WorkerCpu.assertRests("xdpswitch");
    }

    @Test
    void deletedInterfaceIsGoneAndTheWorkerRestsAndTheNameCanBeAttachedAgain() throws Exception {
        assertGoneInTime(() -> netns.ip("link", "delete", Veth.NEAR));
        assertTrue(sw.detach("x"));
        reattachWorks();
    }

    @Test
    void interfaceMovedAwayIsGone() throws Exception {
        try (Netns elsewhere = new Netns()) {
            assertGoneInTime(() -> {
                elsewhere.run("sh", "-c", "ip link delete " + Veth.NEAR + " || true"); // of an earlier try
                netns.ip("link", "set", Veth.NEAR, "netns", elsewhere.name());
            });
        }
    }

    @Test
    void deletedNamespaceIsGoneAndIsGivenUp() throws Exception {
        assertGoneInTime(() -> netns.delete());
        assertTrue(sw.detach("x"));
        netns = new Netns().silent();
        reattachWorks();
    }

    /** Attaches a port and takes its interface away, until that is noticed in time. */
    private void assertGoneInTime(Runnable loss) throws Exception {
        long millis = Long.MAX_VALUE;
        for (int i = 0; i < MOST_TRIES && millis > GONE_WITHIN_MILLIS; i++) {
            if (i > 0) {
                assertTrue(sw.detach("x"));
                netns.close();
                netns = new Netns().silent();
            }
            attach(1500).close();

            loss.run();

            millis = within(PATIENCE_MILLIS, () -> port().state() == PortState.GONE);
            WorkerCpu.assertRests("xdpswitch");
        }
        assertTrue(millis <= GONE_WITHIN_MILLIS, "gone after " + millis + " ms at best");
    }

    private void reattachWorks() throws Exception {
        try (RawSocket outside = attach(1500);
                MemoryEndpoint host = attachMemory()) {
            byte[] frame = Frames.untagged(Frames.station(1), Frames.station(2), 60, 3);
            outside.send(frame);
            assertArrayEquals(frame, awaitFrom(host));
        }
    }

    /** Either end of the pair. */
    @Test
    void linkThatIsDownDropsByNameAndComesBackByItself() throws Exception {
        try (RawSocket outside = attach(1500);
                MemoryEndpoint host = attachMemory()) {
            byte[] frame = Frames.untagged(Frames.station(2), Frames.station(1), 60, 4);
            for (String end : List.of(Veth.NEAR, Veth.FAR)) {
                netns.ip("link", "set", end, "down");
                within(PATIENCE_MILLIS, () -> port().state() == PortState.DOWN);
                long before = dropsWhileDown();
                send(host, frame);
                within(PATIENCE_MILLIS, () -> dropsWhileDown() == before + 1);

                netns.ip("link", "set", end, "up");
                within(PATIENCE_MILLIS, () -> port().state() == PortState.UP);
                forgetThatItWasDown(outside);
                send(host, frame);
                assertArrayEquals(frame, awaitFrom(outside));
            }
        }
        within(PATIENCE_MILLIS, () -> stateChanges() >= 4); // told after it is so
        assertEquals(4, stateChanges(), events::toString);
    }

    private long stateChanges() {
        return events.stream()
                .filter(e -> e instanceof SwitchEvent.PortStateChanged)
                .count();
    }

    /** A packet socket tells once that its interface went down. */
    private static void forgetThatItWasDown(RawSocket outside) throws LinuxException {
        try {
            outside.received();
        } catch (LinuxException e) {
            assertEquals(Errno.ENETDOWN, e.errno());
            outside.received();
        }
    }

    private long dropsWhileDown() {
        return port().counters().egressDrops().getOrDefault(DropReason.PORT_DOWN, 0L);
    }

    @Test
    void interfaceInUseIsRefusedAndStaysInService() throws Exception {
        try (RawSocket outside = attach(1500);
                MemoryEndpoint host = attachMemory()) {
            for (String mode : List.of("", "&mode=skb", "&mode=native", "&queue=1")) {
                String spec = "xdp:" + Veth.NEAR + "?netns=" + netns.path() + mode;
                PortException refused = assertThrows(PortException.class, () -> XdpPort.open(spec));
                assertTrue(
                        refused.getMessage().contains("is in use by this process, as port xdp:v0"), refused::toString);
            }
            byte[] frame = Frames.untagged(Frames.station(1), Frames.station(2), 60, 5);
            outside.send(frame);
            assertArrayEquals(frame, awaitFrom(host));
        }
    }

    @Test
    void whatCannotBeServedIsRefusedByNameAndLeavesNothing() throws Exception {
        Veth.in(netns, 1500);
        netns.ip("link", "set", "lo", "mtu", "1500");
        netns.ip("link", "add", "big", "mtu", "1771", "type", "veth", "peer", "name", "peer");
        Held before = held();
        String in = "?netns=" + netns.path();

        refuses("xdp:none" + in, "there is no interface none in " + netns.path());
        refuses("xdp:big" + in, "has an MTU of 1771 bytes, more than the 1770 that a slot has room for");
        refuses("xdp:v0" + in + "&queue=4000", "cannot serve queue 4000 of xdp:v0");
        refuses("xdp:lo" + in + "&mode=native", "EOPNOTSUPP (operation not supported)");
        refuses("xdp:v0?netns=/etc/hostname", "is not a network namespace");

        before.assertNothingMore(XdpSwitchTest::held);
        assertFalse(netns.ip("link").contains("xdp"));
    }

    /** Sockets, programs, maps and links, and threads; other descriptors are of the JVM, the worker and ended commands. */
    private static Held held() {
        Held now = Held.now();
        return new Held(
                now.descriptors().stream()
                        .filter(each -> each.startsWith("socket") || each.contains("bpf"))
                        .toList(),
                now.threads());
    }

    private void refuses(String spec, String why) {
        PortException refused = assertThrows(PortException.class, () -> {
            XdpPort port = XdpPort.open(spec);
            try {
                sw.attach(port, PortOptions.named("x"));
            } finally {
                port.close();
            }
        });
        assertTrue(refused.getMessage().contains(why), refused::toString);
    }

    @Test
    void closedPortLeavesNothing() throws Exception {
        Veth.in(netns, 1500);
        Held before = held();
        for (int i = 0; i < 3; i++) {
            attach();
            assertNotEquals(before, held());
            assertTrue(sw.detach("x"));
        }
        before.assertNothingMore(XdpSwitchTest::held);
        assertFalse(netns.ip("link").contains("xdp"));
    }
}
