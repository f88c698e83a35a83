// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

/**
 * Groups frames by a small number, such as the port they go to: one row a group, in order of arrival,
 * and a list of the groups that were touched, so that the cost follows those and not all there are.
 *
 * <pre>
 *  words    | f f f . . | . . . . . | f . . . . |    a row for each group, as wide as a batch
 *  next           3           5           11         index behind each row's last frame
 *  touched  | 0 | 2 |
 * </pre>
 *
 * Grouping goes in two loops: first each frame's place is found, then the frames are stored. In one loop
 * the address of each store would hang on the counter loaded just before, and the loads of later frames
 * would wait for it. One thread.
 */
public final class FrameRows {
    private static final int MASK_GROUPS = 64;

    private final int width;
    private final int[] places = new int[FrameBatch.MAX_CAPACITY];
    private long[] words = {};
    private int[] next = {};
    private int[] touched = new int[1];
    private int touchedCount;
    private long touchedMask;
    private int groups;

    /**
     * @param width frames that a row holds, 1 to {@link FrameBatch#MAX_CAPACITY}
     */
    public FrameRows(int width) {
        this.width = width;
    }

    /** Makes rows for the groups below a bound; all rows must be empty. */
    public void reserve(int bound) {
        groups = Math.max(groups, bound);
        if (groups <= next.length) {
            return;
        }
        int rows = Math.max(16, Integer.highestOneBit(groups * 2 - 1));
        words = new long[rows * width];
        next = new int[rows];
        for (int group = 0; group < rows; group++) {
            next[group] = group * width;
        }
        touched = new int[rows + 1];
    }

    /** The array that {@link #first} and {@link #count} point into. */
    public long[] words() {
        return words;
    }

    /** Index of a group's first frame in {@link #words}. */
    public int first(int group) {
        return group * width;
    }

    /** Frames of a group. */
    public int count(int group) {
        return next[group] - group * width;
    }

    public boolean isFull(int group) {
        return next[group] == (group + 1) * width;
    }

    /** Adds one frame to a row that {@link #isFull} says has room. */
    public void add(int group, long frame) {
        int place = next[group];
        words[place] = frame;
        next[group] = place + 1;
        if (place == group * width) {
            touched[touchedCount++] = group;
            touchedMask |= 1L << group;
        }
    }

    /**
     * Adds frames until one has a negative group. No row may have more than {@code width} frames
     * afterwards.
     *
     * @param groupOf group of each frame
     * @return index of the first frame that was not added, or {@code end}
     */
    public int add(int[] groupOf, long[] frames, int start, int end) {
        int stop = groups <= MASK_GROUPS ? rankFew(groupOf, start, end) : rankMany(groupOf, start, end);
        place(frames, start, stop);
        return stop;
    }

    /** Up to 64 groups: which were touched is a mask in a register, and nothing waits for it. */
    private int rankFew(int[] groupOf, int start, int end) {
        int[] at = places;
        int[] behind = next;
        long mask = 0;
        int i = start;
        for (; i < end; i++) {
            int group = groupOf[i];
            if (group < 0) {
                break;
            }
            int place = behind[group];
            at[i] = place;
            behind[group] = place + 1;
            mask |= 1L << group;
        }
        for (long fresh = mask & ~touchedMask; fresh != 0; fresh &= fresh - 1) {
            touched[touchedCount++] = Long.numberOfTrailingZeros(fresh);
        }
        touchedMask |= mask;
        return i;
    }

    private int rankMany(int[] groupOf, int start, int end) {
        int[] at = places;
        int[] behind = next;
        int[] list = touched;
        int listed = touchedCount;
        int row = width;
        int i = start;
        for (; i < end; i++) {
            int group = groupOf[i];
            if (group < 0) {
                break;
            }
            int place = behind[group];
            at[i] = place;
            behind[group] = place + 1;
            list[listed] = group;
            listed += place == group * row ? 1 : 0;
        }
        touchedCount = listed;
        return i;
    }

    private void place(long[] frames, int start, int end) {
        long[] to = words;
        int[] at = places;
        for (int i = start; i < end; i++) {
            to[at[i]] = frames[i];
        }
    }

    /** Groups that got a frame since {@link #forgetTouched}, in no order. */
    public int touched() {
        return touchedCount;
    }

    /** One of them, 0 to {@link #touched} - 1. */
    public int touchedGroup(int index) {
        return touched[index];
    }

    /** Empties a row; the group stays among those touched. */
    public void empty(int group) {
        next[group] = group * width;
    }

    /** Takes a group whose row is empty off the list. */
    public void forget(int group) {
        int at = 0;
        while (touched[at] != group) {
            at++;
        }
        touched[at] = touched[--touchedCount];
        touchedMask &= ~(1L << group);
    }

    /** Empties every row and the list. */
    public void clear() {
        for (int group = 0; group < next.length; group++) {
            next[group] = group * width;
        }
        forgetTouched();
    }

    /** Empties the list; every row must be empty. */
    public void forgetTouched() {
        touchedCount = 0;
        touchedMask = 0;
    }
}
