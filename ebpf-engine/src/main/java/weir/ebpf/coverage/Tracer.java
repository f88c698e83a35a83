// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.ObservedMachine;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapType;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.ProgramSpec;

/** Looks on while a program runs: which ways branches go, and from where loads and lookups took what they gave. */
final class Tracer implements ObservedMachine.Observer {
    private static final int NONE = -1;

    private final Code code;
    private final ScratchMaps maps;
    private final HelperTable helpers;
    private final BranchListener listener;
    private final long[] addresses;
    private final long[] values;
    private final boolean[] isKnown;
    private final Input.@Nullable Place[] asked;
    private final List<Found> found = new ArrayList<>();
    private final Set<Integer> loads = new TreeSet<>();
    private int pending = NONE;
    private int pendingRegister;

    /** A value that a lookup gave. */
    record Found(Input.Place place, long address, int bytes) {
        boolean contains(long where) {
            return where >= address && where < address + bytes;
        }
    }

    /** Is told of branches. */
    @FunctionalInterface
    interface BranchListener {
        void branch(ObservedMachine machine, int slot, Instruction.Branch branch, boolean jumps);
    }

    Tracer(ProgramSpec spec, ScratchMaps maps, BranchListener listener) {
        code = spec.code();
        helpers = HelperTable.of(spec.type());
        this.maps = maps;
        this.listener = listener;
        addresses = new long[code.slots()];
        values = new long[code.slots()];
        isKnown = new boolean[code.slots()];
        asked = new Input.Place[code.slots()];
    }

    /** The helper of a number, as the program means it; null without one. */
    @Nullable
    Helper helper(int number) {
        return helpers.find(number);
    }

    /** Another run begins. */
    void begin() {
        pending = NONE;
        Arrays.fill(isKnown, false);
        found.clear();
        loads.clear();
    }

    @Override
    public void before(ObservedMachine machine, int slot) {
        if (pending != NONE) {
            finish(machine);
        }
        switch (code.at(slot)) {
            case Instruction.Load load -> {
                addresses[slot] = machine.get(load.base()) + load.offset();
                await(slot, load.dst());
                loads.add(slot);
            }
            case Instruction.Call call when call.kind() == CallKind.HELPER -> calls(machine, slot, call.target());
            case Instruction.Branch branch -> listener.branch(machine, slot, branch, jumps(machine, branch));
            case null, default -> {}
        }
    }

    private void await(int slot, int register) {
        pending = slot;
        pendingRegister = register;
    }

    /** The instruction behind a load or a call: what it gave is in its register. */
    private void finish(ObservedMachine machine) {
        int slot = pending;
        pending = NONE;
        values[slot] = machine.get(pendingRegister);
        isKnown[slot] = true;
        Input.Place place = asked[slot];
        if (place != null && values[slot] != 0 && code.at(slot) instanceof Instruction.Call) {
            found.add(new Found(
                    place, values[slot], maps.maps().get(place.map()).spec().valueBytes()));
        }
    }

    private void calls(ObservedMachine machine, int slot, int number) {
        Helper helper = helpers.find(number);
        if (helper == null || helper.function().isControlFlow()) {
            return;
        }
        await(slot, 0);
        asked[slot] = place(machine, helper);
    }

    /** The entry that a call is about; null where it is about none. */
    private Input.@Nullable Place place(ObservedMachine machine, Helper helper) {
        EbpfMap map = helper.maps().isEmpty() && !takesAnyMap(helper.function())
                ? null
                : machine.state().map(machine.get(1));
        int index = map == null ? NONE : maps.indexOf(map);
        if (map == null || index < 0) {
            return null;
        }
        int bytes = map.spec().keyBytes();
        if (helper.function() == HelperFunction.REDIRECT_MAP) {
            return new Input.Place(index, number((int) machine.get(2), bytes));
        }
        long key = machine.get(2);
        return takesKey(helper.function()) && machine.state().mayRead(key, bytes)
                ? new Input.Place(index, bytes(key, bytes))
                : new Input.Place(index, Bytes.of(new byte[0]));
    }

    private static boolean takesAnyMap(HelperFunction function) {
        return takesKey(function)
                || function == HelperFunction.MAP_POP_ELEM
                || function == HelperFunction.MAP_PEEK_ELEM;
    }

    private static boolean takesKey(HelperFunction function) {
        return switch (function) {
            case MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM, MAP_LOOKUP_PERCPU_ELEM -> true;
            default -> false;
        };
    }

    private static Bytes bytes(long address, int lengthBytes) {
        byte[] copy = new byte[lengthBytes];
        Mem.copyTo(address, copy, 0, lengthBytes);
        return Bytes.of(copy);
    }

    private static Bytes number(int value, int lengthBytes) {
        byte[] key = new byte[lengthBytes];
        for (int i = 0; i < Math.min(Integer.BYTES, lengthBytes); i++) {
            key[i] = (byte) (value >>> (i * Byte.SIZE));
        }
        return Bytes.of(key);
    }

    private static boolean jumps(ObservedMachine machine, Instruction.Branch branch) {
        long left = machine.get(branch.dst());
        long right = right(machine, branch);
        return branch.is64()
                ? Arithmetic.compare64(branch.condition(), left, right)
                : Arithmetic.compare32(branch.condition(), (int) left, (int) right);
    }

    /** What the second operand of a branch is. */
    static long right(ObservedMachine machine, Instruction.Branch branch) {
        return switch (branch.src()) {
            case Operand.Register(int number) -> machine.get(number);
            case Operand.Immediate(int value) -> value;
        };
    }

    /** Whether a load or call came by in this run. */
    boolean isKnown(int slot) {
        return isKnown[slot];
    }

    /** What the load or call gave last. */
    long value(int slot) {
        return values[slot];
    }

    /** Where the load took it from. */
    long address(int slot) {
        return addresses[slot];
    }

    /** The entry that a call asked for last; null where it asked for none. */
    Input.@Nullable Place asked(int slot) {
        return asked[slot];
    }

    /** Width of a load. */
    int bytes(int slot) {
        return code.at(slot) instanceof Instruction.Load load ? load.size().bytes() : 0;
    }

    /** Loads in this run. */
    Set<Integer> loads() {
        return loads;
    }

    /** The value that holds an address; null for none. */
    @Nullable
    Found valueAt(long address) {
        for (Found each : found.reversed()) {
            if (each.contains(address)) {
                return each;
            }
        }
        for (int i = 0; i < maps.maps().size(); i++) {
            EbpfMap map = maps.maps().get(i);
            long first = map.spec().type() == MapType.ARRAY ? map.directAddress() : 0;
            Found data = new Found(
                    new Input.Place(i, number(0, Integer.BYTES)),
                    first,
                    map.spec().valueBytes());
            if (first != 0 && data.contains(address)) {
                return data;
            }
        }
        return null;
    }
}
