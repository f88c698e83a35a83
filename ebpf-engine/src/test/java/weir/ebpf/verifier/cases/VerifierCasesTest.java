// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.ObjectFileException;
import weir.ebpf.kernel.KernelObject;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.WithoutPerfmon;
import weir.ebpf.testing.TestObjects;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The index is right: the running kernel says what it says, for the reason and at the line that it gives. */
class VerifierCasesTest {
    private static final Pattern SOURCE_LINE = Pattern.compile("^; .* @ (\\S+):(\\d+)$", Pattern.MULTILINE);

    static List<VerifierCase> cases() {
        return VerifierCase.all();
    }

    @Test
    void everyProgramIsInTheIndexAndHasATwin() {
        List<String> expected = cases().stream()
                .flatMap(each -> Stream.of(each.name(), each.name() + "-fixed"))
                .sorted()
                .toList();
        assertEquals(expected, TestObjects.names("verifier"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void twinDiffersInOneLine(VerifierCase each) {
        List<String> mistaken = each.source(false);
        List<String> fixed = each.source(true);
        assertEquals(mistaken.size(), fixed.size());
        assertEquals(
                1,
                IntStream.range(0, fixed.size())
                        .filter(i -> !fixed.get(i).equals(mistaken.get(i)))
                        .count());
    }

    @ParameterizedTest
    @MethodSource("cases")
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void kernelRejectsTheProgram(VerifierCase each) {
        KernelProgram.Rejected rejection =
                assertThrows(KernelProgram.Rejected.class, () -> load(each, each.rejected()));
        String log = String.valueOf(rejection.getMessage());
        int at = log.indexOf(each.message());
        assertTrue(at >= 0, () -> "no \"" + each.message() + "\" in " + log);
        if (each.line() > 0) {
            assertEquals(each.name() + ".c:" + each.line(), lastLine(log.substring(0, at)));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void kernelAcceptsTheTwin(VerifierCase each) throws ObjectFileException, KernelProgram.Rejected {
        load(each, each.accepted());
    }

    /** What the kernel forbids only those without {@code CAP_PERFMON} it does allow the others. */
    @ParameterizedTest
    @MethodSource("cases")
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void verdictIsStrictOnlyWhereThePrivilegedMay(VerifierCase each)
            throws ObjectFileException, KernelProgram.Rejected {
        if (each.verdict() == VerifierCase.Verdict.STRICT) {
            KernelObject.load(each.rejected()).close();
        }
    }

    private static void load(VerifierCase each, byte[] object) throws ObjectFileException, KernelProgram.Rejected {
        if (each.verdict() == VerifierCase.Verdict.REJECTED) {
            KernelObject.load(object).close();
            return;
        }
        try (WithoutPerfmon _ = new WithoutPerfmon()) {
            KernelObject.load(object).close();
        }
    }

    private static String lastLine(String log) {
        Matcher matcher = SOURCE_LINE.matcher(log);
        String last = "";
        while (matcher.find()) {
            last = matcher.group(1) + ":" + matcher.group(2);
        }
        return last.startsWith("./") ? last.substring(2) : last;
    }
}
