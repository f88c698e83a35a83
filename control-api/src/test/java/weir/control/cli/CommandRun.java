// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One command run in this process, with what it printed. */
record CommandRun(int exitCode, String out, String err) {
    static CommandRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = WeirCommandLine.of(new WeirCommand(), Map.of())
                .printingTo(new PrintWriter(out), new PrintWriter(err))
                .run(args);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /** What it printed as JSON; nothing else may stand on standard output. */
    JsonNode json() {
        return JsonMapper.shared().readTree(out);
    }

    CommandRun succeeds() {
        assertEquals(0, exitCode, () -> "exit code; standard error: " + err);
        return this;
    }

    void fails(ExitCode code, String cause, String hint) {
        assertEquals(
                "weir: " + cause + System.lineSeparator() + "hint: " + hint + System.lineSeparator(),
                err,
                "standard error");
        assertEquals(code.number(), exitCode, "exit code");
        assertEquals("", out, "standard output");
    }
}
