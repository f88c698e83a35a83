// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.cli.WeirCommandLine;

/** A command that was run to its end in this process, with what it printed: a process of its own takes a second. */
public record WeirRun(int exitCode, String out, String err) {
    public static WeirRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = WeirCommandLine.of(args)
                .printingTo(new PrintWriter(out), new PrintWriter(err))
                .run(args);
        return new WeirRun(exitCode, out.toString(), err.toString());
    }

    public WeirRun succeeds() {
        assertEquals(0, exitCode, err);
        return this;
    }

    /** Ended with an exit code, a cause that begins so and a hint that has that in it. */
    public void fails(int code, String cause, String hint) {
        assertEquals(code, exitCode, () -> out + err);
        assertTrue(err.contains("weir: " + cause), err);
        assertTrue(
                err.contains("hint: ") && err.substring(err.indexOf("hint: ")).contains(hint), err);
    }

    /** What it printed. */
    public JsonNode json() {
        return JsonMapper.shared().readTree(out);
    }
}
