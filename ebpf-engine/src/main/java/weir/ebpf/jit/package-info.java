// SPDX-License-Identifier: Apache-2.0

/**
 * Compiler from eBPF to JVM bytecode: one hidden class a program, which runs whole batches.
 *
 * <pre>
 *  RunnableProgram --ProgramAnalysis--> what registers and stack hold, by block
 *                  --ClassEmitter-----> class file: a static method a function, or several for long ones
 *                  --CompiledProgram--> hidden class + Binding (maps by index) + JitCpu (state by CPU)
 * </pre>
 *
 * <p>Registers are locals of the JVM, and so are words of the stack as long as nobody holds a pointer to
 * them ({@link weir.ebpf.jit.StackUse}). Every access to memory is checked unless this package itself
 * shows that it needs no check; the verifier's facts only choose which check is tried first. What fails
 * the quick check goes through the checks of {@link weir.ebpf.run.RunState}, as in the interpreter, so
 * results and faults are the interpreter's. The exception is a program loaded unchecked, which believes
 * the verifier.
 */
@NullMarked
package weir.ebpf.jit;

import org.jspecify.annotations.NullMarked;
