// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static weir.core.testing.Law.eventually;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.testing.RunSize;

/** Floods with tags pushed and popped, on three workers at once: no port ever sees a frame that another one changed. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LiveVlanTest {
    private static final List<String> MODES =
            List.of("access:10", "trunk:10", "trunk:10,native=10", "trunk:10,20", "access:10", "trunk:10", "access:20");
    private static final int SENDERS = 3;
    private static final long IN_FLIGHT = 100;

    /** Reads every frame twice, with time in between for somebody else to damage it. */
    private static final class Checker {
        final MemoryEndpoint endpoint;
        final boolean tagged;
        final AtomicLong received = new AtomicLong();
        final AtomicReference<String> wrong = new AtomicReference<>();
        final Thread thread;
        volatile boolean running = true;

        Checker(String name, MemoryEndpoint endpoint, boolean tagged) {
            this.endpoint = endpoint;
            this.tagged = tagged;
            thread = Thread.ofPlatform().name("checker-" + name).daemon(true).start(this::run);
        }

        private void run() {
            long[] frames = new long[32];
            while (running) {
                endpoint.await(1_000_000);
                int n = endpoint.receive(frames, 0, frames.length);
                for (int look = 0; look < 2; look++) {
                    for (int i = 0; i < n; i++) {
                        check(endpoint.bytes(frames[i]).toArray(ValueLayout.JAVA_BYTE));
                    }
                    LockSupport.parkNanos(10_000);
                }
                endpoint.release(frames, 0, n);
                received.addAndGet(n);
            }
        }

        private void check(byte[] got) {
            byte[] plain = tagged ? Frames.pop(got) : got;
            int source = plain[11];
            int number = plain[14] & 0xff;
            byte[] expected = Frames.untagged(Frames.BROADCAST, Frames.station(source), 64, number);
            byte[] whole = tagged ? Frames.push(expected, 10) : expected;
            if (!Arrays.equals(whole, got)) {
                wrong.compareAndSet(null, "got " + Frames.hex(got) + " instead of " + Frames.hex(whole));
            }
        }

        void stop() throws InterruptedException {
            running = false;
            thread.join(60_000);
            assertFalse(thread.isAlive(), thread::getName);
        }
    }

    @Test
    void conversionsOnSeveralWorkersDamageNobodysCopy() throws Exception {
        Switch sw = Switch.create(SwitchConfig.named("vlans").withWorkers(3));
        List<MemoryPort> ports = new ArrayList<>();
        List<Checker> checkers = new ArrayList<>();
        for (int i = 0; i < MODES.size(); i++) {
            VlanMode mode = VlanMode.parse(MODES.get(i));
            MemoryPort port = new MemoryPort("p" + i);
            ports.add(port);
            sw.attach(port, PortOptions.named("p" + i).withVlan(mode));
            boolean tagged = mode instanceof VlanMode.Trunk trunk && trunk.nativeVlan() != 10;
            checkers.add(new Checker("p" + i, port.endpoint(), tagged));
        }
        List<MemoryPort> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            MemoryPort sender = new MemoryPort("s" + i);
            senders.add(sender);
            sw.attach(sender, PortOptions.named("s" + i).withVlan(VlanMode.parse(i == 1 ? "trunk:10" : "access:10")));
        }
        int count = RunSize.of(6_000, 200_000);
        long sent = sendAndWait(senders, checkers, count);

        for (Checker checker : checkers) {
            checker.stop();
            assertEquals(null, checker.wrong.get());
        }
        assertEquals(0, checkers.getLast().received.get(), "another VLAN");
        assertEquals(count, sent);
        for (int i = 0; i < ports.size(); i++) {
            sw.detach("p" + i);
            ports.get(i).endpoint().close();
        }
        for (int i = 0; i < SENDERS; i++) {
            sw.detach("s" + i);
            senders.get(i).endpoint().close();
        }
        Law.assertHoldsAndSlotsAreBack(sw, 0);
        sw.close();
    }

    /** One thread plays all senders and never has more in flight than every ring holds. */
    private static long sendAndWait(List<MemoryPort> senders, List<Checker> checkers, int count) {
        long[] frame = new long[1];
        long[] sink = new long[64];
        for (int sent = 0; sent < count; sent++) {
            int from = sent % SENDERS;
            MemoryEndpoint sender = senders.get(from).endpoint();
            byte[] payload = Frames.untagged(Frames.BROADCAST, Frames.station(from), 64, sent & 0xff);
            frame[0] = sender.frameOf(from == 1 ? Frames.push(payload, 10) : payload);
            assertEquals(1, sender.send(frame, 0, 1));
            for (MemoryPort each : senders) {
                each.endpoint().release(sink, 0, each.endpoint().receive(sink, 0, sink.length));
            }
            long atLeast = sent - IN_FLIGHT;
            for (Checker checker : checkers.subList(0, checkers.size() - 1)) {
                eventually("frame " + atLeast + " arrives", () -> checker.received.get() >= atLeast);
            }
        }
        for (Checker checker : checkers.subList(0, checkers.size() - 1)) {
            eventually("all arrive", () -> checker.received.get() == count);
        }
        return count;
    }
}
