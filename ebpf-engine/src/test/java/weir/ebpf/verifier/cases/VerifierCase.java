// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.cases;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import weir.ebpf.testing.TestObjects;

/**
 * A line of {@code index.txt}: a program of {@code src/test/ebpf/verifier} that is rejected, and its twin
 * {@code NAME-fixed} that is accepted.
 *
 * @param name of the program
 * @param verdict who is refused
 * @param line of C at which the kernel stops; 0 where its message is about the whole program
 * @param cause keyword for the rule, the same for the same rule
 * @param message part of what the kernel says
 */
public record VerifierCase(String name, Verdict verdict, int line, String cause, String message) {
    /** Who is refused. */
    public enum Verdict {
        /** Everybody. */
        REJECTED,
        /** Callers without {@code CAP_PERFMON}: the kernel trusts the others to see its memory. */
        STRICT
    }

    private static final String INDEX = "/weir/ebpf/verifier/index.txt";

    /** All of them. */
    public static List<VerifierCase> all() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(VerifierCase.class.getResourceAsStream(INDEX), INDEX),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(VerifierCase::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VerifierCase parse(String line) {
        String[] columns = line.split("\\|", 5);
        return new VerifierCase(
                columns[0].strip(),
                columns[1].strip().equals("strict") ? Verdict.STRICT : Verdict.REJECTED,
                columns[2].strip().equals("-") ? 0 : Integer.parseInt(columns[2].strip()),
                columns[3].strip(),
                columns[4].strip());
    }

    /** The object with the mistake. */
    public byte[] rejected() {
        return TestObjects.bytes("verifier/" + name);
    }

    /** The object without. */
    public byte[] accepted() {
        return TestObjects.bytes("verifier/" + name + "-fixed");
    }

    /** Lines of C of the program with the mistake, or of its twin. */
    List<String> source(boolean isFixed) {
        Path file = TestObjects.folder().resolve("verifier").resolve(name + (isFixed ? "-fixed.c" : ".c"));
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
