// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import weir.control.manual.HelpText;

/** Examples in help texts are commands that can be called as they stand, and copied from a terminal. */
class HelpExamplesTest {
    private static final int TERMINAL_COLUMNS = 80;

    private static CommandLine tree() {
        CommandLine root = CommandTree.complete(new WeirCommand());
        WeirCommandLine.of(root, Map.of()); // has it read numbers as in a process
        return root;
    }

    private static Stream<CommandLine> all(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpExamplesTest::all));
    }

    private static Stream<String> lines() {
        return all(tree())
                .flatMap(command ->
                        Arrays.stream(command.getCommandSpec().usageMessage().footer()))
                .map(HelpText::resolve);
    }

    /** Calls of weir, without what the shell makes of the rest of their lines, and without what is said about them. */
    static List<String> calls() {
        List<String> calls = new ArrayList<>();
        String text = lines().reduce("", (before, line) -> before + line + "\n").replaceAll("\\\\\n +", "");
        for (String part : text.split("\n|\\||;|&&", -1)) {
            String call = part.strip().replaceFirst("^sudo ", "").replaceFirst(" >.*| {2}.*", "");
            if (call.startsWith("weir ")) {
                calls.add(call);
            }
        }
        return calls;
    }

    @ParameterizedTest
    @MethodSource("calls")
    void canBeCalled(String call) {
        String[] words = Stream.of(call.split(" +", -1))
                .skip(1)
                .map(word -> word.replace("'", ""))
                .toArray(String[]::new);
        assertDoesNotThrow(() -> tree().parseArgs(words));
    }

    @Test
    void linesFitATerminalSoThatTheyCanBeCopied() {
        assertEquals(
                List.of(),
                lines().filter(line -> line.length() > TERMINAL_COLUMNS).toList());
    }

    @Test
    void namesOfTheShellAreLeftToIt() {
        assertTrue(tree().getSubcommands().get("completion").getUsageMessage().contains("> \"${fpath[1]}/_weir\""));
    }
}
