// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.ObjectFile;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.testing.Feature;
import weir.testing.Json;
import weir.testing.RequiresFeature;

/** XDP programs of the objects that Debian installs get the verdict that the kernel gave them. */
@RequiresFeature({Feature.SHARED_DATA, Feature.XDP_OBJECTS})
class DebianVerdictsTest {
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/libexec/xdp-tools"), Path.of("/usr/lib/x86_64-linux-gnu/bpf"));

    static Stream<Named<Map<String, Object>>> objects() {
        Path file = Feature.sharedData().resolve("conformance/xdp/debian-objects.json");
        return Json.objects(Json.read(file)).stream()
                .map(each -> Named.of(Json.string(each, "object").replaceAll(".*/", ""), each));
    }

    @ParameterizedTest
    @MethodSource("objects")
    void getTheKernelsVerdict(Map<String, Object> expected) throws Exception {
        String name = Json.string(expected, "object").replaceAll(".*/", "");
        Path path = FOLDERS.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + "; install xdp-tests and libxdp1"));
        ObjectFile object = ObjectFile.parse(Files.readAllBytes(path));
        List<String> verdicts = new ArrayList<>();
        List<String> kernel = new ArrayList<>();
        List<Map<String, Object>> records = Json.objects(expected, "programs");
        for (int i = 0; i < records.size(); i++) {
            ProgramSpec program = object.programs().get(i);
            if (program.type() == ProgramType.XDP) {
                kernel.add(program.name() + " " + Json.string(records.get(i), "kernel_6_18"));
                verdicts.add(program.name() + " " + verdict(program, object));
            }
        }
        assertEquals(String.join("\n", kernel), String.join("\n", verdicts));
    }

    private static String verdict(ProgramSpec program, ObjectFile object) {
        return switch (Verifier.verify(program, object.maps(), HelperTable.xdp(), VerifierOptions.standard())) {
            case Verification.Accepted accepted -> "ACCEPT";
            case Verification.Rejected rejected ->
                "REJECT " + rejected.violations().getFirst();
        };
    }
}
