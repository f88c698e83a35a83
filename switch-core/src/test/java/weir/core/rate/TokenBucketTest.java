// SPDX-License-Identifier: Apache-2.0
package weir.core.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long COST = 1000;

    @Test
    void takesWhatIsThereAndRefillsWithTime() {
        TokenBucket bucket = new TokenBucket(3 * COST, 0);
        assertTrue(bucket.take(0, COST));
        assertTrue(bucket.take(0, COST));
        assertTrue(bucket.take(0, COST));
        assertFalse(bucket.take(0, COST));
        assertFalse(bucket.take(COST - 1, COST));
        assertTrue(bucket.take(COST, COST));
        assertTrue(bucket.take(100 * COST, 3 * COST), "never more than its depth");
        assertFalse(bucket.take(100 * COST, 1));
    }

    @Test
    void reservesTurnsOneBehindTheOther() {
        TokenBucket bucket = new TokenBucket(0, 0);
        assertEquals(COST, bucket.reserve(0, COST));
        assertEquals(2 * COST, bucket.reserve(0, COST));
        assertEquals(10 * COST, bucket.reserve(9 * COST, COST), "a pause is not made up for");
    }

    @Test
    void reservesAtOnceWhatIsThere() {
        TokenBucket bucket = new TokenBucket(2 * COST, 0);
        assertEquals(0, bucket.reserve(0, COST));
        assertEquals(0, bucket.reserve(0, COST));
        assertEquals(COST, bucket.reserve(0, COST));
    }

    @Test
    void worksWhereNanosecondsWrap() {
        long late = Long.MAX_VALUE - COST / 2;
        TokenBucket bucket = new TokenBucket(COST, late);
        assertTrue(bucket.take(late, COST));
        assertFalse(bucket.take(late, COST));
        assertTrue(bucket.take(late + COST, COST));
    }

    @Test
    void threadsTogetherTakeNoMoreThanThereIs() throws InterruptedException {
        TokenBucket bucket = new TokenBucket(10_000 * COST, 0);
        AtomicInteger taken = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int k = 0; k < 5000; k++) {
                    if (bucket.take(0, COST)) {
                        taken.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread each : threads) {
            each.join();
        }
        assertEquals(10_000, taken.get());
    }
}
