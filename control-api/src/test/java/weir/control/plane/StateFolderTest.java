// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.PortDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What outlives a daemon, and what happens when it cannot. */
@Timeout(120)
class StateFolderTest {
    private static final Topology TWO_PORTS = Topology.EMPTY.with(
            "sw0",
            SwitchDefinition.DEFAULT
                    .withPort("a", PortDefinition.of("memory:a"))
                    .withPort("b", PortDefinition.of("memory:b")));

    @TempDir
    Path folder;

    private void keep(Topology topology) throws Exception {
        try (StateFolder state = StateFolder.open(folder);
                TopologyStore.Prepared kept = state.prepare(topology)) {
            kept.commit();
        }
    }

    @Test
    void whatWasKeptIsThereAgain() throws Exception {
        keep(TWO_PORTS);
        try (StateFolder state = StateFolder.open(folder)) {
            assertEquals(TWO_PORTS, state.load());
        }
    }

    @Test
    void whatWasPreparedOnlyIsForgotten() throws Exception {
        keep(TWO_PORTS);
        try (StateFolder state = StateFolder.open(folder)) {
            state.prepare(Topology.EMPTY).close();
            assertEquals(TWO_PORTS, state.load());
        }
    }

    @Test
    void aFileThatIsCutAnywhereIsRefusedByLine() throws Exception {
        keep(TWO_PORTS);
        Path file = folder.resolve(StateFolder.FILE);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            String cause = refusal();
            assertTrue(cause.contains(file + " line "), cause);
        }
    }

    @Test
    void aNewerVersionAndAnUnknownFieldAreRefusedByPlace() throws Exception {
        keep(TWO_PORTS);
        Path file = folder.resolve(StateFolder.FILE);
        String whole = Files.readString(file);
        Files.writeString(file, whole.replaceFirst("\"format\" : 1", "\"format\" : 2"));
        assertTrue(refusal().contains("format 2 is of a newer version"), refusal());
        Files.writeString(file, whole.replace("\"loop_guard\"", "\"lop_guard\""));
        assertTrue(refusal().contains("/topology/switches/sw0/lop_guard"), refusal());
        Files.write(file, new byte[] {(byte) 0xff, 0, 7});
        assertTrue(refusal().contains("line 1"), refusal());
    }

    private String refusal() throws Exception {
        try (StateFolder state = StateFolder.open(folder)) {
            return String.valueOf(
                    assertThrows(StateFolder.Unusable.class, state::load).getMessage());
        }
    }

    @Test
    void twoDaemonsDoNotShareAFolder() throws Exception {
        try (StateFolder first = StateFolder.open(folder)) {
            assertEquals(Topology.EMPTY, first.load());
            StateFolder.Unusable refused = assertThrows(StateFolder.Unusable.class, () -> StateFolder.open(folder));
            assertTrue(String.valueOf(refused.getMessage()).endsWith("is in use"), refused.getMessage());
        }
        StateFolder.open(folder).close();
    }

    @Test
    void aBadPortStopsTheStartOrIsMarkedAndCanBeDetached() throws Exception {
        Topology wanted = TWO_PORTS.change("sw0", sw -> sw.withPort("x", PortDefinition.of("tap:nosuch0?netns=/none")));
        try (ControlPlane plane = plane(TopologyStore.NONE)) {
            ControlException refused = assertThrows(ControlException.class, () -> plane.restore(wanted, false));
            assertTrue(String.valueOf(refused.getMessage()).startsWith("sw0:x: "), refused.getMessage());
        }
        try (ControlPlane plane = plane(TopologyStore.NONE)) {
            plane.restore(wanted, true);
            assertEquals(Set.of("sw0:x"), plane.failedPorts().keySet());
            assertEquals(2, plane.require("sw0").ports().size());
            assertEquals(wanted, plane.topology());
            plane.change(now -> TWO_PORTS, ChangeOptions.DEFAULT);
            assertEquals(Map.of(), plane.failedPorts());
        }
    }

    private ControlPlane plane(TopologyStore store) throws Exception {
        return new ControlPlane(
                new ObjectStore(Files.createDirectories(folder.resolve("objects"))), store, new EventHub());
    }

    /** On a file system of its own, of a few pages, in a mount namespace of its own process. */
    @Test
    @RequiresFeature({Feature.LINUX, Feature.ROOT})
    void aFullDiskChangesNothing() throws Exception {
        assertEquals("507 full, same topology; 507 read-only, same topology", inTinyFileSystem());
    }

    private String inTinyFileSystem() throws Exception {
        String script = "mount -t tmpfs -o size=64k weir-test \"$0\" && exec \"$@\"";
        Process process = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        script,
                        folder.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        FullDisk.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process ends");
        return said;
    }

    /** Runs in a process of its own. */
    static final class FullDisk {
        private FullDisk() {}

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            try (StateFolder state = StateFolder.open(folder);
                    ControlPlane plane = new ControlPlane(new ObjectStore(state.objects()), state, new EventHub())) {
                plane.change(now -> TWO_PORTS, ChangeOptions.DEFAULT);
                byte[] filler = new byte[4_096];
                Path junk = folder.resolve("junk");
                try (var out = Files.newOutputStream(junk)) {
                    while (true) {
                        out.write(filler);
                    }
                } catch (java.io.IOException e) {
                    // full, as wanted
                }
                String full = attempt(plane) + " full, " + same(plane, state);
                Files.delete(junk);
                mount("--bind", folder.toString(), folder.toString());
                mount("-o", "remount,bind,ro", folder.toString());
                System.out.println(full + "; " + attempt(plane) + " read-only, " + same(plane, state));
            }
        }

        private static void mount(String... arguments) throws Exception {
            List<String> command = new ArrayList<>(List.of("mount"));
            command.addAll(List.of(arguments));
            new ProcessBuilder(command).inheritIO().start().waitFor();
        }

        private static int attempt(ControlPlane plane) {
            try {
                plane.change(now -> now.with("sw1", SwitchDefinition.DEFAULT), ChangeOptions.DEFAULT);
                return 0;
            } catch (ControlException e) {
                return e.code().status();
            }
        }

        private static String same(ControlPlane plane, StateFolder state) throws Exception {
            boolean isSame = plane.topology().equals(TWO_PORTS)
                    && state.load().equals(TWO_PORTS)
                    && plane.switches().keySet().equals(Set.of("sw0"));
            return (isSame ? "same" : "another") + " topology";
        }
    }

    @Test
    void objectFilesThatNobodyNeedsAreRemoved() throws Exception {
        Path objects = Files.createDirectories(folder.resolve("objects"));
        ObjectStore store = new ObjectStore(objects);
        byte[] bridge =
                Files.readAllBytes(Path.of(System.getProperty("weir.root"), "examples", "programs", "bridge.o"));
        byte[] count =
                Files.readAllBytes(Path.of(System.getProperty("weir.root"), "examples", "programs", "pkt_count.o"));
        String kept = store.put(bridge);
        String gone = store.put(count);
        Files.writeString(objects.resolve("new123.o"), "half");
        store.retain(Set.of(kept));
        store.get(kept);
        assertThrows(ControlException.class, () -> store.get(gone));
        assertFalse(Files.exists(objects.resolve("new123.o")));
    }
}
