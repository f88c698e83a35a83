// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The verifier comes to a verdict in bounded time and memory, whatever it is given. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VerifierLimitsTest {
    private static final String MEMORY = "-Xmx256m";
    private static final long MAX_MILLIS = 10_000;
    /** Loading, reading the form, compiling, and collecting garbage. */
    private static final long SLACK_MILLIS = 5_000;

    private static final long MAX_MINUTES = 30;

    private final Map<HostilePrograms, String[]> results = new EnumMap<>(HostilePrograms.class);
    private String output = "";

    @BeforeAll
    void verifyAllInASmallMachine() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        java.toString(), MEMORY, "-classpath", classes, HostilePrograms.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(MAX_MINUTES, TimeUnit.MINUTES));
        } finally {
            process.destroyForcibly();
        }
        for (String line : output.lines().toList()) {
            String[] words = line.split(" ", 4);
            for (HostilePrograms each : HostilePrograms.values()) {
                if (words[0].equals(each.name())) {
                    results.put(each, words);
                }
            }
        }
    }

    @AfterAll
    void show() {
        System.out.println(output);
    }

    @ParameterizedTest
    @EnumSource(HostilePrograms.class)
    void givesAVerdictInTimeAndMemory(HostilePrograms program) {
        String[] result = results.get(program);
        assertTrue(result != null, () -> "no verdict: " + output);
        assertEquals(program.verdict(), result[1], () -> String.join(" ", List.of(result)));
        assertTrue(Long.parseLong(result[2]) < MAX_MILLIS + SLACK_MILLIS, () -> String.join(" ", List.of(result)));
    }

    @Test
    void verifiesAnOrdinaryProgramInASecond() {
        assertEquals(4099, HostilePrograms.ORDINARY.spec().code().slots());
        assertTrue(Long.parseLong(results.get(HostilePrograms.ORDINARY)[2]) < 1_000);
    }
}
