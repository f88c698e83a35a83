// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

/**
 * Frames on their way, in the order in which they are due. Times never decrease, so a ring is all that is needed: the
 * next one due stands in front. One thread.
 */
final class HeldFrames {
    private long[] frames;
    private long[] due;
    private int mask;
    private long head;
    private long tail;

    HeldFrames() {
        frames = new long[1];
        due = new long[1];
    }

    /** Makes room for so many frames, or as many as there are now. */
    void reserve(int count) {
        int size = size();
        int capacity = Integer.highestOneBit(Math.max(1, Math.max(count, size) * 2 - 1));
        if (capacity <= frames.length) {
            return;
        }
        long[] newFrames = new long[capacity];
        long[] newDue = new long[capacity];
        for (int i = 0; i < size; i++) {
            newFrames[i] = frames[(int) (head + i) & mask];
            newDue[i] = due[(int) (head + i) & mask];
        }
        frames = newFrames;
        due = newDue;
        mask = capacity - 1;
        head = 0;
        tail = size;
    }

    int size() {
        return (int) (tail - head);
    }

    boolean isEmpty() {
        return tail == head;
    }

    /** Adds a frame that is due no sooner than the last one; the caller keeps to what was reserved. */
    void add(long frame, long dueNanos) {
        int place = (int) tail & mask;
        frames[place] = frame;
        due[place] = dueNanos;
        tail++;
    }

    /** When the first one is due; there is one. */
    long firstDue() {
        return due[(int) head & mask];
    }

    boolean isDue(long nowNanos) {
        return !isEmpty() && firstDue() - nowNanos <= 0;
    }

    /** Takes the first one; there is one. */
    long take() {
        return frames[(int) head++ & mask];
    }

    /** Makes all of them due. */
    void hurry(long nowNanos) {
        for (long i = tail - 1; i >= head && due[(int) i & mask] - nowNanos > 0; i--) {
            due[(int) i & mask] = nowNanos;
        }
    }
}
