// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntFunction;
import weir.ebpf.isa.Assembler.Pending;
import weir.ebpf.isa.AssemblyText.Numeral;
import weir.ebpf.isa.OperandParser.AccessType;
import weir.ebpf.isa.OperandParser.Place;
import weir.ebpf.isa.OperandParser.Register;

/** Reads one instruction of {@link Assembler}'s text, by recursive descent. */
final class StatementParser {
    private record Swap(Instruction.ByteSwap.Order order, int bits) {}

    private record AtomicCall(AtomicOp op, MemorySize size, boolean hasType) {}

    private static final List<AtomicOp> ATOMIC_OPS = List.of(AtomicOp.ADD, AtomicOp.OR, AtomicOp.AND, AtomicOp.XOR);
    private static final Map<String, Swap> SWAPS = swaps();
    private static final Map<String, AtomicCall> ATOMIC_CALLS = atomicCalls();

    private final AssemblyText text;
    private final OperandParser read;
    private final Function<String, OptionalInt> helpers;
    private final Function<String, OptionalInt> maps;

    StatementParser(AssemblyText text, Function<String, OptionalInt> helpers, Function<String, OptionalInt> maps) {
        this.text = text;
        this.read = new OperandParser(text);
        this.helpers = helpers;
        this.maps = maps;
    }

    Pending statement() {
        if (text.take("*")) {
            return fixed(store());
        }
        String word = text.peekWord();
        if (word == null) {
            throw text.expected("an instruction");
        }
        if (OperandParser.isRegister(word)) {
            return assignment(read.register());
        }
        AssemblyText start = text.here();
        text.word("an instruction");
        return switch (word) {
            case TextSyntax.IF -> branch();
            case TextSyntax.GOTO -> jump(false);
            case TextSyntax.GOTO_LONG -> jump(true);
            case TextSyntax.CALL -> call();
            case TextSyntax.CALL_REGISTER ->
                fixed(new Instruction.CallRegister(read.register64().number()));
            case TextSyntax.EXIT -> fixed(new Instruction.Exit());
            case TextSyntax.LOCK -> fixed(lock());
            case TextSyntax.STORE_RELEASE -> fixed(storeRelease());
            default -> throw start.expected("an instruction");
        };
    }

    // Jumps and calls

    private Pending branch() {
        Register first = read.register();
        Condition condition = read.condition();
        Operand second = read.operand(first.is64(), number -> !first.is64() || number.isHexadecimal());
        if (!text.takeWord(TextSyntax.GOTO)) {
            throw text.expected("'goto'");
        }
        return jump(
                offset -> new Instruction.Branch(first.is64(), condition, first.number(), second, (short) offset),
                true);
    }

    private Pending jump(boolean isLong) {
        return jump(offset -> new Instruction.Jump(isLong, offset), !isLong);
    }

    /** An instruction that goes to what follows in the text. */
    private Pending jump(IntFunction<Instruction> instruction, boolean isShort) {
        AssemblyText start = text.here();
        boolean hasPc = text.takeWord(TextSyntax.PC);
        if (hasPc || text.atSign()) {
            int offset = read.signedNumber(isShort ? Short.MIN_VALUE : Integer.MIN_VALUE, "an offset, as +3 or -3");
            skipSymbol();
            return fixed(instruction.apply(offset));
        }
        String name = text.word("a label, or an offset as pc+3");
        return (slot, labels) -> {
            Integer target = labels.get(name);
            if (target == null) {
                throw start.problem("no label '" + name + "' in the program");
            }
            int offset = target - slot - 1;
            if (isShort && offset != (short) offset) {
                throw start.problem("'" + name + "' is " + offset + " slots away: use gotol");
            }
            return instruction.apply(offset);
        };
    }

    /** The name that llvm-objdump puts behind a target. */
    private void skipSymbol() {
        if (text.take("<")) {
            while (text.peek() != '>' && !text.atLineEnd()) {
                text.skip();
            }
            text.require(">");
        }
    }

    private Pending call() {
        if (text.atNumber()) {
            return fixed(new Instruction.Call(CallKind.HELPER, read.integer("a helper's number")));
        }
        AssemblyText start = text.here();
        String name = text.word("a function");
        if (text.takeHere("#")) {
            return fixed(numberedCall(name, start));
        }
        if (name.equals(TextSyntax.PC)) {
            int offset = read.signedNumber(Integer.MIN_VALUE, "an offset, as +3 or -3");
            skipSymbol();
            return fixed(new Instruction.Call(CallKind.LOCAL, offset));
        }
        return (slot, labels) -> {
            Integer target = labels.get(name);
            if (target != null) {
                return new Instruction.Call(CallKind.LOCAL, target - slot - 1);
            }
            int helper = helpers.apply(name)
                    .orElseThrow(() -> start.problem("no label '" + name + "' in the program, nor such a helper"));
            return new Instruction.Call(CallKind.HELPER, helper);
        };
    }

    private Instruction numberedCall(String name, AssemblyText start) {
        int number = read.integer("the function's number");
        if (name.equals(TextSyntax.KFUNC)) {
            return new Instruction.Call(CallKind.KFUNC, number);
        }
        OptionalInt known = helpers.apply(name);
        if (known.isPresent() && known.getAsInt() != number) {
            throw start.problem("helper '" + name + "' has number " + known.getAsInt() + ", not " + number);
        }
        return new Instruction.Call(CallKind.HELPER, number);
    }

    // Stores

    /** Behind the first star. */
    private Instruction store() {
        MemorySize size = read.size();
        Place place = read.place();
        text.require("=");
        String word = text.peekWord();
        Operand source;
        if (word != null) {
            source = Operand.register(read.valueRegister(size));
        } else {
            source = Operand.immediate(read.immediate(number -> size != MemorySize.DOUBLE));
        }
        return new Instruction.Store(size, place.base(), place.offset(), source);
    }

    private Instruction lock() {
        text.require("*");
        MemorySize size = read.atomicSize();
        Place place = read.place();
        for (AtomicOp op : ATOMIC_OPS) {
            if (text.take(TextSyntax.symbol(op))) {
                return new Instruction.Atomic(size, op, false, place.base(), place.offset(), read.valueRegister(size));
            }
        }
        throw text.expected("one of += |= &= ^=");
    }

    private Instruction storeRelease() {
        text.require("(");
        MemorySize size = read.size();
        Place place = read.place();
        text.require(",");
        int register = read.valueRegister(size);
        text.require(")");
        return new Instruction.OrderedAccess(size, false, register, place.base(), place.offset());
    }

    // Assignments

    private Pending assignment(Register target) {
        AluOp op = read.aluOp();
        if (op != AluOp.MOV) {
            return fixed(alu(target, op));
        }
        if (text.take("(")) {
            return fixed(moveSigned(target));
        }
        if (text.take("*")) {
            return fixed(load(target));
        }
        if (text.take("&")) {
            return function(target);
        }
        if (text.atNumber()) {
            return fixed(constant(target, text.here(), text.number("a number")));
        }
        if (text.take("-")) {
            return fixed(negative(target));
        }
        String word = text.peekWord();
        if (word == null) {
            throw text.expected("a value");
        }
        return OperandParser.isRegister(word) ? fixed(alu(target, op)) : named(target, word);
    }

    private Instruction alu(Register target, AluOp op) {
        Operand operand = read.operand(target.is64(), number -> !target.is64());
        return new Instruction.Alu(target.is64(), op, target.number(), operand);
    }

    /** Behind the minus: a negation or a number. */
    private Instruction negative(Register target) {
        AssemblyText start = text.here();
        if (text.atNumber()) {
            Numeral number = text.number("a number");
            return constant(target, start, new Numeral(!number.negative(), number.magnitude(), false));
        }
        read.requireSame(target);
        return new Instruction.Negate(target.is64(), target.number());
    }

    private Instruction constant(Register target, AssemblyText start, Numeral number) {
        if (!text.takeWord(TextSyntax.WIDE)) {
            int value = OperandParser.immediate(start, number, !target.is64());
            return new Instruction.Alu(target.is64(), AluOp.MOV, target.number(), Operand.immediate(value));
        }
        if (!number.fitsLong()) {
            throw start.expected("a number of at most 64 bits");
        }
        OperandParser.require64(target, start);
        long value = number.value();
        return wide(target, WideKind.VALUE, (int) value, (int) (value >>> Integer.SIZE));
    }

    private Instruction moveSigned(Register target) {
        int bits = read.signedBits(target.is64());
        return new Instruction.MoveSigned(target.is64(), target.number(), read.sameWidth(target.is64()), bits);
    }

    private Instruction load(Register target) {
        AssemblyText start = text.here();
        AccessType type = read.type();
        if (text.takeWord(TextSyntax.PACKET)) {
            return loadPacket(target, type, start);
        }
        if (!target.is64() && (type.signed() || type.size() == MemorySize.DOUBLE)) {
            throw start.problem("a load of this type fills all of a register: write r" + target.number());
        }
        Place place = read.place();
        return new Instruction.Load(type.size(), type.signed(), target.number(), place.base(), place.offset());
    }

    private Instruction loadPacket(Register target, AccessType type, AssemblyText start) {
        if (target.number() != 0 || !target.is64()) {
            throw start.problem("packet loads go to r0");
        }
        if (type.signed() || type.size() == MemorySize.DOUBLE) {
            throw start.problem("packet loads are u8, u16 or u32");
        }
        text.require("[");
        int index = Instruction.LoadPacket.NO_INDEX;
        boolean hasImmediate = true;
        if (text.peekWord() != null) {
            index = read.register64().number();
            hasImmediate = text.take("+");
        }
        int immediate = hasImmediate ? read.integer("an offset") : 0;
        text.require("]");
        return new Instruction.LoadPacket(type.size(), index, immediate);
    }

    private Pending function(Register target) {
        OperandParser.require64(target, text);
        Pending jump = jump(offset -> wide(target, WideKind.FUNCTION, offset, 0), false);
        return wide(jump);
    }

    /** A value that begins with a word that is no register. */
    private Pending named(Register target, String word) {
        Swap swap = SWAPS.get(word);
        AtomicCall atomic = ATOMIC_CALLS.get(word);
        AssemblyText start = text.here();
        text.word("a value");
        if (atomic != null) {
            return fixed(atomic(target, atomic, start));
        }
        if (word.equals(TextSyntax.LOAD_ACQUIRE)) {
            return fixed(loadAcquire(target));
        }
        OperandParser.require64(target, start);
        if (swap != null) {
            read.requireSame(target);
            return fixed(new Instruction.ByteSwap(target.number(), swap.order(), swap.bits()));
        }
        return fixed(
                switch (word) {
                    case TextSyntax.PC -> {
                        int offset = read.signedNumber(Integer.MIN_VALUE, "an offset, as +3 or -3");
                        yield wide(target, WideKind.FUNCTION, offset, 0);
                    }
                    case TextSyntax.SUBPROGRAM -> subprogram(target);
                    case TextSyntax.MAP -> map(target);
                    case TextSyntax.VARIABLE -> variable(target);
                    default -> mapByClang(target, word, start);
                });
    }

    private Instruction subprogram(Register target) {
        text.require("[");
        int offset = read.signedNumber(Integer.MIN_VALUE, "an offset, as +3 or -3");
        text.require("]");
        return wide(target, WideKind.FUNCTION, offset, 0);
    }

    private Instruction atomic(Register target, AtomicCall call, AssemblyText start) {
        text.require("(");
        MemorySize size = call.size();
        boolean has64Name = size == MemorySize.DOUBLE;
        Place place;
        if (call.hasType()) {
            AssemblyText type = text.here();
            size = read.atomicSize();
            if (has64Name && size != MemorySize.DOUBLE) {
                throw type.problem("expected u64 with an atomic64 function");
            }
            place = read.place();
        } else {
            place = read.placeInside();
        }
        OperandParser.checkWidth(target, size, start);
        text.require(",");
        if (call.op() == AtomicOp.CMPXCHG) {
            if (target.number() != 0 || read.valueRegister(size) != 0) {
                throw start.problem("a compare-and-exchange compares with r0 and loads the old value into r0");
            }
            text.require(",");
        }
        int source = read.valueRegister(size);
        text.require(")");
        if (call.op() != AtomicOp.CMPXCHG && source != target.number()) {
            throw start.problem("the old value goes to the register of the operand, r" + source);
        }
        return new Instruction.Atomic(size, call.op(), true, place.base(), place.offset(), source);
    }

    private Instruction loadAcquire(Register target) {
        text.require("(");
        AssemblyText start = text.here();
        MemorySize size = read.size();
        OperandParser.checkWidth(target, size, start);
        Place place = read.place();
        text.require(")");
        return new Instruction.OrderedAccess(size, true, target.number(), place.base(), place.offset());
    }

    /** Behind {@code map}: {@code [fd:3]}, {@code [idx:3]} or {@code [name]}, and an offset into the value. */
    private Instruction map(Register target) {
        text.require("[");
        AssemblyText start = text.here();
        String word = text.word("a map's name, fd:N or idx:N");
        boolean isNumber = text.take(":");
        boolean isDescriptor = isNumber && word.equals(TextSyntax.BY_DESCRIPTOR);
        if (isNumber && !isDescriptor && !word.equals(TextSyntax.BY_INDEX)) {
            throw start.expected("fd or idx");
        }
        int which = isNumber ? read.integer("a map's number") : mapIndex(word, start);
        text.require("]");
        boolean hasElement = text.take("[");
        if (hasElement) {
            text.require("0");
            text.require("]");
        }
        if (!hasElement && !text.atSign()) {
            return wide(target, isDescriptor ? WideKind.MAP_FD : WideKind.MAP_INDEX, which, 0);
        }
        text.require("+");
        AssemblyText offset = text.here();
        int value = OperandParser.immediate(offset, text.number("an offset"), true);
        text.takeWord(TextSyntax.WIDE);
        return wide(target, isDescriptor ? WideKind.MAP_FD_VALUE : WideKind.MAP_INDEX_VALUE, which, value);
    }

    private Instruction variable(Register target) {
        text.require("[");
        text.require(TextSyntax.BY_BTF);
        text.require(":");
        int id = read.integer("a BTF id");
        int descriptor = 0;
        if (text.take(",")) {
            text.require(TextSyntax.BY_DESCRIPTOR);
            text.require(":");
            descriptor = read.integer("a descriptor");
        }
        text.require("]");
        return wide(target, WideKind.VARIABLE, id, descriptor);
    }

    private Instruction mapByClang(Register target, String name, AssemblyText start) {
        if (!text.takeWord(TextSyntax.WIDE)) {
            throw start.expected("a value");
        }
        return wide(target, WideKind.MAP_INDEX, mapIndex(name, start), 0);
    }

    private int mapIndex(String name, AssemblyText start) {
        return maps.apply(name).orElseThrow(() -> start.problem("no map '" + name + "'"));
    }

    private static Instruction wide(Register target, WideKind kind, int immediate, int nextImmediate) {
        return new Instruction.LoadWide(target.number(), kind, immediate, nextImmediate);
    }

    private static Pending fixed(Instruction instruction) {
        return new Pending() {
            @Override
            public Instruction at(int slot, Map<String, Integer> labels) {
                return instruction;
            }

            @Override
            public int slots() {
                return instruction.slots();
            }
        };
    }

    /** The same in two slots. */
    private static Pending wide(Pending pending) {
        return new Pending() {
            @Override
            public Instruction at(int slot, Map<String, Integer> labels) {
                return pending.at(slot, labels);
            }

            @Override
            public int slots() {
                return 2;
            }
        };
    }

    private static Map<String, Swap> swaps() {
        Map<String, Swap> swaps = new HashMap<>();
        for (Instruction.ByteSwap.Order order : Instruction.ByteSwap.Order.values()) {
            for (int bits = Short.SIZE; bits <= Long.SIZE; bits *= 2) {
                swaps.put(TextSyntax.function(order, bits), new Swap(order, bits));
            }
        }
        return swaps;
    }

    private static Map<String, AtomicCall> atomicCalls() {
        Map<String, AtomicCall> calls = new HashMap<>();
        for (AtomicOp op : AtomicOp.values()) {
            for (MemorySize size : List.of(MemorySize.WORD, MemorySize.DOUBLE)) {
                calls.put(TextSyntax.function(op, size), new AtomicCall(op, size, true));
            }
        }
        calls.put("xchg_64", new AtomicCall(AtomicOp.XCHG, MemorySize.DOUBLE, false));
        calls.put("xchg32_32", new AtomicCall(AtomicOp.XCHG, MemorySize.WORD, false));
        calls.put("cmpxchg_64", new AtomicCall(AtomicOp.CMPXCHG, MemorySize.DOUBLE, false));
        calls.put("cmpxchg32_32", new AtomicCall(AtomicOp.CMPXCHG, MemorySize.WORD, false));
        return calls;
    }
}
