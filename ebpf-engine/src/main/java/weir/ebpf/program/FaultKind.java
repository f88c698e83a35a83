// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

/**
 * Rule that a running program broke. A program that the verifier accepts breaks only {@link #BUDGET} and {@link
 * #INSTRUCTION_LIMIT}.
 */
public enum FaultKind {
    READ("read of memory that the program may not read"),
    WRITE("write to memory that the program may not write"),
    UNALIGNED("atomic access that is not aligned to its size"),
    CONTEXT(
            "access to the context other than a load of a field that the program may read, or a store to one that it may"
                    + " write"),
    ARGUMENT("argument that the helper does not take"),
    INSTRUCTION("instruction that cannot be executed"),
    CALL_DEPTH("more than 8 call frames"),
    /** Callback iterations and tail calls, see {@link ProgramFacts#BUDGET_SLOTS}. */
    BUDGET("callback iterations and tail calls beyond 1 M instructions"),
    /**
     * Programs that nobody verified may loop for ever, and loops inside callbacks and global functions add up to
     * more than anyone waits for.
     */
    INSTRUCTION_LIMIT("more than 16 M instructions for one frame"),
    LEAK("ring buffer record or spin lock that is still held at the end"),
    LOCK("spin lock taken twice, or never released by its holder");

    private final String rule;

    FaultKind(String rule) {
        this.rule = rule;
    }

    /** Whether the program ran for too long, which those that the verifier accepts can do, too. */
    public boolean isLimit() {
        return this == BUDGET || this == INSTRUCTION_LIMIT;
    }

    /** The rule in words. */
    public String rule() {
        return rule;
    }
}
