// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.core.counter.DropReason;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.core.worker.WaitMode;
import weir.ports.shm.client.ShmClient;
import weir.ports.shm.client.ShmException;
import weir.ports.testing.Waiting;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Shared-memory ports in a switch that runs, with honest clients in this process. */
@RequiresFeature(Feature.LINUX)
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ShmSwitchTest {
    private static final int FRAMES_A_PASS = 5_000;
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final long PROMISED_MILLIS = 1_000;

    @TempDir
    Path dir;

    private static byte[] frame(int to, int from, int number) {
        return Frames.untagged(Frames.station(to), Frames.station(from), 64, number);
    }

    private static void send(ShmClient client, byte[] frame) {
        assertTrue(client.sender().await(PATIENCE_NANOS), "room to send");
        assertTrue(client.sender().send(frame, 0, frame.length));
    }

    private static byte[] receive(ShmClient client) {
        assertTrue(client.receiver().await(PATIENCE_NANOS), "a frame comes");
        byte[] buffer = new byte[client.slotBytes()];
        return Arrays.copyOf(buffer, client.receiver().receive(buffer));
    }

    /** Each turn both sides are asleep when the frame comes, unless the mode forbids it. */
    @ParameterizedTest
    @EnumSource(WaitMode.class)
    void clientsTalkAndWakeEachOther(WaitMode mode) throws Exception {
        try (ShmLab lab = new ShmLab(dir, mode, 1)) {
            lab.attach("a", "");
            lab.attach("b", "");
            try (ShmClient a = lab.connect("a");
                    ShmClient b = lab.connect("b")) {
                for (int i = 0; i < 500; i++) {
                    byte[] request = frame(2, 1, i);
                    send(a, request);
                    assertArrayEquals(request, receive(b));
                    byte[] answer = frame(1, 2, i);
                    send(b, answer);
                    assertArrayEquals(answer, receive(a));
                }
            }
            lab.awaitState("a", PortState.DOWN);
        }
    }

    @Test
    void clientsOfTwoWorkersTalk() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 2).withNeighbours()) {
            lab.attach("a", "");
            lab.attach("b", "");
            try (ShmClient a = lab.connect("a");
                    ShmClient b = lab.connect("b")) {
                for (int i = 0; i < 200; i++) {
                    send(a, frame(2, 1, i));
                    assertArrayEquals(frame(2, 1, i), receive(b));
                }
            }
        }
    }

    @Test
    void framesThatWerePublishedBeforeTheClientLeftArrive() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.BLOCKING, 1)) {
            lab.attach("a", "");
            lab.attach("b", "");
            try (ShmClient b = lab.connect("b")) {
                try (ShmClient a = lab.connect("a")) {
                    for (int i = 0; i < 300; i++) {
                        send(a, frame(2, 1, i));
                    }
                }
                for (int i = 0; i < 300; i++) {
                    assertArrayEquals(frame(2, 1, i), receive(b));
                }
            }
        }
    }

    @Test
    void withoutAClientThePortIsDownAndDropsByName() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1)) {
            ShmPort port = lab.attach("a", "");
            lab.attach("b", "");
            assertEquals(PortState.DOWN, port.state());
            try (ShmClient b = lab.connect("b")) {
                send(b, frame(1, 2, 0));
                Law.eventually(
                        "dropped",
                        () -> Map.of(DropReason.PORT_DOWN, 1L)
                                .equals(lab.counters("a").egressDrops()));
                try (ShmClient a = lab.connect("a")) {
                    send(b, frame(1, 2, 1));
                    assertArrayEquals(frame(1, 2, 1), receive(a));
                }
            }
        }
    }

    @Test
    void aSecondClientIsRefusedAndTheFirstGoesOn() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1)) {
            lab.attach("a", "");
            lab.attach("b", "");
            try (ShmClient a = lab.connect("a");
                    ShmClient b = lab.connect("b")) {
                ShmException refused = assertThrows(ShmException.class, () -> ShmClient.connect(lab.socket("a")));
                assertEquals(
                        lab.socket("a") + " refused: the port has a client already, or is being detached",
                        refused.getMessage());
                send(a, frame(2, 1, 5));
                assertArrayEquals(frame(2, 1, 5), receive(b));
            }
        }
    }

    @Test
    void theNextClientComesWithinASecondAndSeesNothingOfTheLast() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1)) {
            lab.attach("a", "&slots=16");
            lab.connect("a").close();
            int late = 0; // a busy machine may make some of them late, but not all
            for (int i = 0; i < 20; i++) {
                ShmClient client = lab.connect("a");
                long sum = 0;
                MemorySegment memory = client.memory();
                for (long at = client.sender().offset(0); at + 8 <= memory.byteSize(); at += 8) {
                    sum |= memory.get(java.lang.foreign.ValueLayout.JAVA_LONG, at);
                }
                assertEquals(0, sum, "memory is new");
                for (int k = 0; k < 8; k++) {
                    send(client, frame(2, 1, k));
                }
                client.close();
                long millis = Waiting.within(30_000, () -> {
                    try (ShmClient next = ShmClient.connect(lab.socket("a"))) {
                        return next.isConnected();
                    } catch (ShmException e) {
                        return false;
                    }
                });
                late += millis > PROMISED_MILLIS ? 1 : 0;
            }
            assertTrue(late < 10, late + " of 20 took more than a second");
        }
    }

    @Test
    void clientsSeeThatThePortIsDetached() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1)) {
            lab.attach("a", "&slots=16");
            Path socket = lab.socket("a");
            try (ShmClient a = lab.connect("a")) {
                assertTrue(a.isConnected());
                lab.detach("a");
                assertFalse(a.isConnected());
                assertFalse(a.receiver().await(PATIENCE_NANOS));
                while (a.sender().send(frame(2, 1, 0), 0, 64)) {
                    assertFalse(a.isConnected());
                }
                assertFalse(a.sender().await(PATIENCE_NANOS));
            }
            assertFalse(Files.exists(socket));
        }
    }

    @Test
    void jumboFramesPass() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1)) {
            lab.attach("a", "&mtu=9000&slots=64");
            lab.attach("b", "&mtu=9000&slots=64");
            try (ShmClient a = lab.connect("a");
                    ShmClient b = lab.connect("b")) {
                byte[] jumbo = Frames.untagged(Frames.station(2), Frames.station(1), 9014, 77);
                for (int i = 0; i < 200; i++) {
                    send(a, jumbo);
                    assertArrayEquals(jumbo, receive(b));
                }
            }
        }
    }

    @Test
    void clientsMakeNoGarbage() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.BLOCKING, 1)) {
            lab.attach("a", "");
            lab.attach("b", "");
            try (ShmClient a = lab.connect("a");
                    ShmClient b = lab.connect("b")) {
                byte[] frame = frame(2, 1, 3);
                byte[] buffer = new byte[b.slotBytes()];
                long bytes = AllocatedBytes.ofRun(FRAMES_A_PASS, () -> pass(a, b, frame, buffer));
                assertTrue(bytes < FRAMES_A_PASS, bytes + " bytes for " + FRAMES_A_PASS + " frames");
            }
        }
    }

    private static void pass(ShmClient a, ShmClient b, byte[] frame, byte[] buffer) {
        for (int i = 0; i < FRAMES_A_PASS; i++) {
            if (!a.sender().send(frame, 0, frame.length) || !b.receiver().await(PATIENCE_NANOS)) {
                throw new AssertionError("frame " + i);
            }
            assertEquals(frame.length, b.receiver().receive(buffer));
        }
    }

    @Test
    void theSocketIsForOwnerAndGroupAndALeftoverIsReplaced() throws Exception {
        Path socket = dir.resolve("s.sock");
        ShmPort first = ShmPort.open("shm:s?dir=" + dir);
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        PortException inUse = assertThrows(PortException.class, () -> ShmPort.open("shm:s?dir=" + dir));
        assertEquals("socket " + socket + " is in use by a running switch", inUse.getMessage());
        Path kept = dir.resolve("kept");
        Files.createLink(kept, socket);
        first.close();
        assertFalse(Files.exists(socket));

        Files.move(kept, socket); // as a switch that was killed would leave it
        ShmPort second = ShmPort.open("shm:s?dir=" + dir);
        second.close();

        Files.writeString(socket, "mine");
        PortException noSocket = assertThrows(PortException.class, () -> ShmPort.open("shm:s?dir=" + dir));
        assertEquals(socket + " exists and is no socket", noSocket.getMessage());
        assertEquals("mine", Files.readString(socket));
    }
}
