// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads programs from text, one instruction a line, in the syntax of {@link Disassembler}.
 *
 * <pre>
 * ; drops what is shorter than an Ethernet header; // and # begin comments, too
 *     r2 = *(u32 *)(r1 +0)         # or (r1 + 0), or (r1)
 *     r3 = *(u32 *)(r1 +4)
 *     r2 += 14
 *     if r2 &gt; r3 goto short        # or goto pc+2
 *     r0 = 2
 *     exit
 * short: r0 = 1
 *     exit
 * </pre>
 *
 * <p>Further:
 *
 * <ul>
 *   <li>labels can be called, {@code call name}, and loaded as a callback, {@code r2 = &name};
 *   <li>helpers by number, {@code call 1}, or by name, {@code call bpf_map_lookup_elem}, also with both; a label
 *       goes before a helper of that name;
 *   <li>maps by index in the object, {@code r1 = map[idx:0]}, or by name, {@code r1 = map[ports]} or clang's {@code
 *       r1 = ports ll}; addresses inside values: {@code r1 = map[ports][0]+8};
 *   <li>numbers are decimal or hexadecimal; one over 0x7fffffff is taken only where nobody can mistake the sign
 *       extension: in 32-bit operations and stores, with {@code ll}, and, in hexadecimal, in 64-bit comparisons,
 *       which the kernel prints so ({@code if r1 == 0xffffffff} compares with -1);
 *   <li>what clang and llvm-objdump write differently is taken, too: {@code w1 = *(u8 *)(r2 + 0)}, {@code goto +3
 *       <LBB0_1>}, {@code r1 = xchg_64(r2 + 0, r1)}, {@code r0 = cmpxchg_64(r2 + 0, r0, r1)}, {@code
 *       atomic_fetch_add} with {@code u64};
 *   <li>a slot number and an opcode before an instruction are passed over, so that listings and the kernel's
 *       logs can be pasted: {@code 3: (b7) r0 = 1}.
 * </ul>
 */
public final class Assembler {
    /** An instruction whose references to labels are still open. */
    interface Pending {
        Instruction at(int slot, Map<String, Integer> labels);

        /** As many as the instruction will have. */
        default int slots() {
            return 1;
        }
    }

    private Function<String, OptionalInt> helpers = name -> OptionalInt.empty();
    private Function<String, OptionalInt> maps = name -> OptionalInt.empty();

    /** Knows neither helpers nor maps by name, until it is told. */
    public Assembler() {}

    /** Reads a program that names neither helpers nor maps. */
    public static Code assemble(String text) {
        return new Assembler().read(text).code();
    }

    /** Numbers of helpers by name, such as {@code bpf_map_lookup_elem}. */
    public Assembler helpers(Function<String, OptionalInt> numberByName) {
        helpers = numberByName;
        return this;
    }

    /** Indices of maps in the object, by name. */
    public Assembler maps(Function<String, OptionalInt> indexByName) {
        maps = indexByName;
        return this;
    }

    /**
     * Reads a program.
     *
     * @throws AssemblyException for the first error in it
     */
    public Assembly read(String text) {
        AssemblyText cursor = new AssemblyText(text);
        StatementParser parser = new StatementParser(cursor, helpers, maps);
        Map<String, Integer> labels = new LinkedHashMap<>();
        List<Pending> all = new ArrayList<>();
        int slots = 0;
        while (!cursor.atEnd()) {
            readLabels(cursor, slots, labels);
            Pending next = cursor.atLineEnd() ? null : parser.statement();
            cursor.endLine();
            if (next != null) {
                all.add(next);
                slots += next.slots();
            }
        }
        return new Assembly(resolve(all, labels), labels);
    }

    private static void readLabels(AssemblyText cursor, int slot, Map<String, Integer> labels) {
        if (cursor.atSlotNumber()) {
            cursor.number("a slot number");
            cursor.require(":");
        }
        if (cursor.take("(")) {
            skipOpcode(cursor);
        }
        while (true) {
            AssemblyText start = cursor.here();
            String name = label(cursor);
            if (name == null) {
                return;
            }
            if (labels.putIfAbsent(name, slot) != null) {
                throw start.problem("label '" + name + "' is there twice");
            }
        }
    }

    private static void skipOpcode(AssemblyText cursor) {
        while (TextSyntax.continuesWord(cursor.peek())) {
            cursor.skip();
        }
        cursor.require(")");
    }

    /** Takes a label and its colon, if one is next. */
    private static @Nullable String label(AssemblyText cursor) {
        AssemblyText ahead = cursor.here();
        String name = ahead.peekWord();
        if (name == null) {
            return null;
        }
        ahead.word("a label");
        if (!ahead.take(":")) {
            return null;
        }
        if (!TextSyntax.isName(name)) {
            throw cursor.here().problem("'" + name + "' cannot be a label: it means something else");
        }
        cursor.word("a label");
        cursor.require(":");
        return name;
    }

    private static Code resolve(List<Pending> all, Map<String, Integer> labels) {
        List<Instruction> instructions = new ArrayList<>(all.size());
        int slot = 0;
        for (Pending each : all) {
            instructions.add(each.at(slot, labels));
            slot += each.slots();
        }
        return Code.of(instructions);
    }
}
