// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import org.jspecify.annotations.Nullable;

/**
 * ARRAY_OF_MAPS or HASH_OF_MAPS. Programs look up an inner map's {@link EbpfMap#handle()}; control code
 * puts maps in by this face, since bytes cannot name a map: {@link MapControl#update} gives
 * {@code -EBADF}. {@link MapControl#lookup} gives the low 32 bits of the inner map's handle.
 *
 * <p>An inner map stays valid while it is in here, even when its owner closes it.
 */
public interface MapOfMaps extends EbpfMap {
    /**
     * Puts a map under a key; one that was there retires.
     *
     * @return 0, or as in the kernel: {@code -EINVAL} when the map is not like {@link MapSpec#inner}
     *     (type, sizes, flags, spin lock, for arrays and xskmaps also {@code max_entries}),
     *     {@code -E2BIG}, {@code -ENOENT}, {@code -EEXIST}; {@code -EPERM} when frozen or read-only;
     *     {@code -EBADF} when the inner map is gone
     */
    int put(byte[] key, EbpfMap inner, long flags);

    /** The map under a key; control code. */
    @Nullable
    EbpfMap inner(byte[] key);

    /** Inner maps that wait for a quiescent point. */
    Retirement retirement();
}
