// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.isa.WideKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.Subprogram;

/** Takes away from a scenario what is not needed for a difference to show: packets, then instructions. */
final class Minimiser {
    /** What random programs use of their stack. */
    private static final int STACK_BYTES = 192;

    private static final int FRAME_POINTER = 10;

    private final Predicate<Scenario> differs;

    /** @param differs whether the difference still shows; false, too, where the kernel refuses */
    Minimiser(Predicate<Scenario> differs) {
        this.differs = differs;
    }

    Scenario minimise(Scenario scenario) {
        Scenario small = withFewerPackets(scenario);
        int before = Integer.MAX_VALUE;
        while (slots(small) < before) {
            before = slots(small);
            for (int program = 0; program < small.programs().size(); program++) {
                small = withLessCode(small, program);
            }
        }
        return withFewerPackets(small);
    }

    private static int slots(Scenario scenario) {
        return scenario.programs().stream()
                .mapToInt(each -> each.code().slots())
                .sum();
    }

    private Scenario withFewerPackets(Scenario scenario) {
        Scenario small = scenario;
        for (int i = scenario.packets().size() - 1; i >= 0 && small.packets().size() > 1; i--) {
            List<Scenario.Packet> fewer = new ArrayList<>(small.packets());
            fewer.remove(i);
            Scenario candidate = small.withPackets(fewer);
            small = differs.test(candidate) ? candidate : small;
        }
        return small;
    }

    private Scenario withLessCode(Scenario scenario, int index) {
        Scenario small = scenario;
        int chunk =
                Math.max(1, small.programs().get(index).code().instructions().size() / 2);
        while (chunk >= 1) {
            int at = 0;
            while (at < small.programs().get(index).code().instructions().size()) {
                ProgramSpec less = without(small.programs().get(index), at, chunk);
                if (less != null && differs.test(with(small, index, less))) {
                    small = with(small, index, less);
                } else {
                    at += chunk;
                }
            }
            chunk /= 2;
        }
        return small;
    }

    private static Scenario with(Scenario scenario, int index, ProgramSpec program) {
        List<ProgramSpec> programs = new ArrayList<>(scenario.programs());
        programs.set(index, program);
        return scenario.withPrograms(programs);
    }

    /** The program without some instructions; jumps to them go to what follows. Null if nothing would remain. */
    static ProgramSpec without(ProgramSpec program, int from, int count) {
        List<Instruction> all = program.code().instructions();
        int to = Math.min(all.size(), from + count);
        if (to - from == all.size()) {
            return null;
        }
        int[] places = new int[program.code().slots() + 1];
        int oldSlot = 0;
        int newSlot = 0;
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < all.get(i).slots(); j++) {
                places[oldSlot++] = newSlot;
            }
            newSlot += i >= from && i < to ? 0 : all.get(i).slots();
        }
        places[oldSlot] = newSlot;
        List<Instruction> kept = new ArrayList<>();
        int slot = 0;
        for (int i = 0; i < all.size(); i++) {
            if (i < from || i >= to) {
                kept.add(moved(all.get(i), slot, places));
            }
            slot += all.get(i).slots();
        }
        return rebuilt(program, kept, places);
    }

    /** The scenario with a first program that begins by storing a number all over its stack. */
    static Scenario withFilledStack(Scenario scenario, int word) {
        ProgramSpec main = scenario.programs().getFirst();
        List<Instruction> code = new ArrayList<>();
        for (int offset = -STACK_BYTES; offset < 0; offset += 8) {
            code.add(new Instruction.Store(MemorySize.DOUBLE, FRAME_POINTER, (short) offset, Operand.immediate(word)));
        }
        int shift = code.size();
        code.addAll(main.code().instructions());
        List<Subprogram> functions = main.subprograms().stream()
                .map(each ->
                        each.slot() == 0 ? each : new Subprogram(each.name(), each.slot() + shift, each.isGlobal(), 0))
                .toList();
        return with(scenario, 0, withCode(main, code, functions));
    }

    private static ProgramSpec rebuilt(ProgramSpec program, List<Instruction> kept, int[] places) {
        List<Subprogram> functions = new ArrayList<>();
        for (Subprogram each : program.subprograms()) {
            int slot = places[each.slot()];
            boolean empty = !functions.isEmpty() && functions.getLast().slot() == slot;
            if (!empty && slot < places[places.length - 1]) {
                functions.add(new Subprogram(each.name(), slot, each.isGlobal(), 0));
            }
        }
        return withCode(program, kept, functions);
    }

    private static ProgramSpec withCode(ProgramSpec program, List<Instruction> code, List<Subprogram> functions) {
        return new ProgramSpec(
                program.name(),
                program.section(),
                program.type(),
                program.attach(),
                Code.of(code),
                functions,
                List.of(),
                program.license(),
                List.of());
    }

    private static Instruction moved(Instruction instruction, int slot, int[] places) {
        return switch (instruction) {
            case Instruction.Jump jump -> new Instruction.Jump(jump.isLong(), moved(slot, jump.offset(), places));
            case Instruction.Branch branch ->
                new Instruction.Branch(branch.is64(), branch.condition(), branch.dst(), branch.src(), (short)
                        moved(slot, branch.offset(), places));
            case Instruction.Call(CallKind kind, int target)
            when kind == CallKind.LOCAL -> new Instruction.Call(kind, moved(slot, target, places));
            case Instruction.LoadWide wide
            when wide.kind() == WideKind.FUNCTION ->
                new Instruction.LoadWide(wide.dst(), wide.kind(), moved(slot, wide.immediate(), places), 0);
            default -> instruction;
        };
    }

    private static int moved(int slot, int offset, int[] places) {
        return places[slot + 1 + offset] - places[slot] - 1;
    }
}
