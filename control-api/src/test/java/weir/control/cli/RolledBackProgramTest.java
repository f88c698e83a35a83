// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.events.EventJson;
import weir.control.topology.ObjectNames;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.testing.Law;

/** A program with too many faults gives way to the one before, and everything that is asked afterwards says so. */
@Timeout(120)
class RolledBackProgramTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));
    private static final Path OLD = ROOT.resolve("examples/programs/nologic.o");
    private static final Path NEW = ROOT.resolve("switch-core/src/test/ebpf/steered.o");

    /** More than the rate that is borne, of as many frames as are needed to tell. */
    private static final int FRAMES = 110;

    private static final int FAULTS = 10;

    @TempDir
    private Path folder;

    private Daemon start() throws Exception {
        return Daemon.start(DaemonSettings.at(folder.resolve("s"), folder.resolve("state")), Map.of());
    }

    private CommandRun weir(String line) {
        return CommandRun.of((line + " --socket " + folder.resolve("s")).split(" ", -1))
                .succeeds();
    }

    @Test
    void isNamedByTheTopologyTheCommandsTheStateAndAnEvent() throws Exception {
        String old = ObjectNames.digestOf(Files.readAllBytes(OLD));
        try (Daemon daemon = start()) {
            weir("switch create sw");
            weir("program load sw " + OLD);
            String before = daemon.plane().version().tag();
            MemoryPort port = new MemoryPort("m");
            daemon.plane().require("sw").attach(port, PortOptions.named("m"));
            weir("program load sw " + NEW + " --program steered");
            assertEquals("steered", shown("program"));
            send(port.endpoint());

            Law.eventually(
                    "the old program's topology",
                    () -> daemon.plane().version().tag().equals(before));
            assertEquals(old, shown("object"));
            assertEquals(
                    old,
                    weir("program show sw -o json")
                            .json()
                            .at("/definition/object")
                            .asString());
            assertEquals(
                    old,
                    weir("switch show sw -o json")
                            .json()
                            .at("/definition/program/object")
                            .asString());
            Law.eventually(
                    "the old program is told", () -> events(daemon).getLast().equals("~ sw: program of " + old));
            List<String> events = events(daemon);
            assertTrue(events.get(events.size() - 2).contains("had faults on"), events::toString);
        }
        try (Daemon daemon = start()) {
            assertEquals(old, shown("object"));
            assertEquals(0, daemon.plane().failedPorts().size());
        }
    }

    private static List<String> events(Daemon daemon) {
        return daemon.plane().events().after(0, 100).events().stream()
                .map(event -> String.valueOf(EventJson.of(event).get("text")))
                .toList();
    }

    private String shown(String field) {
        return weir("program show sw -o json").json().path(field).asString();
    }

    /** Byte 14 says what the program does: 0 returns what follows, here XDP_PASS; 10 loops beyond the budget. */
    private static void send(MemoryEndpoint endpoint) {
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = new byte[64];
            frame[5] = 1;
            frame[6] = 2;
            frame[11] = 1;
            boolean isFault = i < FAULTS;
            frame[14] = (byte) (isFault ? 10 : 0);
            frame[16] = (byte) (isFault ? 1_000_000 & 0xff : 2);
            frame[17] = (byte) (isFault ? 1_000_000 >> 8 : 0);
            frame[18] = (byte) (isFault ? 1_000_000 >> 16 : 0);
            long[] one = {-1};
            Law.eventually("an empty frame", () -> (one[0] = endpoint.frameOf(frame)) >= 0);
            Law.eventually("room", () -> endpoint.send(one, 0, 1) == 1);
        }
    }
}
