// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/** Flags of maps and of their operations, {@code uapi/linux/bpf.h}. */
public final class MapFlags {
    // map_flags of a definition
    public static final int NO_PREALLOC = 1;
    public static final int NO_COMMON_LRU = 1 << 1;
    public static final int NUMA_NODE = 1 << 2;
    /** Control code may not write. */
    public static final int RDONLY = 1 << 3;
    /** Control code may not read. */
    public static final int WRONLY = 1 << 4;

    public static final int ZERO_SEED = 1 << 6;
    /** Programs may not write. */
    public static final int RDONLY_PROG = 1 << 7;
    /** Programs may not read. */
    public static final int WRONLY_PROG = 1 << 8;

    public static final int MMAPABLE = 1 << 10;
    public static final int PRESERVE_ELEMS = 1 << 11;
    public static final int INNER_MAP = 1 << 12;

    // flags of an update
    public static final long ANY = 0;
    public static final long NOEXIST = 1;
    public static final long EXIST = 2;
    /** Take the value's spin lock for the copy. */
    public static final long LOCK = 4;

    private MapFlags() {}
}
