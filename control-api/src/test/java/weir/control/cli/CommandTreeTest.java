// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandTreeTest {
    @ParameterizedTest
    @ValueSource(strings = {"--help", "program", "bench", "program verify file.o", "run tap:a tap:b"})
    void outlinesChangeNothingThatHelpShows(String line) {
        String[] args = line.split(" ", -1);
        CommandLine some = CommandTree.forArguments(new WeirCommand(), args);
        CommandLine all = CommandTree.complete(new WeirCommand());
        for (String arg : args) {
            if (some.getSubcommands().containsKey(arg)) {
                some = some.getSubcommands().get(arg);
                all = all.getSubcommands().get(arg);
            }
        }
        assertEquals(all.getUsageMessage(), some.getUsageMessage());
    }

    @Test
    void onlyWhatIsCalledIsComplete() {
        CommandLine root = CommandTree.forArguments(new WeirCommand(), "program", "verify", "bench.o");
        CommandLine program = root.getSubcommands().get("program");
        assertTrue(program.getSubcommands().get("verify").getCommand() instanceof ProgramVerifyCommand);
        assertFalse(program.getSubcommands().get("run").getCommand() instanceof ProgramRunCommand);
        assertFalse(root.getSubcommands().get("run").getCommand() instanceof RunCommand);
    }
}
