// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

/** Ends a verification; never leaves this package. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Violation violation;

    Refusal(Violation violation) {
        super(violation.text(), null, false, false);
        this.violation = violation;
    }

    Violation violation() {
        return violation;
    }
}
