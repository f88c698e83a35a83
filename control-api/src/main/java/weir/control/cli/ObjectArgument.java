// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.control.program.MapText;
import weir.control.program.Printable;
import weir.control.program.RawProgram;
import weir.control.program.ReplayException;
import weir.control.text.FileTrouble;
import weir.control.text.Spelling;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/**
 * Where {@code weir program} commands get programs from: the parameter FILE, an object file, or {@code --raw}, bare
 * instructions.
 */
final class ObjectArgument {
    private static final String COMPILE = "clang -O2 -g --target=bpf -c prog.c -o prog.o";
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    private static final String STANDARD_INPUT = "-";

    /** A program of the largest size, with a line for each instruction, and as much again. */
    private static final int MAX_RAW_CHARACTERS = 36 << 20;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "An eBPF object file, as clang writes it.")
    private @Nullable Path file;

    @Option(
            names = "--raw",
            paramLabel = "HEX",
            description = "Instead of FILE: bare instructions, 16 hexadecimal digits each, the 8 bytes in the order of"
                    + " memory; - for standard input. The program is called raw.")
    private @Nullable String raw;

    @Option(
            names = "--map",
            paramLabel = "TYPE:KEY:VALUE:MAX[:FLAGS][:inner=INDEX]",
            description = "With --raw: a map, sizes in bytes, as in hash:4:8:1024. The first is map0, that which"
                    + " ld_imm64 with source 1 or 2 and immediate 0 names. The maps in a map of maps are like an"
                    + " earlier one, inner=0 for map0. May be repeated.")
    private List<String> maps = List.of();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "What programs are for: xdp, or vale for VALE-BPF (default: what FILE shows, xdp where nothing"
                            + " does).")
    private @Nullable ProgramTypeName type;

    /** For picocli. */
    ObjectArgument() {}

    /** Whether there is anything to read. */
    boolean isGiven() {
        return file != null || raw != null;
    }

    /** Whether maps were given. */
    boolean hasMaps() {
        return !maps.isEmpty();
    }

    /** The object file; null with {@code --raw}. */
    @Nullable
    Path file() {
        return file;
    }

    /** What people know the object as. */
    String name() {
        return file == null ? "--raw" : file.toString();
    }

    /** Whether instructions come from standard input. */
    boolean readsStandardInput() {
        return STANDARD_INPUT.equals(raw);
    }

    /**
     * Reads the file, or the instructions. Failures are those of the command.
     *
     * @param malformed what the command ends with when bytes are no instructions
     */
    ObjectFile read(ExitCode malformed) {
        try {
            return parse();
        } catch (MalformedCodeException e) {
            throw CommandFailures.of(
                    malformed,
                    new IOException("instruction " + e.slot() + ": " + e.rule(), e),
                    "write the bytes of each instruction in the order of memory: b700000002000000 is r0 = 2");
        }
    }

    /** As {@link #read}, for who has something to say about malformed instructions. */
    ObjectFile parse() throws MalformedCodeException {
        if (file != null && raw != null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "both FILE and --raw were given", "give an object file or instructions");
        }
        if (raw != null) {
            return parseRaw(readsStandardInput() ? standardInput() : raw);
        }
        if (file == null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "missing required parameter: 'FILE'",
                    "name an object file, or give instructions with --raw HEX");
        }
        if (hasMaps()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--map is for --raw; object files have their maps", "leave --map away");
        }
        return parseFile(file, type == null ? null : type.type());
    }

    private ObjectFile parseRaw(String hex) throws MalformedCodeException {
        try {
            List<MapText> texts = new ArrayList<>();
            for (String map : maps) {
                texts.add(MapText.parse(map));
            }
            return RawProgram.of(hex, MapText.specs(texts), type == null ? ProgramType.XDP : type.type());
        } catch (ReplayException e) {
            throw CommandFailures.of(ExitCode.USAGE, e, e.hint());
        }
    }

    private static String standardInput() {
        byte[] bytes;
        try (InputStream in = new FileInputStream(FileDescriptor.in)) {
            bytes = in.readNBytes(MAX_RAW_CHARACTERS + 1);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "cannot read standard input: " + e.getMessage(), "check what is piped in", e);
        }
        if (bytes.length > MAX_RAW_CHARACTERS) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "standard input has more than " + MAX_RAW_CHARACTERS + " characters",
                    "a program has at most 1,000,000 instructions of 16 hexadecimal digits");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Reads an object file. Failures are those of the command. */
    static ObjectFile parseFile(Path from) {
        return parseFile(from, null);
    }

    /** The same for programs of one type; null: the object's sections tell. */
    private static ObjectFile parseFile(Path from, @Nullable ProgramType type) {
        byte[] bytes = bytes(from);
        try {
            return type == null ? ObjectFile.parse(bytes) : ObjectFile.parse(bytes, type);
        } catch (ObjectFileException e) {
            throw CommandFailures.of(
                    ExitCode.FAILURE, new IOException(Printable.of(from + ": " + e.getMessage()), e), hint(bytes));
        }
    }

    private static byte[] bytes(Path file) {
        if (file.toString().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "the name of the object file is empty", "compile one with '" + COMPILE + "'");
        }
        if (Files.isDirectory(file)) {
            throw new CommandFailure(ExitCode.FAILURE, file + " is a directory", "name the object file in it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(ObjectFile.MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.NOT_FOUND, "no file " + file, "compile one with '" + COMPILE + "'", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "cannot read " + file + ": " + FileTrouble.of(e),
                    "check that it is a file and that you may read it",
                    e);
        }
    }

    /** Whether a file begins as object files do (ELF, {@code e_ident}). */
    static boolean isElf(byte[] bytes) {
        return bytes.length >= ELF.length && Arrays.equals(bytes, 0, ELF.length, ELF, 0, ELF.length);
    }

    private static String hint(byte[] bytes) {
        if (isElf(bytes)) {
            return "docs/ebpf-support.md says what is supported; 'llvm-readelf -a FILE' shows what the file holds";
        }
        String start = new String(bytes, 0, Math.min(bytes.length, 4096), StandardCharsets.ISO_8859_1);
        return start.contains("#include") || start.contains("SEC(")
                ? "this looks like C; compile it first with '" + COMPILE + "'"
                : "object files come from '" + COMPILE + "'";
    }

    /** The program of that name, or a failure that lists those there are. */
    ProgramSpec program(ObjectFile object, String name) {
        Optional<ProgramSpec> found = object.program(name);
        if (found.isPresent()) {
            return found.get();
        }
        List<ProgramSpec> sameSymbol = object.programs().stream()
                .filter(each -> each.name().equals(each.section() + ":" + name))
                .toList();
        if (!sameSymbol.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    name() + " has " + sameSymbol.size() + " programs '" + Printable.of(name) + "'",
                    "choose one by section and name: " + names(sameSymbol));
        }
        List<String> known = object.programs().stream().map(ProgramSpec::name).toList();
        throw new CommandFailure(
                ExitCode.NOT_FOUND,
                "no program '" + Printable.of(name) + "' in " + name(),
                known.isEmpty()
                        ? "the object has no programs; a program is a function with SEC(\"xdp\")"
                        : Printable.of(Spelling.didYouMean(name, known)) + "programs are " + names(object.programs()));
    }

    /** The program of that name, which can run. Failures are those of the command. */
    ProgramSpec runnable(ObjectFile object, String name) {
        ProgramSpec named = program(object, name);
        if (!named.type().isRunnable()) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "program " + Printable.of(named.name()) + " (section " + Printable.of(named.section())
                            + ") is not for XDP",
                    "only XDP programs can be run, those with SEC(\"xdp\"); 'weir program disasm' shows all");
        }
        return named;
    }

    /** All programs that can run, at least one. Failures are those of the command. */
    List<ProgramSpec> runnable(ObjectFile object) {
        List<ProgramSpec> programs = object.programs().stream()
                .filter(each -> each.type().isRunnable())
                .toList();
        if (programs.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "no XDP program in " + name(),
                    object.programs().isEmpty()
                            ? "the object has no programs; a program is a function with SEC(\"xdp\")"
                            : "programs are " + names(object.programs())
                                    + ", none with SEC(\"xdp\"); 'weir program disasm' shows them");
        }
        return programs;
    }

    static String names(List<ProgramSpec> programs) {
        int most = 20;
        String list = programs.stream()
                .limit(most)
                .map(program -> Printable.of(program.name()))
                .collect(Collectors.joining(", "));
        return programs.size() > most ? list + " and " + (programs.size() - most) + " more" : list;
    }
}
