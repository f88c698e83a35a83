// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.core.frame.PoolConfig;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.core.testing.ObservedPort;
import weir.core.worker.WaitMode;

/** The cost of a frame follows the ports it touches, not those there are. */
class IdlePortsTest {
    private static final int PORTS = 1024;
    private static final int FRAMES = 500;

    private final List<ObservedPort> observed = new ArrayList<>();
    private final List<MemoryEndpoint> endpoints = new ArrayList<>();

    private void attach(Switch sw) throws PortException {
        MemoryPort port = new MemoryPort("p" + endpoints.size(), MemoryPortConfig.DEFAULT.withRingFrames(64));
        observed.add(new ObservedPort(port));
        endpoints.add(port.endpoint());
        sw.attach(observed.getLast(), PortOptions.named("p" + (endpoints.size() - 1)));
    }

    private static void settle(Switch sw) {
        for (int quiet = 0; quiet < 3; ) {
            quiet = sw.runRounds() == 0 ? quiet + 1 : 0;
        }
    }

    private void exchange(Switch sw, int from, int to, int number) {
        MemoryEndpoint sender = endpoints.get(from);
        long[] frames = new long[1];
        while (sender.allocate(frames, 0, 1) == 0) {
            sw.runRounds();
        }
        byte[] payload = Frames.untagged(Frames.station(to), Frames.station(from), 64, number);
        frames[0] = weir.core.frame.Frame.withLength(frames[0], payload.length);
        sender.bytes(frames[0]).copyFrom(java.lang.foreign.MemorySegment.ofArray(payload));
        assertEquals(1, sender.send(frames, 0, 1));
        settle(sw);
        MemoryEndpoint receiver = endpoints.get(to);
        assertEquals(1, receiver.receive(frames, 0, 1));
        receiver.release(frames, 0, 1);
    }

    private long visits(int exceptA, int exceptB) {
        long visits = 0;
        for (int i = 0; i < observed.size(); i++) {
            if (i != exceptA && i != exceptB) {
                visits += observed.get(i).queue().receiveCalls();
                visits += observed.get(i).queue().flushes();
            }
        }
        return visits;
    }

    @ParameterizedTest
    @EnumSource(names = {"ADAPTIVE", "BLOCKING"})
    void trafficBetweenTwoOfManyPortsVisitsNoOther(WaitMode mode) throws PortException {
        PoolConfig pool = new PoolConfig(8192, 0, 256);
        Switch sw = Switch.create(
                SwitchConfig.named("many").withPool(pool).withWaitMode(mode).withoutThreads());
        for (int i = 0; i < PORTS; i++) {
            attach(sw);
        }
        exchange(sw, 7, 900, 0); // floods: everybody is known to be here
        exchange(sw, 900, 7, 1);
        for (int i = 0; i < 2000; i++) {
            sw.runRounds(); // long enough for every input to be parked
        }
        long visitsBefore = visits(7, 900);
        for (int i = 0; i < FRAMES; i++) {
            exchange(sw, 7, 900, i);
            exchange(sw, 900, 7, i);
        }
        assertEquals(visitsBefore, visits(7, 900), "visits to the idle ports");
        assertTrue(observed.get(7).queue().receiveCalls() > FRAMES);

        attach(sw);
        settle(sw);
        assertEquals(0, visitsSince(visitsBefore), "a port that comes wakes no other");
        Law.assertHolds(sw);
        for (int i = 0; i <= PORTS; i++) {
            sw.detach("p" + i);
            endpoints.get(i).close();
        }
        Law.assertHoldsAndSlotsAreBack(sw, 0);
        sw.close();
    }

    private long visitsSince(long before) {
        long now = visits(7, 900) - observed.getLast().queue().receiveCalls();
        return now - before;
    }
}
