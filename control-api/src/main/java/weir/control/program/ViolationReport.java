// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.ebpf.program.InstructionText;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.SourceLine;
import weir.ebpf.program.Subprogram;
import weir.ebpf.verifier.Violation;
import weir.ebpf.verifier.ViolationKind;

/**
 * Why a program is rejected, with everything that needs the program looked up.
 *
 * @param kind name of the rule: {@code packet_bounds}
 * @param rule in words
 * @param message what is wrong
 * @param instruction its slot; null where it is about the whole program
 * @param text of the instruction; empty without one
 * @param function that it is in; empty where that has no name
 * @param source line of C; null without line information
 * @param register that it is about; null without one
 * @param state of the register, as the kernel's log writes it; empty without one
 * @param expected what should be
 * @param found what is
 * @param hint what usually mends it; empty where nothing is known
 * @param path the last branches that lead there, oldest first
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ViolationReport(
        String kind,
        String rule,
        String message,
        @Nullable Integer instruction,
        String text,
        String function,
        @Nullable Source source,
        @Nullable Integer register,
        String state,
        String expected,
        String found,
        String hint,
        List<Step> path) {
    /**
     * A line of C.
     *
     * @param column from 1; 0 where it is not known
     * @param text the line; empty where the object has none
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Source(String file, int line, int column, String text) {
        static @Nullable Source of(@Nullable SourceLine line) {
            return line == null ? null : new Source(line.file(), line.line(), line.column(), line.text());
        }
    }

    /**
     * A branch on the path.
     *
     * @param taken whether it jumped
     * @param times in a row that it went this way
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Step(
            int instruction,
            String text,
            boolean taken,
            int times,
            @Nullable Source source) {}

    static ViolationReport of(Violation violation, ProgramSpec spec, InstructionText instructions) {
        boolean hasSlot = violation.slot() != Violation.NONE;
        return new ViolationReport(
                violation.kind().name().toLowerCase(Locale.ROOT),
                violation.kind().rule(),
                violation.message(),
                hasSlot ? violation.slot() : null,
                violation.instruction(),
                hasSlot ? function(spec, violation.slot()) : spec.name(),
                Source.of(violation.line()),
                violation.register() == Violation.NONE ? null : violation.register(),
                violation.state(),
                violation.required(),
                violation.found(),
                violation.suggestion(),
                steps(violation.path(), spec, instructions));
    }

    static ViolationReport malformed(int slot, String what) {
        return new ViolationReport(
                ViolationKind.FORM.name().toLowerCase(Locale.ROOT),
                ViolationKind.FORM.rule(),
                what,
                slot,
                "",
                RawProgram.NAME,
                null,
                null,
                "",
                "instructions of RFC 9669",
                what,
                "write the bytes of each instruction in the order of memory: opcode, registers, offset, immediate",
                List.of());
    }

    private static String function(ProgramSpec spec, int slot) {
        String name = spec.name();
        for (Subprogram each : spec.subprograms()) {
            if (each.slot() > 0 && each.slot() <= slot) {
                name = each.name();
            }
        }
        return name;
    }

    /** Branches by line; a branch that went the same way several times in a row is told once. */
    private static List<Step> steps(List<Integer> path, ProgramSpec spec, InstructionText instructions) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < path.size(); i++) {
            int branch = path.get(i);
            int times = 1;
            while (i + 1 < path.size() && path.get(i + 1) == branch) {
                times++;
                i++;
            }
            boolean taken = branch >= 0;
            int slot = taken ? branch : -1 - branch;
            String text = instructions.of(Objects.requireNonNull(spec.code().at(slot)));
            steps.add(new Step(slot, text, taken, times, Source.of(spec.lineAt(slot))));
        }
        return steps;
    }
}
