// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

/** What becomes of a frame on which a program has a fault. */
public enum OnFault {
    /** It is dropped: {@code program_aborted}, or {@code program_budget} where that is the fault. */
    DROP,
    /** It goes on as if the program had returned {@code XDP_PASS}, also after one for VALE-BPF: to the next program, then to learning. */
    LEARN
}
