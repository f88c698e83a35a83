// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;

/** {@code weir trace} against a daemon over its socket, with frames of a capture that is played again and again. */
@Timeout(120)
class TraceCommandTest {
    @TempDir
    private Path folder;

    private Path socket;
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        socket = folder.resolve("s");
        daemon = Daemon.start(DaemonSettings.at(socket, folder.resolve("state")), Map.of());
        weir("switch create lan --no-loop-guard").succeeds();
        weir("port attach lan null:b --name b").succeeds();
        weir("program load lan " + example("drop_port.o") + " --set blocked_ports:53=0")
                .succeeds();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private CommandRun weir(String line) {
        List<String> args = new ArrayList<>(Arrays.asList(line.split(" ", -1)));
        args.addAll(List.of("--socket", socket.toString()));
        return CommandRun.of(args.toArray(String[]::new));
    }

    /** Frames of the example capture, again and again, each after the other as they were. */
    private void play() {
        weir("port attach lan pcap:" + example("sample.pcap") + "?loops=0&speed=max --name a")
                .succeeds();
    }

    @Test
    void tellsPeopleWhatHappensToFrames() {
        play();
        String out = weir("trace lan:a -n 30").succeeds().out();
        assertTrue(out.startsWith("#1  "), out);
        assertTrue(out.contains("  in by port a (2), queue 0, worker 0, "), out);
        assertTrue(out.contains("   program  drop_port on the switch: XDP_DROP, "), out);
        assertTrue(out.contains("-> bpf_map_lookup_elem(blocked_ports, key 3500): found "), out);
        assertTrue(out.contains("   verdict  dropped program_drop: drop_port said XDP_DROP"), out);
        assertTrue(out.contains("   egress   b: enqueued"), out);
        assertTrue(out.contains("UDP ") && out.contains("IPv4 "), out);
        List<String> lines = out.lines().toList();
        assertTrue(lines.getLast().startsWith("30 frames (all frames are there)"), out);
        assertEquals(30, lines.stream().filter(line -> line.startsWith("#")).count());
    }

    @Test
    void printsALineOfJsonForEachFrame() {
        play();
        List<JsonNode> lines = weir("trace lan -n 3 --path none -o json")
                .succeeds()
                .out()
                .lines()
                .map(JsonMapper.shared()::readTree)
                .toList();
        assertEquals(4, lines.size());
        assertEquals(3, lines.get(2).path("frame").asInt(0));
        assertTrue(lines.getFirst().path("programs").path(0).path("path").isEmpty());
        assertEquals(3, lines.getLast().path("trace").path("traced").asInt(0));
        assertTrue(weir("trace lan -n 1 -o yaml").succeeds().out().startsWith("---\nframe: 1\n"));
    }

    @Test
    void onlyDropsAreTold() {
        play();
        String out = weir("trace lan --drops -n 2").succeeds().out();
        assertEquals(
                2,
                out.lines()
                        .filter(line -> line.startsWith("   verdict  dropped "))
                        .count(),
                out);
        assertEquals(
                0, out.lines().filter(line -> line.startsWith("   verdict  f")).count(), out);
    }

    @Test
    void aFilterChoosesFramesAndTimeEndsATrace() throws Exception {
        Path arp = folder.resolve("arp.txt");
        Files.writeString(arp, "4\n40 0 0 12\n21 0 1 2054\n6 0 0 262144\n6 0 0 0\n");
        play();
        String out = weir("trace lan --seconds 1 --filter " + arp).succeeds().out();
        assertTrue(
                out.lines().filter(line -> line.startsWith("   frame ")).allMatch(line -> line.contains("ARP")), out);
    }

    @Test
    void refusesWhatMakesNoSense() {
        refuses(ExitCode.NOT_FOUND, "there is no switch", "trace nowhere");
        refuses(ExitCode.NOT_FOUND, "", "trace lan:web");
        refuses(ExitCode.NOT_FOUND, "no file ", "trace lan --filter " + folder.resolve("none"));
        refuses(ExitCode.USAGE, "", "trace lan -n 0");
        refuses(ExitCode.USAGE, "", "trace lan -n 10001");
        refuses(ExitCode.USAGE, "", "trace lan --path all");
        refuses(ExitCode.USAGE, "", "trace lan --seconds 0");
        refuses(ExitCode.USAGE, "", "trace");
    }

    private void refuses(ExitCode code, String cause, String line) {
        CommandRun run = weir(line);
        assertEquals(code.number(), run.exitCode(), () -> line + ": " + run.err());
        assertEquals("", run.out(), line);
        List<String> err = run.err().lines().toList();
        assertEquals(2, err.size(), run::err);
        assertTrue(
                err.getFirst().startsWith("weir: ") && err.getFirst().contains(cause.replace("there is ", "")),
                run::err);
        assertTrue(err.getLast().startsWith("hint: ") && err.getLast().length() > 6, run::err);
    }
}
