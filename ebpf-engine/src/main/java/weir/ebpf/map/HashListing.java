// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What control code lists of a {@link HashTable}: its keys one after the other, and whole buckets of entries. */
final class HashListing {
    /** Bytes of the number of a bucket. */
    static final int CURSOR_BYTES = Long.BYTES;

    private final HashTable table;
    private final int keyBytes;

    HashListing(HashTable table, int keyBytes) {
        this.table = table;
        this.keyBytes = keyBytes;
    }

    /** @param key 0 for the first */
    int nextKey(long key, long toAddress) {
        long from = 0;
        if (key != MapMemory.NONE) {
            long number = table.bucketNumberOf(key);
            long bucket = table.bucket(number);
            SpinWord.lock(BucketLayout.lock(bucket));
            long element = table.walk(bucket, key);
            long link = element == MapMemory.NONE ? MapMemory.NONE : ElementLayout.next(element);
            boolean found = link != MapMemory.NONE && !ElementLayout.isEnd(link);
            if (found) {
                Words.copy(link + ElementLayout.HEAD_BYTES, toAddress, keyBytes);
            }
            SpinWord.unlock(BucketLayout.lock(bucket));
            if (found) {
                return 0;
            }
            from = link == MapMemory.NONE ? 0 : number + 1;
        }
        return firstKey(from, toAddress);
    }

    private int firstKey(long fromBucket, long toAddress) {
        for (long i = fromBucket; i < table.bucketCount(); i++) {
            long bucket = table.bucket(i);
            if (ElementLayout.isEnd(BucketLayout.first(bucket))) {
                continue;
            }
            SpinWord.lock(BucketLayout.lock(bucket));
            long link = BucketLayout.first(bucket);
            boolean found = !ElementLayout.isEnd(link);
            if (found) {
                Words.copy(link + ElementLayout.HEAD_BYTES, toAddress, keyBytes);
            }
            SpinWord.unlock(BucketLayout.lock(bucket));
            if (found) {
                return 0;
            }
        }
        return -Errno.ENOENT;
    }

    /** Every entry that is there during the call, once: a key stays in its bucket, a bucket is copied at one moment. */
    List<MapControl.Entry> entries(MapMemory scratch) {
        List<MapControl.Entry> all = new ArrayList<>();
        long value = scratch.require(1, table.controlValueBytes(), "values");
        for (long i = 0; i < table.bucketCount(); i++) {
            addBucket(table.bucket(i), value, all);
        }
        return all;
    }

    /**
     * Whole buckets from one on.
     *
     * @param cursor number of the bucket to begin with; null for the first
     */
    MapControl.Batch batch(@Nullable Bytes cursor, int maxEntries, MapMemory scratch) {
        List<MapControl.Entry> part = new ArrayList<>();
        long value = scratch.require(1, table.controlValueBytes(), "values");
        long first = cursor == null ? 0 : ByteBuffer.wrap(cursor.toArray()).getLong();
        for (long i = Math.max(first, 0); i < table.bucketCount(); i++) {
            int before = part.size();
            addBucket(table.bucket(i), value, part);
            if (part.size() > maxEntries) {
                part.subList(before, part.size()).clear();
                Bytes next =
                        Bytes.of(ByteBuffer.allocate(CURSOR_BYTES).putLong(i).array());
                return part.isEmpty()
                        ? new MapControl.Batch.Failed(-Errno.ENOSPC)
                        : new MapControl.Batch.Part(part, next);
            }
        }
        return new MapControl.Batch.Part(part, null);
    }

    private void addBucket(long bucket, long value, List<MapControl.Entry> all) {
        if (ElementLayout.isEnd(BucketLayout.first(bucket))) {
            return;
        }
        long lock = BucketLayout.lock(bucket);
        int before = all.size();
        for (int walks = 0; walks < SpinWord.PATIENCE; walks++) {
            int version = SpinWord.version(lock);
            boolean isWhole = addChain(bucket, version, value, all);
            if (isWhole && SpinWord.isUnchanged(lock, version)) {
                return;
            }
            all.subList(before, all.size()).clear();
        }
        SpinWord.lock(lock);
        addChain(bucket, SpinWord.version(lock), value, all);
        SpinWord.unlock(lock);
    }

    private boolean addChain(long bucket, int version, long value, List<MapControl.Entry> all) {
        long link = BucketLayout.first(bucket);
        while (!ElementLayout.isEnd(link)) {
            byte[] key = Words.toArray(link + ElementLayout.HEAD_BYTES, keyBytes);
            table.copyOut(link, value, false);
            all.add(new MapControl.Entry(Bytes.of(key), Bytes.of(Words.toArray(value, table.controlValueBytes()))));
            link = ElementLayout.next(link);
            if (!SpinWord.isUnchanged(BucketLayout.lock(bucket), version)) {
                return false;
            }
        }
        return true;
    }
}
