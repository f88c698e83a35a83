// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import org.jspecify.annotations.Nullable;

/**
 * A map that {@code bpf_redirect_map} goes through: DEVMAP, DEVMAP_HASH, CPUMAP, XSKMAP. A target is the
 * first number of the value: port ({@code ifindex}), queue size, or socket. Whether the port exists is
 * for the switch to check when it forwards.
 *
 * <p>Programs only look up; {@link #target} and {@link #targets} are for any worker and allocate nothing.
 */
public interface RedirectMap extends EbpfMap {
    /** No entry for the key. */
    int NONE = -1;

    /** Target for a key, or {@link #NONE}. */
    int target(int key);

    /**
     * Targets of all entries by ascending unsigned key, for {@code BPF_F_BROADCAST}.
     *
     * @param into as many as fit
     * @return how many were written
     */
    int targets(int[] into);

    /**
     * The same, with the program of each entry, null without.
     *
     * @param intoPrograms as long as {@code into}
     */
    int targets(int[] into, @Nullable Object[] intoPrograms);

    /** The program that an entry runs on its frames; null without. */
    @Nullable
    Object program(int key);

    /**
     * Sets an entry; control code, which can do the same without program by {@link MapControl#update}.
     *
     * @param target above 0
     * @param program as in {@link ProgramArray}
     * @return 0 or a negative errno, as an update of the type
     */
    int set(int key, int target, @Nullable Object program);
}
