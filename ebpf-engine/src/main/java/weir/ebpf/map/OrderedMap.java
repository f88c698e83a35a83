// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * A map without keys that programs put values into: queue, stack, bloom filter. Addresses are checked by
 * the caller, for {@code valueBytes}. Any thread, no allocation; 0 or a negative errno.
 */
public interface OrderedMap extends EbpfMap {
    /** {@code bpf_map_push_elem}. */
    int push(long valueAddress, long flags);

    /** {@code bpf_map_pop_elem}: copies the value out and removes it. */
    int pop(long valueAddress);

    /** {@code bpf_map_peek_elem}: copies the value out; a bloom filter says whether it may have it. */
    int peek(long valueAddress);
}
