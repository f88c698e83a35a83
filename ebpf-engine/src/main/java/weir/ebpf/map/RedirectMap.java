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

    /** {@code BPF_F_BROADCAST}, {@code uapi/linux/bpf.h}: of a redirect through a devmap, to all of its entries. */
    long BROADCAST = 1 << 3;

    /** {@code BPF_F_EXCLUDE_INGRESS}: with {@link #BROADCAST}, but not to the port that the frame came in by. */
    long EXCLUDE_INGRESS = 1 << 4;

    /** Whether targets are ports: a DEVMAP or DEVMAP_HASH. */
    boolean leadsToPorts();

    /**
     * The port, above 0, that a key's entry names, when there is no more to it; 0 for an entry with a program, one that
     * leads to no port, and none at all. What most redirects ask, so it is one look.
     */
    int plainPort(int key);

    /** Target for a key, or {@link #NONE}. */
    int target(int key);

    /**
     * Targets of all entries by ascending unsigned key, for {@link #BROADCAST}, with the program of each entry, null
     * without.
     *
     * @param into as many as fit
     * @param intoPrograms as long as {@code into}
     * @return how many were written
     */
    int targets(int[] into, @Nullable Object[] intoPrograms);

    /** Whether an entry may have a program: false only where none has. */
    boolean hasPrograms();

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
