// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.Arrays;
import java.util.function.Predicate;

/** What registers r0 to r9 and the stack hold at one place of a function. */
final class MachineState {
    private final RegisterType[] registers;
    /** By byte, from the lowest address; index = offset from r10 + size. */
    private final boolean[] initialised;
    /** By 8-byte slot: the pointer spilled there, or UNSET. */
    private final RegisterType[] spilled;

    MachineState(int stackBytes) {
        registers = new RegisterType[10];
        Arrays.fill(registers, RegisterType.UNSET);
        initialised = new boolean[stackBytes];
        spilled = new RegisterType[stackBytes / 8];
        Arrays.fill(spilled, RegisterType.UNSET);
    }

    private MachineState(MachineState other) {
        registers = other.registers.clone();
        initialised = other.initialised.clone();
        spilled = other.spilled.clone();
    }

    MachineState copy() {
        return new MachineState(this);
    }

    RegisterType get(int register) {
        return registers[register];
    }

    void set(int register, RegisterType type) {
        registers[register] = type;
    }

    int stackBytes() {
        return initialised.length;
    }

    // ---- stack; offsets are relative to r10, negative --------------------------------------------

    boolean isInitialised(int offset, int bytes) {
        int from = offset + stackBytes();
        for (int i = from; i < from + bytes; i++) {
            if (!initialised[i]) {
                return false;
            }
        }
        return true;
    }

    /** Numbers were stored; a pointer in a slot that is touched is gone. */
    void storeScalar(int offset, int bytes) {
        int from = offset + stackBytes();
        for (int slot = from / 8; slot <= (from + bytes - 1) / 8; slot++) {
            spilled[slot] = RegisterType.UNSET;
        }
        Arrays.fill(initialised, from, from + bytes, true);
    }

    void spill(int offset, RegisterType type) {
        int from = offset + stackBytes();
        spilled[from / 8] = type;
        Arrays.fill(initialised, from, from + 8, false);
    }

    RegisterType spilledAt(int offset) {
        return spilled[(offset + stackBytes()) / 8];
    }

    // ---- whole states --------------------------------------------------------------------------------

    /** Pointers of this sort may not be used any more, wherever they are. */
    void forget(Predicate<RegisterType> which) {
        forget(registers, which);
        forget(spilled, which);
    }

    private static void forget(RegisterType[] types, Predicate<RegisterType> which) {
        for (int i = 0; i < types.length; i++) {
            if (which.test(types[i])) {
                types[i] = RegisterType.UNSET;
            }
        }
    }

    /** What holds in both. */
    MachineState meet(MachineState other) {
        MachineState met = copy();
        for (int i = 0; i < registers.length; i++) {
            met.registers[i] = RegisterType.meet(registers[i], other.registers[i]);
        }
        for (int i = 0; i < spilled.length; i++) {
            met.spilled[i] = RegisterType.meet(spilled[i], other.spilled[i]);
        }
        for (int i = 0; i < initialised.length; i++) {
            met.initialised[i] = initialised[i] && other.initialised[i];
        }
        return met;
    }

    /** Whether all that holds here holds there, too. */
    boolean isImpliedBy(MachineState there) {
        MachineState met = meet(there);
        return Arrays.equals(met.registers, registers)
                && Arrays.equals(met.spilled, spilled)
                && Arrays.equals(met.initialised, initialised);
    }
}
