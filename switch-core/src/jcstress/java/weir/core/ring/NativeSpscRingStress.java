// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The ring over a memory segment between two threads; the segment lies on the heap here, the accesses are the same. */
public final class NativeSpscRingStress {
    private NativeSpscRingStress() {}

    static MemorySegment memory(int capacityWords) {
        return MemorySegment.ofArray(new long[(int) (RingLayout.sizeBytes(capacityWords) / Long.BYTES)]);
    }

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
        private final MemorySegment memory = memory(4);
        private final NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, 4);
        private final NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, 4);

        @Actor
        public void producer() {
            producer.put(new long[] {1, 2, 3}, 0, 3);
            producer.publish();
        }

        @Actor
        public void consumer(LL_Result r) {
            long[] got = new long[4];
            r.r1 = join(got, consumer.take(got, 0, 4));
        }

        @Arbiter
        public void rest(LL_Result r) {
            long[] got = new long[4];
            r.r2 = join(got, consumer.take(got, 0, 4));
        }
    }

    @JCStressTest
    @Outcome(id = "12, 0, ", expect = ACCEPTABLE, desc = "the producer found the ring full")
    @Outcome(id = "12, 2, 34", expect = ACCEPTABLE, desc = "the producer used the room that was given back")
    @Outcome(expect = FORBIDDEN, desc = "a word was lost, doubled, or overwritten before it was taken")
    @State
    public static class WritesOverWhatWasTakenOnly {
        private final MemorySegment memory = memory(2);
        private final NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, 2);
        private final NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, 2);

        public WritesOverWhatWasTakenOnly() {
            producer.put(new long[] {1, 2}, 0, 2);
            producer.publish();
        }

        @Actor
        public void producer(LLL_Result r) {
            r.r2 = producer.put(new long[] {3, 4}, 0, 2);
            producer.publish();
        }

        @Actor
        public void consumer(LLL_Result r) {
            long[] got = new long[2];
            r.r1 = join(got, consumer.take(got, 0, 2));
        }

        @Arbiter
        public void rest(LLL_Result r) {
            long[] got = new long[2];
            r.r3 = join(got, consumer.take(got, 0, 2));
        }
    }

    @JCStressTest
    @Outcome(id = "in order", expect = ACCEPTABLE, desc = "every word that was put was taken once, in order")
    @Outcome(expect = FORBIDDEN, desc = "a word was lost, doubled or out of order")
    @State
    public static class SeveralBatchesAroundTheEnd {
        private final MemorySegment memory = memory(2);
        private final NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, 2);
        private final NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, 2);

        private final StringBuilder taken = new StringBuilder();
        private int put;

        @Actor
        public void producer() {
            for (int batch = 0; batch < 3; batch++) {
                put += producer.put(new long[] {put + 1, put + 2}, 0, 2);
                producer.publish();
            }
        }

        @Actor
        public void consumer() {
            long[] got = new long[2];
            for (int i = 1; i < 5; i++) {
                taken.append(join(got, consumer.take(got, 0, 1 + (i & 1))));
            }
        }

        @Arbiter
        public void rest(L_Result r) {
            long[] got = new long[2];
            for (int n = consumer.take(got, 0, 2); n > 0; n = consumer.take(got, 0, 2)) {
                taken.append(join(got, n));
            }
            r.r1 = "123456".substring(0, put).contentEquals(taken) ? "in order" : taken + " of " + put;
        }
    }

    @JCStressTest
    @Outcome(id = "awake, 0", expect = FORBIDDEN, desc = "the consumer sleeps over a word, and nobody wakes it")
    @Outcome(id = "awake, 1", expect = ACCEPTABLE, desc = "the consumer saw the word before it slept")
    @Outcome(id = "asleep, 0", expect = ACCEPTABLE, desc = "the producer wakes the consumer")
    @Outcome(id = "asleep, 1", expect = ACCEPTABLE, desc = "the producer wakes a consumer that stayed awake")
    @State
    public static class WhoSleepsOverAWordIsWoken {
        private final MemorySegment memory = memory(2);
        private final NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, 2);
        private final NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, 2);

        @Actor
        public void producer(LL_Result r) {
            producer.set(0, 7);
            producer.publish(1);
            VarHandle.fullFence();
            r.r1 = producer.waiting() == 0 ? "awake" : "asleep";
        }

        @Actor
        public void consumer(LL_Result r) {
            consumer.setWaiting(5);
            VarHandle.fullFence();
            r.r2 = consumer.available();
        }
    }

    @JCStressTest
    @Outcome(id = "none", expect = ACCEPTABLE, desc = "the consumer looked before the first word was published")
    @Outcome(id = "first", expect = ACCEPTABLE, desc = "the consumer read the slot of the first word")
    @Outcome(expect = FORBIDDEN, desc = "a slot was read before it was written, or after it was written again")
    @State
    public static class ASlotBelongsToItsWord {
        private final MemorySegment memory = memory(1);
        private final NativeSpscRing.Producer producer = new NativeSpscRing.Producer(memory, 1);
        private final NativeSpscRing.Consumer consumer = new NativeSpscRing.Consumer(memory, 1);
        private final String[] slot = new String[1];

        @Actor
        public void producer() {
            slot[0] = "first";
            producer.set(0, 1);
            producer.publish(1);
            if (producer.roomFor(1) == 1) {
                slot[0] = "second";
            }
        }

        @Actor
        public void consumer(L_Result r) {
            long[] words = new long[1];
            r.r1 = "none";
            if (consumer.peek(words, 0, 1) == 1) {
                r.r1 = slot[0];
                consumer.advance(1);
            }
        }
    }
}
