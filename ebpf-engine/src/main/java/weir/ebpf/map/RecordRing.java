// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/** The ring buffer as programs use it. Any thread, no allocation; {@code kernel/bpf/ringbuf.c}. */
public interface RecordRing extends EbpfMap {
    /** Address of a record of so many bytes, which only the caller sees; 0 when there is no room. */
    long reserve(long lengthBytes);

    /** Hands a reserved record over. */
    void submit(long recordAddress, long flags);

    /** Gives a reserved record up. */
    void discard(long recordAddress, long flags);

    /** {@code bpf_ringbuf_query}: {@code BPF_RB_*}; 0 for anything else. */
    long query(long what);
}
