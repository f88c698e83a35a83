// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import weir.core.ring.SpscRing;
import weir.core.testing.Seeds;

class FrameRingsTest {
    private static final int RING = 16;

    private static long frame(int number) {
        return Frame.withLength((long) number << 24, 60 + number % 40);
    }

    /** Random groups, some negative, some without a ring, against lists that hold what a ring would. */
    @Test
    void writesWhatListsOfTheSameSizeWouldHold() {
        RandomGenerator random = Seeds.random(7);
        for (int round = 0; round < 300; round++) {
            int groups = 1 + random.nextInt(100);
            FrameRings subject = new FrameRings(groups);
            List<SpscRing> rings = new ArrayList<>();
            List<List<Long>> model = new ArrayList<>();
            for (int g = 0; g < groups; g++) {
                rings.add(new SpscRing(RING));
                model.add(new ArrayList<>());
                if (g % 5 != 3) {
                    subject.set(g, rings.get(g).producer());
                }
            }
            for (int batch = 0; batch < 4; batch++) {
                writeBatch(random, subject, groups, model);
                writeAlike(random, subject, groups, model);
                publishAndCompare(subject, rings, model);
            }
        }
    }

    private static void writeBatch(RandomGenerator random, FrameRings subject, int groups, List<List<Long>> model) {
        int n = 1 + random.nextInt(64);
        int[] groupOf = new int[n];
        long[] frames = new long[n];
        for (int i = 0; i < n; i++) {
            groupOf[i] = random.nextInt(groups + 1) - 1;
            frames[i] = frame(random.nextInt(1 << 20));
        }
        int i = 0;
        while (i < n) {
            int stop = subject.add(groupOf, frames, i, n);
            for (; i < stop; i++) {
                model.get(groupOf[i]).add(frames[i]);
            }
            if (i < n) {
                int group = groupOf[i];
                boolean room = group >= 0 && group % 5 != 3 && model.get(group).size() < RING;
                assertEquals(room, group >= 0 && subject.add(group, frames[i]), "frame " + i);
                if (room) {
                    model.get(group).add(frames[i]);
                }
                i++;
            }
        }
    }

    /** All to one group, or none where they do not all find room. */
    private static void writeAlike(RandomGenerator random, FrameRings subject, int groups, List<List<Long>> model) {
        int group = random.nextInt(groups);
        int from = random.nextInt(4);
        int n = 1 + random.nextInt(RING + 1);
        long[] frames = new long[from + n];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = frame(random.nextInt(1 << 20));
        }
        boolean room = group % 5 != 3 && model.get(group).size() + n <= RING;
        assertEquals(room, subject.addAll(group, frames, from, n));
        for (int i = from; room && i < from + n; i++) {
            model.get(group).add(frames[i]);
        }
    }

    private static void publishAndCompare(FrameRings subject, List<SpscRing> rings, List<List<Long>> model) {
        TreeSet<Integer> touched = new TreeSet<>();
        for (int t = 0; t < subject.touched(); t++) {
            int group = subject.touchedGroup(t);
            assertTrue(touched.add(group), "each group once");
            List<Long> expected = model.get(group);
            long bytes = expected.stream().mapToLong(Frame::length).sum();
            assertEquals(0, rings.get(group).consumer().available(), "nothing is visible before");
            assertEquals(bytes, subject.unpublishedBytes(group));
            assertEquals(expected.size(), subject.publish(group));
            assertEquals(0, subject.unpublishedBytes(group));
        }
        subject.forgetTouched();
        for (int g = 0; g < model.size(); g++) {
            assertEquals(!model.get(g).isEmpty(), touched.contains(g));
            long[] got = new long[RING];
            int n = rings.get(g).consumer().take(got, 0, RING);
            List<Long> list = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                list.add(got[i]);
            }
            assertEquals(model.get(g), list);
            model.get(g).clear();
        }
    }

    @Test
    void forgetsWhatWasNotPublished() {
        SpscRing ring = new SpscRing(4);
        FrameRings subject = new FrameRings(2);
        subject.set(1, ring.producer());
        assertTrue(subject.add(1, frame(1)));
        subject.publish(1);
        subject.forgetTouched();
        assertTrue(subject.add(1, frame(2)));
        subject.forgetUnpublished();
        assertEquals(0, subject.touched());
        assertEquals(0, subject.unpublishedBytes(1));
        assertTrue(subject.add(1, frame(3)));
        assertEquals(1, subject.publish(1));
        long[] got = new long[4];
        assertEquals(2, ring.consumer().take(got, 0, 4));
        assertEquals(frame(3), got[1]);
    }

    @Test
    void tellsWhoWaits() {
        SpscRing ring = new SpscRing(4);
        FrameRings subject = new FrameRings(2);
        subject.set(0, ring.producer());
        assertFalse(subject.consumerWaits(0));
        ring.consumer().setWaiting(true);
        assertTrue(subject.consumerWaits(0));
        ring.consumer().setWaiting(false);
        assertFalse(subject.consumerWaits(0));
        assertFalse(subject.consumerWaits(1), "no ring, nobody waits");
        assertFalse(subject.add(1, frame(1)));
    }
}
