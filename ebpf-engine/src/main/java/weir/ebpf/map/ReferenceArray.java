// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * An array whose places hold objects, not bytes, {@code bpf_fd_array} in {@code kernel/bpf/arraymap.c}: the
 * kernel's control code names them by file descriptors, here they are put in by typed methods. Programs
 * change none of them.
 */
abstract class ReferenceArray extends BaseMap {
    final long maxEntries = maxEntries();

    ReferenceArray(MapSpec spec, MapMemory memory) {
        super(spec, memory);
    }

    /** Empties a place: false when it was empty. */
    abstract boolean clear(long index);

    @Override
    public long lookup(long keyAddress, int cpu) {
        return MapMemory.NONE;
    }

    /** Bytes name no object: as a file descriptor that is not open. */
    @Override
    public int update(long keyAddress, long valueAddress, long flags, int cpu) {
        int refusal = refusalToSet(index(keyAddress), flags);
        return refusal != 0 ? refusal : -Errno.EBADF;
    }

    final int refusalToSet(long index, long flags) {
        if (flags != MapFlags.ANY) {
            return -Errno.EINVAL;
        }
        return index >= maxEntries ? -Errno.E2BIG : 0;
    }

    @Override
    public int delete(long keyAddress) {
        return -Errno.EINVAL;
    }

    @Override
    int controlDelete(long key) {
        if (index(key) >= maxEntries) {
            return -Errno.E2BIG;
        }
        return clear(index(key)) ? 0 : -Errno.ENOENT;
    }

    @Override
    int controlNextKey(long key, long toAddress) {
        return nextIndex(key, toAddress, maxEntries);
    }

    @Override
    public boolean contains(long address, long lengthBytes) {
        return false;
    }

    /** Whether control code may write now: 0 or a negative errno. */
    static int refusalToWrite(BaseMap map) {
        if (map.isGone()) {
            return -Errno.EBADF;
        }
        boolean isReadOnly = (map.spec().flags() & MapFlags.RDONLY) != 0;
        return isReadOnly || map.control().isFrozen() ? -Errno.EPERM : 0;
    }
}
