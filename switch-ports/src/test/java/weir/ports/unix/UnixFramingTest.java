// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.core.counter.DropReason;
import weir.core.port.PortState;
import weir.core.testing.Frames;
import weir.core.testing.Seeds;
import weir.ports.testing.QueueDriver;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * Streams of random frames whose bytes were changed, added and taken away, sent in random parts: what the port makes of
 * each is what an obvious reader of the whole text makes of it.
 */
@RequiresFeature(Feature.LINUX)
@Timeout(3_600)
class UnixFramingTest {
    private static final long MILLIS = 30_000;
    private static final int MTU_BYTES = 1500;
    private static final int LONGEST_FRAME = MTU_BYTES + 14 + 2 * 4;
    private static final int LONGEST_ANNOUNCED = 69_632;

    @TempDir
    private Path folder;

    /** What a text comes to: its frames and drops, and whether it ends with the reader cutting the writer off. */
    private record Reading(List<byte[]> frames, Map<DropReason, Long> drops, boolean cutOff) {
        static Reading of(byte[] text) {
            List<byte[]> frames = new ArrayList<>();
            Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
            ByteBuffer rest = ByteBuffer.wrap(text);
            while (rest.remaining() >= Integer.BYTES) {
                long length = rest.getInt() & 0xffff_ffffL;
                if (length > LONGEST_ANNOUNCED) {
                    return new Reading(frames, drops, true);
                }
                if (rest.remaining() < length) {
                    break;
                }
                byte[] frame = new byte[(int) length];
                rest.get(frame);
                if (length == 0) {
                    drops.merge(DropReason.RUNT, 1L, Long::sum);
                } else if (length > LONGEST_FRAME) {
                    drops.merge(DropReason.OVERSIZE, 1L, Long::sum);
                } else {
                    frames.add(frame);
                }
            }
            return new Reading(frames, drops, false);
        }

        long received() {
            return frames.size() + drops.values().stream().mapToLong(n -> n).sum();
        }
    }

    private static byte[] text(RandomGenerator random) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        if (random.nextInt(8) == 0) { // which chance alone makes too seldom
            text.writeBytes(StreamPeer.framed(new byte[LONGEST_FRAME + 1 + random.nextInt(1000)]));
        }
        int count = random.nextInt(60);
        for (int i = 0; i < count; i++) {
            int length = 14 + random.nextInt(LONGEST_FRAME - 14);
            text.writeBytes(StreamPeer.framed(Frames.untagged(Frames.station(1), Frames.station(2), length, i)));
        }
        byte[] mutated = text.toByteArray();
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            mutated = mutate(mutated, random);
        }
        return mutated;
    }

    private static byte[] mutate(byte[] text, RandomGenerator random) {
        int at = random.nextInt(text.length + 1);
        byte[] changed = text.clone();
        switch (random.nextInt(5)) {
            case 0 -> {
                if (at < text.length) {
                    changed[at] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 1 -> changed = Arrays.copyOf(text, at);
            case 2 -> changed = insert(text, at, new byte[random.nextInt(12)]);
            case 3 -> changed = insert(text, at, length(random));
            default -> {
                int end = Math.min(text.length, at + random.nextInt(12));
                changed = insert(Arrays.copyOf(text, at), at, Arrays.copyOfRange(text, end, text.length));
            }
        }
        return changed;
    }

    private static byte[] length(RandomGenerator random) {
        int announced = switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> LONGEST_ANNOUNCED - 2 + random.nextInt(4);
            case 2 -> LONGEST_FRAME - 1 + random.nextInt(3);
            default -> random.nextInt();
        };
        return ByteBuffer.allocate(Integer.BYTES).putInt(announced).array();
    }

    private static byte[] insert(byte[] text, int at, byte[] what) {
        return ByteBuffer.allocate(text.length + what.length)
                .put(text, 0, at)
                .put(what)
                .put(text, at, text.length - at)
                .array();
    }

    @Test
    void noTextHurtsMoreThanItsOwnFrames() throws Exception {
        UnixPort port = UnixPort.open("unix:" + folder.resolve("s"));
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst())) {
            Totals totals = new Totals();
            for (long seed : Seeds.of(RunSize.of(300, 20_000))) {
                RandomGenerator random = Seeds.random(seed);
                byte[] text = text(random);
                List<byte[]> got = new ArrayList<>();
                Reading expected = Reading.of(text);
                try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("s")))) {
                    Waiting.within(MILLIS, () -> driver.receive(1).isEmpty() && port.state() == PortState.UP);
                    peer.configureBlocking(false);
                    send(peer, text, random, driver, got);
                }
                totals.add(expected);
                Waiting.within(MILLIS, () -> {
                    got.addAll(driver.receive(64));
                    return port.state() == PortState.DOWN;
                });
                Frames.assertSameOrder(expected.frames(), got, "seed " + seed);
                assertEquals(totals.received, driver.counters().received(), "seed " + seed);
                assertEquals(totals.drops, driver.counters().ingressDrops(), "seed " + seed);
            }
            assertTrue(totals.cutOffs > 0 && totals.drops.size() == 2, "the texts have mistakes of all kinds");
        }
        port.close();
    }

    private static final class Totals {
        private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        private long received;
        private int cutOffs;

        void add(Reading reading) {
            received += reading.received();
            cutOffs += reading.cutOff() ? 1 : 0;
            reading.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
        }
    }

    /** In parts of random sizes, until everything is sent or the port has cut the peer off. */
    private static void send(
            SocketChannel peer, byte[] text, RandomGenerator random, QueueDriver driver, List<byte[]> got) {
        ByteBuffer rest = ByteBuffer.wrap(text);
        while (rest.hasRemaining()) {
            int part = 1 + random.nextInt(1 << random.nextInt(15));
            try {
                rest.limit(Math.min(text.length, rest.position() + part));
                peer.write(rest);
                rest.limit(text.length);
            } catch (java.io.IOException e) {
                return;
            }
            got.addAll(driver.receive(1 + random.nextInt(64)));
        }
    }
}
