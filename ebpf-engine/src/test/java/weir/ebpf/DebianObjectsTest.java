// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.testing.Feature;
import weir.testing.Json;
import weir.testing.RequiresFeature;

/** The objects of Debian's packages against what libbpf made of them. */
@RequiresFeature({Feature.SHARED_DATA, Feature.XDP_OBJECTS})
class DebianObjectsTest {
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/libexec/xdp-tools"), Path.of("/usr/lib/x86_64-linux-gnu/bpf"));

    static Stream<Map<String, Object>> objects() {
        Path file = Feature.sharedData().resolve("conformance/xdp/debian-objects.json");
        return Json.objects(Json.read(file)).stream();
    }

    @ParameterizedTest
    @MethodSource("objects")
    void readsWhatLibbpfReads(Map<String, Object> expected) throws IOException, ObjectFileException {
        String name = Json.string(expected, "object");
        ObjectFile object = ObjectFile.parse(Files.readAllBytes(find(name.substring(name.lastIndexOf('/') + 1))));

        assertEquals(Json.string(expected, "license_section"), object.license());
        List<Map<String, Object>> programs = Json.objects(expected, "programs");
        assertEquals(programs.size(), object.programs().size());
        for (int i = 0; i < programs.size(); i++) {
            checkProgram(programs.get(i), object.programs().get(i));
        }
        List<Map<String, Object>> maps = Json.objects(expected, "maps");
        assertEquals(maps.size(), object.maps().size());
        for (int i = 0; i < maps.size(); i++) {
            checkMap(maps.get(i), object.maps().get(i));
        }
        boolean isXdp = object.programs().stream().allMatch(program -> program.type() == ProgramType.XDP);
        if (isXdp) {
            assertTrue(object.programs().stream()
                    .allMatch(program -> program.unresolved().isEmpty()));
        }
    }

    /** {@code insns} counts the function itself, before its subprograms are appended. */
    private static void checkProgram(Map<String, Object> expected, ProgramSpec program) {
        assertEquals(Json.string(expected, "name"), program.name());
        assertEquals(Json.string(expected, "section"), program.section());
        int end = program.subprograms().size() > 1
                ? program.subprograms().get(1).slot()
                : program.code().slots();
        assertEquals(Json.number(expected, "insns"), end);
        assertEquals(Json.number(expected, "type") == 6, program.type() == ProgramType.XDP);
    }

    /** libbpf gives maps of data names that begin with the object's. */
    private static void checkMap(Map<String, Object> expected, MapSpec map) {
        String name = Json.string(expected, "name");
        assertTrue(name.equals(map.name()) || name.endsWith(map.name()), name + " is not " + map.name());
        assertEquals(Json.number(expected, "type"), map.type().number());
        assertEquals(Json.number(expected, "key"), map.keyBytes());
        assertEquals(Json.number(expected, "value"), map.valueBytes());
        assertEquals(Json.number(expected, "max"), map.maxEntries());
        assertEquals(Json.number(expected, "flags"), map.flags());
    }

    private static Path find(String file) {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(file))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + file + "; install xdp-tests and libxdp1"));
    }
}
