// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TrainingCommandTest {
    @Test
    void runsEveryCommandOfTheListInSilence() {
        CommandRun run = CommandRun.of("__train").succeeds();
        assertEquals("", run.out());
        assertEquals("", run.err());
    }
}
