// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Single-producer single-consumer ring of {@code long}s on the heap, in {@link RingLayout}, with one
 * release store per batch.
 *
 * <p>Memory order: {@link Producer#publish()} stores the producer index with release, paired with the
 * acquire load in {@link Consumer#available()}; {@link Consumer#advance} stores the consumer index
 * with release, paired with the acquire load in {@link Producer#room()}. Each side works on a cached
 * copy of the other's index and looks again only when the copy says full or empty.
 */
public final class SpscRing {
    /** Up to so many words a loop is cheaper than a call of the copy routine. */
    private static final int CALL_PAYS_FROM = 4;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final int capacity;
    private final Producer producer;
    private final Consumer consumer;

    public SpscRing(int capacityWords) {
        capacity = RingLayout.checkCapacity(capacityWords);
        long[] words = new long[RingLayout.FIRST_WORD + capacity];
        producer = new Producer(words, capacity);
        consumer = new Consumer(words, capacity);
    }

    public int capacity() {
        return capacity;
    }

    /** The writing end; one thread at a time. */
    public Producer producer() {
        return producer;
    }

    /** The reading end; one thread at a time. */
    public Consumer consumer() {
        return consumer;
    }

    /** The writing end. What is written is invisible to the consumer until {@link #publish()}. */
    public static final class Producer extends CacheLinePadded {
        private final long[] words;
        private final int mask;
        private long tail;
        /** The first index that would overwrite a word that the consumer may not have taken. */
        private long limit;

        private long published;

        private Producer(long[] words, int capacity) {
            this.words = words;
            mask = capacity - 1;
            limit = capacity;
        }

        /** Words that can be written now. */
        public int room() {
            return room(Integer.MAX_VALUE);
        }

        /** As {@link #room()}, but content with {@code enough}: then the consumer's line stays untouched. */
        public int room(int enough) {
            int free = (int) (limit - tail);
            if (free < enough) {
                limit = (long) WORD.getAcquire(words, RingLayout.CONSUMER_WORD) + mask + 1;
                free = (int) (limit - tail);
            }
            return free;
        }

        /** Whether one word can be written, as far as is known without a look at the consumer's line. */
        public boolean hasKnownRoom() {
            return tail != limit;
        }

        /** Writes one word; the caller has seen {@link #room()} or {@link #hasKnownRoom}. */
        public void put(long word) {
            words[RingLayout.FIRST_WORD + ((int) tail & mask)] = word;
            tail++;
        }

        /**
         * Writes as many words as there is room for.
         *
         * @return how many, from the front of the range
         */
        public int put(long[] source, int from, int count) {
            int n = Math.min(count, room(count));
            if (n <= CALL_PAYS_FROM) {
                int at = (int) tail;
                for (int i = 0; i < n; i++) {
                    words[RingLayout.FIRST_WORD + ((at + i) & mask)] = source[from + i];
                }
            } else {
                copy(source, from, n);
            }
            tail += n;
            return n;
        }

        private void copy(long[] source, int from, int n) {
            int start = (int) tail & mask;
            int first = Math.min(n, mask + 1 - start);
            System.arraycopy(source, from, words, RingLayout.FIRST_WORD + start, first);
            if (first < n) {
                System.arraycopy(source, from + first, words, RingLayout.FIRST_WORD, n - first);
            }
        }

        /**
         * Makes everything written so far visible to the consumer.
         *
         * @return how many words that were since the last call
         */
        public int publish() {
            long end = tail;
            int fresh = (int) (end - published);
            published = end;
            WORD.setRelease(words, RingLayout.PRODUCER_WORD, end);
            return fresh;
        }

        /** Forgets what was written since the last {@link #publish()}. */
        public void forgetUnpublished() {
            tail = published;
        }

        /**
         * Whether the consumer said that it waits. Pairs with {@link Consumer#setWaiting}: ask after a full
         * fence behind {@link #publish()}, and at least one side sees the other's store.
         */
        public boolean consumerWaits() {
            return (long) WORD.getAcquire(words, RingLayout.WAITING_WORD) != 0;
        }
    }

    /** The reading end. */
    public static final class Consumer extends CacheLinePadded {
        private final long[] words;
        private final int mask;
        private long head;
        private long producerSeen;

        private Consumer(long[] words, int capacity) {
            this.words = words;
            mask = capacity - 1;
        }

        /** Words that can be read now. */
        public int available() {
            return available(Integer.MAX_VALUE);
        }

        /** As {@link #available()}, but content with {@code enough}. */
        public int available(int enough) {
            int ready = (int) (producerSeen - head);
            if (ready < enough) {
                producerSeen = (long) WORD.getAcquire(words, RingLayout.PRODUCER_WORD);
                ready = (int) (producerSeen - head);
            }
            return ready;
        }

        /**
         * Says whether this side is about to sleep. Between saying so and sleeping come a full fence and one
         * more look at {@link #available()}.
         */
        public void setWaiting(boolean waiting) {
            WORD.setRelease(words, RingLayout.WAITING_WORD, waiting ? 1L : 0L);
        }

        /** The word {@code index} places behind the oldest; the caller has seen {@link #available()}. */
        public long peek(int index) {
            return words[RingLayout.FIRST_WORD + ((int) (head + index) & mask)];
        }

        /** Gives the oldest {@code count} words back to the producer. */
        public void advance(int count) {
            head += count;
            WORD.setRelease(words, RingLayout.CONSUMER_WORD, head);
        }

        /**
         * Takes up to {@code max} words.
         *
         * @return how many were taken
         */
        public int take(long[] target, int from, int max) {
            int n = Math.min(max, available(max));
            if (n <= 0) {
                return 0;
            }
            int start = (int) head & mask;
            int first = Math.min(n, mask + 1 - start);
            System.arraycopy(words, RingLayout.FIRST_WORD + start, target, from, first);
            if (first < n) {
                System.arraycopy(words, RingLayout.FIRST_WORD, target, from + first, n - first);
            }
            advance(n);
            return n;
        }
    }
}
