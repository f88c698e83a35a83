// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.core.counter.DropReason;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.core.testing.Law;
import weir.core.testing.Seeds;
import weir.core.worker.WaitMode;
import weir.ports.linux.Errno;
import weir.ports.linux.LinuxException;
import weir.ports.linux.SeqpacketSocket;
import weir.ports.shm.client.ShmClient;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * Hostile clients of a switch that runs, beside neighbours that may not lose a frame: see {@link ShmLab} for what is
 * checked at each end.
 */
@RequiresFeature(Feature.LINUX)
@Timeout(value = 3_600, unit = TimeUnit.SECONDS)
class ShmHostileTest {
    private static final int PATIENT_LOOKS = 2_000;
    private static final int MIN_SESSIONS = 10;
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    @TempDir
    Path dir;

    /** Everything that a client can write, at random: indices, lengths, sleep numbers, bytes, holes, wake-ups. */
    @Test
    void noMutationOfMemoryHurtsAnybodyElse() throws Exception {
        RandomGenerator random = Seeds.random(3);
        int mutations = RunSize.of(10_000, 10_000_000);
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1).withNeighbours()) {
            lab.attach("a", "&slots=32");
            lab.attach("b", "&slots=32");
            HostileClient a = connect(lab, "a");
            try (HostileClient b = connect(lab, "b")) {
                long exchanged = lab.neighbours().exchanged();
                int sessions = 1;
                long deadline = System.nanoTime() + PATIENCE_NANOS;
                // A worker that gets little of a busy machine sees only some of them: then there are more.
                for (int done = 0;
                        done < mutations || (sessions <= MIN_SESSIONS && System.nanoTime() - deadline < 0); ) {
                    if (!a.isConnected()) {
                        a.close();
                        a = connect(lab, "a");
                        sessions++;
                    }
                    done += mutate(a, random);
                    b.consumerIndex(b.givenIndex()); // reads, and so makes room for more
                }
                HostileClient last = a;
                Law.eventually("the worker has seen the last of it", () -> {
                    last.wake();
                    return lab.counters("a").ingressDrops().getOrDefault(DropReason.BAD_DESCRIPTOR, 0L) > 0;
                });
                assertTrue(sessions > MIN_SESSIONS, sessions + " sessions were ended for bad descriptors");
                Law.eventually("neighbours go on", () -> lab.neighbours().exchanged() > exchanged);
            }
            a.close();
        }
    }

    private static HostileClient connect(ShmLab lab, String port) {
        HostileClient[] client = new HostileClient[1];
        Law.eventually("a hostile client gets in", () -> {
            try {
                client[0] = HostileClient.connect(lab.socket(port));
                return client[0] != null;
            } catch (LinuxException e) {
                throw new AssertionError(e);
            }
        });
        return client[0];
    }

    /** One act; returns how many words it mutated. */
    private static int mutate(HostileClient client, RandomGenerator random) {
        switch (random.nextInt(8)) {
            case 0 -> client.producerIndex(index(client.takenIndex(), random));
            case 1 -> client.consumerIndex(index(client.givenIndex(), random));
            case 2 -> client.sleepNumber(random.nextLong());
            case 3 -> client.scribble(random);
            case 4 -> client.wake();
            case 5 -> {
                if (random.nextInt(16) == 0) {
                    client.shared().discard();
                }
            }
            default -> {
                return publish(client, random);
            }
        }
        return 1;
    }

    private static long index(long honest, RandomGenerator random) {
        return switch (random.nextInt(3)) {
            case 0 -> random.nextLong();
            case 1 -> honest + random.nextInt(200) - 100;
            default -> honest + random.nextInt(33);
        };
    }

    private static int publish(HostileClient client, RandomGenerator random) {
        long at = client.takenIndex();
        int count = 1 + random.nextInt(client.slots());
        for (int i = 0; i < count; i++) {
            byte[] frame = Frames.untagged(
                    random.nextInt(4) == 0 ? Frames.BROADCAST : Frames.station(random.nextInt(3)),
                    Frames.station(random.nextInt(3)),
                    random.nextInt(100),
                    i);
            client.frame(at + i, frame);
            if (random.nextInt(8) == 0) {
                client.word(at + i, random.nextBoolean() ? random.nextLong() : random.nextInt(2_000));
            }
        }
        client.producerIndex(at + count);
        client.wake();
        for (int i = 0; i < PATIENT_LOOKS && client.takenIndex() == at; i++) {
            Thread.onSpinWait(); // so that most of it is seen before the next act
        }
        return count;
    }

    @Test
    void whatIsSaidAtTheDoorNeverKeepsAnHonestClientOut() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1).withNeighbours()) {
            lab.attach("a", "&slots=16");
            List<SeqpacketSocket> idlers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                idlers.add(connectPatiently(lab.socket("a")));
                say(idlers.getLast(), i);
            }
            try (ShmClient honest = ShmClient.connect(lab.socket("a"), Duration.ofSeconds(30))) {
                assertTrue(honest.isConnected());
                lab.awaitState("a", PortState.UP);
                idlers.forEach(SeqpacketSocket::close);
            }
        }
    }

    /** Nothing, a part of a hello, a hello with something behind it, of another version, with a descriptor, ... */
    private static void say(SeqpacketSocket socket, int what) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(200, Long.BYTES);
            ShmLayout.writeHello(message);
            switch (what % 6) {
                case 0 -> socket.send(message.asSlice(0, 5), null);
                case 1 -> socket.send(message, null);
                case 2 -> {
                    message.set(java.lang.foreign.ValueLayout.JAVA_INT, 8, 99);
                    socket.send(message.asSlice(0, ShmLayout.HELLO_BYTES), null);
                }
                case 3 -> socket.send(message.asSlice(0, 0), null);
                case 4 -> socket.send(message.fill((byte) 0x55), null);
                default -> {
                    // Says nothing.
                }
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            // It came so late with it that it had been sent away.
        }
    }

    private static SeqpacketSocket connectPatiently(Path path) {
        SeqpacketSocket[] socket = new SeqpacketSocket[1];
        Law.eventually("the backlog has room", () -> {
            try {
                socket[0] = SeqpacketSocket.connect(path);
                return true;
            } catch (LinuxException e) {
                return false;
            }
        });
        return socket[0];
    }

    @Test
    void whoSaysNothingIsSentAwayAfterASecond() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1)) {
            lab.attach("a", "&slots=16");
            long start = System.nanoTime();
            try (SeqpacketSocket silent = SeqpacketSocket.connect(lab.socket("a"))) {
                MemorySegment buffer = Arena.ofAuto().allocate(1);
                Waiting.within(30_000, () -> SeqpacketSocket.receiveNow(silent.fd(), buffer.address(), 1) == 0);
                long millis = (System.nanoTime() - start) / 1_000_000;
                assertTrue(millis > 500, "after " + millis + " ms");
            }
        }
    }

    @Test
    void clientsThatComeAndGoLeaveNothingBehind() throws Exception {
        try (ShmLab lab = new ShmLab(dir, WaitMode.ADAPTIVE, 1).withNeighbours()) {
            lab.attach("a", "&slots=16");
            for (int i = 0; i < RunSize.of(100, 2_000); i++) {
                lab.connect("a").close();
                lab.awaitState("a", PortState.DOWN);
            }
            assertEquals(0, lab.counters("a").received());
        }
    }
}
