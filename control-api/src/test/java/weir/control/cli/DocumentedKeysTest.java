// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;
import static weir.control.cli.ExamplePrograms.testObject;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.report.SwitchReport;
import weir.control.run.PortSpecs;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.counter.DropReason;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.testing.Law;
import weir.ebpf.ObjectFile;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** docs/cli-output.md against what the commands print: every key that is promised, and none that is not. */
@Timeout(300)
class DocumentedKeysTest {
    private static final int COMMAND_BYTE = 14;
    private static final byte SPIN = 10;
    private static final int SPIN_COUNT_BYTE = 16;

    private DocumentedKeys documented;

    @BeforeEach
    void readTheDocument() throws IOException {
        documented = DocumentedKeys.read();
    }

    @Test
    void describesTheMemoryDemo() {
        documented.assertDescribe(
                "weir-demo",
                CommandRun.of("demo", "--seconds", "0.3", "-o", "json")
                        .succeeds()
                        .json());
    }

    @Test
    @RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
    void describesTheTapDemo() {
        documented.assertDescribe(
                "weir-demo---tap",
                CommandRun.of("demo", "--tap", "--seconds", "0.4", "-o", "json")
                        .succeeds()
                        .json());
    }

    @Test
    void describesARun() throws Exception {
        documented.assertDescribe(
                "switch",
                CommandRun.untilReady(
                                "run",
                                "memory:a",
                                "memory:b",
                                "--program",
                                example("bridge.o"),
                                "--link",
                                "a=delay:1ms",
                                "-o",
                                "json")
                        .succeeds()
                        .json(),
                afterAFault());
    }

    /** Nobody is behind memory ports of the command line: what it prints about a switch where a program had a fault. */
    private static JsonNode afterAFault() throws Exception {
        try (Switch sw = Switch.create(SwitchConfig.named("test"))) {
            MemoryPort port = new MemoryPort("a");
            sw.attach(port, PortOptions.named("a"));
            Path object = Path.of(System.getProperty("weir.root"), "switch-core/src/test/ebpf/steered.o");
            AttachedProgram program = sw.programs()
                    .load(
                            ProgramPlace.onSwitch(),
                            ObjectFile.parse(Files.readAllBytes(object)),
                            ProgramOptions.DEFAULT.withProgram("steered"));
            MemoryEndpoint station = port.endpoint();
            long[] one = {-1};
            Law.eventually("an empty frame", () -> (one[0] = station.frameOf(spinning())) >= 0);
            assertEquals(1, station.send(one, 0, 1));
            Law.eventually("the fault", () -> program.counters().faults() == 1);
            return JsonMapper.shared().valueToTree(SwitchReport.of(sw));
        }
    }

    /** A frame that has {@code steered} loop beyond its budget. */
    private static byte[] spinning() {
        byte[] frame = new byte[64];
        frame[0] = frame[5] = frame[6] = 2;
        frame[COMMAND_BYTE] = SPIN;
        Arrays.fill(frame, SPIN_COUNT_BYTE, SPIN_COUNT_BYTE + 3, (byte) 0x7f);
        return frame;
    }

    @Test
    void describesTheGenerator() {
        documented.assertDescribe(
                "weir-gen",
                CommandRun.of("gen", "null:x", "--rate", "max", "--seconds", "0.6", "-o", "json")
                        .succeeds()
                        .json());
    }

    /** Frames that were stamped a moment ago. */
    @Test
    void describesTheSink(@TempDir Path folder) {
        Path file = folder.resolve("frames.pcap");
        CommandRun.of("gen", "pcap:," + file, "--count", "5000", "--rate", "10k")
                .succeeds();
        documented.assertDescribe(
                "weir-sink",
                CommandRun.of("sink", "pcap:" + file, "--seconds", "1.2", "-o", "json")
                        .succeeds()
                        .json());
    }

    /** Rows with C programs, and a combination that cannot be. */
    @Test
    @RequiresFeature({Feature.LINUX, Feature.C_COMPILER})
    void describesTheMemoryBenchmark() {
        documented.assertDescribe(
                "weir-bench-memory",
                CommandRun.of(
                                "bench",
                                "memory",
                                "--pairs=1",
                                "--seconds=0.02",
                                "--ports=2,64",
                                "--macs=16",
                                "--twin=require",
                                "-o",
                                "json")
                        .succeeds()
                        .json());
    }

    @Test
    void describesTheProgramBenchmark() {
        documented.assertDescribe(
                "weir-bench-program",
                CommandRun.of("bench", "program", "--pairs=1", "--seconds=0.02", "--engines=jit", "-o", "json")
                        .succeeds()
                        .json());
    }

    @Test
    void describesTheSwapBenchmark() {
        documented.assertDescribe(
                "weir-bench-swap",
                CommandRun.of("bench", "swap", "--windows=1", "--millis=1", "-o", "json")
                        .succeeds()
                        .json());
    }

    @Test
    @RequiresFeature(Feature.LINUX)
    void describesTheSharedMemoryBenchmark() {
        documented.assertDescribe(
                "weir-bench-shm",
                CommandRun.of("bench", "shm", "--slices=1", "--seconds=0.05", "--warm-up=0.05", "-o", "json")
                        .succeeds()
                        .json());
    }

    @ParameterizedTest
    @CsvSource({
        "container --no-docker --mode=veth --topology=star8, veth",
        "tap --baseline=bridge_rps, tap",
        "packet, veth",
        "xdp --topology=pair, xdp"
    })
    @RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.IPERF3, Feature.BPF_PROGRAMS})
    void describesBenchmarksBetweenNamespaces(String asked, String mode) {
        List<String> command = new ArrayList<>(List.of("bench"));
        command.addAll(List.of(asked.split(" ", -1)));
        command.addAll(List.of("--pairs=1", "--seconds=0.5", "-o", "json"));
        JsonNode report =
                CommandRun.of(command.toArray(String[]::new)).succeeds().json();
        assertEquals(command.get(1), report.path("benchmark").asString());
        assertEquals(mode, report.path("settings").path("mode").asString());
        JsonNode weir = report.path("contenders").get(0);
        assertEquals("weir", weir.path("name").asString());
        for (String figure : List.of("frames_mpps", "tcp_there_gbps", "tcp_back_gbps", "latency_p50_us")) {
            assertTrue(weir.path("figures").path(figure).path("median").asDouble() > 0, report::toString);
        }
        documented.assertDescribe("weir-bench-container", report);
    }

    /** On lines of a known rate, on a link that is slower than the tester, and on one that loses frames. */
    @Test
    void describesTheBenchmarkOfRfc2544() {
        documented.assertDescribe(
                "weir-bench-rfc2544",
                trials("rfc2544", "--tests=all", "--line-rate=10mbit").json(),
                trials("rfc2544", "--tests=all", "--link=p2=direction:to,rate:10mbit,limit:10")
                        .json(),
                trials("rfc2544", "--link=p2=loss:20%").json());
    }

    @Test
    void describesTheBenchmarkOfRfc2889() {
        documented.assertDescribe(
                "weir-bench-rfc2889",
                trials("rfc2889", "--line-rate=10mbit", "--addresses=100").json(),
                trials("rfc2889", "--line-rate=10mbit", "--tests=broadcast,address_caching", "--addresses=100")
                        .json());
    }

    private static CommandRun trials(String benchmark, String... more) {
        return CommandRun.of(Stream.concat(
                                Stream.of(
                                        "bench",
                                        benchmark,
                                        "--sizes=64",
                                        "--seconds=0.05",
                                        "--settle=0.02",
                                        "--warm-up=0.05",
                                        "--resolution=20",
                                        "--repeats=1",
                                        "-o",
                                        "json"),
                                Stream.of(more))
                        .toArray(String[]::new))
                .succeeds();
    }

    @Test
    @RequiresFeature(Feature.LINUX)
    void describesTheDaemonBenchmark() {
        documented.assertDescribe(
                "weir-bench-daemon",
                CommandRun.of("bench", "daemon", "--pairs=1", "--seconds=1", "--warm-up=0.5", "-o", "json")
                        .succeeds()
                        .json());
    }

    @Test
    void describesADisassembly() {
        documented.assertDescribe(
                "weir-program-disasm",
                CommandRun.of("program", "disasm", example("bridge.o"), "-o", "json")
                        .succeeds()
                        .json());
    }

    /** One program redirects, one prints, one sends records, one ends in faults. */
    @Test
    void describesAProgramRun() {
        documented.assertDescribe(
                "weir-program-run",
                programRun(example("bridge.o"), "two_ports.pcapng"),
                programRun(testObject("global_data.o"), "sample.pcap"),
                programRun(testObject("messages.o"), "sample.pcap", "--program=messages"),
                programRun(example("no_bounds_check.o"), "sample.pcap", "--unverified"));
    }

    /** Rejected with and without lines of C, and with a log; a program of another type. */
    @Test
    void describesAVerification() {
        documented.assertDescribe(
                "weir-program-verify",
                verification(testObject("mistakes.o")),
                verification(testObject("other_types.o")),
                verification("--raw", "0500ffff00000000", "--log-level", "1"));
    }

    private static JsonNode verification(String... args) {
        return CommandRun.of(Stream.of(List.of("program", "verify", "-o", "json"), List.of(args))
                        .flatMap(List::stream)
                        .toArray(String[]::new))
                .json();
    }

    @Test
    void describesACompareOfCases(@TempDir Path folder) throws IOException {
        documented.assertDescribe(
                "weir-program-verify---cases",
                verification("--cases", VerifierCasesFile.in(folder).toString()));
    }

    private static JsonNode programRun(String object, String capture, String... more) {
        return CommandRun.of(Stream.concat(
                                Stream.of("program", "run", object, "--pcap", example(capture), "-o", "json"),
                                Arrays.stream(more))
                        .toArray(String[]::new))
                .json();
    }

    @Test
    void describesTheDoctor() {
        documented.assertDescribe(
                "weir-doctor", CommandRun.of("doctor", "-o", "json").succeeds().json());
    }

    @Test
    @RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS})
    void describesAttachedProcesses(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("s");
        Process process = new ProcessBuilder("unshare", "--net", "sleep", "600").start();
        try (Daemon _ = Daemon.start(DaemonSettings.at(socket, folder.resolve("state")), Map.of())) {
            Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
            Path link = Path.of("/proc", Long.toString(process.pid()), "ns", "net");
            while (Files.readSymbolicLink(link).equals(own)) {
                Thread.onSpinWait();
            }
            String pid = "pid:" + process.pid();
            at(socket, "switch", "create", "lan");
            documented.assertDescribe(
                    "weir-docker-attach",
                    at(socket, "docker", "attach", "lan", pid, "--ip=198.18.27.1/24", "--gateway=198.18.27.254"));
            documented.assertDescribe("weir-docker-detach", at(socket, "docker", "detach", "lan", pid));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS})
    void describesLabs(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("s");
        String name = "keys-" + ProcessHandle.current().pid();
        Path file = Files.writeString(folder.resolve(name + ".yaml"), """
                services:
                  a: {networks: [lan]}
                networks:
                  lan: {driver: weir, driver_opts: {switch: sw}, ipam: {config: [{subnet: 198.18.28.0/24}]}}
                x-weir:
                  switches: {sw: {ports: {trunk: "null:x"}}}
                """);
        String labs = "--labs=" + folder.resolve("labs");
        try (Daemon _ = Daemon.start(DaemonSettings.at(socket, folder.resolve("state")), Map.of())) {
            JsonNode up = at(socket, "lab", "up", file.toString(), labs);
            documented.assertDescribe("weir-lab-list", up, at(null, "lab", "list", labs));
        } finally {
            CommandRun down = CommandRun.of("lab", "down", name, labs, "--forget", "-o", "json");
            documented.assertDescribe("weir-lab-down", down.succeeds().json());
        }
    }

    private static JsonNode at(@Nullable Path socket, String... words) {
        Stream<String> more =
                socket == null ? Stream.of("-o", "json") : Stream.of("-o", "json", "--socket", socket.toString());
        return CommandRun.of(Stream.concat(Arrays.stream(words), more).toArray(String[]::new))
                .succeeds()
                .json();
    }

    @Test
    @RequiresFeature(Feature.LINUX)
    void namesEveryCheckOfTheDoctor() {
        TreeSet<String> names = new TreeSet<>(documented.namesBelow("Names of checks: "));
        assertTrue(names.remove("port_KIND"));
        PortSpecs.kinds().forEach(kind -> names.add("port_" + kind.name()));
        assertEquals(
                new TreeSet<>(CommandRun.of("doctor", "-o", "json")
                        .succeeds()
                        .json()
                        .get("checks")
                        .propertyNames()),
                names);
    }

    @Test
    void namesEveryReasonOfADrop() {
        assertEquals(
                new TreeSet<>(Arrays.stream(DropReason.values())
                        .map(DropReason::label)
                        .toList()),
                documented.namesBelow("| reason | meaning |"));
    }
}
