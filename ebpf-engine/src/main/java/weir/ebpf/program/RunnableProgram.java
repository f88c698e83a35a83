// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import weir.ebpf.interpreter.CheckedProgram;
import weir.ebpf.verifier.VerifiedProgram;

/**
 * A program that an engine may run. Which of the two it is says how: a {@link CheckedProgram} only under
 * an engine that checks every access, a {@link VerifiedProgram} under any.
 */
public sealed interface RunnableProgram permits CheckedProgram, VerifiedProgram {
    ProgramSpec spec();

    ProgramFacts facts();
}
