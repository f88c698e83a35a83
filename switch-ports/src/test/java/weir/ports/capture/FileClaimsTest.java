// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.core.Switch;
import weir.core.port.PortException;
import weir.core.testing.Frames;
import weir.ports.testing.QueueDriver;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Two ports that want one file, in this process and in two. */
@RequiresFeature(Feature.LINUX)
@Timeout(300)
class FileClaimsTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void makeCapture() throws Exception {
        file = Files.write(
                folder.resolve("a.pcap"),
                Captures.pcap(Captures.record(0, Frames.untagged(Frames.station(1), Frames.station(2), 60, 1))));
    }

    private String reader() {
        return "pcap:" + file;
    }

    private String writer() {
        return "pcap:," + file;
    }

    private static void assertRefused(String spec, String cause) {
        PortException refused = assertThrows(PortException.class, () -> CapturePort.open(spec));
        assertEquals(cause, refused.getMessage());
        assertEquals(PortException.Kind.FAILED, refused.kind());
        assertEquals("name another file, or wait until that one is no longer used", refused.hint());
    }

    private String cannotWrite(String byWhom) {
        return "cannot write \"" + file + "\": it is in use by " + byWhom;
    }

    private String cannotReplay(String byWhom) {
        return "cannot replay \"" + file + "\": it is in use by " + byWhom;
    }

    @Test
    void onePortWritesAFile() throws Exception {
        CapturePort first = CapturePort.open(writer());
        assertRefused(writer(), cannotWrite("this process, as port " + writer() + " writes it"));
        assertRefused(reader(), cannotReplay("this process, as port " + writer() + " writes it"));
        first.close();
        CapturePort.open(writer()).close();
        CapturePort.open(reader()).close();
    }

    @Test
    void aFileIsTheSameByAnyName() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link.pcap"), file);
        Path hard = Files.createLink(folder.resolve("hard.pcap"), file);
        CapturePort first = CapturePort.open(writer());
        for (Path name : List.of(link, hard, folder.resolve("../" + folder.getFileName() + "/a.pcap"))) {
            assertRefused(
                    "pcap:," + name,
                    "cannot write \"" + name + "\": it is in use by this process, as port " + writer() + " writes it");
        }
        first.close();
    }

    @Test
    void aFileThatIsReplayedIsNotWritten() throws Exception {
        byte[] before = Files.readAllBytes(file);
        CapturePort one = CapturePort.open(reader());
        CapturePort two = CapturePort.open(reader() + "?loops=0");
        try (QueueDriver driver = new QueueDriver(one.queues().getFirst())) {
            driver.receive(1);
            assertRefused(writer(), cannotWrite("this process, which replays it"));
        }
        one.close();
        assertRefused(writer(), cannotWrite("this process, which replays it"));
        assertEquals(List.of(before.length), List.of(Files.readAllBytes(file).length), "it was not emptied");
        two.close();
        CapturePort.open(writer()).close();
    }

    @Test
    void aPortThatCouldNotBeOpenedHoldsNothing() throws Exception {
        Path out = folder.resolve("out.pcap");
        assertThrows(PortException.class, () -> CapturePort.open("pcap:" + file + "," + folder + "/no/out"));
        assertThrows(PortException.class, () -> CapturePort.open("pcap:" + folder + "/none," + out));
        CapturePort.open("pcap:," + file).close();
        CapturePort.open("pcap:," + out).close();
    }

    @Test
    void pipesAndDevicesAreNotClaimed() throws Exception {
        CapturePort one = CapturePort.open("pcap:,/dev/null");
        CapturePort two = CapturePort.open("pcap:,/dev/null");
        one.close();
        two.close();
    }

    /** The lock outlives what else this process does to files: closing any descriptor of one gives up its locks. */
    @Test
    void oneProcessWritesAFile() throws Exception {
        try (Holder _ = new Holder(writer())) {
            assertRefused(writer(), cannotWrite("another process, which writes it"));
            assertRefused(reader(), cannotReplay("another process, which writes it"));
            assertRefused(writer(), cannotWrite("another process, which writes it"));
        }
        CapturePort here = CapturePort.open(writer());
        assertRefused(writer(), cannotWrite("this process, as port " + writer() + " writes it"));
        assertRefused(reader(), cannotReplay("this process, as port " + writer() + " writes it"));
        assertThrows(AssertionError.class, () -> new Holder(writer()).close(), "locked as before");
        here.close();
        new Holder(writer()).close();
    }

    /** {@link CaptureHolder} in a second JVM. */
    private static final class Holder implements AutoCloseable {
        private final Process process;

        Holder(String spec) throws Exception {
            String classPath = Stream.of(CaptureHolder.class, CapturePort.class, Switch.class)
                    .map(type -> type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .collect(Collectors.joining(":"));
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            classPath,
                            CaptureHolder.class.getName(),
                            spec)
                    .redirectErrorStream(true)
                    .start();
            BufferedReader output = process.inputReader();
            String first = output.readLine();
            assertEquals("open", first, () -> output.lines().collect(Collectors.joining("\n")));
        }

        @Override
        public void close() throws IOException {
            process.outputWriter().close();
            process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }
}
