// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.time.Duration;

/**
 * How a program is verified.
 *
 * @param logLevel 0: no log; 1: each instruction as it is walked, with what it changed; 2: the whole state,
 *     too. As {@code log_level} of {@code BPF_PROG_LOAD}
 * @param keepEverything whether numbers that nothing depends on are told apart, too: more states, but every
 *     state that a run can be in is walked. For tests that compare runs with states
 * @param maxInstructions walked; {@code BPF_COMPLEXITY_LIMIT_INSNS}
 * @param maxTime after which the program is too complex
 */
public record VerifierOptions(int logLevel, boolean keepEverything, int maxInstructions, Duration maxTime) {
    /** {@code BPF_COMPLEXITY_LIMIT_INSNS}. */
    public static final int MAX_INSTRUCTIONS = 1_000_000;

    /** Branches that wait to be walked; {@code BPF_COMPLEXITY_LIMIT_JMP_SEQ}. */
    public static final int MAX_PENDING = 8192;

    /** Bytes that stored states take together, about. */
    public static final long MAX_BYTES = 128L << 20;

    private static final Duration MAX_TIME = Duration.ofSeconds(10);

    /** No log, all limits at their usual values. */
    public static VerifierOptions standard() {
        return new VerifierOptions(0, false, MAX_INSTRUCTIONS, MAX_TIME);
    }

    public VerifierOptions withLogLevel(int level) {
        return new VerifierOptions(level, keepEverything, maxInstructions, maxTime);
    }

    public VerifierOptions keepingEverything() {
        return new VerifierOptions(logLevel, true, maxInstructions, maxTime);
    }
}
