// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.testing.TestObjects;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** How many ways of branches the search takes real programs. */
class InputSearchTest {
    private static final InputSearch.Effort EFFORT = new InputSearch.Effort(Duration.ofSeconds(20), 3_000);
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/libexec/xdp-tools"), Path.of("/usr/lib/x86_64-linux-gnu/bpf"));

    static Stream<Arguments> examples() throws IOException {
        return programs(List.of(TestObjects.exampleFolder()));
    }

    static Stream<Arguments> installed() throws IOException {
        return programs(FOLDERS);
    }

    private static Stream<Arguments> programs(List<Path> folders) throws IOException {
        Stream.Builder<Arguments> all = Stream.builder();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(each -> each.toString().endsWith(".o")).sorted().forEach(each -> {
                    ObjectFile object = parse(each);
                    for (ProgramSpec spec : object.programs()) {
                        if (spec.type() == ProgramType.XDP) {
                            all.add(Arguments.of(each.getFileName().toString(), spec.name(), spec, object.maps()));
                        }
                    }
                });
            }
        }
        return all.build();
    }

    private static ObjectFile parse(Path file) {
        try {
            return ObjectFile.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ObjectFileException e) {
            throw new AssertionError(file.toString(), e);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("examples")
    void ofExamples(String file, String name, ProgramSpec spec, List<MapSpec> maps) {
        check(file, spec, maps);
    }

    @RequiresFeature({Feature.XDP_OBJECTS})
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("installed")
    void ofInstalledPrograms(String file, String name, ProgramSpec spec, List<MapSpec> maps) {
        check(file, spec, maps);
    }

    private static void check(String file, ProgramSpec spec, List<MapSpec> maps) {
        List<MapSpec> sized = maps.stream()
                .map(each -> each.type() == MapType.PERF_EVENT_ARRAY && each.maxEntries() == 0
                        ? each.withMaxEntries(1)
                        : each)
                .toList();
        if (!(Verifier.verify(spec, sized, HelperTable.xdp(), VerifierOptions.standard())
                instanceof Verification.Accepted accepted)) {
            return;
        }
        PathFacts facts = accepted.program().facts().paths();
        try (ScratchMaps scratch = ScratchMaps.of(sized)) {
            long start = System.nanoTime();
            InputSearch.Result result = InputSearch.run(spec, facts, scratch, new ScratchHost(), EFFORT);
            System.out.println("COV " + file + " " + spec.name() + " "
                    + result.coverage().reached().size() + "/"
                    + result.coverage().possible().size() + " tried " + result.tried() + " kept "
                    + result.inputs().size() + " ms " + (System.nanoTime() - start) / 1_000_000);
            for (Direction each : result.coverage().missed()) {
                System.out.println("   MISS " + each + " "
                        + facts.branches().get(each.slot()).comparisons() + " line " + spec.lineAt(each.slot()));
            }
        }
    }
}
