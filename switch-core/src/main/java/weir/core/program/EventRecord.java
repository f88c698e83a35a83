// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.ebpf.map.Bytes;

/**
 * A record that a program handed to control code.
 *
 * @param worker that ran the program; -1 in a ring buffer, which does not tell
 * @param data what the program wrote
 * @param frame the frame's first bytes, as many as the program asked for with {@code bpf_perf_event_output}
 */
public record EventRecord(int worker, Bytes data, Bytes frame) {
    /** {@link #worker} where it is not known. */
    public static final int ANY_WORKER = -1;
}
