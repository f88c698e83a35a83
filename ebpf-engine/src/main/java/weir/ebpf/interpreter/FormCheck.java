// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import weir.ebpf.LoadException;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.Functions;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.SourceLine;

/**
 * One look at each instruction in order: refuses programs whose form is wrong, as {@code check_subprogs}
 * and {@code resolve_pseudo_ldimm64} of {@code kernel/bpf/verifier.c} do, and notes facts.
 */
final class FormCheck {
    /** {@code BPF_COMPLEXITY_LIMIT_INSNS}: what the kernel takes from a privileged user. */
    private static final int MAX_SLOTS = 1_000_000;

    private static final Set<String> GPL_LICENSES =
            Set.of("GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL");

    private final ProgramSpec spec;
    private final Code code;
    private final HelperTable helpers;
    private final List<MapSpec> objectMaps;
    private final boolean isGpl;
    private final NavigableSet<Integer> functions;
    private final Set<Integer> missing;

    private final Set<Integer> maps = new HashSet<>();
    private final Set<Integer> called = new HashSet<>();
    private final List<Integer> callbacks = new ArrayList<>();
    private boolean storesThroughRegister;
    private boolean movesBounds;
    private boolean redirects;
    private boolean tailCalls;
    private boolean callsFunctions;
    private boolean writesByHelper;

    FormCheck(ProgramSpec spec, HelperTable helpers, List<MapSpec> objectMaps) {
        this.spec = spec;
        this.code = spec.code();
        this.helpers = helpers;
        this.objectMaps = objectMaps;
        this.isGpl = GPL_LICENSES.contains(spec.license());
        this.functions = Functions.starts(spec);
        this.missing = spec.missing();
    }

    ProgramFacts check() throws LoadException {
        if (!spec.type().isRunnable()) {
            throw new LoadException("program " + spec.name() + ": section " + spec.section()
                    + " is for no XDP program; only XDP can run");
        }
        if (code.slots() == 0 || code.slots() > MAX_SLOTS) {
            throw new LoadException(
                    "program " + spec.name() + ": has " + code.slots() + " instructions; needed are 1 to " + MAX_SLOTS);
        }
        for (int slot = 0; slot < code.slots(); slot++) {
            Instruction instruction = code.at(slot);
            // What is missing is a fault where it is reached: programs guard such code.
            if (instruction != null && !missing.contains(slot)) {
                check(slot, instruction);
            }
        }
        checkEnds();
        return facts();
    }

    private void check(int slot, Instruction instruction) throws LoadException {
        switch (instruction) {
            case Instruction.Alu alu -> checkWritten(slot, alu.dst());
            case Instruction.Negate negate -> checkWritten(slot, negate.dst());
            case Instruction.MoveSigned move -> checkWritten(slot, move.dst());
            case Instruction.ByteSwap swap -> checkWritten(slot, swap.dst());
            case Instruction.LoadWide load -> checkWide(slot, load);
            case Instruction.Load load -> checkWritten(slot, load.dst());
            case Instruction.Store store -> storesThroughRegister |= store.base() != 10;
            case Instruction.Atomic atomic -> {
                storesThroughRegister |= atomic.base() != 10;
                if (atomic.fetch()) {
                    checkWritten(slot, atomic.src());
                }
            }
            case Instruction.OrderedAccess access -> {
                storesThroughRegister |= !access.acquire() && access.base() != 10;
                if (access.acquire()) {
                    checkWritten(slot, access.register());
                }
            }
            case Instruction.LoadPacket load ->
                throw refused(slot, "XDP programs may not use BPF_LD_ABS and BPF_LD_IND");
            case Instruction.Jump jump -> checkTarget(slot, slot + 1L + jump.offset());
            case Instruction.Branch branch -> checkTarget(slot, slot + 1L + branch.offset());
            case Instruction.Call call -> checkCall(slot, call);
            case Instruction.CallRegister call -> writesByHelper = true;
            case Instruction.Exit exit -> {}
        }
    }

    private void checkWritten(int slot, int register) throws LoadException {
        if (register == 10) {
            throw refused(slot, "r10 cannot be written, it holds the frame pointer");
        }
    }

    private void checkWide(int slot, Instruction.LoadWide load) throws LoadException {
        checkWritten(slot, load.dst());
        switch (load.kind()) {
            case VALUE -> {}
            case MAP_INDEX, MAP_INDEX_VALUE -> {
                checkMap(slot, load);
                maps.add(load.immediate());
            }
            case FUNCTION -> {
                checkFunction(slot, slot + 1L + load.immediate());
                callbacks.add(slot + 1 + load.immediate());
            }
            case MAP_FD, MAP_FD_VALUE, VARIABLE ->
                throw refused(
                        slot, "immediate of kind " + nameOf(load.kind()) + " means nothing here; use map indices");
        }
    }

    /** Addresses inside a map are for arrays of one element: {@code array_map_direct_value_addr}. */
    private void checkMap(int slot, Instruction.LoadWide load) throws LoadException {
        int index = load.immediate();
        if (index < 0 || index >= objectMaps.size()) {
            throw refused(slot, "map " + index + " of " + objectMaps.size() + " does not exist");
        }
        MapSpec map = objectMaps.get(index);
        if (load.kind() != WideKind.MAP_INDEX_VALUE) {
            return;
        }
        if (map.type() != MapType.ARRAY || map.maxEntries() != 1) {
            throw refused(slot, "address inside map " + map.name() + ", which is no array of one element");
        }
        if (Integer.compareUnsigned(load.nextImmediate(), map.valueBytes()) >= 0) {
            throw refused(
                    slot,
                    "address at " + Integer.toUnsignedString(load.nextImmediate()) + " in map " + map.name()
                            + ", whose value has " + map.valueBytes() + " bytes");
        }
    }

    private static String nameOf(WideKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private void checkTarget(int slot, long target) throws LoadException {
        int from = start(slot);
        Integer next = functions.higher(slot);
        int end = next == null ? code.slots() : next;
        if (target < from || target >= end) {
            throw refused(slot, "jump to " + target + " leaves its function, slots " + from + " to " + (end - 1));
        }
        if (code.at((int) target) == null) {
            throw refused(slot, "jump to " + target + ", the second half of a 64-bit immediate");
        }
    }

    private int start(int slot) {
        Integer start = functions.floor(slot);
        return start == null ? 0 : start;
    }

    private void checkFunction(int slot, long target) throws LoadException {
        if (target < 0 || target >= code.slots() || code.at((int) target) == null) {
            throw refused(slot, "no function begins at slot " + target);
        }
    }

    private void checkCall(int slot, Instruction.Call call) throws LoadException {
        switch (call.kind()) {
            case LOCAL -> {
                checkFunction(slot, slot + 1L + call.target());
                callsFunctions = true;
            }
            case KFUNC -> throw new IllegalStateException("a kernel function is always missing");
            case HELPER -> checkHelper(slot, call.target());
        }
    }

    private void checkHelper(int slot, int id) throws LoadException {
        Helper helper = helpers.find(id);
        if (helper == null) {
            throw refused(slot, helpers.refusal(id));
        }
        if (helper.has(Helper.Flag.GPL) && !isGpl) {
            throw refused(
                    slot,
                    helper.name() + " may be called under a licence compatible with the GPL only, not \""
                            + spec.license() + '"');
        }
        called.add(id);
        movesBounds |= helper.has(Helper.Flag.MOVES_PACKET);
        HelperFunction function = helper.function();
        tailCalls |= function == HelperFunction.TAIL_CALL;
        redirects |= function == HelperFunction.REDIRECT || function == HelperFunction.REDIRECT_MAP;
        writesByHelper |= function == HelperFunction.XDP_STORE_BYTES;
    }

    /** The last instruction of a function must not run on into whatever is behind. */
    private void checkEnds() throws LoadException {
        for (int start : functions) {
            Integer next = functions.higher(start);
            int last = (next == null ? code.slots() : next) - 1;
            Instruction instruction = code.at(last);
            if (!(instruction instanceof Instruction.Exit) && !(instruction instanceof Instruction.Jump)) {
                throw refused(last, "the last instruction of a function must be exit or a jump");
            }
        }
    }

    private ProgramFacts facts() {
        boolean calls = callsFunctions || !callbacks.isEmpty();
        return new ProgramFacts(
                maps,
                called,
                storesThroughRegister || writesByHelper || movesBounds || tailCalls,
                true,
                movesBounds,
                redirects,
                tailCalls,
                callbacks,
                calls ? ProgramFacts.MAX_FRAMES * ProgramFacts.FRAME_STACK_BYTES : ProgramFacts.FRAME_STACK_BYTES,
                calls ? ProgramFacts.MAX_FRAMES : 1,
                Map.of(),
                Map.of(),
                Set.of(),
                PathFacts.NONE);
    }

    private LoadException refused(int slot, String what) {
        SourceLine line = spec.lineAt(slot);
        String place = line == null ? "" : " (" + line.file() + ':' + line.line() + ')';
        return new LoadException("program " + spec.name() + ": instruction " + slot + place, what, slot);
    }
}
