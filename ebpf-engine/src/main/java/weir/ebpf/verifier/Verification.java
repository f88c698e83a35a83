// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.List;

/** What the verifier found. */
public sealed interface Verification {
    Statistics statistics();

    /** Per instruction, as far as asked for; empty without. */
    String log();

    /** Nothing unsafe can happen. */
    record Accepted(VerifiedProgram program, Statistics statistics, String log) implements Verification {}

    /**
     * Something unsafe may happen, or that it cannot was not proved.
     *
     * @param violations why, the first one found first; never empty
     */
    record Rejected(List<Violation> violations, Statistics statistics, String log) implements Verification {
        public Rejected {
            violations = List.copyOf(violations);
        }
    }
}
