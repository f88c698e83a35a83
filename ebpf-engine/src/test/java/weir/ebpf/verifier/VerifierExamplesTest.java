// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Decoder;
import weir.ebpf.isa.MalformedCodeException;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.testing.Feature;
import weir.testing.Json;
import weir.testing.RequiresFeature;

/** The examples of the shared data: the verdict, and what the safe ones do. */
@RequiresFeature(Feature.SHARED_DATA)
class VerifierExamplesTest {
    private static final HexFormat HEX = HexFormat.of();

    static Stream<Named<Map<String, Object>>> cases() {
        Map<String, Object> file =
                Json.object(Json.read(Feature.sharedData().resolve("conformance/verifier/examples.json")));
        return Json.objects(file, "cases").stream().map(each -> Named.of(Json.string(each, "name"), each));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void getsItsVerdict(Map<String, Object> each) throws Exception {
        Optional<ProgramSpec> spec = program(each);
        String verdict = "reject";
        String why = "malformed";
        if (spec.isPresent()) {
            Verification verification = Verifier.verify(
                    spec.get(),
                    maps(each),
                    HelperTable.xdp(),
                    VerifierOptions.standard().withLogLevel(1));
            why = verification instanceof Verification.Rejected rejected
                    ? rejected.violations().getFirst().text()
                    : verification.log().text();
            verdict = verification instanceof Verification.Accepted ? "accept" : "reject";
        }
        assertEquals(Json.string(each, "expected"), verdict, Json.string(each, "why") + "\n" + why);
    }

    static Stream<Named<Map<String, Object>>> runs() {
        return cases().filter(each -> each.getPayload().containsKey("run"));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void doesWhatTheKernelDoes(Map<String, Object> each) throws Exception {
        Map<String, Object> run = Json.object(each, "run");
        LoadOptions options = LoadOptions.on(new DeterministicHost(1));
        try (LoadedObject object = LoadedObject.of(program(each).orElseThrow(), maps(each), options)) {
            fill(object, each);
            EbpfProgram program = object.programs().values().iterator().next();
            TestRun.Result result =
                    new TestRun(Bytes.of(HEX.parseHex(Json.string(run, "packet"))), 0, 1, 0, 1, 0).run(program);
            assertNull(result.fault());
            assertEquals(Json.number(run, "retval"), Integer.toUnsignedLong(result.action()));
            assertEquals(
                    Json.string(run, "packet_out"), HEX.formatHex(result.data().toArray()));
        }
    }

    private static void fill(LoadedObject object, Map<String, Object> each) {
        for (Map<String, Object> map : Json.objects(each, "maps")) {
            if (!map.containsKey("init")) {
                continue;
            }
            for (Map<String, Object> entry : Json.objects(map, "init")) {
                int result = object.maps()
                        .get(mapName(map))
                        .control()
                        .update(
                                HEX.parseHex(Json.string(entry, "key")),
                                HEX.parseHex(Json.string(entry, "value")),
                                MapFlags.ANY);
                assertEquals(0, result);
            }
        }
    }

    private static Optional<ProgramSpec> program(Map<String, Object> each) {
        StringBuilder code = new StringBuilder();
        Json.list(each, "insns").forEach(code::append);
        try {
            return Optional.of(
                    ProgramSpec.of("example", Decoder.decode(HEX.parseHex(code)).withDescriptorsAsIndices()));
        } catch (MalformedCodeException e) {
            return Optional.empty();
        }
    }

    private static String mapName(Map<String, Object> map) {
        return "map" + Json.number(map, "index");
    }

    private static List<MapSpec> maps(Map<String, Object> each) {
        List<MapSpec> maps = new ArrayList<>();
        for (Map<String, Object> map : Json.objects(each, "maps")) {
            maps.add(MapSpec.of(
                            mapName(map),
                            MapType.valueOf(Json.string(map, "type").toUpperCase(Locale.ROOT)),
                            (int) Json.number(map, "key_size"),
                            (int) Json.number(map, "value_size"),
                            (int) Json.number(map, "max_entries"))
                    .withFlags((int) Json.number(map, "flags")));
        }
        return maps;
    }
}
