// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What a new user types first, through the launcher. */
@RequiresFeature(Feature.LINUX)
class LauncherTest {
    /** It takes ten on a machine with nothing else to do. */
    private static final long DEMO_SECONDS = 100;

    private static final Pattern HALF = Pattern.compile(" in (\\d+\\.\\d) s\\)");
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));
    private static final String LAUNCHER = ROOT.resolve("weir").toString();
    private static final String NAT = ROOT.resolve("examples/programs/nat.o").toString();
    private static final List<String> WITHOUT_PRIVILEGES =
            List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs");

    /** As it is typed, without options; the build has made everything that it needs. */
    @Test
    void showsTheWholeDemoInTimeAndWithoutPrivileges() throws InterruptedException {
        long start = System.nanoTime();
        try (WeirProcess demo = WeirProcess.launchBehind(WITHOUT_PRIVILEGES, "demo")) {
            assertEquals(0, demo.exitCode(), demo::err);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);

            assertTrue(demo.out().contains("law: every frame is accounted for"), demo::out);
            assertTrue(demo.out().contains("program l2_bridge verified"), demo::out);
            List<Double> halves = HALF.matcher(demo.out())
                    .results()
                    .map(half -> Double.valueOf(half.group(1)))
                    .toList();
            assertEquals(2, halves.size(), demo::out);
            assertTrue(halves.stream().allMatch(half -> half >= 3), demo::out);
            assertTrue(seconds < DEMO_SECONDS, () -> "took " + seconds + " s");
        }
    }

    @Test
    void runsTheDoctor() throws InterruptedException {
        try (WeirProcess doctor = WeirProcess.launch("doctor", "-o", "json")) {
            assertEquals(0, doctor.exitCode(), doctor::err);
            assertTrue(doctor.json().get("checks").get("linux").get("ok").asBoolean());
        }
    }

    @Test
    void runsAProgramOnACapture() throws InterruptedException, IOException {
        Path examples = Path.of(System.getProperty("weir.root"), "examples", "programs");
        try (WeirProcess run = WeirProcess.launch(
                "program",
                "run",
                examples.resolve("bridge.o").toString(),
                "--pcap",
                examples.resolve("two_ports.pcapng").toString(),
                "--out",
                "-")) {
            assertEquals(0, run.exitCode(), run::err);
            assertTrue(run.err().contains("redirected to port 1: 4 frames"), run::err);
            try (CaptureReader written = CaptureReader.open(new ByteArrayInputStream(run.outBytes()))) {
                CaptureFrame first = written.next();
                assertNotNull(first);
                assertEquals("bridge: XDP_PASS", first.comment());
            }
        }
    }

    @Test
    void verifiesInstructionsFromStandardInput() throws InterruptedException {
        for (String code : List.of("b7000000020000009500000000000000", "9500000000000000")) {
            boolean isSafe = code.startsWith("b7");
            List<String> piped = List.of("sh", "-c", "echo " + code + " | \"$0\" \"$@\"");
            try (WeirProcess verify = WeirProcess.launchBehind(piped, "program", "verify", "--raw", "-")) {
                assertEquals(isSafe ? 0 : 4, verify.exitCode(), verify::err);
                assertTrue(verify.out().contains("1 program, " + (isSafe ? "accepted" : "rejected")), verify::out);
            }
        }
    }

    @Test
    void aFolderThatIsGoneIsToldInsteadOfTheVirtualMachinesTrace(@TempDir Path scratch)
            throws InterruptedException, IOException {
        Path gone = Files.createDirectory(scratch.resolve("gone"));
        String script = "cd \"$0\" && rmdir \"$0\" && exec \"$1\" --version";
        try (WeirProcess weir = WeirProcess.exec(List.of("bash", "-c", script, gone.toString(), LAUNCHER))) {
            assertEquals(1, weir.exitCode(), weir::err);
            assertTrue(
                    weir.err().endsWith("weir: the current folder has been removed\nhint: cd to one that is there\n"),
                    weir::err);
            assertEquals("", weir.out());
        }
    }

    @Test
    void readsNothingWhereStandardInputIsClosed() throws InterruptedException {
        String script = "exec \"$0\" program verify --raw - <&-";
        try (WeirProcess weir = WeirProcess.exec(List.of("bash", "-c", script, LAUNCHER))) {
            assertEquals(2, weir.exitCode(), weir::err);
            assertTrue(weir.err().contains("weir: there are no instructions"), weir::err);
        }
    }

    @Test
    void outputThatIsLostIsAFailure() throws InterruptedException {
        try (WeirProcess weir =
                WeirProcess.exec(List.of("bash", "-c", "exec \"$0\" doctor -o json > /dev/full", LAUNCHER))) {
            assertEquals(1, weir.exitCode(), weir::err);
            assertTrue(weir.err().contains("weir: cannot write standard output: No space left on device"), weir::err);
        }
        try (WeirProcess weir = WeirProcess.exec(List.of(
                "bash", "-c", "set -o pipefail; \"$0\" program disasm \"$1\" --jit | head -n 1", LAUNCHER, NAT))) {
            assertEquals(0, weir.exitCode(), weir::err);
            assertEquals("", weir.err(), "a reader that has seen enough is no failure");
        }
    }

    @Test
    void handsExitCodesOn() throws InterruptedException {
        try (WeirProcess wrong = WeirProcess.launch("docotr")) {
            assertEquals(2, wrong.exitCode());
            assertTrue(wrong.err().contains("did you mean 'doctor'"), wrong::err);
        }
    }
}
