// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.kernel.CodeFunctions;
import weir.ebpf.kernel.EmptyNetwork;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.PerfRings;
import weir.ebpf.kernel.PinnedThread;
import weir.ebpf.kernel.XdpMd;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * What the cases of {@link EngineContractTest} expect is what the running kernel gives. Those for which that cannot
 * be said stand in {@code kernel-exemptions.txt} with the reason.
 */
@RequiresFeature({Feature.BPF_PROGRAMS, Feature.NETNS})
class KernelContractTest {
    private static final Map<String, KernelExemption> EXEMPTIONS = KernelExemption.read();
    private static final Set<String> REFUSED = EXEMPTIONS.entrySet().stream()
            .filter(each -> each.getValue().isRefused())
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());

    /** The interfaces of {@link EngineContractTest#host}. */
    private static final List<String> INTERFACES = List.of(
            "ip link set dev lo mtu 1500",
            "ip link add name weir2 index 2 mtu 9000 type veth peer name weir3 index 3 mtu 9000");

    /** What is not told by a run in the kernel: where a redirect leads, and the kernel's own log. */
    private static final Set<String> NOT_SHOWN = Set.of("redirect", "line");

    private static PinnedThread pinned;
    private static EmptyNetwork network;

    @BeforeAll
    static void bindThread() throws IOException, InterruptedException {
        pinned = new PinnedThread();
        network = new EmptyNetwork();
        for (String command : INTERFACES) {
            Process process = new ProcessBuilder(command.split(" ")).inheritIO().start();
            assertEquals(0, process.waitFor(), command);
        }
    }

    @AfterAll
    static void unbindThread() {
        network.close();
        pinned.close();
    }

    static List<Named<ContractCase>> answered() {
        return cases(name -> !EXEMPTIONS.containsKey(name));
    }

    static List<Named<ContractCase>> refused() {
        return cases(name -> REFUSED.contains(name));
    }

    private static List<Named<ContractCase>> cases(Predicate<String> isChosen) {
        return EngineContractTest.cases()
                .filter(each -> isChosen.test(each.getName()))
                .toList();
    }

    @Test
    void exemptionsAreCases() {
        Set<String> names = EngineContractTest.cases().map(Named::getName).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>(EXEMPTIONS.keySet());
        unknown.removeAll(names);
        assertEquals(Set.of(), unknown);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void kernelRefusesThem(ContractCase each) {
        assertThrows(KernelProgram.Rejected.class, () -> load(each).close());
    }

    @ParameterizedTest
    @MethodSource("answered")
    void kernelGivesWhatTheCaseExpects(ContractCase each) throws KernelProgram.Rejected {
        List<PerfRings> listeners = new ArrayList<>();
        try (KernelCollection loaded = load(each)) {
            loaded.maps().stream()
                    .filter(map -> map.type() == MapType.PERF_EVENT_ARRAY)
                    .forEach(map -> listeners.add(new PerfRings(map)));
            byte[] data = EngineContractTest.data(each);
            KernelProgram.Run run = loaded.main().run(data, XdpMd.arriving(each.metadataBytes(), data.length, 1, 0));
            assertEquals(0, run.errno(), "errno of the run");
            check(
                    each,
                    run,
                    listeners.stream().flatMap(rings -> rings.take().stream()).toList());
        } finally {
            listeners.forEach(PerfRings::close);
        }
    }

    private static void check(ContractCase each, KernelProgram.Run run, List<Bytes> events) {
        int metadataBytes = run.context() == null ? 0 : run.context().data();
        for (ContractCase.Expectation expected : each.expectations()) {
            switch (expected.what()) {
                case "r0" -> assertEquals(expected.number(0), run.returnValue());
                case "length" -> assertEquals(expected.number(0), run.data().length() - metadataBytes);
                case "meta" -> assertEquals(expected.number(0), metadataBytes);
                case "bytes" -> {
                    String frame = run.data().toString().substring(2 * metadataBytes);
                    assertTrue(frame.startsWith(expected.words().get(1), 2 * expected.number(0)), frame);
                }
                case "event" -> assertTrue(events.getFirst().toString().startsWith(expected.text()));
                default -> assertTrue(NOT_SHOWN.contains(expected.what()), expected.what());
            }
        }
    }

    private static KernelCollection load(ContractCase each) throws KernelProgram.Rejected {
        ProgramSpec plain = ProgramSpec.of("case", each.assemble());
        ProgramSpec program = new ProgramSpec(
                plain.name(),
                plain.section(),
                plain.type(),
                plain.attach(),
                plain.code(),
                CodeFunctions.of(plain.code()),
                plain.lines(),
                plain.license(),
                plain.unresolved());
        return KernelCollection.load(List.of(program), each.maps(), true);
    }
}
