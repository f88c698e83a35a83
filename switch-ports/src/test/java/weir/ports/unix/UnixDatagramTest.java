// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.ports.testing.QueueDriver;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Ports for messages; one queue, driven step by step. */
@RequiresFeature(Feature.LINUX)
@Timeout(300)
class UnixDatagramTest {
    private static final long MILLIS = 30_000;

    @TempDir
    private Path folder;

    private UnixPort open(String own, String peer) throws PortException {
        return UnixPort.open("unix:" + folder.resolve(own) + "?mode=dgram&peer=" + folder.resolve(peer));
    }

    private DatagramPeer peer() throws Exception {
        return new DatagramPeer(
                folder.resolve("peer").toString(), folder.resolve("own").toString());
    }

    private static byte[] frame(int number) {
        return Frames.untagged(Frames.station(1), Frames.station(2), 60 + number % 1000, number);
    }

    private static void await(QueueDriver driver, UnixPort port, PortState state) {
        Waiting.within(MILLIS, () -> {
            assertEquals(List.of(), driver.receive(64));
            return port.state() == state;
        });
    }

    @Test
    void followsAPeerThatGoesAndComesAgain() throws Exception {
        UnixPort port = open("own", "peer");
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst())) {
            driver.transmit(frame(0));
            assertEquals(Map.of(DropReason.PORT_DOWN, 1L), driver.counters().egressDrops());
            for (int i = 1; i <= 2; i++) {
                DatagramPeer peer = peer();
                await(driver, port, PortState.UP);
                driver.transmit(frame(i));
                Frames.assertSameFrames(List.of(frame(i)), peer.received(), "the peer got");
                peer.send(frame(i));
                List<byte[]> got = new ArrayList<>();
                Waiting.within(MILLIS, () -> got.addAll(driver.receive(64)) || !got.isEmpty());
                Frames.assertSameFrames(List.of(frame(i)), got, "received");
                peer.close();
                Files.delete(folder.resolve("peer"));
                await(driver, port, PortState.DOWN); // by itself: nothing is sent
            }
        }
        port.close();
        assertFalse(Files.exists(folder.resolve("own")));
    }

    @Test
    void aMessageThatDoesNotGoShowsThatThePeerIsGone() throws Exception {
        UnixPort port = open("own", "peer");
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst())) {
            DatagramPeer peer = peer();
            await(driver, port, PortState.UP);
            peer.close();
            driver.transmit(frame(1), frame(2));
            assertEquals(Map.of(DropReason.PORT_DOWN, 2L), driver.counters().egressDrops());
            assertEquals(PortState.DOWN, port.state());
        }
        port.close();
    }

    /** A peer that turns away from what we sent is told to us by an error, in front of what the peer had sent. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsOnBehindAnErrorOfTheSocket(boolean toldBeforeItIsRead) throws Exception {
        UnixPort port = open("own", "peer");
        String elsewhere = folder.resolve("elsewhere").toString();
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst());
                DatagramPeer peer = peer();
                DatagramPeer other = new DatagramPeer(elsewhere, elsewhere)) {
            await(driver, port, PortState.UP);
            peer.send(frame(1));
            driver.transmit(frame(2));
            driver.idleWait().poll();
            peer.turnTo(elsewhere);
            assertEquals(List.of(), other.received());
            if (toldBeforeItIsRead) {
                driver.idleWait().poll();
            }
            assertEquals(0, port.queues().getFirst().receive(new FrameBatch(64), 0, 64), "the error comes first");
            List<byte[]> got = new ArrayList<>();
            Waiting.within(MILLIS, () -> got.addAll(driver.receive(64)) || !got.isEmpty());
            Frames.assertSameFrames(List.of(frame(1)), got, "received");
        }
        port.close();
    }

    @Test
    void dropsMessagesOfAWrongLength() throws Exception {
        UnixPort port = open("own", "peer");
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst());
                DatagramPeer peer = peer()) {
            await(driver, port, PortState.UP);
            peer.send(new byte[0]);
            peer.send(new byte[1523]);
            peer.send(new byte[70_000]);
            peer.send(frame(3));
            List<byte[]> got = new ArrayList<>();
            Waiting.within(MILLIS, () -> got.addAll(driver.receive(64)) || !got.isEmpty());
            Frames.assertSameFrames(List.of(frame(3)), got, "received");
            assertEquals(
                    Map.of(DropReason.RUNT, 1L, DropReason.OVERSIZE, 2L),
                    driver.counters().ingressDrops());
        }
        port.close();
    }

    /** More than the kernel takes for a peer at a time (10 messages on many systems) waits, and goes as the peer reads. */
    @Test
    void keepsABurstForASlowReader() throws Exception {
        UnixPort port = open("own", "peer");
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst());
                DatagramPeer peer = peer()) {
            await(driver, port, PortState.UP);
            List<byte[]> sent = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                sent.add(frame(i));
            }
            driver.transmit(sent.toArray(byte[][]::new));
            List<byte[]> got = new ArrayList<>();
            Waiting.within(MILLIS, () -> {
                assertEquals(0, driver.receive(64).size()); // lets the worker hear of room
                got.addAll(peer.received());
                return got.size() >= sent.size();
            });
            Frames.assertSameOrder(sent, got, "the peer got");
            assertEquals(100, driver.counters().transmitted());
            assertEquals(0, port.peerDropped());
        }
        port.close();
    }

    @Test
    void countsWhatWaitedForAPeerThatWent() throws Exception {
        UnixPort port = open("own", "peer");
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst())) {
            DatagramPeer peer = peer();
            await(driver, port, PortState.UP);
            byte[][] burst = new byte[100][];
            for (int i = 0; i < burst.length; i++) {
                burst[i] = frame(i);
            }
            driver.transmit(burst);
            peer.close();
            driver.transmit(frame(200));
            assertTrue(port.peerDropped() > 0, "some of the burst waited here");
            assertEquals(100, driver.counters().transmitted(), "as in a queue of the kernel's");
            assertEquals(Map.of(DropReason.PORT_DOWN, 1L), driver.counters().egressDrops());
        }
        port.close();
    }

    @Test
    void twoPortsAreEachOthersPeers() throws Exception {
        UnixPort one = open("one", "two");
        UnixPort two = open("two", "one");
        try (QueueDriver first = new QueueDriver(one.queues().getFirst());
                QueueDriver second = new QueueDriver(two.queues().getFirst())) {
            await(first, one, PortState.UP);
            await(second, two, PortState.UP);
            List<byte[]> sent = new ArrayList<>();
            List<byte[]> got = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                sent.add(frame(i));
                first.transmit(frame(i));
                got.addAll(second.receive(64));
            }
            Waiting.within(MILLIS, () -> {
                got.addAll(second.receive(64));
                return got.size() >= sent.size();
            });
            Frames.assertSameOrder(sent, got, "received by the other");
        }
        one.close();
        two.close();
    }
}
