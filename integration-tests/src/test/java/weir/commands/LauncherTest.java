// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The two commands that a new user types first, through the launcher. */
@RequiresFeature(Feature.LINUX)
class LauncherTest {
    @Test
    void showsTheDemo() throws InterruptedException {
        try (WeirProcess demo = WeirProcess.launch("demo", "--seconds", "0.5")) {
            assertEquals(0, demo.exitCode(), demo::err);
            assertTrue(demo.out().contains("law: every frame is accounted for"), demo::out);
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
    void handsExitCodesOn() throws InterruptedException {
        try (WeirProcess wrong = WeirProcess.launch("demon")) {
            assertEquals(2, wrong.exitCode());
            assertTrue(wrong.err().contains("did you mean 'demo'"), wrong::err);
        }
    }
}
