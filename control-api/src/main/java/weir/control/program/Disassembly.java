// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.ebpf.ObjectFile;
import weir.ebpf.isa.Disassembler;
import weir.ebpf.isa.Encoder;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.SourceLine;
import weir.ebpf.program.Subprogram;

/**
 * What an object file holds, for programs that read it.
 *
 * @param programs by name
 * @param maps by name, in the order of the numbers that the code uses
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Disassembly(String license, Map<String, Program> programs, Map<String, MapShape> maps) {
    /**
     * A program.
     *
     * @param type {@code XDP}, {@code VALE} or {@code OTHER}
     * @param attach what an XDP program is for: {@code device}, {@code devmap}, {@code cpumap}
     * @param instructions a 64-bit immediate is one
     * @param slots a 64-bit immediate has two
     * @param unresolved by slot: what the code needs and the engine does not have
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Program(
            String section,
            String type,
            String attach,
            int instructions,
            int slots,
            List<Function> functions,
            Map<Integer, String> unresolved,
            List<Line> code) {}

    /** A function of the program; the first is the program itself. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Function(String name, int slot, boolean global) {}

    /**
     * An instruction.
     *
     * @param bytes hexadecimal, 8 or 16
     * @param text without names and labels
     * @param source where a source line begins; null elsewhere
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Line(
            int slot, String bytes, String text, @Nullable Source source) {}

    /** A line of C. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Source(String file, int line, String text) {}

    /** The programs that are wanted, and all maps. */
    public static Disassembly of(ObjectFile object, Predicate<ProgramSpec> wanted) {
        Map<String, Program> programs = new LinkedHashMap<>();
        object.programs().stream().filter(wanted).forEach(spec -> programs.put(spec.name(), program(spec)));
        Map<String, MapShape> maps = new LinkedHashMap<>();
        object.maps().forEach(map -> maps.put(map.name(), MapShape.of(map)));
        return new Disassembly(object.license(), programs, maps);
    }

    private static Program program(ProgramSpec spec) {
        Map<Integer, String> unresolved = new LinkedHashMap<>();
        spec.unresolved().forEach(each -> unresolved.put(each.slot(), each.what()));
        List<Function> functions = new ArrayList<>();
        for (Subprogram each : spec.subprograms()) {
            functions.add(new Function(each.name(), each.slot(), each.isGlobal()));
        }
        List<Line> code = lines(spec);
        return new Program(
                spec.section(),
                spec.type().name(),
                spec.attach().name().toLowerCase(Locale.ROOT),
                code.size(),
                spec.code().slots(),
                functions,
                unresolved,
                code);
    }

    private static List<Line> lines(ProgramSpec spec) {
        Map<Integer, Source> sources = new LinkedHashMap<>();
        for (SourceLine each : spec.lines()) {
            sources.put(each.slot(), new Source(each.file(), each.line(), each.text()));
        }
        List<Line> lines = new ArrayList<>();
        for (int slot = 0; slot < spec.code().slots(); slot++) {
            Instruction instruction = spec.code().at(slot);
            if (instruction != null) {
                lines.add(new Line(
                        slot,
                        HexFormat.of().formatHex(Encoder.encode(instruction)),
                        Disassembler.text(instruction),
                        sources.get(slot)));
            }
        }
        return lines;
    }
}
