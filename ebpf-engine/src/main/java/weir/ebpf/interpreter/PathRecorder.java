// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Argument;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.trace.ProgramPath;

/**
 * Writes down the path of one frame of a batch. Stretches end where the program jumps and behind each call of a helper, so
 * that steps stand in the order in which they happened. On the thread that runs the program; allocates.
 */
final class PathRecorder implements ObservedMachine.Observer {
    private static final int FIRST_ARGUMENT = 1;
    private static final int KEY_REGISTER = 2;

    private final List<ProgramPath.Step> steps = new ArrayList<>();
    private int watched;
    private boolean isWatching;
    private boolean isCut;
    private long instructions;
    private @Nullable ProgramSpec running;
    private int from;
    private int last;
    private ProgramPath.@Nullable Call pending;
    private @Nullable Helper pendingHelper;
    private @Nullable EbpfMap pendingMap;

    /** @param frame of the next batch whose path is wanted */
    void watch(int frame) {
        watched = frame;
        isWatching = false;
        clear();
    }

    private void clear() {
        steps.clear();
        isCut = false;
        instructions = 0;
        running = null;
        pending = null;
        pendingMap = null;
    }

    @Override
    public void begin(int frame) {
        isWatching = frame == watched;
    }

    @Override
    public void before(ObservedMachine machine, int slot) {
        if (!isWatching) {
            return;
        }
        instructions++;
        if (isCut) {
            return;
        }
        finishCall(machine, slot);
        ProgramSpec program = machine.running();
        if (!isRunning(program) || !follows(program.code(), slot)) {
            endStretch();
            running = program;
            from = slot;
        }
        last = slot;
        if (program.code().at(slot) instanceof Instruction.Call call && call.kind() == CallKind.HELPER) {
            endStretch();
            beginCall(machine, program, slot, call.target());
        }
    }

    @SuppressWarnings("ReferenceEquality") // asked for each instruction, and each program has one blueprint
    private boolean isRunning(ProgramSpec program) {
        return running == program;
    }

    /** Whether a slot is that of the instruction behind the last one; a wide one takes two slots. */
    private boolean follows(Code code, int slot) {
        return slot == last + 1 || (slot == last + 2 && code.at(last + 1) == null);
    }

    private void endStretch() {
        ProgramSpec program = running;
        running = null;
        if (program == null) {
            return;
        }
        if (!steps.isEmpty()
                && steps.getLast() instanceof ProgramPath.Stretch before
                && before.from() == from
                && before.to() == last
                && before.program().equals(program)) {
            steps.set(steps.size() - 1, new ProgramPath.Stretch(program, from, last, before.times() + 1));
        } else {
            add(new ProgramPath.Stretch(program, from, last, 1));
        }
    }

    private void add(ProgramPath.Step step) {
        if (steps.size() == ProgramPath.MAX_STEPS) {
            isCut = true;
        } else {
            steps.add(step);
        }
    }

    private void beginCall(ObservedMachine machine, ProgramSpec program, int slot, int number) {
        Helper helper = HelperTable.of(program.type()).find(number);
        if (helper == null) {
            return;
        }
        EbpfMap map = map(machine, helper);
        Bytes key = key(machine, helper, map);
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < helper.arguments().size(); i++) {
            long value = machine.get(FIRST_ARGUMENT + i);
            arguments.add(text(helper.arguments().get(i).kind(), value, map, key));
        }
        pendingHelper = helper;
        pendingMap = map;
        pending = new ProgramPath.Call(program, slot, helper.name(), arguments, null, ProgramPath.Outcome.NONE, 0);
    }

    private static String text(Argument.Kind kind, long value, @Nullable EbpfMap map, @Nullable Bytes key) {
        return switch (kind) {
            case SCALAR, SIZE, SIZE_OR_ZERO, RETURNED_SIZE -> Long.toString(value);
            case MAP -> map == null ? "no map" : map.spec().name();
            case MAP_KEY -> key == null ? "key" : "key " + key;
            case CONTEXT -> "ctx";
            case MAP_VALUE, MAP_VALUE_OUT -> "value";
            case CALLBACK -> "callback " + (int) value;
            case RECORD -> "record";
            case SPIN_LOCK -> "lock";
            case MEMORY,
                    MEMORY_OR_NULL,
                    MEMORY_IN_OUT,
                    MEMORY_OUT,
                    MEMORY_OUT_OR_NULL,
                    STACK_OR_NULL,
                    CONST_STRING,
                    FIXED_MEMORY -> value == 0 ? "null" : "memory";
        };
    }

    private static @Nullable EbpfMap map(ObservedMachine machine, Helper helper) {
        for (int i = 0; i < helper.arguments().size(); i++) {
            if (helper.arguments().get(i).kind() == Argument.Kind.MAP) {
                return machine.state().map(machine.get(FIRST_ARGUMENT + i));
            }
        }
        return null;
    }

    private static @Nullable Bytes key(ObservedMachine machine, Helper helper, @Nullable EbpfMap map) {
        boolean takesKey = helper.arguments().size() >= KEY_REGISTER
                && helper.arguments().get(KEY_REGISTER - 1).kind() == Argument.Kind.MAP_KEY;
        return map == null || !takesKey
                ? null
                : bytes(machine, machine.get(KEY_REGISTER), map.spec().keyBytes());
    }

    /** Bytes that the program may read; null for others. */
    private static @Nullable Bytes bytes(ObservedMachine machine, long address, int lengthBytes) {
        int kept = Math.min(lengthBytes, ProgramPath.Call.MAX_BYTES);
        if (!machine.state().mayRead(address, kept)) {
            return null;
        }
        byte[] copy = new byte[kept];
        Mem.copyTo(address, copy, 0, kept);
        return Bytes.of(copy);
    }

    /** The instruction behind a call: what the call gave is in r0. */
    private void finishCall(ObservedMachine machine, int slot) {
        ProgramPath.Call call = pending;
        Helper helper = pendingHelper;
        if (call == null || helper == null) {
            return;
        }
        EbpfMap map = pendingMap;
        pending = null;
        pendingMap = null;
        if (helper.function() == HelperFunction.TAIL_CALL) {
            boolean isEntered = slot == 0; // where nothing falls through to
            add(with(call, null, isEntered ? ProgramPath.Outcome.ENTERED : ProgramPath.Outcome.FELL_THROUGH, 0));
            if (isEntered) {
                add(new ProgramPath.Entered(machine.running()));
            }
            return;
        }
        if (helper.function().isControlFlow()) {
            add(call); // its result comes when its last round is over, which is somewhere behind
            return;
        }
        long result = machine.get(0);
        switch (helper.returns()) {
            case MAP_VALUE_OR_NULL, RECORD_OR_NULL -> {
                Bytes value = result == 0 || map == null
                        ? null
                        : bytes(machine, result, map.spec().valueBytes());
                add(with(call, value, result == 0 ? ProgramPath.Outcome.MISS : ProgramPath.Outcome.HIT, 0));
            }
            case SCALAR -> add(with(call, null, ProgramPath.Outcome.RETURNED, result));
            case NOTHING -> add(call);
        }
    }

    private static ProgramPath.Call with(
            ProgramPath.Call call, @Nullable Bytes value, ProgramPath.Outcome outcome, long result) {
        return new ProgramPath.Call(
                call.program(), call.slot(), call.helper(), call.arguments(), value, outcome, result);
    }

    /** The path of the frame that was watched; what was going on when the program ended is its last step. */
    ProgramPath path() {
        endStretch();
        if (pending != null) {
            add(pending);
        }
        ProgramPath path = new ProgramPath(steps, instructions, isCut);
        clear();
        return path;
    }
}
