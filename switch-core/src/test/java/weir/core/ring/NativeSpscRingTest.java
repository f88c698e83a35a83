// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeSpscRingTest extends SpscRingContractTest {
    private static final int CAPACITY = 8;

    private static MemorySegment memory(int capacityWords) {
        return Arena.ofAuto().allocate(RingLayout.sizeBytes(capacityWords), 128);
    }

    @Override
    Ends ring(int capacityWords) {
        MemorySegment memory = memory(capacityWords);
        NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, capacityWords);
        NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, capacityWords);
        return new Ends() {
            @Override
            public int room() {
                return producer.room();
            }

            @Override
            public int put(long[] source, int from, int count) {
                return producer.put(source, from, count);
            }

            @Override
            public void publish() {
                producer.publish();
            }

            @Override
            public int available() {
                return consumer.available();
            }

            @Override
            public int take(long[] target, int from, int max) {
                return consumer.take(target, from, max);
            }
        };
    }

    @Test
    void hasTheLayoutThatIsDrawn() {
        MemorySegment memory = memory(CAPACITY);
        NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, CAPACITY);
        producer.put(new long[] {11, 12}, 0, 2);
        assertEquals(0, memory.get(JAVA_LONG, RingLayout.PRODUCER_BYTE));
        producer.publish();
        assertEquals(2, memory.get(JAVA_LONG, RingLayout.PRODUCER_BYTE));
        assertEquals(12, memory.get(JAVA_LONG, RingLayout.WORDS_BYTE + 8));
        new NativeSpscRing.Consumer(memory, CAPACITY).take(new long[1], 0, 1);
        assertEquals(1, memory.get(JAVA_LONG, RingLayout.CONSUMER_BYTE));
    }

    @Test
    void refusesMemoryThatIsTooSmall() {
        MemorySegment memory = memory(CAPACITY);
        assertEquals(
                "insufficient ring memory: needed=384, given=320",
                assertThrows(IllegalArgumentException.class, () -> new NativeSpscRing.Producer(memory, 16))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new NativeSpscRing.Consumer(memory, 7));
    }

    @Test
    void endsMadeLaterGoOnWhereTheRingIs() {
        MemorySegment memory = memory(CAPACITY);
        NativeSpscRing.Producer first = new NativeSpscRing.Producer(memory, CAPACITY);
        first.put(new long[] {1, 2, 3, 4, 5}, 0, 5);
        first.publish();
        new NativeSpscRing.Consumer(memory, CAPACITY).take(new long[1], 0, 1);

        NativeSpscRing.Producer second = new NativeSpscRing.Producer(memory, CAPACITY);
        assertEquals(4, second.put(new long[] {6, 7, 8, 9, 10, 11, 12, 13}, 0, 8), "unread words are not overwritten");
        second.publish();
        long[] got = new long[8];
        assertEquals(8, new NativeSpscRing.Consumer(memory, CAPACITY).take(got, 0, 8));
        assertArrayEquals(new long[] {2, 3, 4, 5, 6, 7, 8, 9}, got);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 9, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, 1L << 40})
    void aConsumerTakesNothingWhileTheProducersIndexLies(long lie) {
        MemorySegment memory = memory(CAPACITY);
        NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, CAPACITY);
        NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, CAPACITY);
        producer.put(new long[] {1, 2}, 0, 2);
        memory.set(JAVA_LONG, RingLayout.PRODUCER_BYTE, lie);
        assertEquals(-1, consumer.available());
        long[] got = new long[64];
        assertEquals(0, consumer.take(got, 0, 1));
        assertEquals(0, consumer.take(got, 0, 64));
        assertArrayEquals(new long[64], got);
        producer.publish();
        assertEquals(2, consumer.take(got, 0, 64), "and goes on when the index is valid again");
    }

    @ParameterizedTest
    @ValueSource(longs = {-6, 6, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, -(1L << 40)})
    void aProducerPutsNothingWhileTheConsumersIndexLies(long lie) {
        MemorySegment memory = memory(CAPACITY);
        NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, CAPACITY);
        NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, CAPACITY);
        long[] words = {1, 2, 3, 4, 5, 6, 7, 8};
        assertEquals(5, producer.put(words, 0, 5));
        producer.publish();
        memory.set(JAVA_LONG, RingLayout.CONSUMER_BYTE, lie);
        assertEquals(0, producer.room());
        for (int i = 0; i < 3; i++) {
            assertEquals(0, producer.put(words, 0, 8));
        }
        memory.set(JAVA_LONG, RingLayout.CONSUMER_BYTE, 0);
        assertEquals(3, producer.put(words, 5, 3));
        producer.publish();
        long[] got = new long[8];
        assertEquals(8, consumer.take(got, 0, 8));
        assertArrayEquals(words, got);
    }

    @Test
    void neitherEndTouchesMemoryOutsideTheRingWhateverThePeerWrites() {
        MemorySegment area = Arena.ofAuto().allocate(RingLayout.sizeBytes(CAPACITY) + 1024, 128);
        area.fill((byte) 0x55);
        MemorySegment memory = area.asSlice(512, RingLayout.sizeBytes(CAPACITY), 128);
        memory.fill((byte) 0);
        NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, CAPACITY);
        NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, CAPACITY);
        java.util.random.RandomGenerator random = weir.core.testing.Seeds.random(7);
        long[] words = new long[64];
        for (int i = 0; i < 20_000; i++) {
            long lie = random.nextBoolean() ? random.nextLong() : random.nextInt(64) - 16;
            memory.set(JAVA_LONG, random.nextBoolean() ? RingLayout.PRODUCER_BYTE : RingLayout.CONSUMER_BYTE, lie);
            int n = random.nextBoolean()
                    ? producer.put(words, 0, random.nextInt(64))
                    : consumer.take(words, 0, random.nextInt(64));
            assertTrue(n >= 0 && n <= CAPACITY);
            producer.publish();
        }
        for (long at = 0; at < area.byteSize(); at++) {
            boolean inside = at >= 512 && at < 512 + memory.byteSize();
            assertTrue(inside || area.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) == 0x55, "byte " + at);
        }
    }
}
