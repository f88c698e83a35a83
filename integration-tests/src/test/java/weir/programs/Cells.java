// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import weir.core.program.AttachedProgram;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapFlags;

/** Keys and values of the examples' maps, as the programs lay them out: little endian where nothing else is said. */
final class Cells {
    private Cells() {}

    static byte[] u16(int value) {
        return littleEndian(value, Short.BYTES);
    }

    static byte[] u32(int value) {
        return littleEndian(value, Integer.BYTES);
    }

    /** Words one behind the other. */
    static byte[] u64(long... values) {
        byte[][] words = new byte[values.length][];
        for (int i = 0; i < values.length; i++) {
            words[i] = littleEndian(values[i], Long.BYTES);
        }
        return join(words);
    }

    private static byte[] littleEndian(long value, int bytes) {
        byte[] result = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            result[i] = (byte) (value >>> (i * Byte.SIZE));
        }
        return result;
    }

    /** Puts parts one behind the other. */
    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    static void put(AttachedProgram program, String map, byte[] key, byte[] value) {
        int result = program.withMap(map, each -> each.control().update(key, value, MapFlags.ANY))
                .orElseThrow();
        if (result != 0) {
            throw new AssertionError("map " + map + " refused an entry: errno " + -result);
        }
    }

    /** The value's bytes; empty when the map has no such key. */
    static Optional<ByteBuffer> get(AttachedProgram program, String map, byte[] key) {
        MapControl.Result found =
                program.withMap(map, each -> each.control().lookup(key, 0)).orElseThrow();
        return found instanceof MapControl.Result.Found value
                ? Optional.of(ByteBuffer.wrap(value.bytes().toArray()).order(ByteOrder.LITTLE_ENDIAN))
                : Optional.empty();
    }

    /** A 64-bit word of a value; 0 when the map has no such key. */
    static long word(AttachedProgram program, String map, byte[] key) {
        return get(program, map, key).map(ByteBuffer::getLong).orElse(0L);
    }

    /**
     * One word of a per-CPU value, summed over all CPUs.
     *
     * @param words 64-bit words of a CPU's value
     */
    static long sum(AttachedProgram program, String map, int key, int words, int word) {
        ByteBuffer values = get(program, map, u32(key)).orElseThrow();
        long sum = 0;
        for (int at = word * Long.BYTES; at < values.limit(); at += words * Long.BYTES) {
            sum += values.getLong(at);
        }
        return sum;
    }

    /** A per-CPU counter of one word. */
    static long sum(AttachedProgram program, String map, int key) {
        return sum(program, map, key, 1, 0);
    }
}
