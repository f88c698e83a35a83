// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.frame.PoolConfig;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.ports.testing.QueueDriver;
import weir.ports.testing.RefusingWait;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Streams whose other end misbehaves, goes, or comes again; one queue, driven step by step. */
@RequiresFeature(Feature.LINUX)
@Timeout(300)
class UnixStreamTest {
    private static final long MILLIS = 30_000;

    @TempDir
    private Path folder;

    private Path socket() {
        return folder.resolve("s");
    }

    private UnixPort listen(String options) throws PortException {
        return UnixPort.open("unix:" + socket() + options);
    }

    private StreamPeer peer() throws IOException {
        return new StreamPeer(SocketChannel.open(UnixDomainSocketAddress.of(socket())));
    }

    private static QueueDriver drive(UnixPort port) throws PortException {
        return new QueueDriver(port.queues().getFirst());
    }

    /** Runs the worker's part until the port has a state. */
    private static void await(QueueDriver driver, UnixPort port, PortState state) {
        Waiting.within(MILLIS, () -> {
            assertEquals(List.of(), driver.receive(64), "nothing is sent yet");
            return port.state() == state;
        });
    }

    private static List<byte[]> receive(QueueDriver driver, int count) {
        List<byte[]> frames = new ArrayList<>();
        Waiting.within(MILLIS, () -> {
            frames.addAll(driver.receive(64));
            return frames.size() >= count;
        });
        return frames;
    }

    private static byte[] frame(int number) {
        return Frames.untagged(Frames.station(1), Frames.station(2), 60 + number % 1000, number);
    }

    private static byte[] length(long announced) {
        return ByteBuffer.allocate(Integer.BYTES).putInt((int) announced).array();
    }

    // ---- what comes in --------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(longs = {69_633, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL, 0x4745_5420L /* "GET " */})
    void cutsAPeerOffThatAnnouncesMoreThanAFrame(long announced) throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = drive(port);
                StreamPeer peer = peer()) {
            await(driver, port, PortState.UP);
            peer.send(frame(1));
            peer.sendRaw(length(announced));
            Frames.assertSameFrames(List.of(frame(1)), receive(driver, 1), "what came before is kept");
            await(driver, port, PortState.DOWN);
            assertTrue(peer.seesTheEnd());
        }
        port.close();
    }

    @ParameterizedTest
    @CsvSource({"0, RUNT", "1523, OVERSIZE", "67137, OVERSIZE", "69632, OVERSIZE"})
    void dropsAFrameOfAWrongLengthAndGoesOn(int bytes, DropReason reason) throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = drive(port);
                StreamPeer peer = peer()) {
            await(driver, port, PortState.UP);
            peer.sendRaw(length(bytes));
            peer.sendRaw(new byte[bytes]);
            peer.send(frame(2));
            Frames.assertSameFrames(List.of(frame(2)), receive(driver, 1), "the next frame");
            assertEquals(Map.of(reason, 1L), driver.counters().ingressDrops());
            assertEquals(2, driver.counters().received());
            assertEquals(PortState.UP, port.state());
        }
        port.close();
    }

    /** A worker's visit ends, whatever a peer sends: empty frames cost no slot, so only the budget can end it. */
    @Test
    void aFloodOfEmptyFramesDoesNotHoldTheWorker() throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = drive(port);
                StreamPeer peer = peer()) {
            await(driver, port, PortState.UP);
            peer.sendRaw(new byte[Integer.BYTES * 1000]);
            assertEquals(0, driver.receive(64).size());
            assertEquals(64, driver.counters().received());
            assertTrue(port.queues().getFirst().hasInput(), "the worker comes again");
        }
        port.close();
    }

    @Test
    void putsFramesTogetherThatComeByteByByte() throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = drive(port);
                StreamPeer peer = peer()) {
            await(driver, port, PortState.UP);
            List<byte[]> sent = List.of(frame(0), frame(1), frame(2));
            List<byte[]> got = new ArrayList<>();
            for (byte[] each : sent) {
                for (byte one : StreamPeer.framed(each)) {
                    peer.sendRaw(new byte[] {one});
                    got.addAll(driver.receive(64));
                }
            }
            got.addAll(receive(driver, sent.size() - got.size()));
            Frames.assertSameOrder(sent, got, "received");
        }
        port.close();
    }

    @Test
    void readsWhatAPeerSentBeforeItWent() throws Exception {
        UnixPort port = listen("");
        List<byte[]> sent = new ArrayList<>();
        try (QueueDriver driver = drive(port)) {
            try (StreamPeer peer = peer()) {
                await(driver, port, PortState.UP);
                for (int i = 0; i < 200; i++) {
                    sent.add(frame(i));
                    peer.send(sent.get(i));
                }
            }
            Frames.assertSameOrder(sent, receive(driver, 200), "received");
            await(driver, port, PortState.DOWN);
        }
        port.close();
    }

    /** A peer that goes without having read what we sent ends the stream by an error, and the end comes behind it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void seesThatAPeerWentWithoutReading(boolean toldBeforeItIsRead) throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = drive(port)) {
            try (StreamPeer peer = peer()) {
                await(driver, port, PortState.UP);
                peer.send(frame(1));
                driver.transmit(frame(2));
                driver.idleWait().poll();
            }
            if (toldBeforeItIsRead) {
                driver.idleWait().poll();
                Frames.assertSameFrames(List.of(frame(1)), receive(driver, 1), "received");
            } else {
                assertEquals(1, driver.receiveAndKeepWithoutLook(64));
                driver.releaseKept();
            }
            await(driver, port, PortState.DOWN);
            assertEquals("peer closed the connection", driver.causes().getLast());
        }
        port.close();
    }

    @Test
    void countsWhatFindsNoSlot() throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst(), new PoolConfig(64, 2, 64));
                StreamPeer peer = peer()) {
            Waiting.within(MILLIS, () -> driver.receiveAndKeep(1) == 0 && port.state() == PortState.UP);
            for (int i = 0; i < 68; i++) {
                peer.send(frame(i));
            }
            Waiting.within(MILLIS, () -> {
                int _ = driver.receiveAndKeep(64);
                return driver.counters().received() == 68;
            });
            assertEquals(Map.of(DropReason.NO_BUFFER, 4L), driver.counters().ingressDrops());
            driver.releaseKept();
        }
        port.close();
    }

    // ---- what goes out --------------------------------------------------------------------------

    /** The kernel takes a part of a frame; its rest must come before anything else, without another frame to push it. */
    @Test
    void aSlowReaderGetsWholeFramesOnly() throws Exception {
        UnixPort port = listen("?mtu=9000");
        try (QueueDriver driver = drive(port);
                StreamPeer peer = peer()) {
            await(driver, port, PortState.UP);
            int number = 0;
            while (driver.counters().egressDrops().isEmpty()) {
                driver.transmit(large(number++), large(number++), large(number++));
            }
            assertEquals(
                    List.of(DropReason.QUEUE_FULL),
                    List.copyOf(driver.counters().egressDrops().keySet()));
            long transmitted = driver.counters().transmitted();
            List<byte[]> got = new ArrayList<>();
            Waiting.within(MILLIS, () -> {
                assertEquals(0, driver.receive(64).size());
                got.addAll(received(peer));
                return got.size() >= transmitted;
            });
            assertEquals(transmitted, got.size());
            for (int i = 0; i < got.size(); i++) {
                Frames.assertSameFrames(List.of(large(i)), List.of(got.get(i)), "frame " + i);
            }
            driver.transmit(frame(7));
            List<byte[]> last = new ArrayList<>();
            Waiting.within(MILLIS, () -> {
                last.addAll(received(peer));
                return !last.isEmpty();
            });
            Frames.assertSameFrames(List.of(frame(7)), last, "and in step afterwards");
        }
        port.close();
    }

    private static byte[] large(int number) {
        return Frames.untagged(Frames.station(1), Frames.station(2), 8000 + number % 999, number);
    }

    private static List<byte[]> received(StreamPeer peer) {
        try {
            return peer.received();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void dropsWhileThereIsNoPeer() throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = drive(port)) {
            driver.transmit(frame(1), frame(2));
            assertEquals(Map.of(DropReason.PORT_DOWN, 2L), driver.counters().egressDrops());
            assertEquals(List.of(PortState.DOWN), driver.states());
        }
        port.close();
    }

    @Test
    void noticesWhenSendingThatThePeerIsGone() throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = drive(port)) {
            StreamPeer peer = peer();
            await(driver, port, PortState.UP);
            peer.close();
            driver.transmit(frame(1));
            assertEquals(Map.of(DropReason.PORT_DOWN, 1L), driver.counters().egressDrops());
            assertEquals(PortState.DOWN, port.state());
        }
        port.close();
    }

    // ---- peers that come and go -----------------------------------------------------------------

    @Test
    void aListenerTakesTheNextPeerWhenOneIsGone() throws Exception {
        UnixPort port = listen("");
        try (QueueDriver driver = drive(port)) {
            StreamPeer first = peer();
            await(driver, port, PortState.UP);
            try (StreamPeer second = peer()) { // waits in the kernel
                second.send(frame(2));
                first.send(frame(1));
                Frames.assertSameFrames(List.of(frame(1)), receive(driver, 1), "of the first peer only");
                first.close();
                Frames.assertSameFrames(List.of(frame(2)), receive(driver, 1), "then of the second");
                assertEquals(PortState.UP, port.state());
            }
            await(driver, port, PortState.DOWN);
            assertEquals(
                    List.of(PortState.DOWN, PortState.UP, PortState.DOWN, PortState.UP, PortState.DOWN),
                    driver.states());
        }
        port.close();
    }

    @Test
    void whoConnectsTriesAgain() throws Exception {
        UnixPort port = listen("?role=connect&wait=on");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket());
        try (QueueDriver driver = drive(port)) {
            Waiting.sleep(150); // one attempt at least finds nothing
            for (int i = 0; i < 3; i++) {
                try (ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address)) {
                    await(driver, port, PortState.UP);
                    try (StreamPeer peer = new StreamPeer(server.accept())) {
                        peer.send(frame(i));
                        Frames.assertSameFrames(List.of(frame(i)), receive(driver, 1), "received");
                    }
                    Files.delete(socket());
                }
                await(driver, port, PortState.DOWN);
            }
        }
        port.close();
    }

    @Test
    void needsThePeersSocketUnlessItIsToWait() throws Exception {
        PortException missing = assertThrows(PortException.class, () -> listen("?role=connect"));
        assertEquals(PortException.Kind.NO_PEER, missing.kind());
        assertEquals("there is no socket \"" + socket() + "\" to connect to", missing.getMessage());
        listen("?role=connect&wait=on").close();
    }

    /** What is at the path when a port dials. */
    enum Obstacle {
        NOTHING,
        NO_FOLDER,
        SOCKET_THAT_NOBODY_SERVES,
        SOCKET_FOR_MESSAGES,
        FILE,
        LINK_TO_ITSELF,
        LISTENER_WITHOUT_ROOM;

        /** Puts it there; closing the result takes away what closing can. */
        AutoCloseable putAt(Path path) throws Exception {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
            return switch (this) {
                case NOTHING -> () -> {};
                case NO_FOLDER -> {
                    Files.delete(path.getParent());
                    yield () -> Files.createDirectory(path.getParent());
                }
                case SOCKET_THAT_NOBODY_SERVES -> {
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                            .bind(address)
                            .close();
                    yield () -> Files.delete(path);
                }
                case SOCKET_FOR_MESSAGES -> UnixPort.open("unix:" + path + "?mode=dgram&peer=/nowhere");
                case FILE -> {
                    Files.writeString(path, "no socket");
                    yield () -> Files.delete(path);
                }
                case LINK_TO_ITSELF -> {
                    Files.createSymbolicLink(path, path);
                    yield () -> Files.delete(path);
                }
                case LISTENER_WITHOUT_ROOM -> {
                    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                            .bind(address, 1);
                    List<SocketChannel> crowd = List.of(SocketChannel.open(address), SocketChannel.open(address));
                    yield () -> {
                        for (SocketChannel each : crowd) {
                            each.close();
                        }
                        server.close();
                        Files.delete(path);
                    };
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoConnectsTriesAgainWhateverIsInTheWay(Obstacle obstacle) throws Exception {
        Path path = Files.createDirectory(folder.resolve("peers")).resolve("s");
        AutoCloseable inTheWay = obstacle.putAt(path);
        UnixPort port = UnixPort.open("unix:" + path + "?role=connect&wait=on");
        try (QueueDriver driver = drive(port)) {
            Waiting.sleep(250); // two attempts at least
            assertEquals(List.of(), driver.receive(64));
            assertEquals(PortState.DOWN, port.state());
            inTheWay.close();
            try (ServerSocketChannel server =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path))) {
                await(driver, port, PortState.UP);
                try (StreamPeer peer = new StreamPeer(server.accept())) {
                    peer.send(frame(1));
                    Frames.assertSameFrames(List.of(frame(1)), receive(driver, 1), "received");
                }
            }
        }
        port.close();
    }

    /** The pauses grow: a machine that has no watch left is not dialled for as fast as it refuses. */
    @Test
    void whoConnectsTriesAgainWhenThePeerCannotBeWatched() throws Exception {
        try (ServerSocketChannel server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket()))) {
            UnixPort port = listen("?role=connect");
            RefusingWait epoll = new RefusingWait();
            epoll.refuse(3);
            long start = System.nanoTime();
            try (QueueDriver driver = new QueueDriver(port.queues().getFirst(), epoll)) {
                await(driver, port, PortState.UP);
                long millis = (System.nanoTime() - start) / 1_000_000;
                assertEquals(3, epoll.refused());
                assertTrue(millis >= 100 + 200 + 400, "after " + millis + " ms");
                for (int i = 0; i < 3; i++) {
                    try (StreamPeer turnedAway = new StreamPeer(server.accept())) {
                        assertTrue(turnedAway.seesTheEnd());
                    }
                }
                try (StreamPeer peer = new StreamPeer(server.accept())) {
                    peer.send(frame(1));
                    Frames.assertSameFrames(List.of(frame(1)), receive(driver, 1), "received");
                }
            }
            port.close();
        }
    }

    /** Peers that wait were told once, so that nothing but the port itself can bring it back to them. */
    @Test
    void aListenerAcceptsAgainWhenAPeerCannotBeWatched() throws Exception {
        UnixPort port = listen("");
        RefusingWait epoll = new RefusingWait();
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst(), epoll);
                StreamPeer first = peer();
                StreamPeer second = peer()) {
            epoll.refuse(1);
            second.send(frame(2));
            Frames.assertSameFrames(List.of(frame(2)), receive(driver, 1), "of the peer that waited");
            assertEquals(1, epoll.refused());
            assertTrue(first.seesTheEnd());
        }
        port.close();
    }

    // ---- the file -------------------------------------------------------------------------------

    @Test
    void makesAFileForOwnerAndGroupAndRemovesIt() throws Exception {
        UnixPort port = listen("");
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
        port.close();
        assertFalse(Files.exists(socket()));
        port.close();
    }

    @Test
    void leavesAFileThatIsNoLongerItsOwn() throws Exception {
        UnixPort port = listen("");
        Files.delete(socket());
        Files.writeString(socket(), "another's");
        port.close();
        assertTrue(Files.exists(socket()));
    }

    @Test
    void takesThePlaceOfASocketThatNobodyAnswersAt() throws Exception {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket()))
                .close();
        assertTrue(Files.exists(socket()), "the JDK leaves its file behind");
        listen("").close();
        assertFalse(Files.exists(socket()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?mode=dgram&peer=/nowhere"})
    void refusesASocketThatIsInUse(String options) throws Exception {
        try (ServerSocketChannel _ =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket()))) {
            PortException refused = assertThrows(PortException.class, () -> listen(options));
            assertEquals("socket \"" + socket() + "\" is in use by another process or port", refused.getMessage());
            assertTrue(Files.exists(socket()));
        }
    }

    @Test
    void refusesAFileThatIsNoSocket() throws Exception {
        Files.writeString(socket(), "precious");
        PortException refused = assertThrows(PortException.class, () -> listen(""));
        assertEquals("\"" + socket() + "\" is there and is no socket", refused.getMessage());
        assertEquals("precious", Files.readString(socket()));
    }

    @Test
    void saysWhyItCannotMakeASocket() {
        PortException refused = assertThrows(PortException.class, () -> UnixPort.open("unix:" + folder + "/no/s"));
        assertEquals(
                "cannot make socket \"" + folder + "/no/s\": bind " + folder + "/no/s: ENOENT (no such file)",
                refused.getMessage());
        assertEquals(PortException.Kind.NOT_FOUND, refused.kind());
    }
}
