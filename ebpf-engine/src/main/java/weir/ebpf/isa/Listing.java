// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Text of a whole program, a line for each instruction:
 *
 * <pre>
 * filter:
 *               ; if (data + 14 &gt; end)
 *    3: if r2 &gt; r3 goto L7
 * </pre>
 *
 * <p>What the names are is said by functions that may return null for "none". {@link Assembler} reads the text
 * back to the same code, with names of maps if it is told them; so a name that is no word of {@code [A-Za-z0-9_.$]},
 * that means something else, or that occurs twice is passed over.
 */
public final class Listing {
    private final Code code;
    private IntFunction<@Nullable String> helpers = number -> null;
    private IntFunction<@Nullable String> maps = index -> null;
    private IntFunction<@Nullable String> subprograms = slot -> null;
    private IntFunction<@Nullable String> sourceLines = slot -> null;
    private IntFunction<List<String>> comments = slot -> List.of();
    private boolean hasSlotNumbers;
    private boolean hasLabels;

    public Listing(Code code) {
        this.code = code;
    }

    /** Names by the helper's number. */
    public Listing helpers(IntFunction<@Nullable String> nameByNumber) {
        helpers = nameByNumber;
        return this;
    }

    /** Names by the map's index in the object. */
    public Listing maps(IntFunction<@Nullable String> nameByIndex) {
        maps = nameByIndex;
        return this;
    }

    /** Names of functions by the slot they begin at; they stand before it and in calls. */
    public Listing subprograms(IntFunction<@Nullable String> nameBySlot) {
        subprograms = nameBySlot;
        return this;
    }

    /** The source line that a slot belongs to; it is written where it differs from the one before. */
    public Listing sourceLines(IntFunction<@Nullable String> lineBySlot) {
        sourceLines = lineBySlot;
        return this;
    }

    /** Lines that are written as comments below the instruction at a slot. */
    public Listing comments(IntFunction<List<String>> linesBySlot) {
        comments = linesBySlot;
        return this;
    }

    /** Begins each instruction with its slot. */
    public Listing withSlotNumbers() {
        hasSlotNumbers = true;
        return this;
    }

    /** Names the targets of jumps and calls {@code L7}, by their slot, instead of {@code pc+3}. */
    public Listing withLabels() {
        hasLabels = true;
        return this;
    }

    /** All lines, each ended by a newline. */
    public String text() {
        Map<Integer, String> places = places();
        Disassembler.Names names = new ListingNames(places);
        StringBuilder out = new StringBuilder();
        String lastSource = null;
        for (int slot = 0; slot < code.slots(); slot++) {
            Instruction instruction = code.at(slot);
            if (instruction == null) {
                continue;
            }
            String label = places.get(slot);
            if (label != null) {
                out.append(label).append(":\n");
            }
            String source = sourceLines.apply(slot);
            if (source != null && !source.equals(lastSource)) {
                out.append("            ; ").append(printable(source)).append('\n');
            }
            lastSource = source;
            if (hasSlotNumbers) {
                out.append(String.format(Locale.ROOT, "%5d: ", slot));
            } else {
                out.append("    ");
            }
            out.append(Disassembler.text(instruction, slot, names)).append('\n');
            for (String line : comments.apply(slot)) {
                out.append("                ; ").append(line).append('\n');
            }
        }
        return out.toString();
    }

    private Map<Integer, String> places() {
        Map<Integer, String> places = new HashMap<>();
        Set<String> taken = new HashSet<>();
        for (int slot = 0; slot < code.slots(); slot++) {
            String name = code.at(slot) == null ? null : TextSyntax.nameOrNull(subprograms.apply(slot));
            if (name != null && taken.add(name)) {
                places.put(slot, name);
            }
        }
        if (hasLabels) {
            addTargets(places, taken);
        }
        return places;
    }

    private void addTargets(Map<Integer, String> places, Set<String> taken) {
        for (int slot = 0; slot < code.slots(); slot++) {
            Integer offset = offset(code.at(slot));
            if (offset == null) {
                continue;
            }
            long target = (long) slot + 1 + offset;
            boolean exists = target >= 0 && target < code.slots() && code.at((int) target) != null;
            if (exists && !places.containsKey((int) target) && taken.add("L" + target)) {
                places.put((int) target, "L" + target);
            }
        }
    }

    private static @Nullable Integer offset(@Nullable Instruction instruction) {
        return switch (instruction) {
            case Instruction.Jump jump -> jump.offset();
            case Instruction.Branch branch -> (int) branch.offset();
            case Instruction.Call call when call.kind() == CallKind.LOCAL -> call.target();
            case Instruction.LoadWide wide when wide.kind() == WideKind.FUNCTION -> wide.immediate();
            case null, default -> null;
        };
    }

    /** Source text comes from object files of strangers and goes to terminals. */
    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.strip().codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(out::appendCodePoint);
        return out.toString();
    }

    private final class ListingNames implements Disassembler.Names {
        private final Map<Integer, String> places;

        ListingNames(Map<Integer, String> places) {
            this.places = places;
        }

        @Override
        public @Nullable String helper(int number) {
            return TextSyntax.nameOrNull(helpers.apply(number));
        }

        @Override
        public @Nullable String map(int index) {
            return TextSyntax.nameOrNull(maps.apply(index));
        }

        @Override
        public @Nullable String place(long slot) {
            return slot == (int) slot ? places.get((int) slot) : null;
        }
    }
}
