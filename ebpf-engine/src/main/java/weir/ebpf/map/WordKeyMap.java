// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * A map that takes keys of at most 16 bytes by value, for engines that have them in registers. Results are
 * those of {@link EbpfMap#lookup}.
 */
public interface WordKeyMap extends EbpfMap {
    /** Longest key that is taken by value. */
    int MAX_KEY_BYTES = 2 * Long.BYTES;

    /**
     * {@code bpf_map_lookup_elem}.
     *
     * @param low first 8 bytes of the key, little endian; bytes behind its end are 0
     * @param high the others; 0 for keys of at most 8 bytes
     */
    long lookupWords(long low, long high, int cpu);
}
