// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * A map whose elements programs visit one by one, {@code bpf_for_each_map_elem}. Elements have positions,
 * which say nothing but where to go on. Elements that come or go during a visit are seen or not. Any
 * thread, no allocation.
 */
public interface VisitedMap extends EbpfMap {
    /** Position of the first element at or behind this one; -1 for none. 0 begins. */
    long seek(long position);

    /**
     * Copies the key of the element there.
     *
     * @param keyAddress of {@code keyBytes} bytes
     * @return address of its value on this CPU; 0 if the element has gone
     */
    long visit(long position, long keyAddress, int cpu);
}
