// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.TestRun;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapSpec;
import weir.testing.Feature;
import weir.testing.Json;
import weir.testing.RequiresFeature;

/**
 * The XDP objects that Debian installs do in the engine what was recorded of them in the kernel. How a
 * record is to be read says {@code conformance/README.md} of the shared data.
 */
@RequiresFeature({Feature.SHARED_DATA, Feature.XDP_OBJECTS})
class DebianRunsTest {
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/libexec/xdp-tools"), Path.of("/usr/lib/x86_64-linux-gnu/bpf"));
    private static final int INGRESS_PORT = 10;
    private static final int CPUMAP_QUEUE = 192;

    static Stream<Arguments> recordsAndEngines() {
        return records()
                .flatMap(each ->
                        Stream.of(Engine.interpreter(), Engine.jit()).map(engine -> Arguments.of(each, engine)));
    }

    static Stream<Named<Map<String, Object>>> records() {
        return Json.objects(Json.read(file("debian-runs.json"))).stream()
                .map(each -> Named.of(
                        Json.string(each, "object").replaceAll(".*/", "") + " " + Json.string(each, "program") + " "
                                + Json.string(each, "scenario"),
                        each));
    }

    private static Path file(String name) {
        return Feature.sharedData().resolve("conformance/xdp").resolve(name);
    }

    @ParameterizedTest
    @MethodSource("recordsAndEngines")
    void engineGivesWhatWasRecorded(Map<String, Object> expected, Engine engine)
            throws IOException, ObjectFileException, LoadException {
        String name = Json.string(expected, "object").replaceAll(".*/", "");
        ObjectFile object = ObjectFile.parse(Files.readAllBytes(find(name)));
        String program = Json.string(expected, "program");
        LoadOptions options =
                LoadOptions.on(new DeterministicHost(1)).under(engine).only(program::equals);
        try (LoadedObject loaded = LoadedObject.of(object.programs(), object.maps(), options)) {
            Json.object(expected, "seeded")
                    .forEach((map, keys) -> preset(loaded.map(map).orElseThrow(), Json.list(keys)));
            if (Json.bool(expected, "deterministic")) {
                checkRuns(expected, loaded.program(program).orElseThrow());
            }
            if (Json.bool(expected, "maps_deterministic")) {
                checkMaps(Json.object(expected, "maps_after"), loaded);
            }
        }
    }

    @Test
    void thereAreRecords() {
        assertFalse(records().toList().size() < 29);
    }

    private static Path find(String name) {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not installed"));
    }

    private static void checkRuns(Map<String, Object> expected, EbpfProgram program) {
        Map<Long, byte[]> packets = new TreeMap<>();
        for (Map<String, Object> each : Json.objects(Json.read(file("packets.json")))) {
            packets.put(Json.number(each, "id"), HexFormat.of().parseHex(Json.string(each, "hex")));
        }
        for (Map<String, Object> each : Json.objects(expected, "results")) {
            byte[] packet = packets.get(Json.number(each, "id"));
            String hex = HexFormat.of().formatHex(packet);
            TestRun.Result result = new TestRun(Bytes.of(packet), 0, INGRESS_PORT, 0, 1, 0).run(program);
            Outcome.Run wanted = new Outcome.Run(
                    "",
                    (int) Json.number(each, "ret"),
                    Bytes.of(HexFormat.of().parseHex(Json.string(each, "out", hex))),
                    0);
            String failure = result.fault() == null ? "" : result.fault().text();
            assertEquals(
                    wanted,
                    new Outcome.Run(failure, result.action(), result.data(), result.metadataBytes()),
                    () -> "packet " + Json.number(each, "id"));
        }
    }

    /** Contents of all maps but frozen ones, without array entries that are all zero. */
    private static void checkMaps(Map<String, Object> expected, LoadedObject loaded) {
        SortedMap<String, SortedMap<String, String>> actual = new TreeMap<>();
        loaded.maps().forEach((name, map) -> {
            MapSpec spec = map.spec();
            if (Outcome.isCompared(spec) && !spec.frozen()) {
                SortedMap<String, String> contents = Outcome.contents(spec, map.control(), 0);
                if (isArray(spec)) {
                    contents.values().removeIf(value -> value.matches("0*"));
                }
                if (!contents.isEmpty()) {
                    actual.put(name, contents);
                }
            }
        });
        SortedMap<String, SortedMap<String, String>> wanted = new TreeMap<>();
        for (String name : expected.keySet()) {
            SortedMap<String, String> contents = new TreeMap<>();
            Json.object(expected, name).forEach((key, value) -> contents.put(key, (String) value));
            wanted.put(name, contents);
        }
        assertEquals(wanted, actual);
    }

    private static boolean isArray(MapSpec spec) {
        return switch (spec.type()) {
            case ARRAY, PERCPU_ARRAY -> true;
            default -> false;
        };
    }

    private static void preset(EbpfMap map, List<Object> keys) {
        for (Object each : keys) {
            int key = ((Long) each).intValue();
            byte[] value = new byte[map.control().valueBytes()];
            switch (map.spec().type()) {
                case DEVMAP, DEVMAP_HASH -> putWord(value, key < INGRESS_PORT ? INGRESS_PORT + key : key);
                case CPUMAP -> putWord(value, CPUMAP_QUEUE);
                default -> value[0] = 1;
            }
            byte[] keyBytes = new byte[4];
            putWord(keyBytes, key);
            assertEquals(
                    0,
                    map.control().update(keyBytes, value, 0),
                    () -> map.spec().name() + " key " + key);
        }
    }

    private static void putWord(byte[] target, int word) {
        ByteBuffer.wrap(target).order(ByteOrder.LITTLE_ENDIAN).putInt(word);
    }
}
