// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ContextLayout;
import weir.ebpf.program.Functions;
import weir.ebpf.program.ProgramSpec;

/**
 * What the compiler knows about all functions of a program: a forward analysis of each function, repeated
 * until what functions are handed does not change any more.
 */
final class ProgramAnalysis implements Flow.Calls {
    private static final int ARGUMENTS = 5;

    private final Code code;
    private final ContextLayout context;
    private final HelperTable helpers;
    private final List<MapSpec> maps;
    private final boolean movesPacket;
    private final Map<Integer, FunctionShape> shapes = new TreeMap<>();
    private final ArgumentReads registers;
    private final Map<Integer, Integer> read;
    /** What functions are handed in r1 to r5; null as long as no call was seen. */
    private final Map<Integer, Known[]> arguments = new HashMap<>();

    private final Map<Integer, FunctionAnalysis> functions = new TreeMap<>();
    private boolean isChanged;

    private ProgramAnalysis(ProgramSpec spec, HelperTable helpers, List<MapSpec> maps, Set<Integer> dead) {
        this.code = spec.code();
        this.context = spec.context();
        this.helpers = helpers;
        this.maps = maps;
        NavigableSet<Integer> starts = Functions.starts(spec);
        for (int start : starts) {
            Integer next = starts.higher(start);
            shapes.put(start, FunctionShape.of(code, start, next == null ? code.slots() : next, dead));
        }
        movesPacket = movesPacket(code, helpers);
        registers = new ArgumentReads(code, helpers, shapes);
        read = registers.find();
    }

    /**
     * Analyses a program.
     *
     * @param first what r1 and r2 hold when the program starts
     * @param dead slots of instructions that are never executed
     */
    static ProgramAnalysis of(
            ProgramSpec spec, HelperTable helpers, List<MapSpec> maps, Known[] first, Set<Integer> dead) {
        ProgramAnalysis analysis = new ProgramAnalysis(spec, helpers, maps, dead);
        Known[] main = new Known[ARGUMENTS];
        Arrays.fill(main, new Known.Constant(0));
        System.arraycopy(first, 0, main, 0, first.length);
        analysis.hand(0, main);
        for (int callback : analysis.callbacks()) {
            Known[] unknown = new Known[ARGUMENTS];
            Arrays.fill(unknown, Known.anything());
            analysis.hand(callback, unknown);
        }
        analysis.run();
        return analysis;
    }

    /** Reachable functions by the slot where they begin. */
    Map<Integer, FunctionAnalysis> functions() {
        return functions;
    }

    /** Whether a function may move the frame's bounds, or enter a program that does. */
    boolean movesPacket() {
        return movesPacket;
    }

    /** Registers that an instruction reads, as bits. */
    int registersRead(int slot, Instruction instruction) {
        return registers.reads(slot, instruction);
    }

    List<Integer> callbacks() {
        List<Integer> found = new ArrayList<>();
        for (int slot = 0; slot < code.slots(); slot++) {
            if (code.at(slot) instanceof Instruction.LoadWide wide && wide.kind() == WideKind.FUNCTION) {
                found.add(slot + 1 + wide.immediate());
            }
        }
        return found;
    }

    private void run() {
        do {
            isChanged = false;
            for (Map.Entry<Integer, FunctionShape> each : shapes.entrySet()) {
                Known[] handed = arguments.get(each.getKey());
                if (handed != null) {
                    functions.put(each.getKey(), analyse(each.getValue(), handed));
                }
            }
        } while (isChanged);
    }

    private FunctionAnalysis analyse(FunctionShape shape, Known[] handed) {
        FunctionAnalysis first = analyse(shape, handed, true);
        return first.use().escapes() ? analyse(shape, handed, false) : first;
    }

    private FunctionAnalysis analyse(FunctionShape shape, Known[] handed, boolean tracksWords) {
        StackUse use = new StackUse();
        if (!tracksWords) {
            use.escape();
        }
        Flow flow = new Flow(context, helpers, maps, movesPacket, use, tracksWords, this);
        return FunctionAnalysis.of(shape, KnownState.atEntry(handed), flow, use);
    }

    @Override
    public int argumentsOf(int function) {
        return read.getOrDefault(function, 0);
    }

    @Override
    public void call(int function, KnownState state) {
        Known[] handed = new Known[ARGUMENTS];
        for (int i = 0; i < ARGUMENTS; i++) {
            handed[i] = state.register(i + 1).abroad();
        }
        hand(function, handed);
    }

    private void hand(int function, Known[] handed) {
        Known @Nullable [] before = arguments.get(function);
        if (before == null) {
            arguments.put(function, handed);
            isChanged = true;
            return;
        }
        for (int i = 0; i < ARGUMENTS; i++) {
            Known joined = Known.join(before[i], handed[i]);
            if (!joined.equals(before[i])) {
                before[i] = joined;
                isChanged = true;
            }
        }
    }

    private static boolean movesPacket(Code code, HelperTable helpers) {
        for (Instruction instruction : code.instructions()) {
            if (instruction instanceof Instruction.CallRegister) {
                return true;
            }
            if (instruction instanceof Instruction.Call(CallKind kind, int target) && kind == CallKind.HELPER) {
                Helper helper = helpers.find(target);
                if (helper != null && helper.has(Helper.Flag.MOVES_PACKET)) {
                    return true;
                }
            }
        }
        return false;
    }
}
