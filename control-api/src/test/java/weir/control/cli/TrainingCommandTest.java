// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class TrainingCommandTest {
    @ParameterizedTest
    @ValueSource(strings = {"commands", "healthcheck", "daemon"})
    void runsEveryCommandOfTheListInSilence(String use) {
        CommandRun run = CommandRun.of("__train", "--for", use).succeeds();
        assertEquals("", run.out());
        assertEquals("", run.err());
    }
}
