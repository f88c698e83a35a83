// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import weir.ports.testing.Arp;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.ROOT, Feature.NETNS})
class PacketAllocationTest {
    private static final int ROUNDS = 20_000;
    private static final int MANY = 16;
    /** Where a busy machine's kernel refuses frames, the JVM makes 40 bytes for each refusal, to read errno. */
    private static final int LIMIT_OF_MANY = 8 * ROUNDS;

    @Test
    void sendingAndReceivingAllocateNothing() throws Exception {
        try (Netns netns = new Netns()) {
            Veth.make(netns);
            netns.ip("addr", "add", "198.18.8.1/24", "dev", Veth.PEER);
            try (PacketPort port = PacketPort.open(Veth.spec(netns, ""));
                    QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
                long[] answers = new long[1];
                long bytes = AllocatedBytes.ofRun(ROUNDS, () -> converse(queue, answers));

                assertTrue(answers[0] > ROUNDS, "answers " + answers[0]);
                assertTrue(bytes < ROUNDS, bytes + " bytes in " + ROUNDS + " rounds");
            }
        }
    }

    @Test
    void sendingManyInOneGoAllocatesNothing() throws Exception {
        try (Netns netns = new Netns()) {
            Veth.make(netns);
            try (PacketPort port = PacketPort.open(Veth.spec(netns, ""));
                    QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
                long bytes = AllocatedBytes.ofRun(LIMIT_OF_MANY, () -> sendMany(queue));

                // A busy machine's kernel may lag behind and take fewer.
                long sent = queue.counters().transmitted();
                assertTrue(sent > MANY * ROUNDS, "sent " + sent);
                assertTrue(bytes < LIMIT_OF_MANY, bytes + " bytes in " + ROUNDS + " rounds");
            }
        }
    }

    private static void sendMany(QueueDriver queue) {
        MemorySegment request = MemorySegment.ofArray(Arp.request(8, 2, 1));
        for (int i = 0; i < ROUNDS; i++) {
            queue.send(request, MANY);
        }
    }

    /** Asks, polls readiness, and takes the answer. */
    private static void converse(QueueDriver queue, long[] answers) {
        MemorySegment request = MemorySegment.ofArray(Arp.request(8, 2, 1));
        for (int i = 0; i < ROUNDS; i++) {
            queue.send(request, 1);
            answers[0] += queue.take();
        }
    }
}
