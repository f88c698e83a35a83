// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import weir.core.ring.SpscRing;

/**
 * Copies of frames on their way from one thread to another, each with a time. One writer, one reader, no locks.
 *
 * <pre>
 *  memory   | time 8 | bytes, padded to 8 | time 8 | bytes ...  | unused end |
 *
 *  writer --- ready: place and length ---> reader
 *  writer &lt;-- done:  the same word ------- reader, in the same order
 * </pre>
 *
 * A record never wraps: where the end is too short for one, it goes to the start. Memory order is that of the two
 * {@link SpscRing}s: bytes are written before their word is published, and read before it comes back.
 */
public final class CopyRing {
    /** Longest frame: what a word has room for. */
    public static final int MAX_FRAME_BYTES = (int) Frame.LENGTH_MASK;

    /** {@link Writer#claim}: no room now. */
    public static final long NO_ROOM = 0;

    private static final int TIME_BYTES = Long.BYTES;
    private static final int ALIGNMENT = Long.BYTES;

    private final Writer writer;
    private final Reader reader;

    /**
     * A ring in memory of its own, which is freed when nobody has the ring any more.
     *
     * @param bytes of memory, a multiple of 8
     * @param frames most frames at a time, a power of two
     */
    public CopyRing(int bytes, int frames) {
        this(Arena.ofAuto().allocate(bytes, ALIGNMENT), frames);
    }

    /**
     * A ring in somebody else's memory.
     *
     * @param memory aligned to 8, of a multiple of 8 bytes up to 2 GiB
     * @param frames most frames at a time, a power of two
     */
    public CopyRing(MemorySegment memory, int frames) {
        SpscRing ready = new SpscRing(frames);
        SpscRing done = new SpscRing(frames);
        writer = new Writer(memory, frames, ready.producer(), done.consumer());
        reader = new Reader(memory, ready.consumer(), done.producer());
    }

    public Writer writer() {
        return writer;
    }

    public Reader reader() {
        return reader;
    }

    private static int recordBytes(int lengthBytes) {
        return TIME_BYTES + ((lengthBytes + ALIGNMENT - 1) & -ALIGNMENT);
    }

    /** The writing end: {@link #claim}, write the bytes there, {@link #commit}, and {@link #publish} some at a time. */
    public static final class Writer {
        private final MemorySegment memory;
        private final int capacity;
        private final SpscRing.Producer ready;
        private final SpscRing.Consumer done;
        private int tail;
        private int head;
        private int outstanding;
        private int claimed;

        private Writer(MemorySegment memory, int capacity, SpscRing.Producer ready, SpscRing.Consumer done) {
            this.memory = memory;
            this.capacity = capacity;
            this.ready = ready;
            this.done = done;
        }

        /**
         * Finds room.
         *
         * @param lengthBytes at most {@link #MAX_FRAME_BYTES}
         * @return where to write {@code lengthBytes}, or {@link #NO_ROOM}
         */
        public long claim(int lengthBytes) {
            takeBack();
            int need = recordBytes(lengthBytes);
            int size = (int) memory.byteSize();
            if (outstanding == capacity) {
                return NO_ROOM;
            }
            if (tail >= head) {
                // A tail that met the head from below would look like an empty ring: hence "less", not "at most".
                claimed = size - tail >= need ? tail : need < head ? 0 : -1;
            } else {
                claimed = need < head - tail ? tail : -1;
            }
            return claimed < 0 ? NO_ROOM : memory.address() + claimed + TIME_BYTES;
        }

        private void takeBack() {
            int n = done.available();
            for (int i = 0; i < n; i++) {
                long word = done.peek(i);
                head = (int) Frame.position(word) + recordBytes(Frame.length(word));
            }
            if (n > 0) {
                done.advance(n);
                outstanding -= n;
            }
            if (outstanding == 0) {
                head = 0;
                tail = 0;
            }
        }

        /** Completes the record that was claimed last. */
        public void commit(int lengthBytes, long nanos) {
            Mem.putLong(memory.address() + claimed, nanos);
            ready.put(Frame.at(claimed, lengthBytes));
            tail = claimed + recordBytes(lengthBytes);
            outstanding++;
        }

        /** {@link #claim}, copy and {@link #commit} in one; false when there is no room now. */
        public boolean put(byte[] bytes, long nanos) {
            if (claim(bytes.length) == NO_ROOM) {
                return false;
            }
            MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, (long) claimed + TIME_BYTES, bytes.length);
            commit(bytes.length, nanos);
            return true;
        }

        /** Shows the reader what was committed. */
        public void publish() {
            ready.publish();
        }

        /** Whether the reader sleeps or is about to; ask after a full fence behind {@link #publish}. */
        public boolean readerWaits() {
            return ready.consumerWaits();
        }
    }

    /** The reading end. */
    public static final class Reader {
        private final MemorySegment memory;
        private final SpscRing.Consumer ready;
        private final SpscRing.Producer done;

        private Reader(MemorySegment memory, SpscRing.Consumer ready, SpscRing.Producer done) {
            this.memory = memory;
            this.ready = ready;
            this.done = done;
        }

        /** Frames that can be read now; content with {@code enough}. */
        public int available(int enough) {
            return ready.available(enough);
        }

        /** Of the frame {@code index} places behind the oldest. */
        public int length(int index) {
            return Frame.length(ready.peek(index));
        }

        public long address(int index) {
            return memory.address() + Frame.position(ready.peek(index)) + TIME_BYTES;
        }

        public long nanos(int index) {
            return Mem.getLong(memory.address() + Frame.position(ready.peek(index)));
        }

        /** The bytes of the frame {@code index} places behind the oldest; until it is given back. */
        public MemorySegment segment(int index) {
            long word = ready.peek(index);
            return memory.asSlice(Frame.position(word) + TIME_BYTES, Frame.length(word));
        }

        /** Copies out the frame {@code index} places behind the oldest. */
        public byte[] bytes(int index) {
            byte[] copy = new byte[length(index)];
            long start = Frame.position(ready.peek(index)) + TIME_BYTES;
            MemorySegment.ofArray(copy).copyFrom(memory.asSlice(start, copy.length));
            return copy;
        }

        /** Gives the oldest {@code count} frames back to the writer. */
        public void advance(int count) {
            for (int i = 0; i < count; i++) {
                done.put(ready.peek(i)); // has room for all that can be outstanding
            }
            ready.advance(count);
            done.publish();
        }

        /** See {@link SpscRing.Consumer#setWaiting}. */
        public void setWaiting(boolean waiting) {
            ready.setWaiting(waiting);
        }
    }
}
