// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.SwitchEvent;
import weir.core.counter.PortCounters;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.port.PortState;
import weir.core.port.VlanMode;
import weir.core.testing.Law;
import weir.core.worker.WaitMode;
import weir.ports.readiness.EpollIdleWait;
import weir.ports.shm.client.ShmClient;
import weir.ports.shm.client.ShmException;
import weir.ports.testing.Held;

/**
 * A switch with shared-memory ports in VLAN 2, and two neighbours in VLAN 3 that exchange frames all the time and may
 * not lose one. Closing it checks the law, the slots, the descriptors and threads, and that no worker had a fault.
 */
final class ShmLab implements AutoCloseable {
    private static final VlanMode TENANTS = VlanMode.parse("access:2");
    private static final VlanMode NEIGHBOURS = VlanMode.parse("access:3");
    private static final Duration SHORT_QUARANTINE = Duration.ofMillis(1);

    private final Path dir;
    private final Held before;
    private final Switch sw;
    private final Map<String, ShmPort> ports = new LinkedHashMap<>();
    private final Queue<SwitchEvent> faults = new ConcurrentLinkedQueue<>();
    private final List<MemoryEndpoint> endpoints = new ArrayList<>();
    private Neighbours neighbours;

    ShmLab(Path dir, WaitMode waitMode, int workers) {
        this.dir = dir;
        before = heldAtRest();
        sw = Switch.create(SwitchConfig.named("lab")
                .withWorkers(workers)
                .withWaitMode(waitMode)
                .withIdleWait(EpollIdleWait::new));
        sw.listen(this::keepFaults);
    }

    /** Threads of earlier tests that have done their work may take a moment to end. */
    private static Held heldAtRest() {
        Law.eventually("threads end", () -> Held.now().threads().stream().noneMatch(name -> name.startsWith("weir-")));
        return Held.now();
    }

    private void keepFaults(SwitchEvent event) {
        if (event instanceof SwitchEvent.WorkerFault) {
            faults.add(event);
        }
    }

    /** Two stations that exchange frames until the lab closes. */
    ShmLab withNeighbours() throws Exception {
        for (String name : List.of("n1", "n2")) {
            MemoryPort port = new MemoryPort(name);
            sw.attach(port, PortOptions.named(name).withVlan(NEIGHBOURS));
            endpoints.add(port.endpoint());
        }
        neighbours = new Neighbours(endpoints.get(0), endpoints.get(1));
        return this;
    }

    /** With a quarantine that is over when the next client comes. */
    ShmPort attach(String name, String options) throws Exception {
        return attach(name, options, SHORT_QUARANTINE);
    }

    ShmPort attach(String name, String options, Duration quarantine) throws Exception {
        ShmPort port = ShmPort.open(ShmSpec.parse("shm:" + name + "?dir=" + dir + options), quarantine);
        sw.attach(port, PortOptions.named(name).withVlan(TENANTS));
        ports.put(name, port);
        return port;
    }

    void detach(String name) {
        assertTrue(sw.detach(name));
        ports.remove(name);
    }

    Path socket(String name) {
        return ports.get(name).socket();
    }

    /** Connects as soon as the one before is cleared away, and waits until the worker has the client. */
    ShmClient connect(String name) {
        ShmClient[] client = new ShmClient[1];
        Law.eventually("a client may connect to " + name, () -> {
            try {
                client[0] = ShmClient.connect(socket(name));
                return true;
            } catch (ShmException e) {
                return false;
            }
        });
        awaitState(name, PortState.UP);
        return client[0];
    }

    void awaitState(String name, PortState state) {
        Law.eventually(name + " is " + state, () -> ports.get(name).state() == state);
    }

    Switch sw() {
        return sw;
    }

    PortCounters counters(String name) {
        return sw.counters().get(name);
    }

    /** What the neighbours have exchanged so far; none of it may be lost. */
    Neighbours neighbours() {
        return neighbours;
    }

    @Override
    public void close() {
        if (neighbours != null) {
            neighbours.close();
            // A worker counts a frame after its receiver may have it.
            Law.eventually(
                    "a worker has counted what neighbours exchanged",
                    () -> counters("n1").transmitted() >= neighbours.exchanged());
            PortCounters first = counters("n1");
            assertEquals(neighbours.exchanged(), first.transmitted(), "a neighbour lost frames");
            assertEquals(Map.of(), first.drops(), "a neighbour lost frames");
        }
        List.copyOf(ports.keySet()).forEach(this::detach);
        if (neighbours != null) {
            sw.detach("n1");
            sw.detach("n2");
            endpoints.forEach(MemoryEndpoint::close);
        }
        Law.assertComesToHold(sw);
        Law.eventually("slots come back", () -> sw.slotsInUse() == 0);
        Law.assertHolds(sw);
        sw.close();
        assertEquals(List.of(), List.copyOf(faults), "faults of workers");
        before.assertNothingMore();
    }
}
