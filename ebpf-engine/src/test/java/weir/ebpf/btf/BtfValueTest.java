// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.ebpf.ObjectFile;
import weir.ebpf.map.MapSpec;
import weir.ebpf.testing.TestObjects;

class BtfValueTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            parser_counters | counters | 0c00000000000000 8403000000000000                         | { packets = 12, bytes = 900 }
            lpm_filter      | rules    | 01000000 35120000 0700000000000000 6162220000000000        | { verdict = DROP, mark = 5, priority = 291, hits = 7, label = "ab\\"" }
            lpm_filter      | rules    | 09000000 00000000 ffffffffffffffff 6162636465666768        | { verdict = 9, mark = 0, priority = 0, hits = 18446744073709551615, label = "abcdefgh" }
            lpm_filter      | rules    | 01000000 3512                                              | { verdict = DROP, mark = 5, priority = 291, hits = ?, label = "" }
            devmap_redirect | ports    | 02000000 ffffffff                                          | { ifindex = 2, program = -1 }
            global_data     | .data    | dc050000 776569720000000000000000 010203 00 f9ffffff       | { settings = { limit = 1500, name = "weir", table = [1, 2, 3] }, offset = -7 }
            vlan            | .bss     | 0100000000000000 0200000000000000                         | { pushed = 1, popped = 2 }
            """)
    void showsValuesOfMaps(String object, String map, String hex, String expected) {
        ObjectFile file = TestObjects.parse(object);
        MapSpec spec = file.map(map).orElseThrow();
        byte[] value = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertEquals(
                expected,
                BtfValue.read(file.btf(), spec.types().valueTypeId(), value).toString());
    }

    @Test
    void showsKeys() {
        ObjectFile file = TestObjects.parse("lpm_filter");
        int key = file.maps().getFirst().types().keyTypeId();
        byte[] value = {24, 0, 0, 0, 10, 1, 2, 0};
        assertEquals(
                "{ length = 24, address = [10, 1, 2, 0] }",
                BtfValue.read(file.btf(), key, value).toString());
    }

    @Test
    void showsPointersUnionsBoolsAndFloats() {
        Btf btf = new Btf(List.of(
                new BtfType.VoidType(),
                new BtfType.Int("bool", 1, false, false, true, 0, 8),
                new BtfType.FloatingPoint("double", 8),
                new BtfType.Pointer(0),
                new BtfType.Int("int", 4, true, false, false, 0, 32),
                new BtfType.Struct(
                        "",
                        true,
                        8,
                        List.of(new BtfType.Member("real", 2, 0, 0), new BtfType.Member("address", 3, 0, 0))),
                new BtfType.Struct(
                        "all",
                        false,
                        16,
                        List.of(
                                new BtfType.Member("yes", 1, 0, 0),
                                new BtfType.Member("low", 4, 8, 3),
                                new BtfType.Member("", 5, 64, 0)))));
        byte[] value = HexFormat.of().parseHex("0107000000000000000000000000f03f");
        assertEquals(
                "{ yes = true, low = -1, { real = 1.0, address = 0x3ff0000000000000 } }",
                BtfValue.read(btf, 6, value).toString());
    }

    @Test
    void cutsLongValues() {
        ObjectFile file = TestObjects.parse("global_data");
        MapSpec bss = file.map(".bss").orElseThrow();
        String shown = BtfValue.read(file.btf(), bss.types().valueTypeId(), new byte[bss.valueBytes()])
                .toString();
        assertTrue(shown.contains("... 36 more]"), shown);
        assertTrue(shown.length() < 400, shown);
    }

    @Test
    void staysSmallForHugeTypes() {
        List<BtfType> types = new ArrayList<>(
                List.of(new BtfType.VoidType(), new BtfType.Int("char", 4, false, false, false, 0, 32)));
        for (int i = 0; i < 20; i++) {
            types.add(new BtfType.Array(types.size() - 1, 1, 3));
        }
        byte[] value = new byte[1 << 16];
        Arrays.fill(value, (byte) 1);
        String shown = BtfValue.read(new Btf(types), types.size() - 1, value).toString();
        assertTrue(shown.length() < 30_000, "" + shown.length());
    }
}
