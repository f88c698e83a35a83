// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.Arrays;

/**
 * What came of the numbered frames of one generator: which are missing, came twice, or came late (RFC 4737: a number less
 * than one that was there before). One writer; nothing is allocated for a frame.
 *
 * <p>Of the last {@value #WINDOW} numbers it is known which came. A frame that comes later than that counts as late, and
 * cannot be told from a duplicate.
 */
public final class StreamTracker {
    static final int WINDOW = 1 << 16;

    private static final int WORD_SHIFT = 6;

    private final int stream;
    private final long[] seen = new long[WINDOW >>> WORD_SHIFT];
    private long first = -1;
    private long next;
    private long received;
    private long duplicates;
    private long reordered;

    public StreamTracker(int stream) {
        this.stream = stream;
    }

    int stream() {
        return stream;
    }

    /** The number that is to come when nothing is missing; 0 before the first. */
    public long next() {
        return next;
    }

    public void add(long sequence) {
        if (first < 0) {
            first = sequence;
            next = sequence;
        }
        if (sequence >= next) {
            forget(sequence);
            next = sequence + 1;
            received++;
        } else if (next - sequence > WINDOW) {
            reordered++;
            received++;
        } else if (isSeen(sequence)) {
            duplicates++;
            return;
        } else {
            reordered++;
            received++;
        }
        first = Math.min(first, sequence);
        seen[word(sequence)] |= 1L << sequence;
    }

    /** The numbers from the next one to this take the places of older ones. */
    private void forget(long sequence) {
        if (sequence - next >= WINDOW) {
            Arrays.fill(seen, 0);
            return;
        }
        for (long each = next; each <= sequence; each++) {
            seen[word(each)] &= ~(1L << each);
        }
    }

    private boolean isSeen(long sequence) {
        return (seen[word(sequence)] & 1L << sequence) != 0;
    }

    private static int word(long sequence) {
        return (int) (sequence & (WINDOW - 1)) >>> WORD_SHIFT;
    }

    public SinkReport.StreamReport report() {
        long span = first < 0 ? 0 : next - first;
        return new SinkReport.StreamReport(
                stream, first, next - 1, received, Math.max(0, span - received), duplicates, reordered);
    }
}
