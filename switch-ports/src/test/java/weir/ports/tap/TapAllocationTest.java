// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ports.testing.Arp;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
class TapAllocationTest {
    private static final int ROUNDS = 20_000;

    @ParameterizedTest
    @ValueSource(strings = {"", "&engine=read", "&vnet=off&engine=read", "&vnet=off&engine=io_uring"})
    void sendingAndReceivingAllocateNothing(String options) throws Exception {
        try (Netns netns = new Netns();
                TapPort port = TapPort.open("tap:t1?netns=" + netns.path() + options)) {
            netns.ip("addr", "add", "198.18.8.1/24", "dev", "t1");
            try (QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
                long[] answers = new long[1];
                long bytes = AllocatedBytes.ofRun(ROUNDS, () -> converse(queue, answers));

                assertTrue(answers[0] > ROUNDS, "answers " + answers[0]);
                assertTrue(bytes < ROUNDS, bytes + " bytes in " + ROUNDS + " rounds");
            }
        }
    }

    /** Asks, polls readiness, and takes the answer: one write and two reads a round. */
    private static void converse(QueueDriver queue, long[] answers) {
        MemorySegment request = MemorySegment.ofArray(Arp.request(8, 2, 1));
        for (int i = 0; i < ROUNDS; i++) {
            queue.send(request, 1);
            answers[0] += queue.take();
        }
    }
}
