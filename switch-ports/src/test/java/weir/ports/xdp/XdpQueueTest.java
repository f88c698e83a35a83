// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.counter.DropReason;
import weir.core.frame.PoolConfig;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.ports.linux.LinuxException;
import weir.ports.linux.RawSocket;
import weir.ports.linux.XdpSocket;
import weir.ports.testing.Arp;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** One queue of an AF_XDP port, driven by hand. */
@RequiresFeature({Feature.ROOT, Feature.BPF_PROGRAMS, Feature.NETNS})
@Timeout(300)
class XdpQueueTest {
    private static final int ROUNDS = 20_000;
    /** The JVM's slice of the call state, one for the system call that sends: less than a byte more in each round. */
    private static final int CALL_STATE_BYTES = 40;

    private static final int CREDIT = 100;
    private static final int LENT = 64;
    private static final long PATIENCE_MILLIS = 30_000;

    private Netns netns;
    private XdpPort port;

    @BeforeEach
    void open() throws Exception {
        netns = new Netns().silent();
        Veth.in(netns, 1500);
        port = XdpPort.open("xdp:" + Veth.NEAR + "?netns=" + netns.path());
    }

    @AfterEach
    void close() {
        port.close();
        netns.close();
    }

    private void send(int count) throws Exception {
        try (RawSocket outside = RawSocket.open(netns.path(), Veth.FAR)) {
            for (int i = 0; i < count; i++) {
                outside.send(Frames.untagged(Frames.station(1), Frames.station(2), 60, i));
            }
        }
    }

    @Test
    void withoutAFreeSlotFramesAreDroppedByNameAndTheKernelKeepsItsSlots() throws Exception {
        try (QueueDriver queue = new QueueDriver(port.queues().getFirst(), new PoolConfig(1024, 16, CREDIT))) {
            for (int round = 1; round <= 3; round++) {
                send(LENT);
                int[] kept = new int[1];
                long sent = (long) round * LENT;
                within(PATIENCE_MILLIS, () -> {
                    kept[0] += queue.receiveAndKeep(LENT);
                    return queue.counters().received() == sent;
                });
                assertEquals(CREDIT - LENT, kept[0]);
                queue.releaseKept();
            }
            assertEquals(
                    Map.of(DropReason.NO_BUFFER, 3L * (LENT - (CREDIT - LENT))),
                    queue.counters().ingressDrops());
            assertEquals(0, port.peerDropped());
        }
    }

    @Test
    void whatTheKernelHasNoSlotForIsPeerDropped() throws Exception {
        try (QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            send(3 * LENT);

            within(PATIENCE_MILLIS, () -> port.peerDropped() == 2 * LENT);
            assertEquals(LENT, queue.receive(LENT).size());
        }
        assertEquals(2 * LENT, port.peerDropped(), "and after detaching");
    }

    /** A device that refuses each frame, with the port not knowing yet: the kernel then moves its index late. */
    @Test
    void whatTheDeviceRefusesIsDroppedByNameAndTheNextFrameIsCountedRight() throws Exception {
        try (QueueDriver queue = new QueueDriver(port.queues().getFirst());
                RawSocket outside = RawSocket.open(netns.path(), Veth.FAR)) {
            netns.ip("link", "set", Veth.FAR, "down");
            within(PATIENCE_MILLIS, () -> port.state() == PortState.DOWN);
            within(PATIENCE_MILLIS, () -> {
                port.link().changeState(PortState.UP, "a lie"); // which stands until the interface is looked at again
                queue.transmit(frame(1), frame(2), frame(3));
                return queue.counters().egressDrops().containsKey(DropReason.QUEUE_FULL);
            });
            assertEquals(3, queue.counters().egressDrops().get(DropReason.QUEUE_FULL));
            assertEquals(0, queue.counters().transmitted());

            netns.ip("link", "set", Veth.FAR, "up");
            within(PATIENCE_MILLIS, () -> port.state() == PortState.UP);
            assertThrows(LinuxException.class, outside::received, "that the link was down");
            queue.transmit(frame(4), frame(5));

            assertEquals(2, queue.counters().transmitted());
            assertEquals(0, queue.counters().egressInFlight());
            List<byte[]> received = new ArrayList<>();
            within(PATIENCE_MILLIS, () -> {
                try {
                    return received.addAll(outside.received()) && received.size() >= 2;
                } catch (LinuxException e) {
                    throw new AssertionError(e);
                }
            });
            assertArrayEquals(frame(4), received.get(0));
            assertArrayEquals(frame(5), received.get(1));
        }
    }

    private static byte[] frame(int number) {
        return Frames.untagged(Frames.station(2), Frames.station(1), 60, number);
    }

    /** But for what the JVM makes to read errno after the system call that sends, see {@link XdpSocket#kick}. */
    @Test
    void sendingAndReceivingAllocateNothing() throws Exception {
        netns.ip("addr", "add", "198.18.8.1/24", "dev", Veth.FAR);
        try (QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            long[] answers = new long[1];
            long bytes = AllocatedBytes.ofRun(ROUNDS * (1 + CALL_STATE_BYTES), () -> converse(queue, answers));

            assertTrue(answers[0] > ROUNDS, "answers " + answers[0]);
            assertTrue(bytes < ROUNDS * (1 + CALL_STATE_BYTES), bytes + " bytes in " + ROUNDS + " rounds");
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
