// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeapSpscRingTest extends SpscRingContractTest {
    @Override
    Ends ring(int capacityWords) {
        SpscRing ring = new SpscRing(capacityWords);
        return new Ends() {
            @Override
            public int room() {
                return ring.producer().room();
            }

            @Override
            public int put(long[] source, int from, int count) {
                return ring.producer().put(source, from, count);
            }

            @Override
            public void publish() {
                ring.producer().publish();
            }

            @Override
            public int available() {
                return ring.consumer().available();
            }

            @Override
            public int take(long[] target, int from, int max) {
                return ring.consumer().take(target, from, max);
            }
        };
    }

    @Test
    void writesAndReadsWordByWord() {
        SpscRing ring = new SpscRing(4);
        for (long round = 0; round < 10; round++) {
            for (long i = 0; i < 3; i++) {
                assertTrue(ring.producer().room(1) >= 1);
                ring.producer().put(round * 10 + i);
            }
            ring.producer().publish();
            assertEquals(3, ring.consumer().available(3));
            assertEquals(round * 10 + 2, ring.consumer().peek(2));
            assertEquals(round * 10, ring.consumer().peek(0));
            ring.consumer().advance(3);
        }
    }

    @Test
    void roundsCapacitiesUpToAPowerOfTwo() {
        assertEquals(1, RingLayout.capacityFor(1));
        assertEquals(2, RingLayout.capacityFor(2));
        assertEquals(4, RingLayout.capacityFor(3));
        assertEquals(1024, RingLayout.capacityFor(1024));
        assertEquals(2048, RingLayout.capacityFor(1025));
        assertEquals(256 + 8 * 1024, RingLayout.sizeBytes(1024));
    }

    @Test
    void refusesOtherCapacities() {
        assertEquals(
                "ring capacity 3 is not a power of two in [1, 67108864]",
                assertThrows(IllegalArgumentException.class, () -> new SpscRing(3))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new SpscRing(0));
        assertThrows(IllegalArgumentException.class, () -> new SpscRing(-4));
        assertThrows(IllegalArgumentException.class, () -> RingLayout.capacityFor(0));
        assertThrows(IllegalArgumentException.class, () -> RingLayout.capacityFor((1 << 26) + 1));
    }
}
