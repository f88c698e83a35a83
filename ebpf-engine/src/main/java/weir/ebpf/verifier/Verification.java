// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.List;

/** What the verifier found. */
public sealed interface Verification {
    Statistics statistics();

    /** Per instruction, as far as asked for; {@link WalkLog#NONE} without. */
    WalkLog log();

    /** Nothing unsafe can happen. */
    record Accepted(VerifiedProgram program, Statistics statistics, WalkLog log) implements Verification {}

    /**
     * Something unsafe may happen, or that it cannot was not proved.
     *
     * @param violations why, the first one found first; never empty
     */
    record Rejected(List<Violation> violations, Statistics statistics, WalkLog log) implements Verification {
        public Rejected {
            violations = List.copyOf(violations);
        }
    }
}
