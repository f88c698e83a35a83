// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.core.testing.Law;

/** One command run in this process, with what it printed. */
record CommandRun(int exitCode, String out, String err) {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    static CommandRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = WeirCommandLine.of(CommandTree.forArguments(new WeirCommand(), args), Map.of())
                .printingTo(new PrintWriter(out), new PrintWriter(err))
                .run(args);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /** The same where whatever is printed meets a closed pipe. */
    static CommandRun withoutReader(String... args) {
        StringWriter err = new StringWriter();
        Writer closed = new Writer() {
            @Override
            public void write(char[] text, int from, int count) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        int exitCode = WeirCommandLine.of(CommandTree.forArguments(new WeirCommand(), args), Map.of())
                .printingTo(new PrintWriter(closed), new PrintWriter(err))
                .run(args);
        return new CommandRun(exitCode, "", err.toString());
    }

    /** The same for a command that stays: in a thread of its own, interrupted when it says that it is ready. */
    static CommandRun untilReady(String... args) throws Exception {
        return untilSays("ready", args);
    }

    /** The same, interrupted when it has said something. */
    static CommandRun untilSays(String text, String... args) throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        FutureTask<Integer> task =
                new FutureTask<>(() -> WeirCommandLine.of(CommandTree.forArguments(new WeirCommand(), args), Map.of())
                        .printingTo(new PrintWriter(out), new PrintWriter(err))
                        .run(args));
        Thread thread = Thread.ofPlatform().start(task);
        Law.eventually(text, PATIENCE_NANOS, () -> (out.toString() + err).contains(text) || !thread.isAlive());
        thread.interrupt();
        return new CommandRun(task.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS), out.toString(), err.toString());
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
