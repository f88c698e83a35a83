// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;

/** An object file loaded somewhere, and what a test does with it. One thread. */
abstract class Subject implements AutoCloseable {
    /**
     * What became of a frame.
     *
     * @param action return value of the program
     * @param target where a redirect goes, in words
     */
    record Verdict(int action, Bytes frame, String target) {}

    /** Runs a program on a frame that comes in by port 1 to 9. */
    abstract Verdict run(String program, byte[] frame, int port);

    abstract MapControl map(String name);

    /** Lets time pass. */
    abstract void advance(long nanos);

    /** Whether time passes only by {@link #advance}. */
    abstract boolean hasStillClock();

    /** Whether {@link Verdict#target} is known. */
    abstract boolean knowsTargets();

    @Override
    public abstract void close();

    /** Runs, and checks what becomes of the frame. */
    final byte[] run(String program, byte[] frame, int port, int action) {
        Verdict verdict = run(program, frame, port);
        assertEquals(action, verdict.action(), "action");
        return verdict.frame().toArray();
    }

    /** Runs a program that redirects, and checks where to. */
    final byte[] runToTarget(String program, byte[] frame, int port, String target) {
        Verdict verdict = run(program, frame, port);
        assertEquals(4, verdict.action(), "XDP_REDIRECT");
        if (knowsTargets()) {
            assertEquals(target, verdict.target());
        }
        return verdict.frame().toArray();
    }

    final void set(String map, byte[] key, byte[] value) {
        assertEquals(
                0,
                map(map).update(key, value, 0),
                () -> map + " " + HexFormat.of().formatHex(key));
    }

    final void set(String map, int key, int value) {
        set(map, word(key), word(value));
    }

    /** A 64-bit number, or the sum of all CPUs' numbers; 0 where the key is not there. */
    final long count(String map, byte[] key) {
        if (!(map(map).lookup(key, 0) instanceof MapControl.Result.Found(var bytes))) {
            return 0;
        }
        ByteBuffer words = ByteBuffer.wrap(bytes.toArray()).order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        while (words.hasRemaining()) {
            sum += words.getLong();
        }
        return sum;
    }

    final long count(String map, int key) {
        return count(map, word(key));
    }

    /** All entries, in hex. */
    final Map<String, String> entries(String map) {
        Map<String, String> all = new HashMap<>();
        map(map).entries().forEach(e -> all.put(e.key().toString(), e.value().toString()));
        return all;
    }

    static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    static byte[] longs(long... values) {
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            all.putLong(value);
        }
        return all.array();
    }
}
