// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bpf(2)} checks before it asks the map's type, {@code kernel/bpf/syscall.c}: who may read
 * and write, flags, lengths. A map that is gone answers {@code -EBADF}.
 */
final class ControlFace implements MapControl {
    private static final byte[] NO_KEY = {};

    private final BaseMap map;
    private volatile boolean isFrozen;

    ControlFace(BaseMap map) {
        this.map = map;
    }

    @Override
    public int valueBytes() {
        return map.controlValueBytes();
    }

    @Override
    public Result lookup(byte[] key, long flags) {
        int refusal = (flags & ~MapFlags.LOCK) != 0 ? -Errno.EINVAL : refusalToRead();
        if (refusal == 0) {
            refusal = refusalOfLockFlag(flags, MapFlags.LOCK);
        }
        if (refusal == 0 && key.length != keyBytesOfLookup()) {
            refusal = -Errno.EINVAL;
        }
        if (refusal != 0) {
            return new Result.Failed(refusal);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = scratch(arena, map.controlValueBytes());
            return result(map.controlLookup(copy(arena, key), value.address(), isLocked(flags)), value);
        }
    }

    @Override
    public int update(byte[] key, byte[] value, long flags) {
        int refusal = refusalToWrite();
        if (refusal == 0) {
            refusal = refusalOfLockFlag(flags, -1);
        }
        if (refusal != 0) {
            return refusal;
        }
        if (key.length != map.spec().keyBytes() || value.length != map.controlValueBytes()) {
            return -Errno.EINVAL;
        }
        try (Arena arena = Arena.ofConfined()) {
            return map.controlUpdate(copy(arena, key), copy(arena, value), flags);
        }
    }

    @Override
    public int delete(byte[] key) {
        int refusal = refusalToWrite();
        if (refusal != 0) {
            return refusal;
        }
        if (key.length != map.spec().keyBytes()) {
            return -Errno.EINVAL;
        }
        try (Arena arena = Arena.ofConfined()) {
            return map.controlDelete(copy(arena, key));
        }
    }

    @Override
    public Result lookupAndDelete(byte[] key, long flags) {
        int refusal = (flags & ~MapFlags.LOCK) != 0 ? -Errno.EINVAL : refusalToRead();
        if (refusal == 0) {
            refusal = refusalToWrite();
        }
        if (refusal == 0) {
            refusal = refusalOfLockFlag(flags, isQueue() ? 0 : MapFlags.LOCK);
        }
        if (refusal == 0 && key.length != map.spec().keyBytes()) {
            refusal = -Errno.EINVAL;
        }
        if (refusal != 0) {
            return new Result.Failed(refusal);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = scratch(arena, map.controlValueBytes());
            return result(map.controlTake(copy(arena, key), value.address(), isLocked(flags)), value);
        }
    }

    @Override
    public Result nextKey(byte @Nullable [] key) {
        int refusal = refusalToRead();
        if (refusal == 0 && key != null && key.length != map.spec().keyBytes()) {
            refusal = -Errno.EINVAL;
        }
        if (refusal != 0) {
            return new Result.Failed(refusal);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment next = scratch(arena, map.spec().keyBytes());
            long from = key == null ? MapMemory.NONE : copy(arena, key);
            return result(map.controlNextKey(from, next.address()), next);
        }
    }

    @Override
    public List<Entry> entries() {
        return refusalToRead() != 0 || map.spec().keyBytes() == 0 ? List.of() : map.controlEntries();
    }

    @Override
    public Batch lookupBatch(@Nullable Bytes cursor, int maxEntries) {
        int refusal = maxEntries < 1 ? -Errno.EINVAL : refusalToRead();
        if (refusal == 0 && map.spec().keyBytes() == 0) {
            refusal = -Errno.ENOTSUPP;
        }
        if (refusal == 0 && cursor != null && cursor.length() != map.cursorBytes()) {
            refusal = -Errno.EINVAL;
        }
        return refusal != 0 ? new Batch.Failed(refusal) : map.controlBatch(this, cursor, maxEntries);
    }

    @Override
    public int freeze() {
        if (map.spec().spinLockOffset() != MapSpec.NO_SPIN_LOCK) {
            return -Errno.ENOTSUPP;
        }
        synchronized (this) {
            int refusal = refusalToWrite();
            isFrozen |= refusal == 0;
            return refusal;
        }
    }

    @Override
    public boolean isFrozen() {
        return isFrozen;
    }

    private int refusalToRead() {
        if (map.isGone()) {
            return -Errno.EBADF;
        }
        return (map.spec().flags() & MapFlags.WRONLY) != 0 ? -Errno.EPERM : 0;
    }

    private int refusalToWrite() {
        if (map.isGone()) {
            return -Errno.EBADF;
        }
        return isFrozen || (map.spec().flags() & MapFlags.RDONLY) != 0 ? -Errno.EPERM : 0;
    }

    /** {@code bpf_map_check_op_flags}: a flag that is not allowed, or LOCK without a lock. */
    private int refusalOfLockFlag(long flags, long allowed) {
        boolean lacksLock = isLocked(flags) && map.spec().spinLockOffset() == MapSpec.NO_SPIN_LOCK;
        return (flags & ~allowed) != 0 || lacksLock ? -Errno.EINVAL : 0;
    }

    private static boolean isLocked(long flags) {
        return (flags & MapFlags.LOCK) != 0;
    }

    private boolean isQueue() {
        return map.spec().type() == MapType.QUEUE || map.spec().type() == MapType.STACK;
    }

    /** What a bloom filter is asked for is a value. */
    private int keyBytesOfLookup() {
        return map.spec().type() == MapType.BLOOM_FILTER
                ? map.spec().valueBytes()
                : map.spec().keyBytes();
    }

    private static MemorySegment scratch(Arena arena, int lengthBytes) {
        return arena.allocate(Math.max(lengthBytes, 1), Words.BYTES);
    }

    private static long copy(Arena arena, byte[] bytes) {
        byte[] source = bytes.length == 0 ? NO_KEY : bytes;
        MemorySegment segment = scratch(arena, source.length);
        MemorySegment.copy(source, 0, segment, ValueLayout.JAVA_BYTE, 0, source.length);
        return segment.address();
    }

    private Result result(int outcome, MemorySegment bytes) {
        return outcome == 0
                ? new Result.Found(Bytes.of(bytes.toArray(ValueLayout.JAVA_BYTE)))
                : new Result.Failed(outcome);
    }
}
