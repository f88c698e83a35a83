// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static weir.control.cli.ExamplePrograms.example;
import static weir.control.cli.ExamplePrograms.testObject;

import java.io.IOException;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import weir.core.counter.DropReason;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** docs/cli-output.md against what the commands print: every key that is promised, and none that is not. */
@Timeout(120)
class DocumentedKeysTest {
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
                CommandRun.untilReady("run", "memory:a", "memory:b", "-o", "json")
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
                programRun(example("no_bounds_check.o"), "sample.pcap"));
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
    @RequiresFeature(Feature.LINUX)
    void namesEveryCheckOfTheDoctor() {
        assertEquals(
                new TreeSet<>(CommandRun.of("doctor", "-o", "json")
                        .succeeds()
                        .json()
                        .get("checks")
                        .propertyNames()),
                documented.namesBelow("Names of checks: "));
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
