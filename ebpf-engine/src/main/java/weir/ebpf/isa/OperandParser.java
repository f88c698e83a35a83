// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import weir.ebpf.isa.AssemblyText.Numeral;

/** Reads the parts of instructions in {@link Assembler}'s text: registers, operators, types, places, numbers. */
final class OperandParser {
    record Register(int number, boolean is64) {
        @Override
        public String toString() {
            return (is64 ? "r" : "w") + number;
        }
    }

    record Place(int base, short offset) {}

    record AccessType(MemorySize size, boolean signed) {}

    private static final List<AluOp> ALU_OPS = longestFirst(AluOp.values(), TextSyntax::symbol);
    private static final List<Condition> CONDITIONS = longestFirst(Condition.values(), TextSyntax::symbol);
    private static final Map<String, AccessType> TYPES = types();

    private final AssemblyText text;

    OperandParser(AssemblyText text) {
        this.text = text;
    }

    AluOp aluOp() {
        for (AluOp op : ALU_OPS) {
            if (text.take(TextSyntax.symbol(op))) {
                return op;
            }
        }
        throw text.expected("an assignment, as = or +=");
    }

    Condition condition() {
        for (Condition condition : CONDITIONS) {
            if (text.take(TextSyntax.symbol(condition))) {
                return condition;
            }
        }
        throw text.expected("a comparison, as == or s<");
    }

    /** A register of that width, or an immediate. */
    Operand operand(boolean is64, Wraps wraps) {
        return text.peekWord() != null ? Operand.register(sameWidth(is64)) : Operand.immediate(immediate(wraps));
    }

    int sameWidth(boolean is64) {
        AssemblyText start = text.here();
        Register register = register();
        if (register.is64() != is64) {
            throw start.expected(is64 ? "a 64-bit register" : "a 32-bit register");
        }
        return register.number();
    }

    void requireSame(Register target) {
        AssemblyText start = text.here();
        if (!register().equals(target)) {
            throw start.expected(target + " again");
        }
    }

    /** Which register takes part in an access; clang writes w registers where the access has at most 32 bits. */
    int valueRegister(MemorySize size) {
        AssemblyText start = text.here();
        Register register = register();
        checkWidth(register, size, start);
        return register.number();
    }

    static void checkWidth(Register register, MemorySize size, AssemblyText start) {
        if (!register.is64() && size == MemorySize.DOUBLE) {
            throw start.problem("8 bytes need a 64-bit register, not " + register);
        }
    }

    static void require64(Register target, AssemblyText start) {
        if (!target.is64()) {
            throw start.problem("this value needs a 64-bit register, not " + target);
        }
    }

    Register register64() {
        AssemblyText start = text.here();
        Register register = register();
        if (!register.is64()) {
            throw start.expected("a 64-bit register");
        }
        return register;
    }

    Register register() {
        String word = text.peekWord();
        if (word == null || !isRegister(word)) {
            throw text.expected("a register, r0 to r10 or w0 to w10");
        }
        text.word("a register");
        return new Register(Integer.parseInt(word, 1, word.length(), 10), word.charAt(0) == 'r');
    }

    static boolean isRegister(String word) {
        for (int i = 0; i < Instruction.REGISTERS; i++) {
            if (word.equals("r" + i) || word.equals("w" + i)) {
                return true;
            }
        }
        return false;
    }

    /** {@code (u32 *)}. */
    AccessType type() {
        text.require("(");
        AssemblyText start = text.here();
        return type(start);
    }

    /** A type that is not signed. */
    MemorySize size() {
        text.require("(");
        AssemblyText start = text.here();
        AccessType type = type(start);
        if (type.signed()) {
            throw start.problem("this access has no sign: use u" + type.size().bytes() * Byte.SIZE);
        }
        return type.size();
    }

    /** A type that atomic operations have. */
    MemorySize atomicSize() {
        AssemblyText start = text.here();
        MemorySize size = size();
        if (size != MemorySize.WORD && size != MemorySize.DOUBLE) {
            throw start.problem("an atomic operation is on u32 or u64");
        }
        return size;
    }

    /** Behind the parenthesis. */
    private AccessType type(AssemblyText start) {
        AccessType type = TYPES.get(text.word("a type, as u32"));
        if (type == null) {
            throw start.expected("a type: u8, u16, u32, u64, s8, s16 or s32");
        }
        text.require("*");
        text.require(")");
        return type;
    }

    /** {@code s8)}, behind the parenthesis of a sign-extending move. */
    int signedBits(boolean is64) {
        AssemblyText start = text.here();
        AccessType type = TYPES.get(text.word("s8, s16 or s32"));
        if (type == null || !type.signed() || (type.size() == MemorySize.WORD && !is64)) {
            throw start.expected(is64 ? "s8, s16 or s32" : "s8 or s16");
        }
        text.require(")");
        return type.size().bytes() * Byte.SIZE;
    }

    /** {@code (r1 +4)}. */
    Place place() {
        text.require("(");
        Place place = placeInside();
        text.require(")");
        return place;
    }

    Place placeInside() {
        int base = register64().number();
        return new Place(base, text.atSign() ? (short) signedNumber(Short.MIN_VALUE, "an offset") : 0);
    }

    /** A number behind its sign, blanks between them allowed; its range is from the minimum to its complement. */
    int signedNumber(int minimum, String expectation) {
        AssemblyText start = text.here();
        boolean negative = text.take("-");
        if (!negative && !text.take("+")) {
            throw text.expected(expectation);
        }
        Numeral number = text.number("a number");
        Numeral signed = new Numeral(negative != number.negative(), number.magnitude(), false);
        if (!signed.fitsInt() || signed.value() < minimum || signed.value() > ~minimum) {
            throw start.problem("expected an offset from " + minimum + " to " + ~minimum);
        }
        return (int) signed.value();
    }

    int integer(String expectation) {
        AssemblyText start = text.here();
        return immediate(start, text.number(expectation), false);
    }

    /** Decides whether a number from 0x80000000 to 0xffffffff may stand for a negative one. */
    interface Wraps {
        boolean allows(Numeral number);
    }

    int immediate(Wraps wraps) {
        AssemblyText start = text.here();
        Numeral number = text.number("a register or a number");
        return immediate(start, number, wraps.allows(number));
    }

    static int immediate(AssemblyText start, Numeral number, boolean mayWrap) {
        if (number.fitsInt() || (mayWrap && number.fitsUnsignedInt())) {
            return (int) number.value();
        }
        throw start.expected(
                mayWrap
                        ? "a number of at most 32 bits"
                        : "a number from -0x80000000 to 0x7fffffff (immediates are sign-extended)");
    }

    private static <T> List<T> longestFirst(T[] values, Function<T, String> symbol) {
        List<T> all = new ArrayList<>(List.of(values));
        all.sort(Comparator.comparingInt(value -> -symbol.apply(value).length()));
        return all;
    }

    private static Map<String, AccessType> types() {
        Map<String, AccessType> types = new HashMap<>();
        for (MemorySize size : MemorySize.values()) {
            types.put(TextSyntax.type(size, false), new AccessType(size, false));
            if (size != MemorySize.DOUBLE) {
                types.put(TextSyntax.type(size, true), new AccessType(size, true));
            }
        }
        return types;
    }
}
