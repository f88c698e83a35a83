// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Damages ELF objects where it hurts: fields of the header and of section headers, entries of the sections
 * the loader reads, at places and with values that are likely to be believed.
 */
public final class ObjectMutator {
    private static final long[] VALUES = {
        0,
        1,
        2,
        7,
        8,
        24,
        64,
        0x7f,
        0xff,
        0xfff0,
        0xffff,
        0x7fffffff,
        0xffffffffL,
        -1,
        -8,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        1L << 32,
        16 << 20,
        1000
    };

    private final RandomGenerator random;

    public ObjectMutator(RandomGenerator random) {
        this.random = random;
    }

    /** A damaged copy. */
    public byte[] mutate(byte[] object) {
        byte[] copy = object.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            change(copy);
        }
        return random.nextInt(20) == 0 ? Arrays.copyOf(copy, random.nextInt(copy.length)) : copy;
    }

    private void change(byte[] object) {
        ByteBuffer data = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
        int from = 0;
        int length = object.length;
        long headers = data.getLong(40);
        int count = Short.toUnsignedInt(data.getShort(60));
        boolean hasHeaders =
                headers > 0 && headers < object.length && headers + count * 64L <= object.length && count > 0;
        if (random.nextInt(10) == 0 || !hasHeaders) {
            length = 64;
        } else if (random.nextInt(4) == 0) {
            from = (int) headers + random.nextInt(count) * 64;
            length = 64;
        } else {
            int header = (int) headers + random.nextInt(count) * 64;
            long offset = data.getLong(header + 24);
            long size = data.getLong(header + 32);
            if (offset >= 0 && size > 0 && offset <= object.length - size) {
                from = (int) offset;
                length = (int) size;
            }
        }
        put(data, from, length);
    }

    private void put(ByteBuffer data, int from, int length) {
        int at = from + random.nextInt(length);
        int width = 1 << random.nextInt(4);
        at = random.nextInt(4) == 0 ? at : at & -width;
        if (at + width > data.capacity()) {
            return;
        }
        long old = get(data, at, width);
        long value = switch (random.nextInt(5)) {
            case 0 -> random.nextLong();
            case 1 -> old ^ 1L << random.nextInt(width * 8);
            case 2 -> old + random.nextInt(-9, 10);
            case 3 -> data.capacity() + random.nextInt(-64, 64);
            default -> VALUES[random.nextInt(VALUES.length)];
        };
        switch (width) {
            case 1 -> data.put(at, (byte) value);
            case 2 -> data.putShort(at, (short) value);
            case 4 -> data.putInt(at, (int) value);
            default -> data.putLong(at, value);
        }
    }

    private static long get(ByteBuffer data, int at, int width) {
        return switch (width) {
            case 1 -> data.get(at);
            case 2 -> data.getShort(at);
            case 4 -> data.getInt(at);
            default -> data.getLong(at);
        };
    }
}
