// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import weir.control.completion.NameKind;

class CompleteCommandTest {
    private static final CompleteCommand COMMAND = new CompleteCommand(
            (kind, words) -> kind == NameKind.SWITCH_PORT ? List.of("lan:t1", words.getLast()) : List.of());

    @Test
    void printsNamesOfTheKindAndHandsTheWordsOnAsTheyAre() {
        assertEquals(List.of("lan:t1", "--at"), printed("--", "switch-port", "link", "set", "--at"));
    }

    @Test
    void printsNothingForAKindThatItDoesNotKnow() {
        assertEquals(List.of(), printed("--", "galaxy", "link"));
    }

    @Test
    void withoutADaemonThereAreNoNames() {
        assertEquals(
                "",
                CommandRun.of("__complete", "--", "switch", "port", "show")
                        .succeeds()
                        .out());
    }

    private static List<String> printed(String... args) {
        StringWriter out = new StringWriter();
        int exitCode = WeirCommandLine.of(new CommandLine(COMMAND), Map.of())
                .printingTo(new PrintWriter(out), new PrintWriter(out))
                .run(args);
        assertEquals(0, exitCode, out::toString);
        return out.toString().lines().toList();
    }
}
