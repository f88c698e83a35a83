// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import org.jspecify.annotations.Nullable;

/**
 * PROG_ARRAY: what {@code bpf_tail_call} goes to. A program is whatever object the engine takes one for;
 * the map only keeps it. Programs find nothing by {@link #lookup}. {@link MapControl#update} gives
 * {@code -EBADF}, since bytes cannot name a program; {@link MapControl#lookup} gives a number that each
 * {@link #set} draws anew.
 */
public interface ProgramArray extends EbpfMap {
    /**
     * Control code.
     *
     * @return 0 or a negative errno: {@code -E2BIG} beyond the array, {@code -EPERM} when frozen or read-only
     */
    int set(int index, Object program);

    /** The program at a place, for any worker; null when empty or beyond the array. */
    @Nullable
    Object get(int index);
}
