// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;
import static weir.control.cli.ExamplePrograms.valeExample;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(180)
class RunCommandTest {
    private static final String KINDS = "port kinds are tap:NAME, packet:IFNAME, xdp:IFNAME, shm:NAME, unix:PATH,"
            + " pcap:IN[,OUT], null:NAME and memory:NAME";
    private static final String HELP = "'weir run --help' shows how to call it";

    @Test
    void needsPorts() {
        CommandRun.of("run").fails(ExitCode.USAGE, "missing required parameter: 'SPEC'", HELP);
        CommandRun.of("run", "memory:a")
                .fails(ExitCode.USAGE, "a switch needs two ports or more, and only [memory:a] is given", HELP);
    }

    @Test
    void namesAKindThatIsNotKnown() {
        CommandRun.of("run", "memory:a", "foo:b").fails(ExitCode.USAGE, "unknown port kind \"foo\"", KINDS);
    }

    @Test
    void refusesTheSameInterfaceTwice() {
        CommandRun.of("run", "tap:t1", "memory:a", "tap:t1?queues=2")
                .fails(
                        ExitCode.USAGE,
                        "\"tap:t1\" and \"tap:t1?queues=2\" name the same port",
                        "name each interface once");
    }

    @Test
    void refusesSpecsThatDoNotFitTheirKind() {
        assertEquals(2, CommandRun.of("run", "tap:t1", "tap:..").exitCode());
        assertEquals(2, CommandRun.of("run", "tap:t1", "tap:t2?mtu=9").exitCode());
        assertEquals(2, CommandRun.of("run", "memory:a", "memory:b?mut=1500").exitCode());
        assertEquals(2, CommandRun.of("run", "memory:a", "memory:").exitCode());
        assertEquals(2, CommandRun.of("run", "memory:a", "b").exitCode());
    }

    @Test
    void callsThePortOfAMemoryPortByItsName() {
        for (String wrong : List.of("", "sixteen-letters-", "a b")) {
            CommandRun run = CommandRun.of("run", "memory:a", "memory:" + wrong);
            assertEquals(2, run.exitCode(), run::err);
            assertTrue(run.err().startsWith("weir: port name "), run::err);
            assertTrue(run.err().contains("port names have 1 to 15 letters"), run::err);
        }
    }

    @Test
    void refusesVlanModesThatAreWrong() {
        CommandRun.of("run", "memory:a", "memory:b", "--vlan", "c=access:10")
                .fails(ExitCode.USAGE, "--vlan names port \"c\", which is not among the specs", "ports here are a, b");
        CommandRun.of("run", "memory:a", "memory:b", "--vlan", "b=access:5000")
                .fails(
                        ExitCode.USAGE,
                        "VLAN 5000 is out of range [1, 4094]",
                        "write --vlan b=access:10 or b=trunk:10,20-29");
        CommandRun.of("run", "memory:a", "memory:b", "--vlan", "b")
                .fails(ExitCode.USAGE, "--vlan 'b' is not PORT=MODE", HELP);
        CommandRun.of("run", "memory:a", "memory:b", "--vlan", "b=access:10", "--vlan", "b=access:20")
                .fails(ExitCode.USAGE, "--vlan stands twice for port 'b'", HELP);
    }

    @Test
    void refusesCapturesThatAreWrong() {
        CommandRun.of("run", "memory:a", "memory:b", "--capture", ",drops")
                .fails(ExitCode.USAGE, "--capture ',drops' names no file", "--capture FILE,drops");
        CommandRun.of("run", "memory:a", "memory:b", "--capture", "x,dorps")
                .fails(
                        ExitCode.USAGE,
                        "--capture has no setting 'dorps'",
                        "did you mean 'drops'? settings are drops, drops-only, in, out, port=, snap=, filter=");
        CommandRun.of("run", "memory:a", "memory:b", "--capture", "x,snap=0")
                .fails(ExitCode.USAGE, "--capture has snap='0'", "bytes of each frame, 1 to 262144");
        CommandRun.of("run", "memory:a", "memory:b", "--capture", "/nowhere/x")
                .fails(
                        ExitCode.FAILURE,
                        "cannot write /nowhere/x: there is no such file or folder",
                        "name a file that can be written");
    }

    @Test
    void refusesLinksAndStormLimitsThatAreWrong() {
        CommandRun.of("run", "memory:a", "memory:b", "--link", "c=down")
                .fails(ExitCode.USAGE, "--link names port \"c\", which is not among the specs", "ports here are a, b");
        CommandRun.of("run", "memory:a", "memory:b", "--link", "a=delay:20")
                .fails(
                        ExitCode.USAGE,
                        "'20' is not a time such as 20ms; units are ns, us, ms, s",
                        "write --link a=delay:20ms,jitter:5ms,loss:1%");
        CommandRun.of("run", "memory:a", "memory:b", "--link", "a")
                .fails(ExitCode.USAGE, "--link 'a' is not PORT=SETTINGS", HELP);
        CommandRun.of("run", "memory:a", "memory:b", "--storm", "a=broadcast:0")
                .fails(
                        ExitCode.USAGE,
                        "storm limit broadcast 0 frames/s is out of range [1, 100000000]",
                        "write --storm a=broadcast:1000,multicast:1000,unknown:1000");
    }

    @Test
    void showsLinksAndStormLimits() throws Exception {
        CommandRun run = CommandRun.untilReady(
                        "run",
                        "memory:a",
                        "memory:b",
                        "--link",
                        "a=delay:20ms,loss:1%",
                        "--storm",
                        "b=broadcast:10",
                        "-o",
                        "json")
                .succeeds();

        JsonNode ports = run.json().get("ports");
        assertEquals(1, run.json().get("links").size());
        assertEquals("a", run.json().get("links").get(0).get("port").asString());
        assertEquals(
                "delay:20ms,loss:1%",
                run.json().get("links").get(0).get("settings").asString());
        assertEquals("broadcast:10", ports.get("b").get("storm").asString());
        assertTrue(run.err().contains("link of a delay:20ms,loss:1%: set"), run::err);
        CommandRun table = CommandRun.untilReady("run", "memory:a", "memory:b", "--link", "a=down")
                .succeeds();
        assertTrue(table.out().contains("LINK") && table.out().contains("down"), table::out);
    }

    @Test
    void refusesWorkersOutOfRange() {
        CommandRun.of("run", "memory:a", "memory:b", "--workers", "0")
                .fails(ExitCode.USAGE, "--workers 0 is out of range [1, 64]", HELP);
    }

    @Test
    void refusesProgramsThatCannotBe() {
        String bridge = example("bridge.o");
        CommandRun.of("run", "memory:a", "memory:b", "--program", "absent.o")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no file absent.o",
                        "compile one with 'clang -O2 -g --target=bpf -c prog.c -o prog.o'");
        CommandRun.of("run", "memory:a", "memory:b", "--program", "")
                .fails(
                        ExitCode.USAGE,
                        "the name of the object file is empty",
                        "compile one with 'clang -O2 -g --target=bpf -c prog.c -o prog.o'");
        CommandRun.of("run", "memory:a", "memory:b", "--program", "c=" + bridge)
                .fails(ExitCode.USAGE, "--program names port 'c', which is not among the specs", "ports here are a, b");
        CommandRun.of("run", "memory:a", "memory:b", "--program", "a=" + bridge, "--program", "a=" + bridge)
                .fails(
                        ExitCode.USAGE,
                        "two programs for port a: a=" + bridge + " and a=" + bridge,
                        "a switch takes one program for all ports, and one for each port");
        CommandRun.of("run", "memory:a", "memory:b", "--program", bridge + ":bride")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no program 'bride' for ports in " + bridge,
                        "did you mean 'bridge'? programs are bridge");
        CommandRun.of("run", "memory:a", "memory:b", "--watch")
                .fails(
                        ExitCode.USAGE,
                        "--watch is for programs, and none is given",
                        "name an object file with --program FILE");
        CommandRun.of("run", "memory:a", "memory:b", "--offload-aware")
                .fails(
                        ExitCode.USAGE,
                        "--offload-aware is for programs, and none is given",
                        "name an object file with --program FILE");
        CommandRun.of("run", "memory:a", "memory:b", "--program", bridge, "--offload-aware", "--finished-frames")
                .fails(
                        ExitCode.USAGE,
                        "--offload-aware and --finished-frames say the opposite of each other",
                        "leave one of them away");
    }

    @Test
    void refusesEntriesOfMapsThatNoProgramTakes() {
        String bridge = example("bridge.o");
        CommandRun.of("run", "memory:a", "memory:b", "--program", bridge, "--set", "station:1=1")
                .fails(ExitCode.NOT_FOUND, "no map 'station' to set", "did you mean 'stations'? maps are stations");
        String stages = example("tail_calls.o") + ":parse_ethernet";
        CommandRun.of("run", "memory:a", "memory:b", "--program", stages, "--set", "stages:2=parse_vlans")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no XDP program 'parse_vlans' for map stages",
                        "did you mean 'parse_vlan'? programs are parse_vlan, parse_ipv4, parse_ipv6, parse_udp,"
                                + " parse_ethernet");
        CommandRun.of("run", "memory:a", "memory:b", "--program", stages, "--set", "stages:6=parse_ipv4")
                .fails(
                        ExitCode.USAGE,
                        "map stages (PROG_ARRAY, key 4 bytes, value 4 bytes, 6 entries) does not take 6=parse_ipv4: keys"
                                + " are 0 to 5",
                        "write MAP:KEY=VALUE, where KEY and VALUE are numbers (53, 0x35), addresses or hex:BYTES");
        assertEquals(
                2,
                CommandRun.of("run", "memory:a", "memory:b", "--program", bridge, "--set", "stations")
                        .exitCode());
    }

    @Test
    void refusesAPortsProgramBeforeAnyPortIsOpened() {
        CommandRun run = CommandRun.of(
                "run", "tap:t1?netns=/nonexistent/netns", "memory:b", "--program", "b=" + example("no_bounds_check.o"));

        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode(), run::err);
        assertTrue(run.err().contains("no_bounds_check rejected by the verifier, and not loaded"), run::err);
    }

    @Test
    void saysWhatTheVerifierSaysAndStartsNothing() {
        CommandRun run = CommandRun.of("run", "memory:a", "memory:b", "--program", example("no_bounds_check.o"));

        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode(), run::err);
        assertTrue(run.err().contains("no_bounds_check.c:11:9: error: invalid access to packet"), run::err);
        assertTrue(run.err().contains("no_bounds_check rejected by the verifier, and not loaded"), run::err);
        assertFalse(run.out().contains("ready"), run::out);
    }

    @Test
    void runsProgramsOnTheSwitchAndOnPorts() throws Exception {
        CommandRun run = CommandRun.untilReady(
                        "run",
                        "memory:a",
                        "memory:b",
                        "--program",
                        example("flood_bridge.o"),
                        "--program",
                        "b=" + example("drop_port.o") + ":drop_port",
                        "--set",
                        "ports:1=1",
                        "--set",
                        "blocked_ports:53=0",
                        "-o",
                        "json")
                .succeeds();

        JsonNode programs = run.json().get("programs");
        assertEquals(2, programs.size());
        assertTrue(programs.get(0).get("port").isNull(), programs::toString);
        assertEquals("flood_bridge", programs.get(0).get("program").asString());
        assertEquals("b", programs.get(1).get("port").asString());
        assertEquals("drop_port", programs.get(1).get("program").asString());
        assertEquals(0, programs.get(1).get("faults").asLong());
        assertTrue(run.err().contains("program drop_port loaded on port b"), run::err);
    }

    @Test
    void runsProgramsForValeBpf() throws Exception {
        CommandRun run = CommandRun.untilReady(
                        "run",
                        "memory:a",
                        "memory:b",
                        "--program",
                        valeExample("ring_by_port.o"),
                        "--set",
                        "ports:02:00:00:00:00:02=1",
                        "-o",
                        "json")
                .succeeds();

        JsonNode program = run.json().get("programs").get(0);
        assertEquals("ring_by_port", program.get("program").asString());
        assertEquals(
                List.of("port", "broadcast", "drop"),
                List.copyOf(program.get("actions").propertyNames()));
    }

    @Test
    void explainsWhyAProgramForValeBpfIsRefused() {
        CommandRun run = CommandRun.of("run", "memory:a", "memory:b", "--program", valeExample("unchecked_lookup.o"));

        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode(), run::err);
        assertTrue(run.err().contains("R1 invalid mem access 'map_value_or_null'"), run::err);
        assertTrue(run.err().contains("unchecked_lookup rejected by the verifier, and not loaded"), run::err);
    }

    @Test
    void saysWhyAPortDoesNotOpen() {
        CommandRun run = CommandRun.of("run", "memory:a", "tap:t1?netns=/nonexistent/netns");

        assertEquals(ExitCode.NOT_FOUND.number(), run.exitCode());
        assertTrue(
                run.err().startsWith("weir: cannot open network namespace: open /nonexistent/netns: ENOENT"), run::err);
        assertTrue(run.err().contains("hint: "), run::err);
        assertFalse(run.out().contains("ready"), run::out);
    }

    @Test
    void runsUntilItIsStoppedAndPrintsCounters() throws Exception {
        CommandRun run = CommandRun.untilReady("run", "memory:a", "memory:b", "--vlan", "b=access:10")
                .succeeds();

        assertTrue(run.out().startsWith("ready: a UP, b UP; Ctrl-C ends" + System.lineSeparator()), run::out);
        assertTrue(run.out().contains("every frame is accounted for"), run::out);
        assertEquals("", run.err());
    }

    @Test
    void printsNothingButJsonWhenAskedFor() throws Exception {
        CommandRun run = CommandRun.untilReady(
                        "run", "memory:a", "memory:b", "--workers=2", "--vlan", "b=trunk:10,20", "-o", "json")
                .succeeds();

        assertTrue(run.err().startsWith("ready: "), run::err);
        JsonNode json = run.json();
        assertEquals(
                List.of("ports", "programs", "links", "drops", "fdb_entries", "law"),
                List.copyOf(json.propertyNames()));
        JsonNode port = json.get("ports").get("b");
        assertEquals(2, port.get("number").asInt());
        assertEquals("memory:b", port.get("spec").asString());
        assertEquals("UP", port.get("state").asString());
        assertEquals("trunk:10,20", port.get("vlan").asString());
        assertEquals(0, port.get("received").asLong());
        assertTrue(json.get("law").get("holds").asBoolean());
    }
}
