// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import weir.core.counter.DropReason;

class FrameBatchTest {
    private final FrameBatch batch = new FrameBatch(8);

    @Test
    void startsEmptyAndUndecided() {
        assertEquals(0, batch.size());
        assertEquals(0, batch.runs());
        assertEquals(8, batch.capacity());
        assertTrue(Arrays.stream(batch.verdicts()).allMatch(v -> v == Verdict.UNDECIDED));
    }

    @Test
    void keepsFramesOfOnePortTogetherInARun() {
        batch.addRun(5, 0, 3);
        batch.addRun(2, 0, 4);
        batch.addRun(5, 0, 1);
        assertEquals(8, batch.size());
        assertEquals(3, batch.runs());
        assertEquals(0, batch.runStart(0));
        assertEquals(3, batch.runEnd(0));
        assertEquals(3, batch.runStart(1));
        assertEquals(7, batch.runEnd(1));
        assertEquals(2, batch.runIngress(1));
        assertArrayEquals(new int[] {5, 5, 5, 2, 2, 2, 2, 5}, batch.ingress());
    }

    @Test
    void clearForgetsVerdictsVlansAndLengths() {
        batch.addRun(1, 0, 2);
        batch.verdicts()[1] = 7;
        batch.vlans()[1] = 10 | FrameBatch.TAGGED;
        batch.noteVlans();
        batch.noteLength(1500);
        batch.noteLength(64);
        assertEquals(1500, batch.maxLengthBytes());
        batch.clear();
        assertEquals(0, batch.size());
        assertEquals(0, batch.runs());
        assertEquals(0, batch.maxLengthBytes());
        assertFalse(batch.hasVlans());
        assertEquals(Verdict.UNDECIDED, batch.verdicts()[1]);
        assertEquals(0, batch.vlans()[1]);
    }

    /** Whatever stands behind the last frame counts for nothing. */
    @Test
    void knowsWhetherAllVerdictsAreTheSameAndWhetherOneIsMissing() {
        int[] all = {
            Verdict.UNDECIDED,
            Verdict.FLOOD,
            Verdict.COPIES,
            0,
            1,
            4095,
            Integer.MAX_VALUE,
            Verdict.drop(DropReason.PROGRAM_DROP),
            Verdict.refuse(DropReason.RUNT),
            Integer.MIN_VALUE
        };
        FrameBatch large = new FrameBatch(FrameBatch.MAX_CAPACITY);
        assertFalse(large.anyUndecided());
        assertFalse(large.isUniform());
        for (int size : new int[] {1, 2, 3, 31, 64, 255}) {
            for (int most : all) {
                for (int one : all) {
                    large.clear();
                    large.addRun(0, 0, size);
                    Arrays.fill(large.verdicts(), 0, size, most);
                    large.verdicts()[size / 3] = one;
                    boolean isUniform = size == 1 || most == one;
                    boolean anyUndecided = one == Verdict.UNDECIDED || (size > 1 && most == Verdict.UNDECIDED);
                    assertEquals(isUniform, large.isUniform(), size + " frames, " + most + " and " + one);
                    assertEquals(anyUndecided, large.anyUndecided(), size + " frames, " + most + " and " + one);
                }
            }
        }
    }

    @Test
    void refusesASizeOutOfRange() {
        assertEquals(
                "batch capacity 257 is out of range [1, 256]",
                assertThrows(IllegalArgumentException.class, () -> new FrameBatch(257))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new FrameBatch(0));
    }

    @Test
    void readsTheVlanOutOfItsWord() {
        assertEquals(4094, FrameBatch.vlanId(4094 | FrameBatch.TAGGED));
    }

    @Test
    void verdictsTellRefusalsFromDropsAndKeepTheReason() {
        for (DropReason reason : DropReason.ALL) {
            assertEquals(reason, Verdict.reason(Verdict.drop(reason)));
            assertEquals(reason, Verdict.reason(Verdict.refuse(reason)));
            assertTrue(Verdict.isRefusal(Verdict.refuse(reason)));
            assertFalse(Verdict.isRefusal(Verdict.drop(reason)));
            assertTrue(Verdict.drop(reason) < Verdict.FLOOD);
        }
        assertFalse(Verdict.isRefusal(Verdict.FLOOD));
        assertFalse(Verdict.isRefusal(Verdict.UNDECIDED));
    }
}
