// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.SwitchEvent;
import weir.core.counter.DropReason;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.Port;
import weir.core.port.PortOptions;
import weir.core.port.PortState;
import weir.core.testing.Law;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Arp;
import weir.ports.testing.Netns;
import weir.ports.testing.WorkerCpu;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * Ports whose outside is a network interface, on a running switch: load, loss of the interface, and what the worker then
 * does. The host behind the port is 198.18.7.1.
 */
@RequiresFeature({Feature.ROOT, Feature.NETNS})
public abstract class LinkSwitchTest {
    private static final String SWITCH = "linktest";
    private static final String PORT = "subject";
    private static final long NOTICED_WITHIN_MILLIS = 1000;
    // Only how long a busy machine may take; nothing is promised about it.
    private static final long PATIENCE_MILLIS = 30_000;
    private static final long LOAD_WITHIN_MILLIS = 120_000;
    private static final int TRIES = 3;
    /** A busy machine may notice some late, but not all. */
    private static final int MOST_TRIES = 10;

    private final List<SwitchEvent> events = new CopyOnWriteArrayList<>();
    private Switch sw;
    private Netns netns;

    /** Opens the port under test; what it needs besides goes into the namespace. */
    protected abstract Port open(Netns namespace) throws Exception;

    /** Name of the interface inside the namespace that the port is bound to. */
    protected abstract String link();

    /** Name of the interface inside the namespace that the host behind the port uses. */
    protected abstract String hostLink();

    @BeforeEach
    final void start() {
        netns = new Netns().silent();
        sw = Switch.create(
                SwitchConfig.named(SWITCH).withPoolMemory(new LinuxPoolMemory()).withIdleWait(EpollIdleWait::new));
        sw.listen(events::add);
    }

    @AfterEach
    final void everyFrameIsAccountedFor() {
        try {
            Law.assertComesToHold(sw);
            sw.ports().forEach(port -> sw.detach(port.name()));
            Law.assertHoldsAndSlotsAreBack(sw, 0);
        } finally {
            sw.close();
            netns.close();
        }
    }

    private void attachSubject() throws Exception {
        sw.attach(open(netns), PortOptions.named(PORT));
        netns.ip("addr", "add", "198.18.7.1/24", "dev", hostLink());
        netns.ip("neigh", "add", "198.18.7.2", "lladdr", "02:00:00:00:00:02", "dev", hostLink(), "nud", "permanent");
    }

    private PortInfo subject() {
        return sw.ports().stream()
                .filter(port -> port.options().name().equals(PORT))
                .findFirst()
                .orElseThrow();
    }

    /** Thousands of datagrams a second from the host until the process is ended. */
    private Process hostLoad() {
        return netns.start("bash", "-c", "exec 3>/dev/udp/198.18.7.2/9; while :; do echo x >&3; done");
    }

    private static void end(Process process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Test
    void framesCrossTheSwitch() throws Exception {
        attachSubject();
        try (MemoryEndpoint host = attachMemory()) {
            send(host, Arp.request(7, 2, 1));

            within(PATIENCE_MILLIS, () -> receivesReply(host));
        }
        WorkerCpu.assertRests(SWITCH);
    }

    private MemoryEndpoint attachMemory() throws Exception {
        MemoryPort memory = new MemoryPort("m");
        sw.attach(memory, PortOptions.named("m"));
        return memory.endpoint();
    }

    private static void send(MemoryEndpoint host, byte[] payload) {
        assertEquals(1, host.send(new long[] {host.frameOf(payload)}, 0, 1));
    }

    /** Requests from the memory port as fast as its ring takes them, on a thread of its own. */
    private static final class ArpLoad implements AutoCloseable {
        private final MemoryEndpoint host;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;
        private volatile boolean running = true;

        ArpLoad(MemoryEndpoint host) {
            this.host = host;
            thread = Thread.ofPlatform().daemon().start(this::run);
        }

        private void run() {
            try {
                byte[] request = Arp.request(7, 2, 1);
                long[] frame = new long[1];
                while (running) {
                    if (host.allocate(frame, 0, 1) == 1) {
                        frame[0] = Frame.withLength(frame[0], request.length);
                        host.bytes(frame[0]).copyFrom(MemorySegment.ofArray(request));
                        if (host.send(frame, 0, 1) == 0) {
                            host.release(frame, 0, 1); // the worker does not keep up: that is the load
                            Thread.onSpinWait();
                        }
                    }
                    receivesReply(host);
                }
            } catch (Throwable t) {
                failure.set(t);
            }
        }

        void assertRuns() {
            assertNull(failure.get());
            assertTrue(thread.isAlive());
        }

        @Override
        public void close() {
            running = false;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean receivesReply(MemoryEndpoint host) {
        long[] frames = new long[64];
        int n = host.receive(frames, 0, frames.length);
        boolean found = false;
        for (int i = 0; i < n; i++) {
            found |= Arp.isReply(host.bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE), 7, 1);
        }
        host.release(frames, 0, n);
        return found;
    }

    @Test
    void deletedInterfaceIsGoneUnderLoadAndTheWorkerRests() throws Exception {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < TRIES || isLate(i, shortest); i++) {
            attachSubject();
            shortest = Math.min(shortest, deleteInterfaceUnderLoad());
            WorkerCpu.assertRests(SWITCH);
            reattachWorks();
            startAnew();
        }
        assertInTime(shortest);
    }

    /** Returns after how many milliseconds it was noticed. */
    private long deleteInterfaceUnderLoad() {
        Process load = hostLoad();
        try {
            within(LOAD_WITHIN_MILLIS, () -> subject().counters().received() > 10_000);
            events.clear();

            netns.ip("link", "delete", link());

            return within(PATIENCE_MILLIS, () -> subject().state() == PortState.GONE)
                    + within(PATIENCE_MILLIS, () -> events.stream().anyMatch(LinkSwitchTest::isGone));
        } finally {
            end(load);
        }
    }

    @Test
    void deletedNamespaceIsGoneUnderLoadAndTheWorkerRests() throws Exception {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < TRIES || isLate(i, shortest); i++) {
            attachSubject();
            try (MemoryEndpoint host = attachMemory();
                    ArpLoad load = new ArpLoad(host)) {
                within(LOAD_WITHIN_MILLIS, () -> subject().counters().transmitted() > 10_000);

                netns.delete();

                shortest = Math.min(
                        shortest, within(PATIENCE_MILLIS, () -> subject().state() == PortState.GONE));
                load.assertRuns();
            }
            assertTrue(sw.detach("m"));
            WorkerCpu.assertRests(SWITCH);
            netns = new Netns().silent();
            reattachWorks();
            startAnew();
        }
        assertInTime(shortest);
    }

    @Test
    void idleDeletionsAreNoticedToo() throws Exception {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; isLate(i, shortest); i++) {
            attachSubject();

            netns.delete();

            shortest =
                    Math.min(shortest, within(PATIENCE_MILLIS, () -> subject().state() == PortState.GONE));
            WorkerCpu.assertRests(SWITCH);
            startAnew();
        }
        assertInTime(shortest);
    }

    /** Whether to try once more. */
    private static boolean isLate(int tries, long shortestMillis) {
        return tries < MOST_TRIES && shortestMillis > NOTICED_WITHIN_MILLIS;
    }

    private static void assertInTime(long shortestMillis) {
        assertTrue(shortestMillis <= NOTICED_WITHIN_MILLIS, "noticed after " + shortestMillis + " ms at best");
    }

    @Test
    void anIdleLinkThatGoesDownAndUpIsNoticedInTime() throws Exception {
        attachSubject();
        long down = Long.MAX_VALUE;
        long up = Long.MAX_VALUE;
        for (int i = 0; isLate(i, Math.max(down, up)); i++) {
            netns.ip("link", "set", link(), "down");
            down = Math.min(down, within(PATIENCE_MILLIS, () -> subject().state() == PortState.DOWN));
            netns.ip("link", "set", link(), "up");
            up = Math.min(up, within(PATIENCE_MILLIS, () -> subject().state() == PortState.UP));
        }
        assertInTime(Math.max(down, up));
    }

    private void reattachWorks() throws Exception {
        assertTrue(sw.detach(PORT));
        attachSubject();
        assertEquals(PortState.UP, subject().state());
        try (MemoryEndpoint host = attachMemory()) {
            send(host, Arp.request(7, 2, 1));
            within(PATIENCE_MILLIS, () -> receivesReply(host));
        }
        assertTrue(sw.detach("m"));
    }

    private void startAnew() {
        assertTrue(sw.detach(PORT));
        netns.close();
        netns = new Netns().silent();
    }

    private static boolean isGone(SwitchEvent event) {
        return event instanceof SwitchEvent.PortStateChanged changed && changed.state() == PortState.GONE;
    }

    @Test
    void linkThatGoesDownAndUpUnderLoadTellsTwiceAndLosesNoCount() throws Exception {
        attachSubject();
        try (MemoryEndpoint host = attachMemory();
                ArpLoad load = new ArpLoad(host)) {
            within(LOAD_WITHIN_MILLIS, () -> subject().counters().transmitted() > 1000);
            netns.ip("link", "set", link(), "down");
            within(PATIENCE_MILLIS, () -> subject().state() == PortState.DOWN);
            within(PATIENCE_MILLIS, () -> subject().counters().egressDrops().containsKey(DropReason.PORT_DOWN));
            netns.ip("link", "set", link(), "up");
            within(PATIENCE_MILLIS, () -> subject().state() == PortState.UP);
            long before = subject().counters().transmitted();
            within(LOAD_WITHIN_MILLIS, () -> subject().counters().transmitted() > before + 1000);
            load.assertRuns();
        }
        // What the load sent last may still be in its ring or in the worker's hands; after this no more can come.
        assertTrue(sw.detach("m"));
        within(PATIENCE_MILLIS, () -> subject().counters().egressInFlight() == 0);
        within(PATIENCE_MILLIS, () -> stateChanges() >= 2); // told after it is so
        assertEquals(2, stateChanges(), events::toString);
        assertNotNull(subject());
    }

    private long stateChanges() {
        return events.stream()
                .filter(e -> e instanceof SwitchEvent.PortStateChanged)
                .count();
    }
}
