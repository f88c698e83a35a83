// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.ports.testing.Netns;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** {@code weir top} on a terminal, which {@code script} makes, and a daemon, each a process of its own. */
@RequiresFeature({Feature.LINUX, Feature.SCRIPT})
@Timeout(180)
class TopTerminalTest {
    private static final long MILLIS = 60_000;
    private static final long LOOK_MILLIS = 200;
    private static final int SIGTERM_EXIT_CODE = 143;
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_L = "\f";
    private static final String ALTERNATE_SCREEN = "\u001b[?1049h";
    private static final String USUAL_SCREEN = "\u001b[?1049l";

    @TempDir
    private Path folder;

    private String socket() {
        return folder.resolve("s").toString();
    }

    private WeirProcess daemon() {
        return WeirProcess.start(
                        "daemon",
                        "--socket",
                        socket(),
                        "--state",
                        folder.resolve("state").toString())
                .awaitText("ready");
    }

    private void weir(String... args) throws InterruptedException {
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--socket";
        all[args.length + 1] = socket();
        try (WeirProcess process = WeirProcess.start(all)) {
            assertEquals(0, process.exitCode(), process::err);
        }
    }

    /** A shell on a terminal that tells the terminal's settings before and after. */
    private final class Terminal implements AutoCloseable {
        private final Path shown;
        private final Process process;

        Terminal() throws IOException {
            shown = folder.resolve("shown");
            Path script = Files.writeString(
                    folder.resolve("session"),
                    String.join(
                            "\n",
                            "stty rows 30 cols 120",
                            "echo before $(stty -g)",
                            String.join(
                                    " ",
                                    List.of(
                                            "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "'",
                                            "--enable-native-access=ALL-UNNAMED -Xmx256m",
                                            "-cp '" + System.getProperty("java.class.path") + "'",
                                            "weir.control.Main top --interval 0.25 --socket '" + socket() + "'")),
                            "echo exit code $?",
                            "echo after $(stty -g)",
                            ""));
            ProcessBuilder builder =
                    new ProcessBuilder("script", "--quiet", "--flush", "--command", "sh '" + script + "'", "/dev/null");
            builder.environment().put("TERM", "xterm");
            builder.environment().put("NO_COLOR", "1");
            process = builder.redirectErrorStream(true)
                    .redirectOutput(shown.toFile())
                    .start();
        }

        String shown() {
            try {
                return Files.readString(shown, StandardCharsets.UTF_8);
            } catch (IOException e) {
                return ""; // the middle of a character
            }
        }

        void await(String text) {
            try {
                Waiting.within(MILLIS, () -> shown().contains(text));
            } catch (AssertionError e) {
                throw new AssertionError("no '" + text + "' on the terminal: " + shown(), e);
            }
        }

        /** The same where it may replace text that is alike: a page is drawn by its differences, or whole for a key. */
        void awaitDrawn(String text) {
            Waiting.within(MILLIS, () -> {
                press(CTRL_L);
                Waiting.sleep(LOOK_MILLIS);
                return shown().contains(text);
            });
        }

        void press(String keys) {
            OutputStream in = process.getOutputStream();
            try {
                in.write(keys.getBytes(StandardCharsets.US_ASCII));
                in.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(shown(), e);
            }
        }

        /** The process of the command itself. */
        long command() {
            return process.descendants()
                    .filter(each -> each.info()
                            .command()
                            .filter(name -> name.endsWith("java"))
                            .isPresent())
                    .findFirst()
                    .orElseThrow()
                    .pid();
        }

        void endsWith(int exitCode) {
            await("\nafter ");
            await("exit code " + exitCode + "\r\n");
            List<String> settings = shown().lines()
                    .filter(line -> line.startsWith("before ") || line.startsWith("after "))
                    .map(line -> line.replaceFirst(".* ", ""))
                    .toList();
            assertEquals(2, settings.size(), shown());
            assertEquals(settings.get(0), settings.get(1), () -> "the terminal is as it was: " + shown());
            assertTrue(shown().lastIndexOf(USUAL_SCREEN) > shown().lastIndexOf(ALTERNATE_SCREEN), shown());
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void showsPortsAndEventsUntilItsKey() throws Exception {
        try (WeirProcess daemon = daemon()) {
            assertTrue(daemon.isAlive());
            weir("switch", "create", "lan");
            weir("port", "attach", "lan", "null:first");
            try (Terminal terminal = new Terminal()) {
                terminal.await("weir top  lan  every 0.25 s"); // the only switch there is
                assertTrue(terminal.shown().contains(ALTERNATE_SCREEN));
                terminal.await("first  UP");
                weir("port", "attach", "lan", "null:second");
                terminal.awaitDrawn("second  UP");
                terminal.awaitDrawn("lan  port second attached");
                terminal.press("\u001b[D"); // the key to the left
                terminal.awaitDrawn(">  lan");
                terminal.press("q");
                terminal.endsWith(0);
            }
        }
    }

    @Test
    void givesTheTerminalBackWhenItIsEnded() throws Exception {
        try (WeirProcess daemon = daemon()) {
            assertTrue(daemon.isAlive());
            try (Terminal terminal = new Terminal()) {
                terminal.await("there is no switch yet");
                Netns.exec("kill", "-TERM", Long.toString(terminal.command()));
                terminal.endsWith(SIGTERM_EXIT_CODE);
            }
            try (Terminal terminal = new Terminal()) {
                terminal.await("there is no switch yet");
                terminal.press(CTRL_C);
                terminal.endsWith(0);
            }
        }
    }

    @Test
    void goesOnWithADaemonThatIsBack() throws Exception {
        try (WeirProcess first = daemon()) {
            weir("switch", "create", "lan");
            try (Terminal terminal = new Terminal()) {
                terminal.await("weir top  lan");
                first.signal("KILL").exitCode();
                terminal.awaitDrawn("asking again");
                try (WeirProcess second = daemon()) {
                    weir("port", "attach", "lan", "null:late");
                    terminal.awaitDrawn("late  UP");
                    terminal.press("q");
                    terminal.endsWith(0);
                    assertTrue(second.isAlive());
                }
            }
        }
    }
}
