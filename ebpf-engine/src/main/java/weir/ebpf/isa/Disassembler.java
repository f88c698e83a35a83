// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static weir.ebpf.isa.TextSyntax.function;
import static weir.ebpf.isa.TextSyntax.symbol;
import static weir.ebpf.isa.TextSyntax.type;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Instruction.Atomic;
import weir.ebpf.isa.Instruction.Branch;
import weir.ebpf.isa.Instruction.Call;
import weir.ebpf.isa.Instruction.LoadPacket;
import weir.ebpf.isa.Instruction.LoadWide;
import weir.ebpf.isa.Instruction.MoveSigned;
import weir.ebpf.isa.Instruction.OrderedAccess;

/**
 * Text of an instruction in the kernel's syntax ({@code kernel/bpf/disasm.c}, what {@code bpftool prog dump
 * xlated} and the verifier's log show). {@link Assembler} reads it back to the same instruction.
 *
 * <p>Where the kernel's text leaves something open, this one says more:
 *
 * <ul>
 *   <li>a 64-bit immediate ends with {@code ll}, as clang writes it: {@code r1 = 0x5 ll};
 *   <li>maps are {@code map[fd:3]}, {@code map[idx:0]}, addresses in their values {@code map[fd:3][0]+8} and {@code
 *       map[idx:0][0]+8}, variables {@code var[btf:7]} or {@code var[btf:7,fd:3]}, functions {@code pc+5};
 *   <li>a helper without known name is {@code call 1}, a kernel function {@code call kfunc#1234};
 *   <li>{@code callx r2}, which the kernel does not have.
 * </ul>
 */
public final class Disassembler {
    /** Names that may stand for numbers; each may say null. */
    interface Names {
        Names NONE = new Names() {};

        default @Nullable String helper(int number) {
            return null;
        }

        default @Nullable String map(int index) {
            return null;
        }

        /** Label of a slot. */
        default @Nullable String place(long slot) {
            return null;
        }
    }

    private Disassembler() {}

    /** One line, without names. */
    public static String text(Instruction instruction) {
        return text(instruction, 0, Names.NONE);
    }

    /**
     * One line, with names of helpers and maps where they are words of the syntax.
     *
     * @param helpers names by number, null for none
     * @param maps names by index, null for none
     */
    public static String text(
            Instruction instruction, IntFunction<@Nullable String> helpers, IntFunction<@Nullable String> maps) {
        return text(instruction, 0, new Names() {
            @Override
            public @Nullable String helper(int number) {
                return TextSyntax.nameOrNull(helpers.apply(number));
            }

            @Override
            public @Nullable String map(int index) {
                return TextSyntax.nameOrNull(maps.apply(index));
            }
        });
    }

    static String text(Instruction instruction, int slot, Names names) {
        return switch (instruction) {
            case Instruction.Alu alu ->
                register(alu.is64(), alu.dst()) + ' ' + symbol(alu.op()) + ' ' + operand(alu.is64(), alu.src());
            case Instruction.Negate neg -> register(neg.is64(), neg.dst()) + " = -" + register(neg.is64(), neg.dst());
            case MoveSigned move ->
                register(move.is64(), move.dst()) + " = (s" + move.fromBits() + ')' + register(move.is64(), move.src());
            case Instruction.ByteSwap swap ->
                "r" + swap.dst() + " = " + function(swap.order(), swap.bits()) + " r" + swap.dst();
            case LoadWide wide -> "r" + wide.dst() + " = " + wideValue(wide, slot, names);
            case Instruction.Load load ->
                "r" + load.dst() + " = *" + place(type(load.size(), load.signed()), load.base(), load.offset());
            case Instruction.Store store ->
                "*" + place(store.size(), store.base(), store.offset()) + " = " + operand(true, store.src());
            case Atomic atomic -> atomic(atomic);
            case OrderedAccess access -> ordered(access);
            case LoadPacket load -> packetLoad(load);
            case Instruction.Jump jump ->
                (jump.isLong() ? TextSyntax.GOTO_LONG : TextSyntax.GOTO) + ' ' + target(slot, jump.offset(), names);
            case Branch branch -> branch(branch, slot, names);
            case Call call -> call(call, slot, names);
            case Instruction.CallRegister call -> TextSyntax.CALL_REGISTER + " r" + call.register();
            case Instruction.Exit exit -> TextSyntax.EXIT;
        };
    }

    private static String wideValue(LoadWide wide, int slot, Names names) {
        String value = Integer.toUnsignedString(wide.nextImmediate());
        return switch (wide.kind()) {
            case VALUE -> "0x" + Long.toHexString(wide.value()) + ' ' + TextSyntax.WIDE;
            case MAP_FD -> map(TextSyntax.BY_DESCRIPTOR + ':' + wide.immediate());
            case MAP_FD_VALUE -> map(TextSyntax.BY_DESCRIPTOR + ':' + wide.immediate()) + "[0]+" + value;
            case MAP_INDEX -> map(mapName(wide.immediate(), names));
            case MAP_INDEX_VALUE -> map(mapName(wide.immediate(), names)) + "[0]+" + value;
            case VARIABLE -> {
                String module = wide.nextImmediate() == 0 ? "" : ",fd:" + wide.nextImmediate();
                yield TextSyntax.VARIABLE + '[' + TextSyntax.BY_BTF + ':' + wide.immediate() + module + ']';
            }
            case FUNCTION -> {
                String name = names.place((long) slot + 1 + wide.immediate());
                yield name == null ? relative(wide.immediate()) : "&" + name;
            }
        };
    }

    private static String map(String which) {
        return TextSyntax.MAP + '[' + which + ']';
    }

    private static String mapName(int index, Names names) {
        String name = names.map(index);
        return name == null ? TextSyntax.BY_INDEX + ':' + index : name;
    }

    private static String atomic(Atomic atomic) {
        String place = place(atomic.size(), atomic.base(), atomic.offset());
        if (!atomic.fetch()) {
            return TextSyntax.LOCK + " *" + place + ' ' + symbol(atomic.op()) + " r" + atomic.src();
        }
        String call = function(atomic.op(), atomic.size()) + '(' + place;
        return atomic.op() == AtomicOp.CMPXCHG
                ? "r0 = " + call + ", r0, r" + atomic.src() + ')'
                : "r" + atomic.src() + " = " + call + ", r" + atomic.src() + ')';
    }

    private static String ordered(OrderedAccess access) {
        String place = place(access.size(), access.base(), access.offset());
        return access.acquire()
                ? "r" + access.register() + " = " + TextSyntax.LOAD_ACQUIRE + '(' + place + ')'
                : TextSyntax.STORE_RELEASE + '(' + place + ", r" + access.register() + ')';
    }

    private static String packetLoad(LoadPacket load) {
        String index = load.index() == LoadPacket.NO_INDEX ? "" : "r" + load.index() + " + ";
        return "r0 = *(" + type(load.size(), false) + " *)" + TextSyntax.PACKET + '[' + index + load.immediate() + ']';
    }

    private static String branch(Branch branch, int slot, Names names) {
        String second = switch (branch.src()) {
            case Operand.Register register -> register(branch.is64(), register.number());
            case Operand.Immediate immediate -> "0x" + Integer.toHexString(immediate.value());
        };
        return TextSyntax.IF
                + ' '
                + register(branch.is64(), branch.dst())
                + ' '
                + symbol(branch.condition())
                + ' '
                + second
                + ' '
                + TextSyntax.GOTO
                + ' '
                + target(slot, branch.offset(), names);
    }

    private static String call(Call call, int slot, Names names) {
        String callee = switch (call.kind()) {
            case HELPER -> {
                String name = names.helper(call.target());
                yield (name == null ? "" : name + '#') + call.target();
            }
            case LOCAL -> target(slot, call.target(), names);
            case KFUNC -> TextSyntax.KFUNC + '#' + call.target();
        };
        return TextSyntax.CALL + ' ' + callee;
    }

    private static String target(int slot, int offset, Names names) {
        String name = names.place((long) slot + 1 + offset);
        return name == null ? relative(offset) : name;
    }

    private static String relative(int offset) {
        return TextSyntax.PC + signed(offset);
    }

    private static String place(MemorySize size, int base, short offset) {
        return place(type(size, false), base, offset);
    }

    private static String place(String type, int base, short offset) {
        return "(" + type + " *)(r" + base + ' ' + signed(offset) + ')';
    }

    private static String operand(boolean is64, Operand operand) {
        return switch (operand) {
            case Operand.Register register -> register(is64, register.number());
            case Operand.Immediate immediate -> Integer.toString(immediate.value());
        };
    }

    private static String register(boolean is64, int number) {
        return (is64 ? "r" : "w") + number;
    }

    private static String signed(int number) {
        return (number < 0 ? "" : "+") + number;
    }
}
