// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import weir.ebpf.program.ProgramFacts;

/**
 * How a function uses its 512 bytes of stack, by words of 8: which may be locals of the JVM, and which
 * must be memory.
 *
 * <pre>
 *  word      63          62               1           0
 *       +-----------+-----------+-- -+-----------+-----------+
 *       | -512      | -504      | .. | -16       | -8        |   offset from r10
 *       +-----------+-----------+-- -+-----------+-----------+
 * </pre>
 *
 * A word is memory when an access reaches over its border, when an atomic operation is done on it, or when
 * a helper is handed a long or unknown stretch that it is part of. Short stretches that helpers are handed
 * are put into memory for the call and read back after it. When a pointer gets where the compiler loses
 * sight of it, all words are memory.
 */
final class StackUse {
    static final int FRAME_POINTER = 10;
    static final int WORD_BYTES = Long.BYTES;
    static final int WORDS = ProgramFacts.FRAME_STACK_BYTES / WORD_BYTES;

    /** Longest stretch that is put into memory for a call. */
    private static final int SHORT_BYTES = 32;

    private boolean escapes;
    private long touched;
    private long memory;

    /** The word that holds the byte at that offset, -512 to -1. */
    static int wordOf(int offset) {
        return (-offset - 1) / WORD_BYTES;
    }

    /** Offset of a word's first byte. */
    static int offsetOf(int word) {
        return -(word + 1) * WORD_BYTES;
    }

    static boolean isInFrame(int offset, int bytes) {
        return offset >= -ProgramFacts.FRAME_STACK_BYTES && offset + (long) bytes <= 0;
    }

    /** A pointer got out of sight. */
    void escape() {
        escapes = true;
    }

    boolean escapes() {
        return escapes;
    }

    /** A load or store at a constant offset. */
    void access(int offset, int bytes) {
        if (isInFrame(offset, bytes)) {
            long words = wordsOf(offset, bytes);
            touched |= words;
            if (Long.bitCount(words) > 1) {
                memory |= words;
            }
        }
    }

    /** An access that needs the memory itself. */
    void accessInMemory(int offset, int bytes) {
        if (isInFrame(offset, bytes)) {
            touched |= wordsOf(offset, bytes);
            memory |= wordsOf(offset, bytes);
        }
    }

    /** A helper uses these bytes during a call. */
    void lend(StackRange range) {
        long words = wordsOf(range.offset(), range.bytes());
        touched |= words;
        if (range.bytes() > SHORT_BYTES) {
            memory |= words;
        }
    }

    /** The words that hold any of these bytes, which are in the frame, as bits. */
    static long wordsOf(int offset, int bytes) {
        if (bytes == 0) {
            return 0;
        }
        int first = wordOf(offset + bytes - 1);
        int last = wordOf(offset);
        return (-1L >>> (WORDS - 1 - last + first)) << first;
    }

    /** Whether a word is a local. */
    boolean isLocal(int word) {
        return !escapes && ((memory >>> word) & 1) == 0;
    }

    /** Whether the word that holds this offset is a local. */
    boolean isLocalAt(int offset) {
        return isLocal(wordOf(offset));
    }

    /** Words that are locals and used, as bits. */
    long locals() {
        return escapes ? 0 : touched & ~memory;
    }

    /** Bytes below r10 that programs may find what they or others left there; to be cleared at entry. */
    int bytesToClear() {
        if (escapes) {
            return ProgramFacts.FRAME_STACK_BYTES;
        }
        return (WORDS - Long.numberOfLeadingZeros(memory)) * WORD_BYTES;
    }
}
