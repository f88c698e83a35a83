// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.testing.Feature;
import weir.testing.Json;
import weir.testing.RequiresFeature;

/** Binary and text forms of the conformance programs; running them is another test's. */
@RequiresFeature(Feature.SHARED_DATA)
class ConformanceCodecTest {
    private static final int CASES = 225;
    private static final int NEGATIVES = 12;

    record Case(String name, String hex) {
        byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void hasAllCases() {
        assertEquals(CASES, cases().size());
        assertEquals(NEGATIVES, negatives().size());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void comesBackFromRecordsAndFromText(Case each) throws MalformedCodeException {
        Code code = Decoder.decode(each.bytes());

        assertArrayEquals(each.bytes(), Encoder.encode(code));
        assertArrayEquals(each.bytes(), Encoder.encode(Assembler.assemble(new Listing(code).text())));
        assertArrayEquals(
                each.bytes(),
                Encoder.encode(Assembler.assemble(
                        new Listing(code).withLabels().withSlotNumbers().text())));
    }

    @ParameterizedTest
    @MethodSource("negatives")
    void refusesReservedFields(Case each) {
        assertThrows(MalformedCodeException.class, () -> Decoder.decode(each.bytes()));
    }

    static List<Case> cases() {
        return read("conformance.json");
    }

    static List<Case> negatives() {
        return read("reserved-fields-negative.json");
    }

    private static List<Case> read(String file) {
        Path path = Feature.sharedData().resolve(Path.of("conformance", "isa", file));
        return Json.objects(Json.read(path)).stream()
                .map(ConformanceCodecTest::read)
                .toList();
    }

    private static Case read(Map<String, Object> each) {
        return new Case(Json.string(each, "name"), Json.string(each, "insns"));
    }
}
