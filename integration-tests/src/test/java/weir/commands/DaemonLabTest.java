// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The script of {@code examples/daemon}, against a daemon, both as a user starts them. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
@Timeout(300)
class DaemonLabTest {
    private static final Pattern WRITTEN = Pattern.compile("(\\d+) frames written to lab.pcapng");

    @TempDir
    private Path folder;

    private final Path script = Path.of(System.getProperty("weir.root"), "examples", "daemon", "lab.sh")
            .toAbsolutePath();

    /** What a test that was killed has left. */
    @BeforeEach
    @AfterEach
    void removeNamespaces() throws InterruptedException {
        for (String name : List.of("lab-a", "lab-b")) {
            try (WeirProcess ip = WeirProcess.exec(List.of("ip", "netns", "delete", name))) {
                int _ = ip.exitCode();
            }
        }
    }

    @Test
    void doesWhatItSaysAndLeavesNothing() throws Exception {
        Path socket = folder.resolve("s");
        try (WeirProcess daemon = WeirProcess.start(
                        "daemon",
                        "--socket",
                        socket.toString(),
                        "--state",
                        folder.resolve("state").toString())
                .awaitText("ready: ")) {
            try (WeirProcess lab = script(socket)) {
                assertEquals(0, lab.exitCode(), () -> lab.out() + lab.err());

                String out = lab.out();
                // Whether ping waits for the last answer or not, the switch has counted it.
                assertTrue(out.contains("3 packets transmitted, "), out);
                assertTrue(out.contains("IPV4  [{\"packets\":6,\"bytes\":588}]"), out);
                assertTrue(out.contains("link of lab:b: loss:1%"), out);
                assertTrue(out.contains("500 packets transmitted, "), out);
                String pings = Files.readString(folder.resolve("pings.txt"));
                assertEquals(500, Pings.answersToTheFirst(500, pings), pings);
                assertTrue(out.contains("+  lab:spare  port null:spare") && out.contains("2 steps taken"), out);
                Matcher written = WRITTEN.matcher(out);
                assertTrue(written.find(), out);
                assertEquals(Integer.parseInt(written.group(1)), frames(folder.resolve("lab.pcapng")));
            }
            daemon.signal("TERM");
            assertEquals(0, daemon.exitCode(), daemon::err);
            assertFalse(Files.exists(socket), "the socket is gone");
        }
        assertFalse(Files.exists(Path.of("/run/netns/lab-a")) || Files.exists(Path.of("/run/netns/lab-b")));
    }

    @Test
    void withoutADaemonItSaysWhatToDoAndLeavesNothing() throws Exception {
        try (WeirProcess lab = script(folder.resolve("nobody"))) {
            assertEquals(5, lab.exitCode(), lab::err);
            assertTrue(lab.err().contains("weir: no daemon at"), lab::err);
            assertTrue(lab.err().contains("hint: start one with 'weir daemon'"), lab::err);
        }
        assertFalse(Files.exists(Path.of("/run/netns/lab-a")) || Files.exists(Path.of("/run/netns/lab-b")));
    }

    private WeirProcess script(Path socket) {
        return WeirProcess.exec(
                List.of("env", "-C", folder.toString(), "WEIR_SOCKET=" + socket, "bash", script.toString()));
    }

    private static int frames(Path file) throws Exception {
        int frames = 0;
        try (CaptureReader reader = CaptureReader.open(Files.newInputStream(file))) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                frames++;
            }
        }
        return frames;
    }
}
