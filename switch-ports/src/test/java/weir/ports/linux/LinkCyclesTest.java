// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.SwitchEvent;
import weir.core.memory.MemoryPort;
import weir.core.port.Port;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.core.testing.Talker;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.testing.Held;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * Ports whose outside is a network interface, which come and go while two stations of the switch talk to each other, to
 * everybody and to the guest.
 */
@RequiresFeature({Feature.ROOT, Feature.NETNS})
public abstract class LinkCyclesTest {
    private static final int RESIDENTS = 2;
    private static final int GUEST = RESIDENTS;
    private static final int SOME_FRAMES = 100;

    private final Queue<SwitchEvent> faults = new ConcurrentLinkedQueue<>();

    /** Prepares the namespace for ports that come and go. */
    protected abstract void prepare(Netns netns);

    /** Opens the guest's port, with so many queues. */
    protected abstract Port open(Netns netns, int queues) throws Exception;

    /** Name of the interface inside the namespace through which the guest sends and receives. */
    protected abstract String outsideLink();

    /** How often the guest comes and goes. */
    protected int cycles() {
        return RunSize.of(50, 1_000);
    }

    @Test
    @Timeout(value = 600, unit = TimeUnit.SECONDS)
    void comingAndGoingUnderLoadLeavesNothingBehind() throws Exception {
        try (Netns netns = new Netns().silent();
                Switch sw = Switch.create(SwitchConfig.named("cycles")
                        .withWorkers(2)
                        .withPoolMemory(new LinuxPoolMemory())
                        .withIdleWait(EpollIdleWait::new))) {
            prepare(netns);
            sw.listen(this::keepFaults);
            List<MemoryPort> ports = new ArrayList<>();
            List<Talker> talkers = new ArrayList<>();
            for (int i = 0; i < RESIDENTS; i++) {
                ports.add(new MemoryPort("m" + i));
                sw.attach(ports.get(i), PortOptions.named("m" + i));
                talkers.add(new Talker(ports.get(i).endpoint(), i, RESIDENTS + 1, 5));
            }
            visit(sw, netns, 0); // loads classes and native libraries
            visit(sw, netns, 1);
            Held before = heldAtRest();

            for (int cycle = 0; cycle < cycles(); cycle++) {
                visit(sw, netns, cycle);
            }

            before.assertNothingMore();
            talkers.forEach(Talker::stopSending);
            Law.assertComesToHold(sw);
            talkers.forEach(Talker::close);
            for (int i = 0; i < RESIDENTS; i++) {
                assertTrue(sw.detach("m" + i));
                ports.get(i).endpoint().close();
            }
            Law.assertHoldsAndSlotsAreBack(sw, 0);
            assertEquals(List.of(), List.copyOf(faults));
        }
    }

    private void keepFaults(SwitchEvent event) {
        if (event instanceof SwitchEvent.WorkerFault) {
            faults.add(event);
        }
    }

    /** A thread that has done its work may take a moment to end. */
    private static Held heldAtRest() {
        eventually(
                "threads end",
                () -> Held.now().threads().stream()
                        .noneMatch(name -> name.equals("weir-netns") || name.equals("weir-link-monitor")));
        return Held.now();
    }

    /** A port comes, talks in both directions, and goes while both directions are full. */
    private void visit(Switch sw, Netns netns, int cycle) throws Exception {
        sw.attach(open(netns, 1 + cycle % 2), PortOptions.named("guest"));
        try (RawSocket outside = RawSocket.open(netns.path(), outsideLink())) {
            long[] heard = {0};
            eventually("the guest talks and hears in cycle " + cycle, () -> {
                heard[0] += talk(outside);
                PortInfo guest = sw.ports().getLast();
                return heard[0] > SOME_FRAMES && guest.counters().received() > SOME_FRAMES;
            });
            talk(outside);
            assertTrue(sw.detach("guest"));
        }
    }

    /** Sends a few frames to everybody in turn; returns how many came meanwhile. */
    private static int talk(RawSocket outside) {
        try {
            for (int i = 0; i < SOME_FRAMES / 2; i++) {
                long to = i % (RESIDENTS + 1) == GUEST ? Frames.BROADCAST : Frames.station(i % (RESIDENTS + 1));
                outside.send(Frames.untagged(to, Frames.station(GUEST), 60 + i, i));
            }
            return outside.received().size();
        } catch (LinuxException e) {
            throw new AssertionError(e);
        }
    }
}
