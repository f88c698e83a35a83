// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The ring on the heap between two threads: what is published is complete and in order, and room is real. */
public final class SpscRingStress {
    private SpscRingStress() {}

    static String join(long[] words, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(words[i]);
        }
        return text.toString();
    }

    @JCStressTest
    @Outcome(id = ", 123", expect = ACCEPTABLE, desc = "the consumer looked before the batch was published")
    @Outcome(id = "123, ", expect = ACCEPTABLE, desc = "the consumer saw the whole batch")
    @Outcome(expect = FORBIDDEN, desc = "a batch became visible in part, or without its words")
    @State
    public static class BatchIsSeenWholeOrNotAtAll {
        private final SpscRing ring = new SpscRing(4);

        @Actor
        public void producer() {
            ring.producer().put(new long[] {1, 2, 3}, 0, 3);
            ring.producer().publish();
        }

        @Actor
        public void consumer(LL_Result r) {
            long[] got = new long[4];
            r.r1 = join(got, ring.consumer().take(got, 0, 4));
        }

        @Arbiter
        public void rest(LL_Result r) {
            long[] got = new long[4];
            r.r2 = join(got, ring.consumer().take(got, 0, 4));
        }
    }

    @JCStressTest
    @Outcome(id = "12, 0, ", expect = ACCEPTABLE, desc = "the producer found the ring full")
    @Outcome(id = "12, 2, 34", expect = ACCEPTABLE, desc = "the producer used the room that was given back")
    @Outcome(expect = FORBIDDEN, desc = "a word was lost, doubled, or overwritten before it was taken")
    @State
    public static class WritesOverWhatWasTakenOnly {
        private final SpscRing ring = new SpscRing(2);

        public WritesOverWhatWasTakenOnly() {
            ring.producer().put(new long[] {1, 2}, 0, 2);
            ring.producer().publish();
        }

        @Actor
        public void producer(LLL_Result r) {
            r.r2 = ring.producer().put(new long[] {3, 4}, 0, 2);
            ring.producer().publish();
        }

        @Actor
        public void consumer(LLL_Result r) {
            long[] got = new long[2];
            r.r1 = join(got, ring.consumer().take(got, 0, 2));
        }

        @Arbiter
        public void rest(LLL_Result r) {
            long[] got = new long[2];
            r.r3 = join(got, ring.consumer().take(got, 0, 2));
        }
    }

    @JCStressTest
    @Outcome(id = "in order", expect = ACCEPTABLE, desc = "every word that was put was taken once, in order")
    @Outcome(expect = FORBIDDEN, desc = "a word was lost, doubled or out of order")
    @State
    public static class SeveralBatchesAroundTheEnd {
        private final SpscRing ring = new SpscRing(2);

        private final StringBuilder taken = new StringBuilder();
        private int put;

        @Actor
        public void producer() {
            for (int batch = 0; batch < 3; batch++) {
                put += ring.producer().put(new long[] {put + 1, put + 2}, 0, 2);
                ring.producer().publish();
            }
        }

        @Actor
        public void consumer() {
            long[] got = new long[2];
            for (int i = 1; i < 5; i++) {
                taken.append(join(got, ring.consumer().take(got, 0, 1 + (i & 1))));
            }
        }

        @Arbiter
        public void rest(L_Result r) {
            long[] got = new long[2];
            for (int n = ring.consumer().take(got, 0, 2);
                    n > 0;
                    n = ring.consumer().take(got, 0, 2)) {
                taken.append(join(got, n));
            }
            r.r1 = "123456".substring(0, put).contentEquals(taken) ? "in order" : taken + " of " + put;
        }
    }

    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nothing was published yet")
    @Outcome(id = "1, 7", expect = ACCEPTABLE, desc = "the first of two words")
    @Outcome(id = "2, 8", expect = ACCEPTABLE, desc = "both words")
    @Outcome(expect = FORBIDDEN, desc = "a word was visible before it was written")
    @State
    public static class SingleWords {
        private final SpscRing ring = new SpscRing(2);

        @Actor
        public void producer() {
            ring.producer().put(7);
            ring.producer().publish();
            ring.producer().put(8);
            ring.producer().publish();
        }

        @Actor
        public void consumer(LL_Result r) {
            int n = ring.consumer().available(1);
            r.r1 = n;
            r.r2 = n == 0 ? 0 : ring.consumer().peek(n - 1);
            ring.consumer().advance(n);
        }
    }
}
