// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.RunnableProgram;

/** The bytecode of a compiled program as text, by the slots that it comes from. */
public final class BytecodeText {
    private final Map<Integer, List<String>> lines = new TreeMap<>();
    private final Map<Label, String> labels = new HashMap<>();
    private boolean isPart;

    private BytecodeText() {}

    /**
     * Compiles with all checks.
     *
     * @return lines by slot
     */
    public static Map<Integer, List<String>> of(RunnableProgram program, HelperTable helpers, List<MapSpec> maps)
            throws JitException {
        CompiledUnit unit =
                ClassEmitter.emit(program.spec(), program.facts(), helpers, maps, true, ClassEmitter.context());
        BytecodeText text = new BytecodeText();
        for (MethodModel method : ClassFile.of().parse(unit.bytes()).methods()) {
            if (method.methodName().equalsString("batch")) {
                // The program once more, inside the loop.
                continue;
            }
            text.isPart = method.methodTypeSymbol().equals(Names.PART);
            method.code().ifPresent(text::add);
        }
        return text.lines;
    }

    private void add(CodeModel code) {
        List<String> current = new ArrayList<>();
        for (CodeElement element : code) {
            switch (element) {
                case LineNumber line -> current = lines.computeIfAbsent(line.line() - 1, absent -> new ArrayList<>());
                case LabelTarget target -> current.add(name(target.label()) + ":");
                case Instruction instruction -> current.add(text(instruction));
                default -> {}
            }
        }
    }

    private String name(Label label) {
        return labels.computeIfAbsent(label, absent -> "B" + labels.size());
    }

    private String text(Instruction instruction) {
        String opcode = instruction.opcode().name().toLowerCase(Locale.ROOT).replaceAll("_(\\d|w|m1)*$", "");
        return switch (instruction) {
            case InvokeInstruction invoke -> opcode + ' ' + name(invoke.owner()) + '.' + invoke.name();
            case FieldInstruction field -> opcode + ' ' + name(field.owner()) + '.' + field.name();
            case LoadInstruction load -> opcode + ' ' + local(load.slot());
            case StoreInstruction store -> opcode + ' ' + local(store.slot());
            case BranchInstruction branch -> opcode + ' ' + name(branch.target());
            case ConstantInstruction constant -> opcode.replace("2", "") + ' ' + constant.constantValue();
            case TypeCheckInstruction check -> opcode + ' ' + name(check.type());
            default -> opcode;
        };
    }

    private static String name(ClassEntry owner) {
        String name = owner.asInternalName();
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private String local(int local) {
        return Emission.nameOfLocal(local, isPart);
    }
}
