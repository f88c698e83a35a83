// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
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
                long bytes = AllocatedBytes.ofRun(ROUNDS, () -> converse(port, queue, answers));

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
                long bytes = AllocatedBytes.ofRun(LIMIT_OF_MANY, () -> sendMany(port, queue));

                // A busy machine's kernel may lag behind and take fewer.
                long sent = queue.counters().transmitted();
                assertTrue(sent > MANY * ROUNDS, "sent " + sent);
                assertTrue(bytes < LIMIT_OF_MANY, bytes + " bytes in " + ROUNDS + " rounds");
            }
        }
    }

    private static void sendMany(PacketPort port, QueueDriver queue) {
        byte[] request = Arp.request(8, 2, 1);
        MemorySegment payload = MemorySegment.ofArray(request);
        long[] out = new long[MANY];
        for (int i = 0; i < ROUNDS; i++) {
            for (int k = 0; k < out.length; k++) {
                out[k] = Frame.withLength(queue.frames().allocate(queue.account()), request.length);
                MemorySegment.copy(payload, 0, queue.pool().memory(), Frame.position(out[k]), request.length);
            }
            queue.cells().enqueued(out.length);
            port.queues().getFirst().transmit(out, 0, out.length);
        }
    }

    /** Asks, polls readiness, and takes the answer. */
    private static void converse(PacketPort port, QueueDriver queue, long[] answers) {
        byte[] request = Arp.request(8, 2, 1);
        MemorySegment payload = MemorySegment.ofArray(request);
        FrameBatch batch = new FrameBatch(64);
        long[] out = new long[1];
        PacketQueue subject = port.queues().getFirst();
        for (int i = 0; i < ROUNDS; i++) {
            out[0] = Frame.withLength(queue.frames().allocate(queue.account()), request.length);
            MemorySegment.copy(payload, 0, queue.pool().memory(), Frame.position(out[0]), request.length);
            queue.cells().enqueued(1);
            subject.transmit(out, 0, 1);
            queue.idleWait().poll();
            int n = subject.receive(batch, 0, 64);
            queue.cells().received(n, 0);
            queue.cells().decided(n);
            queue.frames().release(batch.frames(), 0, n);
            answers[0] += n;
        }
    }
}
