// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import java.util.Arrays;

/**
 * The frames that a worker decides together: packed frames and, side by side, what is known about each.
 * Belongs to one worker's thread and is used again for every batch. Frames of one ingress port stand
 * together in a <em>run</em>, so that whatever is the same for a port is looked up once per run.
 *
 * <pre>
 *  frames    | f0 f1 f2 | f3 f4 f5 f6 | f7 |        verdicts, vlans: same index
 *  run       |    0     |      1      | 2  |
 *  runEnd         3            7        8
 * </pre>
 */
public final class FrameBatch {
    /** Most frames in a batch, whatever is configured. */
    public static final int MAX_CAPACITY = 256;

    /** Bit in a VLAN word: the frame carries its 802.1Q tag now. */
    public static final int TAGGED = 1 << 16;

    private static final int VLAN_ID_MASK = 0xfff;

    private final int capacity;
    private final long[] frames;
    private final int[] verdicts;
    private final int[] vlans;
    private final int[] ingress;
    private final int[] runEnd;
    private final int[] runIngress;
    private final int[] runQueue;
    private final int[] metadataBytes;
    private final FrameCopies copies;
    private int size;
    private int runs;
    private int maxLengthBytes;
    private boolean hasVlans;
    private boolean hasMetadata;

    public FrameBatch(int capacity) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "batch capacity " + capacity + " is out of range [1, " + MAX_CAPACITY + "]");
        }
        this.capacity = capacity;
        frames = new long[capacity];
        verdicts = new int[capacity];
        vlans = new int[capacity];
        ingress = new int[capacity];
        runEnd = new int[capacity];
        runIngress = new int[capacity];
        runQueue = new int[capacity];
        metadataBytes = new int[capacity];
        copies = new FrameCopies(capacity);
        clear();
    }

    public int capacity() {
        return capacity;
    }

    public int size() {
        return size;
    }

    /** The packed frames; {@link Frame} says how to read one. A decider may replace a frame. */
    public long[] frames() {
        return frames;
    }

    /** One {@link Verdict} for each frame. */
    public int[] verdicts() {
        return verdicts;
    }

    /** Whether a frame's verdict is {@link Verdict#UNDECIDED}. */
    public boolean anyUndecided() {
        int[] all = verdicts;
        int decided = -1;
        for (int i = 0; i < size; i++) {
            int other = all[i] ^ Verdict.UNDECIDED;
            decided &= other
                    | -other; // the sign bit is set unless the word is 0: no branch, so that it is done in vectors
        }
        return size > 0 && decided >= 0;
    }

    /** Whether all frames have the same verdict, and there are any. */
    public boolean isUniform() {
        int last = size - 1;
        if (last < 0 || verdicts[0] != verdicts[last] || verdicts[0] != verdicts[last >> 1]) {
            return false;
        }
        int first = verdicts[0];
        int different = 0;
        for (int i = 0; i <= last; i++) {
            different |= verdicts[i] ^ first;
        }
        return different == 0;
    }

    /** VLAN of each frame, and {@link #TAGGED}; 0 for a frame of a port that ignores VLANs. */
    public int[] vlans() {
        return vlans;
    }

    /** VLAN identifier in a VLAN word. */
    public static int vlanId(int vlanWord) {
        return vlanWord & VLAN_ID_MASK;
    }

    /** Index of each frame's ingress port. */
    public int[] ingress() {
        return ingress;
    }

    public int runs() {
        return runs;
    }

    /** Index of the ingress port of a run. */
    public int runIngress(int run) {
        return runIngress[run];
    }

    public int runStart(int run) {
        return run == 0 ? 0 : runEnd[run - 1];
    }

    /** First index behind a run. */
    public int runEnd(int run) {
        return runEnd[run];
    }

    /** Queue of its port that the frames of a run came in by. */
    public int runQueue(int run) {
        return runQueue[run];
    }

    /** Notes that {@code count} frames of one queue of a port were written behind the last run. */
    public void addRun(int ingressPortIndex, int queue, int count) {
        int end = size + count;
        Arrays.fill(ingress, size, end, ingressPortIndex);
        runIngress[runs] = ingressPortIndex;
        runQueue[runs] = queue;
        runEnd[runs++] = end;
        size = end;
    }

    /** Length of the longest frame. */
    public int maxLengthBytes() {
        return maxLengthBytes;
    }

    /** Notes the length of a run's longest frame. */
    public void noteLength(int longestBytes) {
        maxLengthBytes = Math.max(maxLengthBytes, longestBytes);
    }

    /** Whether a frame of the batch came in by a port that treats VLANs. */
    public boolean hasVlans() {
        return hasVlans;
    }

    /** Notes that {@link #vlans} holds more than zeros. */
    public void noteVlans() {
        hasVlans = true;
    }

    /** Bytes in front of each frame that programs hand to programs and that never leave the switch; 0 without. */
    public int[] metadataBytes() {
        return metadataBytes;
    }

    /** Whether {@link #metadataBytes} holds more than zeros. */
    public boolean hasMetadata() {
        return hasMetadata;
    }

    /** Notes that {@link #metadataBytes} holds more than zeros. */
    public void noteMetadata() {
        hasMetadata = true;
    }

    /** Destinations of the frames whose verdict is {@link Verdict#COPIES}. */
    public FrameCopies copies() {
        return copies;
    }

    /** Empties the batch: no frame, no run, every verdict undecided, every VLAN 0. */
    public void clear() {
        size = 0;
        runs = 0;
        maxLengthBytes = 0;
        Arrays.fill(verdicts, Verdict.UNDECIDED);
        if (hasVlans) {
            hasVlans = false;
            Arrays.fill(vlans, 0);
        }
        if (hasMetadata) {
            hasMetadata = false;
            Arrays.fill(metadataBytes, 0);
        }
        copies.clear();
    }
}
