// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.Law;

/** Batches for several endpoints at once, on a switch that sleeps in between. */
class MemoryScatterTest {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final int RING = 16;

    @Test
    void sendsEachFrameFromItsEndpointAndSaysWhenARingIsFull() throws Exception {
        try (Switch sw = Switch.create(SwitchConfig.named("scatter"))) {
            List<MemoryEndpoint> endpoints = new ArrayList<>();
            for (int p = 0; p < 3; p++) {
                MemoryPort port = new MemoryPort("m" + p, MemoryPortConfig.DEFAULT.withRingFrames(RING));
                sw.attach(port, PortOptions.named("m" + p));
                endpoints.add(port.endpoint());
            }
            MemoryScatter scatter = new MemoryScatter(endpoints);
            int[] endpointOf = {2, 0, 2, 2};
            long[] frames = new long[4];
            for (int i = 0; i < 4; i++) {
                frames[i] = endpoints
                        .get(endpointOf[i])
                        .frameOf(Frames.untagged(Frames.BROADCAST, Frames.station(endpointOf[i]), 60, i));
            }
            assertEquals(4, scatter.enqueue(endpointOf, frames, 0, 4));
            assertEquals(0, sw.counters().get("m2").received(), "the switch sees nothing before it is published");
            scatter.publish();
            assertEquals(4, await(endpoints.get(1), 4));
            assertEquals(3, await(endpoints.get(0), 3));
            assertEquals(1, await(endpoints.get(2), 1));
            assertEquals(3, sw.counters().get("m2").received());
            assertEquals(1, sw.counters().get("m0").received());

            int[] all = new int[RING + 1];
            long[] many = new long[RING + 1];
            for (int i = 0; i <= RING; i++) {
                many[i] = endpoints.get(0).frameOf(Frames.untagged(Frames.BROADCAST, Frames.station(0), 60, i));
                assertTrue(many[i] >= 0);
            }
            assertEquals(RING, scatter.enqueue(all, many, 0, RING + 1), "the ring holds no more");
            scatter.publish();
            endpoints.get(0).release(many, RING, 1);
            assertEquals(RING, await(endpoints.get(1), RING));
            assertEquals(RING, await(endpoints.get(2), RING));
            Law.assertComesToHold(sw); // frames are there before they are counted
        }
    }

    private static int await(MemoryEndpoint endpoint, int count) {
        long[] got = new long[RING];
        int n = 0;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (n < count && System.nanoTime() - deadline < 0) {
            if (endpoint.await(1_000_000)) {
                int taken = endpoint.receive(got, 0, RING);
                endpoint.release(got, 0, taken);
                n += taken;
            }
        }
        return n;
    }
}
