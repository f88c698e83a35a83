// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.Objects;

/**
 * What a map may be: the kernel's {@code map_alloc_check} and {@code map_alloc} of each type (Linux 6.18),
 * with the same errno. Sizes count as unsigned.
 */
final class Definition {
    private static final long MAX_ELEMENT_BYTES = 4 << 20;
    private static final long MAX_PER_CPU_VALUE_BYTES = 32 << 10;
    private static final long HASH_ELEMENT_HEAD_BYTES = 48;
    private static final long TRIE_NODE_HEAD_BYTES = 32;
    private static final long MAX_CPUS = 8192;
    private static final int PAGE_BYTES = 4096;
    private static final int INDEX_BYTES = 4;
    private static final int MIN_TRIE_KEY_BYTES = 4 + 1;
    private static final int MAX_TRIE_KEY_BYTES = 4 + 256;

    private static final int PROGRAM_ACCESS = MapFlags.RDONLY_PROG | MapFlags.WRONLY_PROG;
    private static final int CONTROL_ACCESS = MapFlags.RDONLY | MapFlags.WRONLY;
    private static final int ACCESS = PROGRAM_ACCESS | CONTROL_ACCESS;

    private final MapSpec spec;
    private final long keyBytes;
    private final long valueBytes;
    private final long maxEntries;

    private Definition(MapSpec spec) {
        this.spec = spec;
        keyBytes = Integer.toUnsignedLong(spec.keyBytes());
        valueBytes = Integer.toUnsignedLong(spec.valueBytes());
        maxEntries = Integer.toUnsignedLong(spec.maxEntries());
    }

    /** @throws MapException when the kernel would refuse the map */
    static void check(MapSpec spec) {
        new Definition(spec).check();
    }

    private void check() {
        require(spec.extra() == 0 || spec.type() == MapType.BLOOM_FILTER, "map_extra is for bloom filters");
        require(hasNot(CONTROL_ACCESS), "RDONLY and WRONLY exclude each other");
        switch (spec.type()) {
            case ARRAY, PERCPU_ARRAY -> checkArray();
            case PROG_ARRAY, PERF_EVENT_ARRAY -> checkReferenceArray();
            case ARRAY_OF_MAPS -> {
                checkReferenceArray();
                checkInner();
            }
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH -> checkHash();
            case HASH_OF_MAPS -> {
                require(valueBytes == INDEX_BYTES, "value_size must be 4");
                checkHash();
                checkInner();
            }
            case LPM_TRIE -> checkTrie();
            case DEVMAP, DEVMAP_HASH -> checkRedirect(MapFlags.NUMA_NODE | CONTROL_ACCESS, 2 * INDEX_BYTES);
            case CPUMAP -> {
                checkRedirect(MapFlags.NUMA_NODE, 2 * INDEX_BYTES);
                require(maxEntries <= MAX_CPUS, Errno.E2BIG, "max_entries is at most " + MAX_CPUS);
            }
            case XSKMAP -> checkRedirect(MapFlags.NUMA_NODE | CONTROL_ACCESS, INDEX_BYTES);
            case QUEUE, STACK -> checkQueue();
            case BLOOM_FILTER -> checkBloomFilter();
            case RINGBUF -> checkRingBuffer();
        }
        checkSpinLock();
    }

    private void checkArray() {
        int special = MapFlags.MMAPABLE | MapFlags.INNER_MAP;
        require(maxEntries > 0, "max_entries must not be 0");
        require(keyBytes == INDEX_BYTES, "key_size must be 4");
        require(valueBytes > 0, "value_size must not be 0");
        allowFlags(MapFlags.NUMA_NODE | ACCESS | (spec.type() == MapType.ARRAY ? special : 0));
        require(hasNot(PROGRAM_ACCESS), "RDONLY_PROG and WRONLY_PROG exclude each other");
        checkPerCpu();
        require(valueBytes <= Integer.MAX_VALUE, Errno.E2BIG, "value_size is at most " + Integer.MAX_VALUE);
    }

    private void checkPerCpu() {
        if (spec.type().isPerCpu()) {
            require((spec.flags() & MapFlags.NUMA_NODE) == 0, "per-CPU maps have no NUMA_NODE");
            require(
                    Words.roundUp(valueBytes, Words.BYTES) <= MAX_PER_CPU_VALUE_BYTES,
                    Errno.E2BIG,
                    "value_size of per-CPU maps is at most " + MAX_PER_CPU_VALUE_BYTES);
        }
    }

    private void checkReferenceArray() {
        boolean isPerf = spec.type() == MapType.PERF_EVENT_ARRAY;
        require(valueBytes == INDEX_BYTES, "value_size must be 4");
        require(keyBytes == INDEX_BYTES, "key_size must be 4");
        require(maxEntries > 0, "max_entries must not be 0");
        allowFlags(MapFlags.NUMA_NODE | CONTROL_ACCESS | (isPerf ? MapFlags.PRESERVE_ELEMS : 0));
        require(maxEntries <= Integer.MAX_VALUE, Errno.E2BIG, "max_entries is at most " + Integer.MAX_VALUE);
    }

    private void checkHash() {
        boolean isLru = spec.type() == MapType.LRU_HASH || spec.type() == MapType.LRU_PERCPU_HASH;
        allowFlags(MapFlags.NO_PREALLOC | MapFlags.NO_COMMON_LRU | MapFlags.NUMA_NODE | ACCESS | MapFlags.ZERO_SEED);
        require(hasNot(PROGRAM_ACCESS), "RDONLY_PROG and WRONLY_PROG exclude each other");
        require(isLru || (spec.flags() & MapFlags.NO_COMMON_LRU) == 0, "NO_COMMON_LRU is for LRU maps");
        require(
                !isLru || (spec.flags() & MapFlags.NO_PREALLOC) == 0,
                Errno.ENOTSUPP,
                "LRU maps are allocated at once, without NO_PREALLOC");
        boolean hasNode = (spec.flags() & MapFlags.NUMA_NODE) != 0;
        require(
                !hasNode || (spec.flags() & MapFlags.NO_COMMON_LRU) == 0,
                "NUMA_NODE and NO_COMMON_LRU exclude each other");
        require(!hasNode || !spec.type().isPerCpu(), "per-CPU maps have no NUMA_NODE");
        require(maxEntries > 0 && keyBytes > 0 && valueBytes > 0, "no size may be 0");
        require(
                keyBytes + valueBytes < MAX_ELEMENT_BYTES - HASH_ELEMENT_HEAD_BYTES,
                Errno.E2BIG,
                "key and value together are below " + (MAX_ELEMENT_BYTES - HASH_ELEMENT_HEAD_BYTES) + " bytes");
        checkPerCpu();
        require(maxEntries <= 1L << 31, Errno.E2BIG, "max_entries is at most 2^31");
    }

    private void checkTrie() {
        require(maxEntries > 0, "max_entries must not be 0");
        require((spec.flags() & MapFlags.NO_PREALLOC) != 0, "LPM tries need NO_PREALLOC");
        allowFlags(MapFlags.NO_PREALLOC | MapFlags.NUMA_NODE | ACCESS);
        require(hasNot(PROGRAM_ACCESS), "RDONLY_PROG and WRONLY_PROG exclude each other");
        require(
                keyBytes >= MIN_TRIE_KEY_BYTES && keyBytes <= MAX_TRIE_KEY_BYTES,
                "key_size is " + MIN_TRIE_KEY_BYTES + " to " + MAX_TRIE_KEY_BYTES);
        long maxValueBytes = MAX_ELEMENT_BYTES - (MAX_TRIE_KEY_BYTES - INDEX_BYTES) - TRIE_NODE_HEAD_BYTES;
        require(valueBytes > 0 && valueBytes <= maxValueBytes, "value_size is 1 to " + maxValueBytes);
    }

    private void checkRedirect(int allowedFlags, int maxValueBytes) {
        require(maxEntries > 0, "max_entries must not be 0");
        require(keyBytes == INDEX_BYTES, "key_size must be 4");
        require(valueBytes == INDEX_BYTES || valueBytes == maxValueBytes, "value_size must be 4 to " + maxValueBytes);
        allowFlags(allowedFlags);
        require(
                spec.type() != MapType.DEVMAP_HASH || maxEntries <= 1L << 31,
                "max_entries of a devmap hash is at most 2^31");
        require(maxEntries <= Integer.MAX_VALUE, Errno.ENOMEM, "max_entries is at most " + Integer.MAX_VALUE);
    }

    private void checkQueue() {
        require(maxEntries > 0 && valueBytes > 0, "max_entries and value_size must not be 0");
        require(keyBytes == 0, "queues and stacks have no key");
        allowFlags(MapFlags.NUMA_NODE | ACCESS);
        require(hasNot(PROGRAM_ACCESS), "RDONLY_PROG and WRONLY_PROG exclude each other");
        require(valueBytes <= MAX_ELEMENT_BYTES, Errno.E2BIG, "value_size is at most " + MAX_ELEMENT_BYTES);
    }

    private void checkBloomFilter() {
        require(valueBytes <= MAX_ELEMENT_BYTES, Errno.E2BIG, "value_size is at most " + MAX_ELEMENT_BYTES);
        require(maxEntries > 0 && valueBytes > 0, "max_entries and value_size must not be 0");
        require(keyBytes == 0, "bloom filters have no key");
        allowFlags(MapFlags.NUMA_NODE | MapFlags.ZERO_SEED | ACCESS);
        require(hasNot(PROGRAM_ACCESS), "RDONLY_PROG and WRONLY_PROG exclude each other");
        require((spec.extra() & ~BloomFilter.HASHES_MASK) == 0, "map_extra, hash functions, is 0 to 15");
    }

    private void checkRingBuffer() {
        allowFlags(MapFlags.NUMA_NODE);
        require(keyBytes == 0 && valueBytes == 0, "ring buffers have neither key nor value");
        require(
                Long.bitCount(maxEntries) == 1 && maxEntries % PAGE_BYTES == 0,
                "max_entries, bytes of the ring, is a power of two and a multiple of " + PAGE_BYTES);
    }

    private void checkInner() {
        MapSpec inner = spec.inner();
        require(inner != null, Errno.EBADF, "a map of maps needs the definition of its inner maps");
        MapSpec template = Objects.requireNonNull(inner);
        require(!template.type().isMapInMap(), "maps of maps nest once");
        require(template.type() != MapType.PROG_ARRAY, Errno.ENOTSUPP, "prog arrays cannot be inner maps");
        check(template);
    }

    /** {@code map_check_btf}, {@code kernel/bpf/syscall.c}. */
    private void checkSpinLock() {
        int offset = spec.spinLockOffset();
        if (offset == MapSpec.NO_SPIN_LOCK) {
            return;
        }
        require(
                offset >= 0 && offset % ValueLock.BYTES == 0 && offset + (long) ValueLock.BYTES <= valueBytes,
                "spin lock at " + offset + " is not inside the value");
        require(
                spec.type() == MapType.HASH || spec.type() == MapType.ARRAY,
                Errno.EOPNOTSUPP,
                "spin locks are for hash maps and arrays");
        require(
                (spec.flags() & PROGRAM_ACCESS) == 0,
                Errno.EACCES,
                "values with a spin lock are read and written by programs");
    }

    private boolean hasNot(int bothFlags) {
        return (spec.flags() & bothFlags) != bothFlags;
    }

    private void allowFlags(int allowed) {
        require((spec.flags() & ~allowed) == 0, "unknown flags 0x" + Integer.toHexString(spec.flags() & ~allowed));
    }

    private void require(boolean holds, String rule) {
        require(holds, Errno.EINVAL, rule);
    }

    private void require(boolean holds, int errno, String rule) {
        if (!holds) {
            throw new MapException(
                    spec.name(),
                    errno,
                    rule + " (" + spec.type() + ", key_size " + keyBytes + ", value_size " + valueBytes
                            + ", max_entries " + maxEntries + ", map_flags 0x" + Integer.toHexString(spec.flags())
                            + ", map_extra " + spec.extra() + ")");
        }
    }
}
