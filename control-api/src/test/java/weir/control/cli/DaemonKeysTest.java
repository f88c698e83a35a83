// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.events.EventJson;
import weir.control.plane.EventHub.Event;
import weir.control.plane.Happening;
import weir.core.SwitchEvent;
import weir.core.port.PortState;
import weir.core.program.ProgramEvent;
import weir.core.program.ProgramPlace;
import weir.core.rate.FloodClass;

/** docs/cli-output.md against what commands print that ask the daemon, and whether any command is missing there. */
@Timeout(120)
class DaemonKeysTest {
    /** Sections that {@link DocumentedKeysTest} compares with what is printed. */
    private static final Set<String> WITHOUT_A_DAEMON = Set.of(
            "switch",
            "weir-demo",
            "weir-demo---tap",
            "weir-gen",
            "weir-sink",
            "weir-bench-memory",
            "weir-bench-program",
            "weir-bench-swap",
            "weir-bench-shm",
            "weir-bench-daemon",
            "weir-bench-container",
            "weir-bench-rfc2544",
            "weir-bench-rfc2889",
            "weir-docker-attach",
            "weir-docker-detach",
            "weir-lab-list",
            "weir-lab-down",
            "weir-program-verify",
            "weir-program-verify---cases",
            "weir-program-disasm",
            "weir-program-run",
            "weir-doctor");

    /** What is done first, in this order. */
    private static final List<String> PREPARATIONS = List.of(
            "switch create lan",
            "port attach lan null:a",
            "port attach lan null:b",
            "port attach lan {frames}",
            "program load lan {counter}",
            "program load lan:a {bridge}",
            "link set lan:a --delay 20ms --for 5m",
            "fdb add lan 02:00:00:00:00:01 a");

    /** Command lines by the section that describes what they print; always in the same order. */
    private static final Map<String, List<String>> LINES = new TreeMap<>(Map.ofEntries(
            Map.entry("weir-switch-list", List.of("switch list")),
            Map.entry("switch-of-a-daemon", List.of("switch show lan", "switch create new")),
            Map.entry("weir-port-list", List.of("port list lan")),
            Map.entry(
                    "port-of-a-daemon",
                    List.of("port show lan:a", "port set lan:a --vlan access:10", "port attach lan null:c")),
            Map.entry("weir-program-list", List.of("program list")),
            Map.entry(
                    "program-of-a-daemon",
                    List.of("program show lan", "program stats lan:a", "program load lan:b {counter}")),
            Map.entry("weir-program-load---shadow", List.of("program load lan {bridge} --shadow 1")),
            Map.entry("weir-program-log", List.of("program log lan")),
            Map.entry("weir-fdb-show", List.of("fdb show lan")),
            Map.entry("weir-fdb-add", List.of("fdb add lan 02:00:00:00:00:02 b")),
            Map.entry("weir-fdb-flush", List.of("fdb flush lan")),
            Map.entry("weir-map-list", List.of("map list")),
            Map.entry("weir-map-dump", List.of("map dump lan::packets", "map lookup lan::packets 0")),
            Map.entry("weir-link-show", List.of("link show")),
            Map.entry("link-of-a-daemon", List.of("link show lan:a", "link show lan:b", "link set lan:b --loss 1%")),
            Map.entry("weir-stats", List.of("stats lan")),
            Map.entry("weir-stats---runtime", List.of("stats lan --runtime")),
            Map.entry("weir-apply", List.of("apply -f {topology} --dry-run"))));

    @TempDir
    private Path folder;

    private Daemon daemon;
    private DocumentedKeys documented;

    @BeforeEach
    void start() throws Exception {
        documented = DocumentedKeys.read();
        daemon = Daemon.start(DaemonSettings.at(folder.resolve("s"), folder.resolve("state")), Map.of());
        Files.writeString(folder.resolve("t.yaml"), """
                apiVersion: weir/v1
                kind: Topology
                switches: {other: {ports: {x: 'null:x'}}}
                """);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private CommandRun weir(String line) {
        return CommandRun.of(words(line)).succeeds();
    }

    private String[] words(String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split(" ", -1)));
        words.replaceAll(word -> switch (word) {
            case "{counter}" -> example("pkt_count.o");
            case "{bridge}" -> example("bridge.o");
            case "{frames}" -> "pcap:" + example("sample.pcap") + "?loops=0";
            case "{topology}" -> folder.resolve("t.yaml").toString();
            default -> word;
        });
        words.addAll(List.of("--socket", folder.resolve("s").toString()));
        return words.toArray(String[]::new);
    }

    @Test
    void jsonHasTheKeysThatAreDocumented() {
        PREPARATIONS.forEach(this::weir);
        LINES.forEach((section, lines) -> documented.assertDescribe(
                section,
                lines.stream().map(line -> weir(line + " -o json").json()).toArray(JsonNode[]::new)));
    }

    /** Those that a daemon tells of itself, and those for which something would have to break. */
    @Test
    void everyKindOfEventHasTheKeysThatAreDocumented() throws Exception {
        PREPARATIONS.forEach(this::weir);
        CommandRun run = CommandRun.untilSays("link_set", words("events --after 0 -o json"));
        Stream<JsonNode> told = run.out()
                .lines()
                .map(JsonMapper.shared()::readTree)
                .filter(event -> !event.has("missed")); // stands for events that are no longer kept
        Stream<JsonNode> made = Stream.of(
                        new SwitchEvent.PortStateChanged("a", PortState.DOWN, "cable"),
                        new SwitchEvent.MacFlap(1, "02:00:00:00:00:01", "a"),
                        new SwitchEvent.StormStarted("a", FloodClass.BROADCAST, 10),
                        new SwitchEvent.LoopFound("a", "b"),
                        new SwitchEvent.WorkerFault(0, "cause"),
                        new SwitchEvent.ProgramChanged(
                                new ProgramEvent.Replaced(ProgramPlace.onSwitch(), "new", "old")),
                        new SwitchEvent.ProgramChanged(
                                new ProgramEvent.RolledBack(ProgramPlace.onSwitch(), "old", "new", 1, 2, "cause")))
                .map(event -> JsonMapper.shared()
                        .valueToTree(EventJson.of(new Event(1, Instant.now(), "lan", new Happening.OfSwitch(event)))));
        documented.assertDescribe("weir-events", Stream.concat(told, made).toArray(JsonNode[]::new));
    }

    /** Frames that a program passes, so that what comes behind it is told, too. */
    @Test
    void tracesHaveTheKeysThatAreDocumented() {
        weir("switch create lan --no-loop-guard");
        weir("port attach lan null:b --name b");
        weir("program load lan " + example("drop_port.o"));
        weir("port attach lan pcap:" + example("sample.pcap") + "?loops=0&speed=max --name f");
        documented.assertDescribe(
                "weir-trace",
                weir("trace lan -n 12 -o json")
                        .out()
                        .lines()
                        .map(JsonMapper.shared()::readTree)
                        .toArray(JsonNode[]::new));
    }

    @Test
    void everyCommandWithAnOutputIsDocumentedAndCompared() throws IOException {
        Set<String> commands = new TreeSet<>();
        collect(CommandTree.complete(new WeirCommand()), "", commands);
        Map<String, ? extends Set<String>> sections = documented.sectionsByCommand();
        assertEquals(String.join("\n", commands), String.join("\n", sections.keySet()), "commands with -o");
        Set<String> compared = new TreeSet<>(WITHOUT_A_DAEMON);
        compared.addAll(LINES.keySet());
        compared.add("weir-events");
        compared.add("weir-trace");
        sections.forEach((command, links) -> {
            assertTrue(!links.isEmpty(), () -> command + " has no section");
            for (String link : links) {
                assertTrue(documented.hasKeys(link), () -> "no keys below #" + link);
                assertTrue(compared.contains(link), () -> "nothing compares #" + link);
            }
        });
    }

    private static void collect(CommandLine command, String name, Set<String> into) {
        Function<String, String> below = part -> name.isEmpty() ? part : name + " " + part;
        if (command.getSubcommands().isEmpty() && command.getCommandSpec().findOption("--output") != null) {
            into.add(name);
        }
        command.getSubcommands().forEach((part, each) -> {
            if (!each.getCommandSpec().usageMessage().hidden()) {
                collect(each, below.apply(part), into);
            }
        });
    }
}
