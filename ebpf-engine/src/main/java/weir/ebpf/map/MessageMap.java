// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * A map without keys: queue, stack, bloom filter. For programs, as {@link EbpfMap}; addresses are of
 * {@code valueBytes}.
 */
public interface MessageMap extends EbpfMap {
    /**
     * {@code bpf_map_push_elem}.
     *
     * @param flags {@link MapFlags#EXIST}: a full queue or stack loses its oldest value instead of {@code -E2BIG}
     */
    int push(long valueAddress, long flags);

    /** {@code bpf_map_pop_elem}: takes a value out; zeroes the target and returns {@code -ENOENT} when empty. */
    int pop(long toAddress);

    /** {@code bpf_map_peek_elem}: copies a value; asks a bloom filter for the value at the address. */
    int peek(long address);
}
