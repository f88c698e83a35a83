// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;

import java.io.IOException;
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
import weir.control.client.DaemonClient;
import weir.control.client.DaemonNames;
import weir.control.completion.NameKind;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;

/** The commands that ask the daemon, against a daemon over its socket. */
@Timeout(120)
class ClientCommandsTest {
    @TempDir
    private Path folder;

    private Path socket;
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        socket = folder.resolve("s");
        daemon = Daemon.start(DaemonSettings.at(socket, folder.resolve("state")), Map.of());
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private CommandRun weir(String line) {
        return weir(line.split(" ", -1));
    }

    private CommandRun weir(String... words) {
        List<String> args = new ArrayList<>(Arrays.asList(words));
        args.addAll(List.of("--socket", socket.toString()));
        return CommandRun.of(args.toArray(String[]::new));
    }

    /** A command line and the line that it prints for people. */
    private void says(String expected, String line) {
        assertEquals(expected, weir(line).succeeds().out().strip(), line);
    }

    private void refuses(ExitCode code, String cause, String line) {
        CommandRun run = weir(line);
        assertEquals(code.number(), run.exitCode(), () -> line + ": " + run.err());
        assertEquals("", run.out(), line);
        List<String> err = run.err().lines().toList();
        assertEquals(2, err.size(), run::err);
        assertEquals("weir: " + cause, err.getFirst());
        assertTrue(err.getLast().startsWith("hint: ") && err.getLast().length() > 6, run::err);
    }

    private void makeALan() {
        weir("switch create lan").succeeds();
        weir("port attach lan null:a").succeeds();
        weir("port attach lan null:b --vlan access:10").succeeds();
    }

    @Test
    void switchesComeAndGo() {
        says("switch lan created", "switch create lan --workers 2 --wait blocking");
        says("switch lan is there already", "switch create lan --may-exist");
        assertEquals(
                "blocking",
                weir("switch list -o json").json().at("/switches/lan/wait").asString());
        assertTrue(
                weir("switch list").succeeds().out().lines().toList().getLast().startsWith("lan "));
        assertTrue(weir("switch show lan").succeeds().out().startsWith("switch lan: 2 workers, blocking, loop guard"));
        says("switch lan deleted", "switch delete lan");
        says("", "switch delete lan --if-exists");
    }

    @Test
    void portsComeChangeAndGo() {
        weir("switch create lan").succeeds();
        says("port lan:a attached", "port attach lan null:a --number 7");
        says("port lan:a is there already", "port attach lan null:a --may-exist");
        says("port lan:a changed", "port set lan:a --vlan access:10 --storm broadcast:1000");
        assertEquals(
                "access:10 broadcast:1000 7",
                String.join(
                        " ",
                        weir("port show lan:a -o json").json().path("vlan").asString(),
                        weir("port show lan:a -o json").json().path("storm").asString(),
                        weir("port show lan:a -o json").json().path("number").asString()));
        says("port lan:a changed", "port set lan:a --storm none");
        assertEquals(
                "none", weir("port show lan:a -o yaml").succeeds().out().replaceAll("(?s).*storm: \"(\\w+)\".*", "$1"));
        assertTrue(weir("port show lan:a").succeeds().out().contains("access:10"));
        assertTrue(weir("port list lan").succeeds().out().contains("null:a"));
        says("port lan:a detached", "port detach lan:a");
        says("", "port detach lan:a --if-exists");
    }

    @Test
    void addressesAreAddedShownAndRemoved() {
        makeALan();
        says("02:00:00:00:00:01 is behind lan:a", "fdb add lan 02:00:00:00:00:01 a");
        assertEquals(
                "a",
                weir("fdb show lan --static --port a -o json")
                        .json()
                        .at("/entries/0/port")
                        .asString());
        assertTrue(weir("fdb show lan").succeeds().out().contains("02:00:00:00:00:01"));
        says("0 addresses removed", "fdb flush lan --port a");
        says("02:00:00:00:00:01 removed", "fdb delete lan 02:00:00:00:00:01");
        says("", "fdb delete lan 02:00:00:00:00:01 --if-exists");
    }

    @Test
    void programsAreLoadedShownAndUnloadedAndTheirMapsChanged() {
        makeALan();
        says("program pkt_count decides at lan", "program load lan " + example("pkt_count.o"));
        assertEquals("lan", weir("program show lan -o json").json().path("id").asString());
        assertTrue(weir("program list").succeeds().out().contains("pkt_count"));
        assertTrue(weir("program stats lan").succeeds().out().contains("faults"));
        assertTrue(weir("program show lan").succeeds().out().contains("lan::"));
        weir("program log lan").succeeds();
        String map = weir("map list -o json")
                .json()
                .path("maps")
                .propertyNames()
                .iterator()
                .next();
        assertTrue(weir("map list").succeeds().out().contains(map));
        assertEquals(
                weir("map dump " + map + " -o json").json().path("count").asInt(),
                weir("map dump " + map).succeeds().out().lines().count() - 1);
        weir("map lookup " + map + " 0").succeeds();
        says("map " + map + ": entry set", "map update " + map + " 0 5");
        says("program at lan unloaded", "program unload lan");
        says("", "program unload lan --if-exists");
    }

    @Test
    void aRejectedProgramIsToldAsVerifyTellsItAndChangesNothing() {
        makeALan();
        String several =
                weir("program", "load", "lan:a", example("tail_calls.o")).err();
        assertTrue(several.contains("hint: --program NAME chooses one"), several);
        CommandRun misspelt = weir("program", "load", "lan:a", example("pkt_count.o"), "--program", "pkt_cuont");
        assertEquals(ExitCode.NOT_FOUND.number(), misspelt.exitCode(), misspelt::err);
        assertTrue(misspelt.err().contains("did you mean 'pkt_count'?"), misspelt::err);
        CommandRun run = weir("program", "load", "lan:a", example("no_bounds_check.o"));
        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode(), run::err);
        assertTrue(run.err().contains("error: "), run::err);
        assertTrue(run.err().contains("  rule: "), run::err);
        assertTrue(run.err().lines().anyMatch(line -> line.startsWith("weir: ")), run::err);
        assertTrue(weir("program list -o json").json().path("programs").isEmpty());
    }

    @Test
    void linksAreSetShownAndCleared() {
        makeALan();
        says("link of lan:a: delay:20ms,loss:1%", "link set lan:a --delay 20ms --loss 1%");
        assertTrue(weir("link show").succeeds().out().contains("delay:20ms,loss:1%"));
        assertEquals(
                "delay:20ms,loss:1%",
                weir("link show lan:a -o json").json().path("settings").asString());
        weir("link set lan:a --down --for 5m").succeeds();
        assertTrue(weir("link show lan:a").succeeds().out().contains(" s "));
        says("link of lan:a cleared", "link clear lan:a");
    }

    @Test
    void statisticsShowRates() {
        makeALan();
        assertTrue(weir("stats lan --interval 0.1").succeeds().out().startsWith("PORT  STATE  RX PPS"));
        assertEquals("lan", weir("stats lan -o json").json().path("switch").asString());
    }

    @Test
    void watchingEndsWhenNobodyReads() {
        makeALan();
        CommandRun.withoutReader("stats", "lan", "--watch", "--interval", "0.1", "--socket", socket.toString())
                .succeeds();
    }

    @Test
    void whatIsNotThereOrMakesNoSenseIsRefusedWithAHint() {
        makeALan();
        refuses(ExitCode.NOT_FOUND, "no switch 'lam'", "switch show lam");
        refuses(ExitCode.NOT_FOUND, "no switch 'lam'", "switch delete lam");
        refuses(ExitCode.FAILURE, "switch lan is there already", "switch create lan");
        refuses(ExitCode.NOT_FOUND, "no port 'c' on switch lan", "port show lan:c");
        refuses(ExitCode.NOT_FOUND, "no port 'c' on switch lan", "port detach lan:c");
        refuses(ExitCode.NOT_FOUND, "no switch 'lam'", "port list lam");
        refuses(ExitCode.NOT_FOUND, "no switch 'lam'", "events --switch lam");
        refuses(ExitCode.NOT_FOUND, "no switch 'lam'", "stats lam");
        refuses(ExitCode.NOT_FOUND, "no switch 'lam'", "fdb show lam");
        refuses(ExitCode.NOT_FOUND, "no file missing.o", "program load lan missing.o");
        refuses(
                ExitCode.NOT_FOUND,
                "cannot replay \"/nowhere/in.pcap\": there is no such file or folder",
                "port attach lan pcap:/nowhere/in.pcap");
        refuses(ExitCode.USAGE, "nothing to change is given", "port set lan:a");
        for (String frames : List.of("0", "-3", "65537")) {
            refuses(
                    ExitCode.USAGE,
                    "--shadow " + frames + " is out of range [1, 65536]",
                    "program load lan missing.o --shadow " + frames);
        }
        refuses(ExitCode.USAGE, "'02:00' is not a MAC address like 02:00:00:00:00:01", "fdb add lan 02:00 a");
        refuses(ExitCode.USAGE, "'01:00:00:00:00:01' is no address of a station", "fdb add lan 01:00:00:00:00:01 a");
        assertTrue(
                weir("port attach lan null:c --number 0")
                        .err()
                        .contains("'weir port attach --help' shows how to call it"),
                "what makes no sense is not the machine's fault");
        refuses(ExitCode.USAGE, "nothing to emulate is given", "link set lan:a");
        refuses(ExitCode.USAGE, "nothing to emulate is given", "link set lan:a --for 5m --direction to");
        refuses(
                ExitCode.USAGE,
                "'for:0s' is no time; without it settings hold until changed",
                "link set lan:a --down --for 0s");
        refuses(ExitCode.USAGE, "--snaplen 0 is out of range [1, 262144]", "capture lan -w x.pcapng --snaplen 0");
        refuses(ExitCode.USAGE, "--count 0 is out of range [1, 2147483647]", "capture lan -w x.pcapng -c 0");
        refuses(ExitCode.USAGE, "--seconds 0 is out of range [1, 2147483647]", "capture lan -w x.pcapng --seconds 0");
        refuses(ExitCode.USAGE, "--after -1 is no event's number", "events --after -1");
        refuses(ExitCode.USAGE, "'..' is no name", "switch show ..");
        refuses(ExitCode.USAGE, "--static and --learned leave nothing", "fdb show lan --static --learned");
        for (String line : List.of("program unload lan", "program stats lan", "program log lan", "map dump lan::m")) {
            assertEquals(ExitCode.NOT_FOUND.number(), weir(line).exitCode(), line);
        }
        for (String line : List.of("port attach lan galaxy:a", "link set lan:a --delay soon", "port show lan")) {
            assertEquals(
                    ExitCode.USAGE.number(),
                    weir(line).exitCode(),
                    () -> line + weir(line).err());
        }
    }

    @Test
    void withoutADaemonTheExitCodeSaysSo() {
        Path nowhere = folder.resolve("nowhere");
        for (String line : List.of(
                "switch list",
                "port list x",
                "fdb show x",
                "program stats x",
                "map list",
                "link show",
                "stats x",
                "events")) {
            List<String> args = new ArrayList<>(Arrays.asList(line.split(" ", -1)));
            args.add("--socket=" + nowhere);
            CommandRun.of(args.toArray(String[]::new))
                    .fails(
                            ExitCode.DAEMON_UNREACHABLE,
                            "no daemon at " + nowhere,
                            "start one with 'weir daemon' or 'systemctl start weir', or name its socket with --socket or"
                                    + " WEIR_SOCKET");
        }
    }

    @Test
    void healthcheckTellsWhetherADaemonIsReadyAndWhetherThereIsOne() {
        CommandRun ready = weir("healthcheck");
        assertEquals(0, ready.exitCode(), ready::toString);
        assertEquals("ready", ready.out().strip());
        CommandRun nobody = CommandRun.of(
                "healthcheck", "--socket", folder.resolve("nobody").toString());
        assertEquals(5, nobody.exitCode(), nobody::toString);
    }

    @Test
    void completionKnowsTheNamesOfTheDaemon() {
        makeALan();
        DaemonNames names = new DaemonNames(
                words -> DaemonClient.at(DaemonChoice.typed(words).address(Map.of("WEIR_SOCKET", socket.toString()))));
        assertEquals(List.of("lan"), names.names(NameKind.SWITCH, List.of("switch", "show")));
        assertEquals(List.of("a", "b"), names.names(NameKind.PORT, List.of("fdb", "show", "lan", "--port")));
        assertEquals(List.of("lan:a", "lan:b"), names.names(NameKind.SWITCH_PORT, List.of("port", "show")));
        assertEquals(
                List.of("lan", "lan:a", "lan:b"), names.names(NameKind.SWITCH_OR_PORT, List.of("program", "load")));
        assertEquals(
                List.of(), names.names(NameKind.SWITCH, List.of("switch", "show", "--socket", folder + "/nowhere")));
    }

    @Test
    void filesThatAreNoObjectsAreRefused() throws IOException {
        makeALan();
        Path file = Files.writeString(folder.resolve("text.o"), "not an object");
        CommandRun run = weir("program", "load", "lan", file.toString());
        assertTrue(run.exitCode() == ExitCode.FAILURE.number() || run.exitCode() == ExitCode.USAGE.number(), run::err);
        assertEquals(2, run.err().lines().count(), run::err);
    }
}
