// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.core.ring.SpscRing;

/**
 * Writes each frame into the ring of the group it belongs to, such as the port it goes to, and keeps a
 * list of the rings that were touched. Where the end of a frame's way is a ring, this takes the place of
 * {@link FrameRows}: no second copy, and no loop of unpredictable length for each group.
 *
 * <p>Nothing is visible to the consumers until {@link #publish}. One thread, which is the producer of
 * all the rings.
 */
public final class FrameRings {
    private final SpscRing.@Nullable Producer[] rings;
    /** Bytes of the frames written and not published. */
    private final long[] bytes;

    private final int[] touched;
    private int touchedCount;

    /**
     * @param groups one more than the highest number of a group
     */
    public FrameRings(int groups) {
        rings = new SpscRing.Producer[groups];
        bytes = new long[groups];
        touched = new int[groups + 1];
    }

    /** Gives a group its ring. */
    public void set(int group, SpscRing.Producer ring) {
        rings[group] = ring;
    }

    public boolean has(int group) {
        return rings[group] != null;
    }

    /**
     * Writes frames up to the first whose group is negative or has no ring, or whose ring looks full.
     *
     * @param groupOf group of each frame
     * @return index of the first frame not written, or {@code end}
     */
    public int add(int[] groupOf, long[] frames, int start, int end) {
        SpscRing.@Nullable Producer[] producers = rings;
        long[] unpublished = bytes;
        int[] list = touched;
        int listed = touchedCount;
        int i = start;
        for (; i < end; i++) {
            int group = groupOf[i];
            if (group < 0) {
                break;
            }
            SpscRing.Producer ring = producers[group];
            if (ring == null || !ring.hasKnownRoom()) {
                break;
            }
            long frame = frames[i];
            ring.put(frame);
            long before = unpublished[group];
            unpublished[group] = before + Frame.length(frame);
            list[listed] = group;
            listed += before == 0 ? 1 : 0;
        }
        touchedCount = listed;
        return i;
    }

    /**
     * Writes frames that all belong to one group.
     *
     * @param count 1 or more
     * @return false, and nothing is written, when there is no room for all, or no ring
     */
    public boolean addAll(int group, long[] frames, int start, int count) {
        SpscRing.Producer ring = rings[group];
        if (ring == null || ring.room(count) < count) {
            return false;
        }
        ring.put(frames, start, count);
        long sum = 0;
        for (int i = start; i < start + count; i++) {
            sum += frames[i] & Frame.LENGTH_MASK;
        }
        if (bytes[group] == 0) {
            touched[touchedCount++] = group;
        }
        bytes[group] += sum;
        return true;
    }

    /** Writes one frame; false when the group's ring is full or there is none. */
    public boolean add(int group, long frame) {
        SpscRing.Producer ring = rings[group];
        if (ring == null || ring.room(1) <= 0) {
            return false;
        }
        ring.put(frame);
        if (bytes[group] == 0) {
            touched[touchedCount++] = group;
        }
        bytes[group] += Frame.length(frame);
        return true;
    }

    /** Groups with frames that were written since {@link #forgetTouched}. */
    public int touched() {
        return touchedCount;
    }

    /** One of them, 0 to {@link #touched} - 1. */
    public int touchedGroup(int index) {
        return touched[index];
    }

    /** Bytes of a group's frames that are not published. */
    public long unpublishedBytes(int group) {
        return bytes[group];
    }

    /**
     * Makes a touched group's frames visible to the ring's consumer.
     *
     * @return how many
     */
    public int publish(int group) {
        SpscRing.Producer ring = rings[group];
        bytes[group] = 0;
        return ring == null ? 0 : ring.publish();
    }

    /** Whether the consumer of a group's ring said that it waits, {@link SpscRing.Producer#consumerWaits}. */
    public boolean consumerWaits(int group) {
        SpscRing.Producer ring = rings[group];
        return ring != null && ring.consumerWaits();
    }

    /** Empties the list; everything is published. */
    public void forgetTouched() {
        touchedCount = 0;
    }

    /** Forgets frames that were written and not published. */
    public void forgetUnpublished() {
        for (SpscRing.Producer ring : rings) {
            if (ring != null) {
                ring.forgetUnpublished();
            }
        }
        Arrays.fill(bytes, 0);
        touchedCount = 0;
    }
}
