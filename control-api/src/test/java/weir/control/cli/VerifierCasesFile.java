// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of cases, of which one is as expected and the others are not. */
final class VerifierCasesFile {
    private static final String PACKET = "020000000002020000000001 0800 0000".replace(" ", "");
    private static final String PASS = "\"b700000002000000\", \"9500000000000000\"";

    private static final String CASES = """
            {"cases": [
              {"name": "agrees", "expected": "accept", "insns": [%1$s], "maps": [],
               "run": {"packet": "%2$s", "retval": 2, "packet_out": "%2$s"}},
              {"name": "unsafe after all", "expected": "accept", "insns": ["9500000000000000"]},
              {"name": "safe after all", "expected": "reject", "insns": [%1$s]},
              {"name": "other value", "expected": "either", "insns": [%1$s],
               "run": {"packet": "%2$s", "retval": 1, "packet_out": "%2$s"}},
              {"name": "other frame", "expected": "accept", "insns": [%1$s],
               "run": {"packet": "%2$s", "retval": 2, "packet_out": "ff%2$s"}},
              {"name": "other bytes", "expected": "accept", "insns": [%1$s],
               "run": {"packet": "%2$s", "retval": 2, "packet_out": "03000000000202000000000108000000"}},
              {"name": "other type", "expected": "accept", "prog_type": "tc", "insns": [%1$s]},
              {"name": "short packet", "expected": "accept", "insns": [%1$s], "run": {"packet": "00"}},
              {"name": "odd hex", "expected": "accept", "insns": ["b7"]},
              {"name": "no such map", "expected": "accept", "insns": [%1$s],
               "maps": [{"type": "tree", "key_size": 4, "value_size": 4, "max_entries": 1}]},
              {"name": "too long an entry", "expected": "accept", "insns": [%1$s],
               "maps": [{"index": 0, "type": "array", "key_size": 4, "value_size": 4, "max_entries": 1, "flags": 0,
                         "init": [{"key": "00000000", "value": "0000000000"}]}],
               "run": {"packet": "%2$s"}}
            ]}
            """.formatted(PASS, PACKET);

    /** Looks up 0 in a map of maps, and 0 in what it finds; returns its value, which is 7. */
    private static final String MAPS = """
            {"cases": [
              {"name": "maps", "expected": "accept", "insns": [
                "b702000000000000", "632afcff00000000", "bfa2000000000000", "07020000fcffffff", "1811000001000000",
                "0000000000000000", "8500000001000000", "1500060000000000", "bf01000000000000", "bfa2000000000000",
                "07020000fcffffff", "8500000001000000", "1500010000000000", "6100000000000000", "9500000000000000"],
               "maps": [{"type": "array", "key_size": 4, "value_size": 4, "max_entries": 1,
                         "init": [{"key": "00000000", "value": "07000000"}]},
                        {"type": "hash_of_maps", "key_size": 4, "value_size": 4, "max_entries": 1, "inner": 0,
                         "init": [{"key": "00000000", "value": "00000000"}]}],
               "run": {"packet": "%s", "retval": 7}}
            ]}
            """.formatted(PACKET);

    private VerifierCasesFile() {}

    static Path ofMaps(Path folder) throws IOException {
        return Files.writeString(folder.resolve("maps.json"), MAPS);
    }

    static Path in(Path folder) throws IOException {
        return Files.writeString(folder.resolve("cases.json"), CASES);
    }
}
