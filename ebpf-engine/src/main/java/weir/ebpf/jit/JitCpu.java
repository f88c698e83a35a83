// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpBatch;
import weir.ebpf.xdp.XdpContext;

/**
 * One CPU that runs generated code: the state that helpers share, and what such code puts down between
 * two of its methods. Generated code reads and writes the fields. One thread at a time.
 *
 * <pre>
 *  spilled:  | r0 .. r10 | 64 words of stack |   for each call frame
 * </pre>
 */
final class JitCpu {
    /** Instructions of loops and functions of a frame, as for the interpreter. */
    private static final long MAX_STEPS = 16_000_000;

    private static final int SPILLED_REGISTERS = Instruction.REGISTERS;
    private static final int SPILLED_LONGS = SPILLED_REGISTERS + StackUse.WORDS;

    final RunState run;
    final HelperCalls helpers;
    final XdpContext context;
    final int number;
    private final long[][] spilled = new long[ProgramFacts.MAX_FRAMES][SPILLED_LONGS];
    /** Arguments of a call, by register. */
    final long[] arguments = new long[Instruction.REGISTERS];

    /** Of a function that is several methods, and of a program that a tail call entered. */
    long result;

    long stepsLeft;
    private int exitSlot;
    private @Nullable Binding exitProgram;
    private int faultSlot;
    private @Nullable Binding faultProgram;

    JitCpu(RunState run, HelperCalls helpers) {
        this.run = run;
        this.helpers = helpers;
        this.context = run.context();
        this.number = run.cpu();
    }

    static int spilledWord(int word) {
        return SPILLED_REGISTERS + word;
    }

    /** The word of a place behind those of registers. */
    static int wordSpilled(int spilled) {
        return spilled - SPILLED_REGISTERS;
    }

    /** Where parts of the running call frame's function put values between them. */
    long[] spilled() {
        return spilled[run.depth()];
    }

    boolean hasFailed() {
        return run.hasFailed();
    }

    // ---- frames --------------------------------------------------------------------------------------

    void beginBatch(Binding binding, XdpBatch batch) {
        batch.forgetOutcomes();
        run.beginBatch(binding.named);
        context.load(batch, 0);
        exitSlot = 0;
        exitProgram = binding;
        faultProgram = null;
    }

    void begin(int index) {
        context.at(index);
        stepsLeft = MAX_STEPS;
    }

    /** Behind a frame that left more than its verdict. */
    void finish(XdpBatch batch, int index) {
        run.end();
        tell(batch, index);
        run.beginFrame();
    }

    private void tell(XdpBatch batch, int index) {
        FaultKind fault = run.faultKind();
        if (fault != null) {
            batch.fail(index, faultingProgram(), faultingSlot(), fault, run.faultAddressKind(), run.faultAddress());
            faultProgram = null;
        }
    }

    // ---- places --------------------------------------------------------------------------------------

    /** The program ends here, perhaps while it holds something. */
    void exit(Binding binding, int slot) {
        exitSlot = slot;
        exitProgram = binding;
    }

    /** Something went wrong here; the first place counts. */
    void stop(Binding binding, int slot) {
        if (faultProgram == null) {
            faultProgram = binding;
            faultSlot = slot;
        }
    }

    /** What is still held at the end is found at the exit. */
    int faultingSlot() {
        return faultProgram == null ? exitSlot : faultSlot;
    }

    private ProgramSpec faultingProgram() {
        Binding program = faultProgram == null ? exitProgram : faultProgram;
        if (program == null) {
            throw new IllegalStateException("a fault without a program");
        }
        return program.spec();
    }
}
