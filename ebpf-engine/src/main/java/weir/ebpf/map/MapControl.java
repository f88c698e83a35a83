// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map as control code sees it: what {@code bpf(2)} offers. Any thread, while programs run. Keys and
 * values are copies. Values of per-CPU maps are those of all CPUs, one behind the other, each rounded
 * up to 8 bytes.
 *
 * <p>Results follow the kernel's: an {@code int} is 0 or a negative errno.
 */
public interface MapControl {
    /** Bytes of a value here: {@code valueBytes}, or for all CPUs together. */
    int valueBytes();

    /** A copy of the value; of a bloom filter, which is asked for a value in the place of the key, that value. */
    Result lookup(byte[] key, long flags);

    int update(byte[] key, byte[] value, long flags);

    int delete(byte[] key);

    /** Takes the value out: hash maps, queues, stacks ({@code BPF_MAP_LOOKUP_AND_DELETE_ELEM}). */
    Result lookupAndDelete(byte[] key, long flags);

    /**
     * The key behind another, in no particular order; {@code null} asks for the first, and so does a key
     * that is not there (except in arrays, tries).
     *
     * @return the key, or {@code -ENOENT} at the end
     */
    Result nextKey(byte @Nullable [] key);

    /** All entries at about this moment, each key at most once. */
    List<Entry> entries();

    /**
     * A part of all entries ({@code BPF_MAP_LOOKUP_BATCH}). Of hash tables every key that is there from the first
     * part to the last comes once, whatever happens to others. Elsewhere, as in Linux, a walk begins again when the
     * key that it stands at is deleted.
     *
     * @param cursor null for the first part, then {@link Batch.Part#next}
     * @param maxEntries at most so many, 1 or more
     * @return {@code -ENOSPC} when a hash bucket holds more than {@code maxEntries}: ask for more;
     *     {@code -ENOTSUPP} for maps without keys
     */
    default Batch lookupBatch(@Nullable Bytes cursor, int maxEntries) {
        if (maxEntries < 1) {
            return new Batch.Failed(-Errno.EINVAL);
        }
        return KeyWalk.batch(this, cursor, maxEntries);
    }

    /**
     * No more writes by control code; programs are not affected ({@code BPF_MAP_FREEZE}). {@code -EPERM} when
     * frozen or read-only before, {@code -ENOTSUPP} for values with a spin lock.
     */
    int freeze();

    boolean isFrozen();

    /** One entry, copied. */
    record Entry(Bytes key, Bytes value) {}

    /** Some entries or a negative errno. */
    sealed interface Batch {
        /**
         * Entries.
         *
         * @param next where the next part begins, for the same map only; null when there are no more
         */
        record Part(List<Entry> entries, @Nullable Bytes next) implements Batch {
            public Part {
                entries = List.copyOf(entries);
            }
        }

        record Failed(int errno) implements Batch {}
    }

    /** A value or a negative errno. */
    sealed interface Result {
        record Found(Bytes bytes) implements Result {}

        record Failed(int errno) implements Result {}
    }
}
