// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;
import static weir.control.cli.ExamplePrograms.testObject;
import static weir.control.cli.ExamplePrograms.valeExample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;

/** Programs for VALE-BPF in {@code weir program}. */
class ValeProgramsTest {
    private static final String SAMPLE = example("sample.pcap");
    private static final String TWO_PORTS = example("two_ports.pcapng");

    /** {@code r0 = *(u8 *)(r1 +20); exit}: a field of {@code vale_bpf_md} and none of {@code xdp_md}. */
    private static final String RING = "71101400000000009500000000000000";

    @TempDir
    private Path folder;

    private static CommandRun run(String... args) {
        List<String> all = new ArrayList<>(List.of("program", "run"));
        all.addAll(List.of(args));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void showsPortsByIndexBroadcastAndDrop() {
        String out =
                run(valeExample("l2_bridge.o"), "--pcap", TWO_PORTS).succeeds().out();
        for (String line : List.of("program l2_bridge (section .text) on ", "broadcast ", "port 1 ", "port 2 ")) {
            assertTrue(out.lines().anyMatch(each -> each.startsWith(line)), () -> line + " is missing in " + out);
        }
        assertTrue(run(valeExample("pkt_count.o"), "--pcap", SAMPLE)
                .succeeds()
                .out()
                .contains("\ndrop         12  100.0%\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--engine=interpreter", "--engine=jit", "--unchecked"})
    void givesTheSameUnderEachEngine(String engine) {
        JsonNode json = run(valeExample("nologic.o"), "--pcap", SAMPLE, "-o", "json", engine)
                .succeeds()
                .json();
        assertEquals("vale", json.get("type").asString());
        assertEquals(".text", json.get("section").asString());
        assertEquals(12, json.get("verdicts").get("port 1").asInt());
        assertEquals(0, json.get("redirects").size());
    }

    @Test
    void writesFramesThatGoOnWithPortAndRing() throws IOException {
        Path out = folder.resolve("out.pcapng");
        run(
                        valeExample("ring_by_port.o"),
                        "--pcap",
                        TWO_PORTS,
                        "--set",
                        "ports:02:00:00:00:00:02=7",
                        "--out",
                        out.toString())
                .succeeds();
        List<String> comments = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(Files.newInputStream(out))) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                comments.add(frame.comment().lines().toList().getLast());
            }
        }
        assertTrue(comments.contains("ring_by_port: port 7 ring 1"), comments::toString);
        assertTrue(
                comments.stream().allMatch(each -> each.startsWith("ring_by_port: port 7 ring ")), comments::toString);
    }

    @Test
    void refusesWhatOnlySeemsToWorkInVale() {
        CommandRun run = CommandRun.of("program", "verify", valeExample("unchecked_lookup.o"));
        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode());
        for (String part : List.of(
                "unchecked_lookup (section .text): rejected",
                "return known->address == address ? known->port : VALE_BPF_BROADCAST;",
                "R1 invalid mem access 'map_value_or_null'")) {
            assertTrue(run.out().contains(part), () -> part + " is missing in " + run.out());
        }
    }

    @Test
    void countsAFaultAsADrop() {
        JsonNode json = CommandRun.of(
                        "program",
                        "run",
                        valeExample("unchecked_lookup.o"),
                        "--unverified",
                        "--pcap",
                        SAMPLE,
                        "-o",
                        "json")
                .json();
        assertEquals(0, json.get("faults").get("frames").asInt(), "a percpu_array always has its entries");
        CommandRun faulty = run(
                "--raw",
                "79110000000000007910ff7f000000009500000000000000",
                "--type",
                "vale",
                "--unverified",
                "--pcap",
                SAMPLE);
        assertEquals(ExitCode.FAILURE.number(), faulty.exitCode());
        assertTrue(faulty.out().contains("\ndrop         12  100.0%\n"), faulty::out);
        assertTrue(faulty.out().contains("its frame counts as drop"), faulty::out);
    }

    @Test
    void disassemblesWithTheNamesOfItsHelpers() {
        String out = CommandRun.of("program", "disasm", testObject("vale.o"), "--jit")
                .succeeds()
                .out();
        assertTrue(out.contains("; program vale, section .text, type VALE, "), out);
        assertTrue(out.contains("call ebpf_map_update_elem#1"), out);
        assertTrue(out.contains("call ebpf_map_lookup_elem#2"), out);
        assertTrue(out.contains("call ebpf_map_delete_elem#3"), out);
        assertTrue(out.contains("; invokevirtual XdpContext.queue"), out);
    }

    @Test
    void takesTheTypeThatIsAskedFor() {
        assertEquals(
                "accepted",
                CommandRun.of("program", "verify", "--raw", RING, "--type", "vale", "-o", "json")
                        .succeeds()
                        .json()
                        .get("programs")
                        .get("raw")
                        .get("verdict")
                        .asString());
        assertEquals(
                ExitCode.PROGRAM_REJECTED.number(),
                CommandRun.of("program", "verify", "--raw", RING).exitCode());
        assertEquals(
                ExitCode.PROGRAM_REJECTED.number(),
                CommandRun.of("program", "verify", testObject("vale.o"), "--type", "xdp")
                        .exitCode());
        CommandRun.of("program", "verify", example("bridge.o"), "--type", "vale")
                .fails(
                        ExitCode.FAILURE,
                        example("bridge.o") + ": the object has no code in section \".text\", where a VALE-BPF program"
                                + " is; leave section attributes of the function away",
                        "docs/ebpf-support.md says what is supported; 'llvm-readelf -a FILE' shows what the file holds");
    }

    @Test
    void namesPortsThatValeDoesNotHave() {
        CommandRun run = run(valeExample("nologic.o"), "--pcap", SAMPLE, "--port", "254");
        assertEquals(ExitCode.USAGE.number(), run.exitCode());
        assertTrue(run.err().contains("--port 254: allowed is 1 to 253"), run::err);
    }
}
