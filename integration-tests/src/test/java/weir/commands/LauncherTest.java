// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
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
    void handsExitCodesOn() throws InterruptedException {
        try (WeirProcess wrong = WeirProcess.launch("demon")) {
            assertEquals(2, wrong.exitCode());
            assertTrue(wrong.err().contains("did you mean 'demo'"), wrong::err);
        }
    }
}
