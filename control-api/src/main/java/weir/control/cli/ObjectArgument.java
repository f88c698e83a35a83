// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Parameters;
import weir.control.program.Printable;
import weir.control.text.Spelling;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.program.ProgramSpec;

/** The parameter FILE of {@code weir program} commands: an object file, and the programs in it. */
final class ObjectArgument {
    private static final String COMPILE = "clang -O2 -g --target=bpf -c prog.c -o prog.o";
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    @Parameters(paramLabel = "FILE", description = "An eBPF object file, as clang writes it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path file;

    /** For picocli. */
    ObjectArgument() {}

    Path file() {
        return file;
    }

    /** Reads the file. Failures are those of the command. */
    ObjectFile read() {
        byte[] bytes = bytes();
        try {
            return ObjectFile.parse(bytes);
        } catch (ObjectFileException e) {
            throw CommandFailures.of(
                    ExitCode.FAILURE, new IOException(Printable.of(file + ": " + e.getMessage()), e), hint(bytes));
        }
    }

    private byte[] bytes() {
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
                    "cannot read " + file + ": " + e.getMessage(),
                    "check that it is a file and that you may read it",
                    e);
        }
    }

    private static String hint(byte[] bytes) {
        boolean isElf = bytes.length >= ELF.length && Arrays.equals(bytes, 0, ELF.length, ELF, 0, ELF.length);
        if (isElf) {
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
                    file + " has " + sameSymbol.size() + " programs '" + Printable.of(name) + "'",
                    "choose one by section and name: " + names(sameSymbol));
        }
        List<String> known = object.programs().stream().map(ProgramSpec::name).toList();
        throw new CommandFailure(
                ExitCode.NOT_FOUND,
                "no program '" + Printable.of(name) + "' in " + file,
                known.isEmpty()
                        ? "the object has no programs; a program is a function with SEC(\"xdp\")"
                        : Printable.of(Spelling.didYouMean(name, known)) + "programs are " + names(object.programs()));
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
