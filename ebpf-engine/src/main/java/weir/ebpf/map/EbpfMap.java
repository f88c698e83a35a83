// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * A live map. Values lie outside the heap at addresses that stay the same while the map lives, so that
 * programs hold pointers to them.
 *
 * <p>This face is for programs: addresses, any worker's thread, no allocation, no exceptions, Linux's
 * errno results. Every address handed in was checked by the caller: a key address is readable for
 * {@code keyBytes}, a value address for {@code valueBytes}. Control code uses {@link #control()}.
 *
 * <p>As on Linux, a deleted element's place may be used again at once within the same map while a
 * program still holds a pointer to it. The memory itself goes back only after {@link #close()}, which
 * the owner calls when every worker, control reader and test run has let go of the map.
 *
 * <p>Errno results are negative: {@code -ENOENT}. See {@link Errno}.
 */
public interface EbpfMap extends AutoCloseable {
    MapSpec spec();

    /**
     * What a register holds that points to this map: no address of memory, unique in the process as long
     * as the map lives. {@link MapHandles} finds the map again.
     */
    long handle();

    /** The same map for control code. Any thread. */
    MapControl control();

    /**
     * {@code bpf_map_lookup_elem}: address of the value for the key, on this CPU for per-CPU maps; the
     * inner map's {@link #handle()} for maps of maps; 0 where there is none, or the type has no lookup for
     * programs.
     *
     * @param cpu number of the worker that asks, 0 to the number of CPUs the map was made for - 1
     */
    long lookup(long keyAddress, int cpu);

    /** {@code bpf_map_update_elem}: 0 or a negative errno. */
    int update(long keyAddress, long valueAddress, long flags, int cpu);

    /** {@code bpf_map_delete_elem}: 0 or a negative errno. */
    int delete(long keyAddress);

    /**
     * Whether a program's access lies inside one value of this map. Not whether that value is in use: its
     * place stays readable.
     */
    boolean contains(long address, long lengthBytes);

    /** Address of the first value of an array, for global data; 0 for other types. */
    long directAddress();

    /** Frees the memory. Idempotent. Only when nobody can use the map any more. */
    @Override
    void close();
}
