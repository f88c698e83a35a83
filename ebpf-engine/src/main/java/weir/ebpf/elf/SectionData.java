// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.elf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import weir.ebpf.ObjectFileException;

/**
 * Little-endian bytes of one section, seen in place: every read is checked and names section and offset
 * when it fails. Offsets are those of the section, also in parts of it.
 */
public final class SectionData {
    /** Longest name or source line that is read, in bytes. */
    public static final int MAX_STRING_BYTES = 1024;

    private static final int MAX_QUOTED = 100;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String section;
    private final byte[] bytes;
    private final int from;
    private final int length;

    private SectionData(String section, byte[] bytes, int from, int length) {
        this.section = section;
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    /** The array itself, not copied. */
    public static SectionData of(String section, byte[] bytes) {
        return new SectionData(section, bytes, 0, bytes.length);
    }

    /** A part of a file, checked by the caller to lie inside. */
    static SectionData within(String section, byte[] file, int from, int length) {
        return new SectionData(section, file, from, length);
    }

    public String section() {
        return section;
    }

    public int length() {
        return length;
    }

    /** Where it begins in the file, for sections as they stand there. */
    int fileOffset() {
        return from;
    }

    public int u8(long offset) throws ObjectFileException {
        return Byte.toUnsignedInt(bytes[at(offset, 1)]);
    }

    public int u16(long offset) throws ObjectFileException {
        return Short.toUnsignedInt((short) SHORT.get(bytes, at(offset, 2)));
    }

    public int i32(long offset) throws ObjectFileException {
        return (int) INT.get(bytes, at(offset, 4));
    }

    public long u32(long offset) throws ObjectFileException {
        return Integer.toUnsignedLong(i32(offset));
    }

    public long i64(long offset) throws ObjectFileException {
        return (long) LONG.get(bytes, at(offset, 8));
    }

    /** Bytes up to the next NUL, as UTF-8; at most {@link #MAX_STRING_BYTES}. */
    public String string(long offset) throws ObjectFileException {
        return string(offset, false);
    }

    /**
     * Bytes up to the next NUL, as UTF-8.
     *
     * @param cut whether of a longer one its beginning is good enough
     */
    String string(long offset, boolean cut) throws ObjectFileException {
        int start = at(offset, 1);
        int end = start;
        int limit = Math.min(from + length, start + MAX_STRING_BYTES + 1);
        while (end < limit && bytes[end] != 0) {
            end++;
        }
        if (end - start > MAX_STRING_BYTES) {
            if (cut) {
                return new String(bytes, start, MAX_STRING_BYTES, StandardCharsets.UTF_8);
            }
            throw fail(offset, "a string has more than " + MAX_STRING_BYTES + " bytes");
        }
        if (end == from + length) {
            throw fail(offset, "a string has no end");
        }
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }

    /** A copy. */
    public byte[] copy(long offset, long lengthBytes) throws ObjectFileException {
        int start = at(offset, lengthBytes);
        return Arrays.copyOfRange(bytes, start, start + (int) lengthBytes);
    }

    /** What is between two offsets, with offsets of its own from 0. */
    public SectionData part(long offset, long lengthBytes) throws ObjectFileException {
        return new SectionData(section, bytes, at(offset, lengthBytes), (int) lengthBytes);
    }

    /** Makes the exception for a place in this section. */
    public ObjectFileException fail(long offset, String rule) {
        return failIn(section, offset, rule);
    }

    public static ObjectFileException failIn(String section, long offset, String rule) {
        return new ObjectFileException(
                "section " + quote(section) + " offset 0x" + Long.toHexString(offset) + ": " + rule);
    }

    /** Text from an object file for a message: printable and short. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            if (i == MAX_QUOTED) {
                return quoted.append("...\"").toString();
            }
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        return quoted.append('"').toString();
    }

    private int at(long offset, long count) throws ObjectFileException {
        if (offset < 0 || count < 0 || offset > length || count > length - offset) {
            throw fail(offset, "needs " + count + " bytes, the section has " + length);
        }
        return from + (int) offset;
    }
}
