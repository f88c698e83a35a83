// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.sleep;
import static weir.ports.testing.Waiting.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.core.counter.DropReason;
import weir.core.frame.PoolConfig;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.ports.linux.LinuxException;
import weir.ports.linux.RawSocket;
import weir.ports.testing.Netns;
import weir.ports.testing.QueueDriver;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Frames between a queue and the other end of a veth pair. */
@RequiresFeature({Feature.ROOT, Feature.NETNS})
class PacketQueueTest {
    private static final int VLAN = 42;
    private static final int PRIORITY = 5 << 13;
    private static final int OTHER_VLAN = 7;

    private static final long PATIENCE_MILLIS = 30_000;

    private Netns netns;
    private RawSocket peer;
    /** Hears what comes in at the port's interface, after all sockets that came later than this one. */
    private RawSocket witness;

    @BeforeEach
    void makeNamespace() throws Exception {
        netns = new Netns().silent();
        Veth.make(netns);
        peer = RawSocket.open(netns.path(), Veth.PEER);
        witness = RawSocket.open(netns.path(), Veth.LINK);
    }

    @AfterEach
    void removeNamespace() {
        witness.close();
        peer.close();
        netns.close();
    }

    private PacketPort open(String options) throws Exception {
        return PacketPort.open(Veth.spec(netns, options));
    }

    private static byte[] frame(int number) {
        return Frames.untagged(Frames.station(1), Frames.station(2), 60 + number % 1000, number);
    }

    private List<byte[]> peerSends(int count) throws Exception {
        List<byte[]> sent =
                IntStream.range(0, count).mapToObj(PacketQueueTest::frame).toList();
        peerSends(sent);
        return sent;
    }

    /** Sends, and waits until everything has come in: on a busy machine the kernel hands frames over by and by. */
    private void peerSends(List<byte[]> frames) throws Exception {
        int heard = 0;
        for (byte[] each : frames) {
            peer.send(each);
            heard += witness.received().size();
        }
        for (long start = System.nanoTime();
                heard < frames.size();
                heard += witness.received().size()) {
            assertTrue(System.nanoTime() - start < PATIENCE_MILLIS * 1_000_000, heard + " came in");
            sleep(1);
        }
    }

    private static List<byte[]> drain(QueueDriver queue) {
        List<byte[]> all = new ArrayList<>();
        for (List<byte[]> some = queue.receive(64); !some.isEmpty(); some = queue.receive(64)) {
            all.addAll(some);
        }
        return all;
    }

    private List<byte[]> peerGets(int count) {
        List<byte[]> got = new ArrayList<>();
        within(PATIENCE_MILLIS, () -> {
            try {
                got.addAll(peer.received());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return got.size() >= count;
        });
        return got;
    }

    @Test
    void nothingArrivesBeforeTheQueueIsServed() throws Exception {
        try (PacketPort port = open("")) {
            peerSends(5);
            try (QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
                assertEquals(0, drain(queue).size());
                List<byte[]> sent = peerSends(2);
                Frames.assertSameOrder(sent, drain(queue), "served");
            }
        }
    }

    @Test
    void takesAtMostTheBudgetAndKeepsTheRestReady() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            peerSends(10);

            assertEquals(4, queue.receive(4).size());
            assertTrue(port.queues().getFirst().hasInput());
            assertEquals(6, queue.receive(64).size());
            assertFalse(port.queues().getFirst().hasInput());
            assertEquals(0, queue.receive(64).size());
        }
    }

    @Test
    void theRingGoesRound() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            for (int i = 0; i < 3 * PacketChannel.RING_SLOTS / 500; i++) {
                Frames.assertSameOrder(peerSends(500), drain(queue), "round " + i);
            }
            assertEquals(0, port.peerDropped());
        }
    }

    @Test
    void overflowOfTheRingShowsAsPeerDropped() throws Exception {
        int more = 300;
        PacketPort port = open("");
        try (port;
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            peerSends(PacketChannel.RING_SLOTS + more);

            int read = drain(queue).size();

            assertEquals(PacketChannel.RING_SLOTS, read);
            assertEquals(more, port.peerDropped());
            assertEquals(more, port.peerDropped());
        }
        assertEquals(more, port.peerDropped(), "closed");
    }

    @Test
    void tagsAreWhereTheyWere() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            byte[] serviceTagged = Frames.push(frame(4), OTHER_VLAN);
            Frames.writeShort(serviceTagged, 12, 0x88a8);
            byte[] longest =
                    Frames.push(Frames.untagged(Frames.station(1), Frames.station(2), port.mtuBytes() + 14, 6), VLAN);
            List<byte[]> sent = List.of(
                    frame(1),
                    Frames.push(frame(2), PRIORITY | VLAN),
                    Frames.push(frame(3), 0),
                    serviceTagged,
                    Frames.push(Frames.push(frame(5), OTHER_VLAN), VLAN),
                    longest);
            peerSends(sent);

            Frames.assertSameOrder(sent, drain(queue), "received");

            queue.transmit(sent.toArray(byte[][]::new));
            // The kernel takes the outer tag off before the peer's socket sees the frame.
            List<byte[]> seen = new ArrayList<>(List.of(frame(1)));
            sent.stream().skip(1).map(Frames::pop).forEach(seen::add);
            Frames.assertSameOrder(seen, peerGets(seen.size()), "the peer got");
            assertEquals(sent.size(), queue.counters().transmitted());
        }
    }

    @Test
    void jumboFramesCrossInOrderWithShortOnes() throws Exception {
        netns.ip("link", "set", Veth.PEER, "mtu", "9000");
        try (PacketPort port = open("&mtu=9000");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            List<byte[]> sent = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int length = List.of(60, 9014, 1500, 4000, 1960, 2040).get(i % 6);
                byte[] plain = Frames.untagged(Frames.station(1), Frames.station(2), length, i);
                sent.add(i % 4 == 1 ? Frames.push(plain, VLAN) : plain);
            }
            peerSends(sent);

            Frames.assertSameOrder(sent, drain(queue), "received");
        }
    }

    @Test
    void frameBeyondTheMtuIsDroppedByName() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            byte[] tooLong = Frames.untagged(Frames.station(1), Frames.station(2), 1515, 1);

            queue.transmit(frame(1), tooLong, frame(2));

            Frames.assertSameOrder(List.of(frame(1), frame(2)), peerGets(2), "the peer got");
            assertEquals(Map.of(DropReason.OVERSIZE, 1L), queue.counters().egressDrops());
        }
    }

    @Test
    void ofManyFramesInOneGoOnlyThoseThatCannotBeSentAreDropped() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            List<byte[]> good =
                    IntStream.range(0, 150).mapToObj(PacketQueueTest::frame).toList();
            List<byte[]> all = new ArrayList<>(good);
            all.add(100, new byte[13]);
            all.add(3, Frames.untagged(Frames.station(1), Frames.station(2), 1515, 1));

            queue.transmit(all.toArray(byte[][]::new));

            Frames.assertSameOrder(good, peerGets(good.size()), "the peer got");
            assertEquals(good.size(), queue.counters().transmitted());
            assertEquals(
                    Map.of(DropReason.OVERSIZE, 1L, DropReason.IO_ERROR, 1L),
                    queue.counters().egressDrops());
        }
    }

    @Test
    void manyFramesInOneGoToADeletedInterfaceAreDroppedByName() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            netns.ip("link", "delete", Veth.LINK);

            queue.transmit(
                    IntStream.range(0, 20).mapToObj(PacketQueueTest::frame).toArray(byte[][]::new));

            within(PATIENCE_MILLIS, () -> port.state() == PortState.GONE);
            assertEquals(Map.of(DropReason.PORT_DOWN, 20L), queue.counters().egressDrops());
        }
    }

    @Test
    void frameThatTheKernelRefusesIsAnIoError() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            queue.transmit(new byte[13], frame(1));

            assertEquals(1, queue.counters().transmitted());
            assertEquals(Map.of(DropReason.IO_ERROR, 1L), queue.counters().egressDrops());
        }
    }

    @Test
    void whatTheHostSendsOutIsNotReceived() throws Exception {
        for (String options : List.of("", "&queues=2")) {
            try (PacketPort port = open(options);
                    QueueDriver queue = new QueueDriver(port.queues().getFirst());
                    RawSocket host = RawSocket.open(netns.path(), Veth.LINK)) {
                // What the host sends goes once the kernel has noticed that the other end is up.
                within(PATIENCE_MILLIS, () -> isHeardFrom(host));
                queue.transmit(frame(2));
                within(PATIENCE_MILLIS, () -> peerHas(frame(2)));

                assertEquals(0, drain(queue).size(), options);
            }
        }
    }

    private boolean peerHas(byte[] frame) {
        try {
            return peer.received().stream().anyMatch(each -> Arrays.equals(each, frame));
        } catch (LinuxException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isHeardFrom(RawSocket host) {
        try {
            host.send(frame(1));
            return !peer.received().isEmpty();
        } catch (LinuxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withoutCreditFramesAreTakenAndDroppedByName() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst(), new PoolConfig(64, 0, 4))) {
            peerSends(20);
            assertEquals(4, queue.receiveAndKeep(64));
            assertEquals(0, queue.counters().ingressDrops().size(), "the ring holds the rest");

            assertEquals(0, queue.receiveAndKeep(64));

            assertEquals(20, queue.counters().received());
            assertEquals(Map.of(DropReason.NO_BUFFER, 16L), queue.counters().ingressDrops());
            queue.releaseKept();
            Frames.assertSameOrder(peerSends(1), drain(queue), "received");
        }
    }

    @Test
    void withoutLargeSlotsLongFramesAreDroppedByNameAndShortOnesPass() throws Exception {
        netns.ip("link", "set", Veth.PEER, "mtu", "9000");
        try (PacketPort port = open("&mtu=9000");
                QueueDriver queue = new QueueDriver(port.queues().getFirst(), new PoolConfig(64, 0, 64))) {
            peerSends(List.of(
                    Frames.untagged(Frames.station(1), Frames.station(2), 9014, 1),
                    frame(2),
                    Frames.untagged(Frames.station(1), Frames.station(2), 5000, 3),
                    frame(4)));

            Frames.assertSameOrder(List.of(frame(2), frame(4)), drain(queue), "received");
            assertEquals(Map.of(DropReason.NO_BUFFER, 2L), queue.counters().ingressDrops());
        }
    }

    @Test
    void linkDownDropsByNameAndResumesByItself() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            netns.ip("link", "set", Veth.LINK, "down");
            for (int i = 0; i < 100; i++) {
                queue.transmit(frame(1), frame(2));
                queue.receive(8);
            }
            assertEquals(PortState.DOWN, port.state());
            assertEquals(0, queue.counters().transmitted());
            assertEquals(
                    200,
                    queue.counters().drops().values().stream().mapToLong(n -> n).sum());
            assertTrue(queue.counters().egressDrops().get(DropReason.PORT_DOWN) > 100);

            netns.ip("link", "set", Veth.LINK, "up");

            within(PATIENCE_MILLIS, () -> port.state() == PortState.UP);
            queue.transmit(frame(3));
            assertEquals(1, peerGets(1).size());
            for (int i = 0; i < 3; i++) { // a second time down is told too
                within(PATIENCE_MILLIS, () -> peerIsHeard(queue));
                netns.ip("link", "set", Veth.LINK, "down");
                within(PATIENCE_MILLIS, () -> port.state() == PortState.DOWN);
                queue.receive(8);
                netns.ip("link", "set", Veth.LINK, "up");
                within(PATIENCE_MILLIS, () -> port.state() == PortState.UP);
                queue.receive(8);
            }
            assertFalse(queue.states().contains(PortState.GONE));
        }
    }

    /** The kernel throws away what the peer sends until it has noticed, by and by, that its own link is up again. */
    private boolean peerIsHeard(QueueDriver queue) {
        try {
            peer.send(frame(1));
        } catch (LinuxException e) {
            throw new AssertionError(e);
        }
        return !drain(queue).isEmpty();
    }

    @Test
    void framesToADeletedInterfaceAreDroppedByName() throws Exception {
        try (PacketPort port = open("");
                QueueDriver queue = new QueueDriver(port.queues().getFirst())) {
            netns.ip("link", "delete", Veth.LINK);

            queue.transmit(frame(1), frame(2));

            within(PATIENCE_MILLIS, () -> port.state() == PortState.GONE);
            assertEquals(Map.of(DropReason.PORT_DOWN, 2L), queue.counters().egressDrops());
            assertEquals(0, queue.receive(64).size());
            assertFalse(port.queues().getFirst().hasInput());
            within(PATIENCE_MILLIS, () -> queue.states().contains(PortState.GONE)); // told after it is so
        }
    }

    @Test
    void flowsSpreadOverTheQueuesThatAreServed() throws Exception {
        try (PacketPort port = open("&queues=2")) {
            try (QueueDriver first = new QueueDriver(port.queues().get(0))) {
                peerSendsFlows(64);
                assertEquals(64, drain(first).size());

                try (QueueDriver second = new QueueDriver(port.queues().get(1))) {
                    peerSendsFlows(128);
                    int onFirst = drain(first).size();
                    int onSecond = drain(second).size();
                    assertEquals(128, onFirst + onSecond);
                    assertTrue(onFirst > 0 && onSecond > 0, onFirst + " and " + onSecond);
                    second.transmit(frame(1));
                    assertEquals(1, second.counters().transmitted());
                }
            }
        }
    }

    /** UDP over IPv4, each datagram of another flow. */
    private void peerSendsFlows(int count) throws Exception {
        List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] frame = frame(i);
            Frames.writeShort(frame, 12, 0x0800);
            Frames.writeShort(frame, 14, 0x4500);
            Frames.writeShort(frame, 16, frame.length - 14);
            Frames.writeShort(frame, 18, 0);
            Frames.writeShort(frame, 20, 0);
            Frames.writeShort(frame, 22, 64 << 8 | 17);
            Frames.writeShort(frame, 26, 198 << 8 | 18);
            Frames.writeShort(frame, 28, 5 << 8 | 1);
            Frames.writeShort(frame, 30, 198 << 8 | 18);
            Frames.writeShort(frame, 32, 5 << 8 | 2);
            Frames.writeShort(frame, 34, 1000 + i);
            Frames.writeShort(frame, 36, 2000);
            Frames.writeShort(frame, 38, frame.length - 34);
            datagrams.add(frame);
        }
        peerSends(datagrams);
    }
}
