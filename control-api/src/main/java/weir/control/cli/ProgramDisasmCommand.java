// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import weir.control.program.Disassembly;
import weir.control.program.Printable;
import weir.ebpf.Bytecode;
import weir.ebpf.LoadException;
import weir.ebpf.ObjectFile;
import weir.ebpf.isa.Listing;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.SourceLine;
import weir.ebpf.program.Subprogram;

/** {@code weir program disasm}. */
@Command(
        name = "disasm",
        description = {
            "Shows the programs of an object file, linked as they would be loaded.",
            "",
            "Instructions are in the kernel's syntax, with C lines where the object has line information (clang -g),"
                    + " names of maps and helpers, and labels. Programs of other types than XDP are shown too."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir program disasm prog.o",
            "  weir program disasm prog.o --program filter --bytes",
            "  weir program disasm --raw b7000000020000009500000000000000",
            "  weir program disasm prog.o --program filter --jit",
            "  weir program disasm prog.o -o json | jq '.programs | keys'"
        })
public final class ProgramDisasmCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private ObjectArgument object;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private OutputOptions output;

    @Option(names = "--program", paramLabel = "NAME", description = "Only this program (default: all).")
    private @Nullable String programName;

    @Option(
            names = "--bytes",
            description = "Numbers only: the bytes of each instruction, no C lines, labels or names."
                    + " With -o json or yaml there is no difference.")
    private boolean bytes;

    @Option(
            names = "--jit",
            description =
                    "Below each instruction the Java bytecode that it is compiled to, with all checks. Only of programs"
                            + " that can run: XDP's and VALE-BPF's.")
    private boolean jit;

    /** For picocli. */
    public ProgramDisasmCommand() {}

    @Override
    public Integer call() {
        ObjectFile file = object.read(ExitCode.FAILURE);
        List<ProgramSpec> programs = programName == null ? file.programs() : List.of(object.program(file, programName));
        PrintWriter out = spec.commandLine().getOut();
        Disassembly disassembly = Disassembly.of(file, programs::contains);
        if (output.format() == OutputFormat.TABLE) {
            print(out, file, programs, disassembly);
        } else {
            output.print(out, disassembly, () -> new TextTable(""));
        }
        return ExitCode.OK.number();
    }

    private void print(PrintWriter out, ObjectFile file, List<ProgramSpec> programs, Disassembly disassembly) {
        out.println("; " + Printable.of(object.name()) + ": "
                + counted(file.programs().size(), "program") + ", "
                + counted(file.maps().size(), "map") + ", "
                + (file.license().isEmpty() ? "no license" : "license " + Printable.of(file.license())));
        if (!file.maps().isEmpty()) {
            out.println(";");
            disassembly.maps().forEach((name, shape) -> out.println("; map " + Printable.of(name) + ": " + shape));
        }
        for (ProgramSpec program : programs) {
            Disassembly.Program shown =
                    Objects.requireNonNull(disassembly.programs().get(program.name()));
            out.println();
            printHeader(out, program, shown);
            if (bytes) {
                shown.code().forEach(line -> out.println(numbers(line)));
            } else {
                out.print(listing(file, program, compiled(file, program)).text());
            }
        }
        out.flush();
    }

    private static String numbers(Disassembly.Line line) {
        return String.format(Locale.ROOT, "%5d: %-32s  %s", line.slot(), line.bytes(), line.text());
    }

    private static void printHeader(PrintWriter out, ProgramSpec program, Disassembly.Program shown) {
        out.println("; program " + Printable.of(program.name()) + ", section " + Printable.of(program.section())
                + ", type " + program.type() + ", " + counted(shown.instructions(), "instruction") + " in "
                + counted(shown.slots(), "slot"));
        List<Subprogram> functions = program.subprograms();
        if (functions.size() > 1) {
            out.println("; functions: "
                    + functions.stream()
                            .map(each -> Printable.of(each.name().isEmpty() ? "(no name)" : each.name()) + " at "
                                    + each.slot())
                            .collect(Collectors.joining(", ")));
        }
        for (ProgramSpec.Unresolved each : program.unresolved()) {
            out.println("; cannot be executed: slot " + each.slot() + ": " + Printable.of(each.what()));
        }
    }

    /** Bytecode by slot; nothing unless it is asked for. */
    private Map<Integer, List<String>> compiled(ObjectFile file, ProgramSpec program) {
        if (!jit || !program.type().isRunnable()) {
            return Map.of();
        }
        try {
            return Bytecode.of(program, file.maps());
        } catch (LoadException e) {
            throw CommandFailures.of(
                    ExitCode.FAILURE,
                    new IOException(
                            Printable.of("program " + program.name() + " cannot be compiled: " + e.getMessage()), e),
                    "docs/ebpf-support.md says what is supported; without --jit the instructions are shown");
        }
    }

    private static Listing listing(ObjectFile file, ProgramSpec program, Map<Integer, List<String>> compiled) {
        Map<Integer, String> functions = new HashMap<>();
        program.subprograms().forEach(each -> functions.put(each.slot(), each.name()));
        @Nullable String[] sources = sources(program);
        return new Listing(program.code())
                .withSlotNumbers()
                .withLabels()
                .helpers(program.type()::helperName)
                .maps(index -> index >= 0 && index < file.maps().size()
                        ? file.maps().get(index).name()
                        : null)
                .subprograms(functions::get)
                .sourceLines(slot -> sources[slot])
                .comments(slot -> compiled.getOrDefault(slot, List.of()));
    }

    /** The source line of every slot; null where none is known. */
    private static @Nullable String[] sources(ProgramSpec program) {
        @Nullable String[] sources = new String[program.code().slots()];
        List<SourceLine> lines = program.lines();
        for (int i = 0; i < lines.size(); i++) {
            int end = i + 1 < lines.size() ? lines.get(i + 1).slot() : sources.length;
            String text = lines.get(i).text().isBlank() ? null : lines.get(i).text();
            for (int slot = lines.get(i).slot(); slot < Math.min(end, sources.length); slot++) {
                sources[slot] = text;
            }
        }
        return sources;
    }

    private static String counted(int number, String what) {
        return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? what : what + "s");
    }
}
