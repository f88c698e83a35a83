// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import java.util.Arrays;

/**
 * Where frames go that a program sends to several places: a list of destinations for each frame whose verdict is
 * {@link Verdict#COPIES}. One hold on the frame of each destination belongs to the list.
 *
 * <pre>
 *  frame of the batch    0     1     2              destination   0    1    2    3    4
 *  first                       0           3        frame         f1   f1   c1   f2   f2     c1: a copy that was changed
 *  count                 0     3     2              verdict       p4   p7   p2   p4   drop
 * </pre>
 *
 * Belongs to one worker's thread; allocates only when there are more destinations than ever before.
 */
public final class FrameCopies {
    private static final int FIRST_DESTINATIONS = 64;

    private final int[] first;
    private final int[] count;
    private long[] frames = new long[FIRST_DESTINATIONS];
    private int[] verdicts = new int[FIRST_DESTINATIONS];
    private int[] vlans = new int[FIRST_DESTINATIONS];
    private int size;
    private int clonedSize;
    private long[] clonedFrames = new long[FIRST_DESTINATIONS];
    private int[] cloneOrigins = new int[FIRST_DESTINATIONS];
    private int[] cloneVerdicts = new int[FIRST_DESTINATIONS];

    FrameCopies(int batchCapacity) {
        first = new int[batchCapacity];
        count = new int[batchCapacity];
    }

    /** Begins the list of a frame of the batch; what {@link #add} adds belongs to it. */
    public void begin(int batchIndex) {
        first[batchIndex] = size;
        count[batchIndex] = 0;
    }

    /**
     * Adds a destination to the list begun last.
     *
     * @param frame with a hold for this destination; -1 when there is none, then the verdict is a drop
     * @param verdict index of a port, or {@link Verdict#drop}
     * @param vlanWord as in {@link FrameBatch#vlans}
     * @return its place, for {@link #set}
     */
    public int add(int batchIndex, long frame, int verdict, int vlanWord) {
        if (size == frames.length) {
            frames = Arrays.copyOf(frames, 2 * size);
            verdicts = Arrays.copyOf(verdicts, 2 * size);
            vlans = Arrays.copyOf(vlans, 2 * size);
        }
        frames[size] = frame;
        verdicts[size] = verdict;
        vlans[size] = vlanWord;
        count[batchIndex]++;
        return size++;
    }

    /** Changes a destination. */
    public void set(int place, long frame, int verdict, int vlanWord) {
        frames[place] = frame;
        verdicts[place] = verdict;
        vlans[place] = vlanWord;
    }

    /** Whether no frame has a list, or a clone. */
    public boolean isEmpty() {
        return size == 0 && clonedSize == 0;
    }

    /**
     * Adds a clone: a copy beside the frame's own verdict, whatever that is. Clones leave before the frames of their
     * batch.
     *
     * @param frame with a hold for the clone
     * @param verdict index of a port, or {@link Verdict#drop}
     */
    public void addClone(int batchIndex, long frame, int verdict) {
        if (clonedSize == clonedFrames.length) {
            clonedFrames = Arrays.copyOf(clonedFrames, 2 * clonedSize);
            cloneOrigins = Arrays.copyOf(cloneOrigins, 2 * clonedSize);
            cloneVerdicts = Arrays.copyOf(cloneVerdicts, 2 * clonedSize);
        }
        clonedFrames[clonedSize] = frame;
        cloneOrigins[clonedSize] = batchIndex;
        cloneVerdicts[clonedSize++] = verdict;
    }

    /** Clones of all frames of the batch. */
    public int clones() {
        return clonedSize;
    }

    public long cloneFrame(int clone) {
        return clonedFrames[clone];
    }

    /** Index in the batch of the frame that was cloned. */
    public int cloneOrigin(int clone) {
        return cloneOrigins[clone];
    }

    public int cloneVerdict(int clone) {
        return cloneVerdicts[clone];
    }

    /** Place of a frame's first destination. */
    public int first(int batchIndex) {
        return first[batchIndex];
    }

    /** Destinations of a frame. */
    public int count(int batchIndex) {
        return count[batchIndex];
    }

    public long frame(int place) {
        return frames[place];
    }

    public int verdict(int place) {
        return verdicts[place];
    }

    public int vlan(int place) {
        return vlans[place];
    }

    void clear() {
        size = 0;
        clonedSize = 0;
    }
}
