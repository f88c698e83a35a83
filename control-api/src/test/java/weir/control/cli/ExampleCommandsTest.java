// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands in the first comments of the example programs work, and show what is said to look for. */
class ExampleCommandsTest {
    private static final Path FOLDER = Path.of(ExamplePrograms.example(""));
    private static final Path VALE_FOLDER = Path.of(ExamplePrograms.valeExample(""));
    private static final Set<String> REJECTED = Set.of("no_bounds_check.c", "vale/unchecked_lookup.c");
    private static final String COMMAND = "//     weir ";

    /** How lines of the report begin, with single spaces, by program. */
    private static final Map<String, List<String>> SHOWN = Map.ofEntries(
            Map.entry("acl.c", List.of("XDP_DROP 7", "map verdicts")),
            Map.entry("ageing.c", List.of("FORGOTTEN 1", "map stations")),
            Map.entry("bridge.c", List.of("redirected to port 1: 4 frames")),
            Map.entry("counters.c", List.of("IPV4 { packets = 7")),
            Map.entry("drop_port.c", List.of("XDP_DROP 2", "53 2")),
            Map.entry(
                    "flood_bridge.c",
                    List.of("redirected to all of ports but the ingress port: 1 frame", "XDP_DROP 1")),
            Map.entry("flow_table.c", List.of("map flows", "XDP_PASS 12")),
            Map.entry("ipv6_extensions.c", List.of("17 3", "ROUTING_TYPE_0 1", "XDP_DROP 1")),
            Map.entry(
                    "l2_bridge.c",
                    List.of("redirected to all of ports but the ingress port: 1 frame", "XDP_REDIRECT 9")),
            Map.entry("load_balancer.c", List.of("redirected to port 7: 2 frames")),
            Map.entry("mirror.c", List.of("redirected to all of cable but the ingress port: 9 frames")),
            Map.entry("nat.c", List.of("XDP_PASS 12")),
            Map.entry("no_bounds_check.c", List.of("./no_bounds_check.c:11:")),
            Map.entry("nologic.c", List.of("redirected to port 1: 12 frames")),
            Map.entry("pkt_count.c", List.of("XDP_DROP 12", "17 4")),
            Map.entry("rate_limit.c", List.of("XDP_DROP 1", "map buckets")),
            Map.entry("sample_events.c", List.of("FRAMES 12")),
            Map.entry("tail_calls.c", List.of("ARP 1", "ETHERNET 13")),
            Map.entry("tcp_mss.c", List.of("0 2")),
            Map.entry("udp_checksum.c", List.of("RIGHT 3")),
            Map.entry(
                    "virtual_server.c", List.of("XDP_TX 1", "map flows: LRU_HASH, key 12 bytes, value 4 bytes: 3 of")),
            Map.entry("vlan_domains.c", List.of("redirected to all of domain_0 but the ingress port: 1 frame")),
            Map.entry("vlan_tags.c", List.of("{ outer = 100, inner = 10 } 1", "XDP_DROP 1")),
            Map.entry("vale/l2_bridge.c", List.of("broadcast 1", "port 1 4", "port 2 4")),
            Map.entry("vale/nologic.c", List.of("port 1 12")),
            Map.entry("vale/pkt_count.c", List.of("drop 12", "17 4")),
            Map.entry("vale/ring_by_port.c", List.of("port 2 4", "drop 5")),
            Map.entry("vale/unchecked_lookup.c", List.of("./unchecked_lookup.c:")));

    @TempDir
    private Path scratch;

    static Stream<String> sources() throws IOException {
        return Stream.concat(
                sources(FOLDER).stream(), sources(VALE_FOLDER).stream().map(name -> "vale/" + name));
    }

    private static List<String> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".c"))
                    .sorted()
                    .toList();
        }
    }

    private static Path file(String source) {
        return source.startsWith("vale/") ? VALE_FOLDER.resolveSibling(source) : FOLDER.resolve(source);
    }

    /** The words of the one command in a source's comments, joined where lines end with a backslash. */
    private List<String> command(String source) throws IOException {
        StringBuilder command = new StringBuilder();
        for (String line : Files.readAllLines(file(source), StandardCharsets.UTF_8)) {
            if (line.startsWith(COMMAND)) {
                assertEquals(0, command.length(), "a second command");
                command.append(line.substring(COMMAND.length()));
            } else if (command.toString().endsWith("\\")) {
                command.setLength(command.length() - 1);
                command.append(line.substring(2).strip());
            }
        }
        List<String> words = new ArrayList<>();
        String before = "";
        for (String word : command.toString().split(" ", -1)) {
            boolean isInput = before.equals("--pcap") || word.endsWith(".o");
            words.add(
                    isInput
                            ? file(source).resolveSibling(word).normalize().toString()
                            : before.equals("--out") ? scratch.resolve(word).toString() : word);
            before = word;
        }
        return words;
    }

    @ParameterizedTest
    @MethodSource("sources")
    void commandShowsWhatTheCommentSays(String source) throws IOException {
        List<String> words = command(source);
        assertFalse(words.size() < 3, "no command in " + source);
        CommandRun run = CommandRun.of(words.toArray(String[]::new));
        assertEquals(REJECTED.contains(source) ? ExitCode.PROGRAM_REJECTED.number() : 0, run.exitCode(), run::err);
        for (String wanted : SHOWN.get(source)) {
            assertTrue(
                    run.out()
                            .lines()
                            .anyMatch(line -> line.strip().replaceAll(" +", " ").startsWith(wanted)),
                    () -> "no line with " + wanted + " in\n" + run.out());
        }
    }
}
