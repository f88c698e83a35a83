// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandTreeTest {
    static Stream<String[]> commandLines() {
        return Stream.of(
                new String[] {},
                new String[] {"program"},
                new String[] {"bench"},
                new String[] {"program", "verify", "file.o"},
                new String[] {"run", "tap:a", "tap:b"});
    }

    @ParameterizedTest
    @MethodSource("commandLines")
    void outlinesChangeNothingThatHelpShows(String... args) {
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
