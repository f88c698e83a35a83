// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import weir.core.testing.Seeds;

class FrameTest {
    @Test
    void packsAndUnpacksEveryField() {
        RandomGenerator random = Seeds.random(1);
        for (int i = 0; i < 10_000; i++) {
            int slot = random.nextInt(Frame.MAX_SLOT - 127);
            int offset = random.nextInt(1 << 18);
            int length = random.nextInt(1 << 17);
            long frame = Frame.of(slot, offset, length);
            assertEquals(length, Frame.length(frame));
            assertEquals(2048L * slot + offset, Frame.position(frame));
            assertEquals(length, frame & Frame.LENGTH_MASK);
        }
    }

    @Test
    void holdsTheHighestValueOfEveryField() {
        int max = (1 << 17) - 1;
        long frame = Frame.markOffload(Frame.of(Frame.MAX_SLOT, 2047, max));
        assertEquals((1L << 57) - 1, frame);
        assertEquals(max, Frame.length(frame));
        assertTrue(Frame.hasOffload(frame), "marked");
        assertFalse(Frame.hasOffload(Frame.withoutOffload(frame)), "no longer marked");
        assertTrue(Frame.position(frame) > 0, "no overflow of the position");
    }

    @Test
    void changesTheLengthAlone() {
        long frame = Frame.withLength(Frame.of(7, 256, 1500), 64);
        assertEquals(Frame.of(7, 256, 64), frame);
    }

    @Test
    void movesTheStartAndKeepsTheEnd() {
        long frame = Frame.of(7, 256, 100);
        assertEquals(Frame.of(7, 252, 104), Frame.moveStart(frame, -4));
        assertEquals(Frame.of(7, 260, 96), Frame.moveStart(frame, 4));
        assertEquals("frame[position=14592 length=100]", Frame.toString(frame));
    }
}
