// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.frame.PoolConfig;
import weir.core.port.PortState;
import weir.ports.testing.Arp;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Frames between a queue and the kernel. The host is 198.18.5.1, everything else is at 02:00:00:00:00:02. */
@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
class TapQueueTest {
    private static final int UDP_HEADERS_BYTES = 14 + 20 + 8;

    private Netns netns;

    @BeforeEach
    void makeNamespace() {
        netns = new Netns().silent();
    }

    @AfterEach
    void removeNamespace() {
        netns.close();
    }

    private TapPort open(String options) throws Exception {
        TapPort port = TapPort.open("tap:t1?netns=" + netns.path() + options);
        netns.ip("addr", "add", "198.18.5.1/24", "dev", "t1");
        netns.ip("neigh", "add", "198.18.5.2", "lladdr", "02:00:00:00:00:02", "dev", "t1", "nud", "permanent");
        return port;
    }

    /** Lets the host send short datagrams, each from another port. */
    private void hostSends(int count, int payloadBytes) {
        netns.run(
                "bash",
                "-c",
                "p=$(printf '%0" + payloadBytes + "d' 0); for i in $(seq " + count
                        + "); do printf %s $p > /dev/udp/198.18.5.2/$((1000 + i % 64)); done");
    }

    /** Lets the host send datagrams of these lengths, in order. */
    private void hostSendsEach(int[] payloadBytes) {
        StringBuilder script = new StringBuilder();
        for (int bytes : payloadBytes) {
            script.append("printf '%0").append(bytes).append("d' 0 > /dev/udp/198.18.5.2/1000; ");
        }
        netns.run("bash", "-c", script.toString());
    }

    /** Lets the host send one datagram of several kilobytes; a shell's printf would cut it. */
    private void hostSendsLong(int payloadBytes) {
        netns.run(
                "bash",
                "-c",
                "head -c " + payloadBytes + " /dev/zero | tr '\\0' 0 | dd bs=" + payloadBytes
                        + " iflag=fullblock status=none > /dev/udp/198.18.5.2/1000");
    }

    private static boolean isFromHost(byte[] frame, int payloadBytes) {
        return frame.length == UDP_HEADERS_BYTES + payloadBytes && frame[frame.length - 1] == '0';
    }

    @Test
    void framesCrossInBothDirections() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            queue.transmit(Arp.request(5, 2, 1));
            assertNotNull(queue.await(frame -> Arp.isReply(frame, 5, 1), 30_000));

            hostSends(1, 100);
            assertNotNull(queue.await(frame -> isFromHost(frame, 100), 30_000));

            assertEquals(1, queue.counters().transmitted());
            assertEquals(Arp.BYTES, queue.counters().transmittedBytes());
            assertEquals(1, netns.statistic("t1", "rx_packets"));
        }
    }

    @Test
    void takesAtMostTheBudgetAndKeepsTheRestReady() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            hostSends(10, 50);

            assertEquals(4, queue.receive(4).size());
            assertTrue(port.queues().getFirst().hasInput());
            assertEquals(6, queue.receive(64).size());
            assertFalse(port.queues().getFirst().hasInput());
            assertEquals(0, queue.receive(64).size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"&engine=io_uring", "&vnet=off&engine=io_uring", "&engine=read"})
    void aBurstComesWholeAndInOrderWhateverTheBudget(String options) throws Exception {
        int[] lengths = IntStream.range(0, 90).map(i -> 20 + i * 7 % 60).toArray();
        try (TapPort port = open(options);
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            for (int round = 0; round < 2; round++) { // the second finds a queue that expects many
                hostSendsEach(lengths);

                List<Integer> received = new ArrayList<>();
                for (int budget = 7; received.size() < lengths.length; budget = budget % 64 + 9) {
                    List<byte[]> some = queue.receive(Math.min(budget, 64));
                    assertFalse(some.isEmpty());
                    some.forEach(frame -> received.add(frame.length - UDP_HEADERS_BYTES));
                    assertTrue(received.size() == lengths.length
                            || port.queues().getFirst().hasInput());
                }

                assertArrayEquals(lengths, received.stream().mapToInt(i -> i).toArray());
                assertEquals(0, queue.receive(64).size());
                assertFalse(port.queues().getFirst().hasInput());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"&engine=io_uring", "&vnet=off&engine=io_uring"})
    void longFramesAmongManyShortOnesCross(String options) throws Exception {
        try (TapPort port = open("&mtu=9000" + options);
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            hostSends(20, 50);
            assertEquals(20, queue.receive(64).size());

            hostSends(10, 50);
            hostSendsLong(8000);
            hostSends(10, 50);

            List<Integer> received = new ArrayList<>();
            for (int visit = 0; visit < 10; visit++) {
                queue.receive(64).forEach(frame -> received.add(frame.length - UDP_HEADERS_BYTES));
            }
            assertEquals(21, received.size());
            assertEquals(8000, received.get(10));
        }
    }

    @Test
    void jumboFramesCrossAndShortOnesDoNotHoldLargeSlots() throws Exception {
        try (TapPort port = open("&mtu=9000");
                QueueDriver queue = new QueueDriver(port.queues().getFirst(), new PoolConfig(1024, 2, 1024))) {
            hostSendsLong(8000);
            assertNotNull(queue.await(frame -> isFromHost(frame, 8000), 30_000));

            hostSends(20, 100);
            assertEquals(20, queue.receiveAndKeep(64));
            queue.releaseKept();

            queue.transmit(new byte[] {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, new byte[9014]);
            assertEquals(2, netns.statistic("t1", "rx_packets"));
            assertEquals(2, queue.counters().transmitted());
        }
    }

    @Test
    void slotsFollowTheMtu() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            hostSends(1, 100);
            assertNotNull(queue.await(frame -> isFromHost(frame, 100), 30_000));
            netns.ip("link", "set", "t1", "mtu", "9000");
            within(30_000, () -> port.mtuBytes() == 9000);

            hostSendsLong(8000);

            assertNotNull(queue.await(frame -> isFromHost(frame, 8000), 30_000));
        }
    }

    @Test
    void withoutCreditFramesAreTakenAndDroppedByName() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst(), new PoolConfig(64, 0, 4))) {
            hostSends(20, 50);

            assertEquals(4, queue.receiveAndKeep(64));

            assertEquals(20, queue.counters().received());
            assertEquals(Map.of(DropReason.NO_BUFFER, 16L), queue.counters().ingressDrops());
            queue.releaseKept();
            hostSends(1, 60);
            assertNotNull(queue.await(frame -> isFromHost(frame, 60), 30_000));
        }
    }

    @Test
    void dropsWithoutSlotsStayWithinTheBudget() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst(), new PoolConfig(64, 0, 1))) {
            hostSends(20, 50);
            assertEquals(1, queue.receiveAndKeep(1));

            assertEquals(0, queue.receiveAndKeep(8));

            assertEquals(9, queue.counters().received());
            assertTrue(port.queues().getFirst().hasInput());
            queue.releaseKept();
        }
    }

    @Test
    void overflowOfTheKernelQueueShowsAsPeerDropped() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            netns.ip("link", "set", "t1", "txqueuelen", "100");
            assertEquals(0, port.peerDropped());

            hostSends(300, 50);

            int read = 0;
            for (int n = queue.receive(64).size(); n > 0; n = queue.receive(64).size()) {
                read += n;
            }
            assertTrue(port.peerDropped() >= 100, "dropped " + port.peerDropped());
            assertEquals(300, read + port.peerDropped());
        }
    }

    @Test
    void framesOfNoProtocolAndRefusedWritesAreNotPeerDropped() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            queue.transmit(new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 2, (byte) 0x88, (byte) 0xb5, 0, 0});
            netns.ip("link", "set", "t1", "down");
            queue.transmit(Arp.request(5, 2, 1));

            assertTrue(netns.statistic("t1", "rx_dropped") > 0);
            assertEquals(0, port.peerDropped());
        }
    }

    @Test
    void frameThatTheKernelRefusesIsAnIoError() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            queue.transmit(new byte[13], Arp.request(5, 2, 1));

            assertEquals(1, queue.counters().transmitted());
            assertEquals(Map.of(DropReason.IO_ERROR, 1L), queue.counters().egressDrops());
        }
    }

    @Test
    void linkDownDropsByNameAndResumesByItself() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            netns.ip("link", "set", "t1", "down");
            for (int i = 0; i < 100; i++) {
                queue.transmit(Arp.request(5, 2, 1), Arp.request(5, 2, 1));
            }
            assertEquals(PortState.DOWN, port.state());
            assertEquals(Map.of(DropReason.PORT_DOWN, 200L), queue.counters().egressDrops());
            within(30_000, () -> queue.states().equals(List.of(PortState.DOWN))); // told after it is so

            netns.ip("link", "set", "t1", "up");

            within(30_000, () -> port.state() == PortState.UP);
            queue.transmit(Arp.request(5, 2, 1));
            assertNotNull(queue.await(frame -> Arp.isReply(frame, 5, 1), 30_000));
            within(30_000, () -> queue.states().equals(List.of(PortState.DOWN, PortState.UP)));
        }
    }

    @Test
    void framesToADeletedInterfaceAreDroppedByName() throws Exception {
        try (TapPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            netns.ip("link", "delete", "t1");

            queue.transmit(Arp.request(5, 2, 1), Arp.request(5, 2, 1));

            assertEquals(PortState.GONE, port.state());
            assertEquals(Map.of(DropReason.PORT_DOWN, 2L), queue.counters().egressDrops());
            assertEquals(0, queue.receive(64).size());
            assertFalse(port.queues().getFirst().hasInput());
            within(30_000, () -> queue.states().equals(List.of(PortState.GONE))); // told after it is so
        }
    }

    @Test
    void flowsSpreadOverTheQueuesThatAreServed() throws Exception {
        try (TapPort port = open("&queues=2")) {
            try (QueueDriver first = new QueueDriver(port.queues().get(0))) {
                hostSends(64, 50);
                assertEquals(64, first.receive(64).size());

                try (QueueDriver second = new QueueDriver(port.queues().get(1))) {
                    hostSends(128, 50);
                    int onFirst = drain(first);
                    int onSecond = drain(second);
                    assertEquals(128, onFirst + onSecond);
                    assertTrue(onFirst > 0 && onSecond > 0, onFirst + " and " + onSecond);
                    second.transmit(Arp.request(5, 2, 1));
                    assertEquals(1, second.counters().transmitted());
                }

                drain(first);
                hostSends(64, 50);
                assertEquals(64, drain(first));
            }
        }
    }

    private static int drain(QueueDriver queue) {
        List<byte[]> all = new ArrayList<>();
        for (List<byte[]> some = queue.receive(64); !some.isEmpty(); some = queue.receive(64)) {
            some.stream().filter(frame -> isFromHost(frame, 50)).forEach(all::add);
        }
        return all.size();
    }
}
