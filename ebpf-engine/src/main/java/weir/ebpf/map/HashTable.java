// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/**
 * A hash table in native memory: buckets ({@link BucketLayout}) of chained elements
 * ({@link ElementLayout}). Results as {@code kernel/bpf/hashtab.c}.
 *
 * <p>Lookups take no lock. A writer holds the lock of its bucket and changes a chain by one link at a
 * time. A plain value is replaced together with its element, so that a reader finds the old or the new
 * one whole; an element out of the chain may be reused at once. A reader that wandered off on a reused
 * element notices by the bucket's version ({@link SpinWord}) and walks again. Who has found a short key does not ask for
 * the version: as on Linux the element may be reused a moment later, anyhow.
 *
 * <p>Per-CPU values lie one behind the other, each at a cache line of its own, and are changed in place.
 */
final class HashTable {
    /** {@code cpu} of control code: values of all CPUs. */
    static final int ALL_CPUS = -1;

    private static final int HASH_BITS = 32;
    private static final long MAX_BUCKETS = 1L << 31;

    private final int keyBytes;
    private final int cpus;
    private final ValueShape shape;
    private final int valueOffset;
    private final int cpuStride;
    private final KeyHash hashing;
    private final ElementPool pool;
    private final @Nullable LeastRecentlyUsed recent;
    private final long maxEntries;
    private final long buckets;
    private final long bucketCount;
    private final int bucketShift;
    private final long count;

    /**
     * @param shape of one value as stored
     * @param cpus 0 for values that all CPUs share
     */
    HashTable(MapSpec spec, ValueShape shape, int cpus, int spares, MapMemory memory) {
        this.shape = shape;
        this.cpus = cpus;
        keyBytes = spec.keyBytes();
        maxEntries = Integer.toUnsignedLong(spec.maxEntries());
        int keyEnd = ElementLayout.HEAD_BYTES + Words.roundUp(keyBytes);
        int line = (int) MapMemory.CACHE_LINE_BYTES;
        cpuStride = cpus == 0 ? Words.roundUp(shape.bytes()) : (int) Words.roundUp((long) shape.bytes(), line);
        valueOffset = cpus == 0 ? keyEnd : (int) Words.roundUp((long) keyEnd, line);
        long elementBytes = valueOffset + (long) cpuStride * Math.max(cpus, 1);
        boolean isLru = spec.type() == MapType.LRU_HASH || spec.type() == MapType.LRU_PERCPU_HASH;
        boolean grows = (spec.flags() & MapFlags.NO_PREALLOC) != 0;
        if (maxEntries > MAX_BUCKETS - spares - 1 || elementBytes > Integer.MAX_VALUE) {
            throw new MapException(
                    spec.name(),
                    Errno.E2BIG,
                    "max_entries " + maxEntries + " with elements of " + elementBytes + " bytes");
        }
        bucketCount = Math.max(2, Long.highestOneBit(maxEntries) << (Long.bitCount(maxEntries) == 1 ? 0 : 1));
        bucketShift = HASH_BITS - Long.numberOfTrailingZeros(bucketCount);
        buckets = memory.require(bucketCount, BucketLayout.BYTES, "buckets");
        pool = new ElementPool(memory, maxEntries + spares, (int) elementBytes, grows);
        recent = isLru ? new LeastRecentlyUsed(memory, pool.capacity()) : null;
        count = memory.require(1, Long.BYTES, "count");
        hashing = new KeyHash(keyBytes, (spec.flags() & MapFlags.ZERO_SEED) == 0);
        for (long i = 0; i < bucketCount; i++) {
            ElementLayout.setNext(bucket(i), ElementLayout.end(i));
        }
    }

    // ---- lookup -------------------------------------------------------------------------------------------

    /** Address of the value (of the first CPU), or 0. A program's lookup counts as use in an LRU table. */
    long lookup(long key, boolean isUse) {
        long element = find(key);
        if (element == MapMemory.NONE) {
            return MapMemory.NONE;
        }
        if (isUse && recent != null) {
            recent.onUse(ElementLayout.index(element));
        }
        return element + valueOffset;
    }

    /** The same for a program that has its key, of at most 16 bytes, in two words with zeros behind its end. */
    long lookupWords(long low, long high) {
        long element = findWords(low, high);
        if (element == MapMemory.NONE) {
            return MapMemory.NONE;
        }
        if (recent != null) {
            recent.onUse(ElementLayout.index(element));
        }
        return element + valueOffset;
    }

    long valueOfCpu(long value, int cpu) {
        return value + (long) cpu * cpuStride;
    }

    /** A value of 8 bytes, read while its element was certainly that of the key; 0 where there is none. */
    long lookupWord(long key) {
        int hash = hashing.hash(key);
        long bucket = bucketOf(hash);
        for (int walks = 0; walks < SpinWord.PATIENCE; walks++) {
            int version = SpinWord.version(BucketLayout.lock(bucket));
            long element = walk(bucket, key, hash);
            long word = element == MapMemory.NONE ? 0 : Mem.getLong(element + valueOffset);
            if (SpinWord.isUnchanged(BucketLayout.lock(bucket), version)) {
                return word;
            }
        }
        SpinWord.lock(BucketLayout.lock(bucket));
        long element = walk(bucket, key, hash);
        long word = element == MapMemory.NONE ? 0 : Mem.getLong(element + valueOffset);
        SpinWord.unlock(BucketLayout.lock(bucket));
        return word;
    }

    private long find(long key) {
        int hash = hashing.hash(key);
        long bucket = bucketOf(hash);
        for (int walks = 0; walks < SpinWord.PATIENCE; walks++) {
            int version = SpinWord.version(BucketLayout.lock(bucket));
            long element = walk(bucket, key, hash);
            if (SpinWord.isUnchanged(BucketLayout.lock(bucket), version)) {
                return element;
            }
        }
        SpinWord.lock(BucketLayout.lock(bucket));
        long element = walk(bucket, key, hash);
        SpinWord.unlock(BucketLayout.lock(bucket));
        return element;
    }

    private long findWords(long low, long high) {
        int hash = hashing.hashWords(low, high);
        long bucket = bucketOf(hash);
        long element = walkWords(bucket, low, high, hash);
        return element == MapMemory.NONE ? findWordsAgain(bucket, low, high, hash) : element;
    }

    /** Makes sure that the key was not overlooked. */
    private long findWordsAgain(long bucket, long low, long high, int hash) {
        for (int walks = 0; walks < SpinWord.PATIENCE; walks++) {
            int version = SpinWord.version(BucketLayout.lock(bucket));
            long element = walkWords(bucket, low, high, hash);
            if (SpinWord.isUnchanged(BucketLayout.lock(bucket), version)) {
                return element;
            }
        }
        SpinWord.lock(BucketLayout.lock(bucket));
        long element = walkWords(bucket, low, high, hash);
        SpinWord.unlock(BucketLayout.lock(bucket));
        return element;
    }

    private long walkWords(long bucket, long low, long high, int hash) {
        long link = Mem.bounded(BucketLayout.first(bucket));
        while (!ElementLayout.isEnd(link)) {
            if (isOf(link, low, high, hash)) {
                return link;
            }
            link = Mem.bounded(ElementLayout.next(link));
        }
        return MapMemory.NONE;
    }

    /**
     * Whether an element is that of a key. The hash is asked last: an element that is free or being filled has another,
     * whatever its key looks like. Padding behind a key is 0: its memory began so, and nobody writes there.
     */
    private boolean isOf(long element, long low, long high, int hash) {
        long key = element + ElementLayout.HEAD_BYTES;
        if (Mem.getLong(key) != low || (keyBytes > Long.BYTES && Mem.getLong(key + Long.BYTES) != high)) {
            return false;
        }
        VarHandle.acquireFence();
        return ElementLayout.hash(element) == hash;
    }

    /** The key's element, or 0; meaningful only while the bucket's version stays, or under its lock. */
    private long walk(long bucket, long key, int hash) {
        long link = BucketLayout.first(bucket);
        while (!ElementLayout.isEnd(link)) {
            if (ElementLayout.hash(link) == hash && hashing.equal(link + ElementLayout.HEAD_BYTES, key)) {
                return link;
            }
            link = ElementLayout.next(link);
        }
        return MapMemory.NONE;
    }

    /** What links to the element: an element or the bucket itself, since both begin with a link; 0 for none. */
    private static long predecessor(long bucket, long element) {
        long at = bucket;
        long link = BucketLayout.first(bucket);
        while (!ElementLayout.isEnd(link)) {
            if (link == element) {
                return at;
            }
            at = link;
            link = ElementLayout.next(link);
        }
        return MapMemory.NONE;
    }

    // ---- change -------------------------------------------------------------------------------------------

    /**
     * @param flags checked before
     * @param cpu whose value the source is, or {@link #ALL_CPUS}
     */
    int update(long key, long source, long flags, int cpu) {
        int hash = hashing.hash(key);
        long bucket = bucketOf(hash);
        boolean hasPlace = false;
        for (int tries = 0; tries < SpinWord.PATIENCE; tries++) {
            SpinWord.lock(BucketLayout.lock(bucket));
            long old = walk(bucket, key, hash);
            int refusal = refusal(old, flags);
            if (hasPlace && (refusal != 0 || old != MapMemory.NONE)) {
                giveBackPlace(); // somebody else was faster with the same key
            }
            if (refusal != 0) {
                SpinWord.unlock(BucketLayout.lock(bucket));
                return refusal;
            }
            if (old != MapMemory.NONE) {
                return change(bucket, old, source, flags, cpu);
            }
            if (hasPlace || claimPlace()) {
                return insert(bucket, hash, key, source, cpu);
            }
            SpinWord.unlock(BucketLayout.lock(bucket));
            if (recent == null) {
                return -Errno.E2BIG;
            }
            hasPlace = evict(recent);
        }
        return -Errno.ENOMEM;
    }

    private static int refusal(long old, long flags) {
        if (old != MapMemory.NONE) {
            return (flags & MapFlags.NOEXIST) != 0 ? -Errno.EEXIST : 0;
        }
        return (flags & MapFlags.EXIST) != 0 ? -Errno.ENOENT : 0;
    }

    /** Gives the lock back. */
    private int change(long bucket, long old, long source, long flags, int cpu) {
        long lock = BucketLayout.lock(bucket);
        if (cpus > 0 || (flags & MapFlags.LOCK) != 0) {
            changeInPlace(old + valueOffset, source, cpu);
            touch(old);
            SpinWord.unlock(lock);
            return 0;
        }
        // There are as many spares as threads usually replace at once. Who has one gives one back soon,
        // without waiting for a lock.
        long fresh = pool.take();
        for (int spins = 1; fresh == MapMemory.NONE; spins++) {
            if (!pool.canReach(maxEntries + 1)) {
                SpinWord.unlock(lock);
                return -Errno.ENOMEM;
            }
            SpinWord.pause(spins);
            fresh = pool.take();
        }
        fill(fresh, ElementLayout.hash(old), old + ElementLayout.HEAD_BYTES, source, cpu);
        ElementLayout.setNext(fresh, ElementLayout.next(old));
        ElementLayout.setNext(predecessor(bucket, old), fresh);
        if (recent != null) {
            recent.onInsert(ElementLayout.index(fresh));
            recent.onUse(ElementLayout.index(fresh));
            recent.onRemove(ElementLayout.index(old));
        }
        SpinWord.unlock(lock);
        pool.giveBack(old);
        return 0;
    }

    /** Gives the lock back. The place is the caller's. */
    private int insert(long bucket, int hash, long key, long source, int cpu) {
        long fresh = pool.take();
        for (int spins = 1; fresh == MapMemory.NONE; spins++) {
            if (!pool.canReach(maxEntries + 1)) {
                SpinWord.unlock(BucketLayout.lock(bucket));
                giveBackPlace();
                return -Errno.ENOMEM;
            }
            SpinWord.pause(spins);
            fresh = pool.take();
        }
        fill(fresh, hash, key, source, cpu);
        ElementLayout.setNext(fresh, BucketLayout.first(bucket));
        ElementLayout.setNext(bucket, fresh);
        if (recent != null) {
            recent.onInsert(ElementLayout.index(fresh));
        }
        SpinWord.unlock(BucketLayout.lock(bucket));
        return 0;
    }

    private void fill(long element, int hash, long key, long source, int cpu) {
        Words.copy(key, element + ElementLayout.HEAD_BYTES, keyBytes);
        long value = element + valueOffset;
        if (cpus == 0) {
            shape.copyFresh(source, value);
        } else if (cpu == ALL_CPUS) {
            copyAll(source, value);
        } else {
            Words.zero(value, cpus * cpuStride);
            Words.copy(source, valueOfCpu(value, cpu), shape.bytes());
        }
        ElementLayout.setHash(element, hash);
    }

    private void changeInPlace(long value, long source, int cpu) {
        if (cpus == 0) {
            shape.copyLocked(source, value);
        } else if (cpu == ALL_CPUS) {
            copyAll(source, value);
        } else {
            Words.copy(source, valueOfCpu(value, cpu), shape.bytes());
        }
    }

    private void copyAll(long source, long value) {
        int padded = Words.roundUp(shape.bytes());
        for (int i = 0; i < cpus; i++) {
            Words.copy(source + (long) i * padded, valueOfCpu(value, i), padded);
        }
    }

    private void touch(long element) {
        if (recent != null) {
            recent.onUse(ElementLayout.index(element));
        }
    }

    /** Counts one entry more unless the table is full. */
    private boolean claimPlace() {
        while (true) {
            long entries = Mem.getLongAcquire(count);
            if (entries >= maxEntries) {
                return false;
            }
            if (Mem.compareAndExchangeLong(count, entries, entries + 1) == entries) {
                return true;
            }
        }
    }

    private void giveBackPlace() {
        Mem.getAndAddLong(count, -1);
    }

    int delete(long key) {
        return take(key, MapMemory.NONE, false);
    }

    /**
     * Takes an entry out.
     *
     * @param toAddress where control code wants its value; 0 for nowhere
     */
    int take(long key, long toAddress, boolean locked) {
        int hash = hashing.hash(key);
        long bucket = bucketOf(hash);
        SpinWord.lock(BucketLayout.lock(bucket));
        long element = walk(bucket, key, hash);
        if (element == MapMemory.NONE) {
            SpinWord.unlock(BucketLayout.lock(bucket));
            return -Errno.ENOENT;
        }
        if (toAddress != MapMemory.NONE) {
            copyOut(element, toAddress, locked);
        }
        remove(bucket, predecessor(bucket, element), element);
        giveBackPlace();
        return 0;
    }

    /** Gives the lock back; the entry's place becomes the caller's. */
    private void remove(long bucket, long predecessor, long element) {
        ElementLayout.setNext(predecessor, ElementLayout.next(element));
        if (recent != null) {
            recent.onRemove(ElementLayout.index(element));
        }
        SpinWord.unlock(BucketLayout.lock(bucket));
        pool.giveBack(element);
    }

    /**
     * Tries to; another thread may have taken the element out before. Holds no lock when called.
     *
     * @return whether there is a place now, which is the caller's: nobody else's update can take it
     */
    private boolean evict(LeastRecentlyUsed candidates) {
        int index = candidates.next(pool.used());
        if (index == LeastRecentlyUsed.NONE) {
            return false;
        }
        long element = pool.address(index);
        // Read without a lock: if it is no longer the element's hash, the element is not in that bucket.
        long bucket = bucketOf(ElementLayout.hash(element));
        SpinWord.lock(BucketLayout.lock(bucket));
        long predecessor = predecessor(bucket, element);
        if (predecessor == MapMemory.NONE) {
            SpinWord.unlock(BucketLayout.lock(bucket));
            return false;
        }
        remove(bucket, predecessor, element);
        return true;
    }

    // ---- control code -------------------------------------------------------------------------------------

    long entryCount() {
        return Mem.getLongAcquire(count);
    }

    /** Bytes of a value for control code: all CPUs, each padded. */
    int controlValueBytes() {
        return cpus == 0 ? shape.bytes() : cpus * Words.roundUp(shape.bytes());
    }

    /** Copies a value that is whole. */
    int copy(long key, long toAddress, boolean locked) {
        int hash = hashing.hash(key);
        long bucket = bucketOf(hash);
        for (int walks = 0; !locked && walks < SpinWord.PATIENCE; walks++) {
            int version = SpinWord.version(BucketLayout.lock(bucket));
            long element = walk(bucket, key, hash);
            if (element != MapMemory.NONE) {
                copyOut(element, toAddress, false);
            }
            if (SpinWord.isUnchanged(BucketLayout.lock(bucket), version)) {
                return element == MapMemory.NONE ? -Errno.ENOENT : 0;
            }
        }
        SpinWord.lock(BucketLayout.lock(bucket));
        long element = walk(bucket, key, hash);
        if (element != MapMemory.NONE) {
            copyOut(element, toAddress, locked);
        }
        SpinWord.unlock(BucketLayout.lock(bucket));
        return element == MapMemory.NONE ? -Errno.ENOENT : 0;
    }

    /** Copies an element's values for control code, {@link #controlValueBytes} of them. */
    void copyOut(long element, long toAddress, boolean locked) {
        if (cpus == 0) {
            shape.copyOut(element + valueOffset, toAddress, locked);
            return;
        }
        int padded = Words.roundUp(shape.bytes());
        for (int i = 0; i < cpus; i++) {
            Words.copy(valueOfCpu(element + valueOffset, i), toAddress + (long) i * padded, padded);
        }
    }

    // ---- walks of programs: a position is an element's address --------------------------------------------

    long firstElement(long fromBucket) {
        for (long i = fromBucket; i < bucketCount; i++) {
            long link = BucketLayout.first(bucket(i));
            if (!ElementLayout.isEnd(link)) {
                return link;
            }
        }
        return ForEachMap.END;
    }

    long elementBehind(long element) {
        long link = ElementLayout.next(element);
        return ElementLayout.isEnd(link) ? firstElement(ElementLayout.bucketOfEnd(link) + 1) : link;
    }

    void keyTo(long element, long toAddress) {
        Words.copy(element + ElementLayout.HEAD_BYTES, toAddress, keyBytes);
    }

    long valueOf(long element) {
        return element + valueOffset;
    }

    boolean contains(long address, long lengthBytes) {
        long offset = pool.offsetInElement(address) - valueOffset;
        if (offset < 0) {
            return false;
        }
        long inValue = cpus == 0 ? offset : offset % cpuStride;
        return lengthBytes >= 0 && lengthBytes <= shape.bytes() - inValue;
    }

    // ---- buckets ------------------------------------------------------------------------------------------

    long bucketCount() {
        return bucketCount;
    }

    /** Number of the bucket that a key belongs to. */
    long bucketNumberOf(long key) {
        return bucketNumber(hashing.hash(key));
    }

    /** The key's element, or 0; under the bucket's lock. */
    long walk(long bucket, long key) {
        return walk(bucket, key, hashing.hash(key));
    }

    private long bucketNumber(int hash) {
        return Integer.toUnsignedLong(hash) >>> bucketShift;
    }

    private long bucketOf(int hash) {
        return bucket(bucketNumber(hash));
    }

    /** The bucket with that number. */
    long bucket(long number) {
        return Mem.bounded(buckets + number * BucketLayout.BYTES);
    }
}
