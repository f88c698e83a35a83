// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/**
 * Generates the method of a function that is divided: it calls part after part until the function is done.
 *
 * <pre>
 *  locals:  cpu, binding, r1 .. r5, spilled, next
 * </pre>
 */
final class PartLoop {
    private static final int ARGUMENTS = 5;
    private static final int FIRST_ARGUMENT = 2;
    private static final int SPILLED = FIRST_ARGUMENT + 2 * ARGUMENTS;
    private static final int NEXT = SPILLED + 1;

    private final CodeBuilder code;
    private final FunctionAnalysis function;
    private final FunctionEntries entries;
    private final int start;

    private PartLoop(CodeBuilder code, FunctionAnalysis function, FunctionEntries entries) {
        this.code = code;
        this.function = function;
        this.entries = entries;
        this.start = function.shape().start();
    }

    static void emit(CodeBuilder code, FunctionAnalysis function, FunctionEntries entries, Liveness liveness) {
        PartLoop loop = new PartLoop(code, function, entries);
        loop.begin(liveness);
        loop.callParts();
    }

    /** Puts down what the function needs of its arguments; all else is 0 at its start. */
    private void begin(Liveness liveness) {
        code.aload(Emission.CPU);
        code.loadConstant(function.use().bytesToClear());
        code.invokestatic(Names.RUNTIME, "frame", MethodTypeDesc.of(Names.LONG, Names.CPU, Names.INT));
        code.pop2();
        code.aload(Emission.CPU);
        code.invokevirtual(Names.CPU, "spilled", MethodTypeDesc.of(Names.LONGS));
        code.astore(SPILLED);
        liveness.at(start).stream().forEach(index -> {
            code.aload(SPILLED);
            code.loadConstant(index);
            if (index >= 1 && index <= ARGUMENTS) {
                code.lload(FIRST_ARGUMENT + 2 * (index - 1));
            } else {
                code.lconst_0();
            }
            code.lastore();
        });
        code.loadConstant(entries.encoded(start));
        code.istore(NEXT);
    }

    /** Mostly the next part is the one behind, at its start: that way is short. */
    private void callParts() {
        Label loop = code.newLabel();
        Label done = code.newLabel();
        List<SwitchCase> cases = new ArrayList<>();
        for (int i = 0; i < entries.parts().size(); i++) {
            cases.add(SwitchCase.of(i, code.newLabel()));
        }
        code.labelBinding(loop);
        code.iload(NEXT);
        code.loadConstant(MethodEmitter.PART_SHIFT);
        code.ishr();
        code.tableswitch(0, cases.size() - 1, done, cases);
        for (SwitchCase each : cases) {
            int part = each.caseValue();
            code.labelBinding(each.target());
            callPart(part);
            if (part + 1 < cases.size()) {
                code.iload(NEXT);
                code.loadConstant((part + 1) << MethodEmitter.PART_SHIFT);
                code.if_icmpne(loop);
            } else {
                code.goto_(loop);
            }
        }
        code.labelBinding(done);
        code.aload(Emission.CPU);
        code.getfield(Names.CPU, "result", Names.LONG);
        code.lreturn();
    }

    private void callPart(int part) {
        code.aload(Emission.CPU);
        code.aload(Emission.BINDING);
        code.aload(SPILLED);
        code.iload(NEXT);
        code.loadConstant((1 << MethodEmitter.PART_SHIFT) - 1);
        code.iand();
        code.invokestatic(Names.PROGRAM, Names.part(start, part), Names.PART);
        code.istore(NEXT);
    }
}
