// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;
import weir.control.topology.SourceText.Format;
import weir.control.topology.TextErrors.Fault;

/** Jazzer's entry: any bytes are a topology that is the same when it is written and read again, or faults with their places. */
public final class TopologyFuzzer {
    private static final Path FOLDER = Path.of("nothing-is-here");
    private static final int MAX_TEXT_CHARS = 4_000;

    private TopologyFuzzer() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        parse(bytes, Format.YAML);
        parse(bytes, Format.JSON);
    }

    private static void parse(byte[] bytes, Format format) {
        try {
            requireSameAgain(TopologyFile.parse(bytes, format, FOLDER).topology());
        } catch (TextErrors e) {
            e.faults().forEach(TopologyFuzzer::requirePlace);
        }
    }

    private static void requireSameAgain(Topology topology) {
        try {
            if (!TopologyReader.topology(JsonMapper.shared().valueToTree(TopologyJson.of(topology)))
                    .equals(topology)) {
                throw new AssertionError("another topology when it is read again: " + topology);
            }
        } catch (DefinitionErrors e) {
            throw new AssertionError("refused when it is read again: " + topology, e);
        }
    }

    private static void requirePlace(Fault fault) {
        String text = fault.in("f") + fault.hint();
        if (fault.position().line() < 1
                || fault.position().column() < 1
                || text.length() > MAX_TEXT_CHARS
                || text.indexOf('\n') >= 0) {
            throw new AssertionError("a fault without a place, or of more than a line: " + text);
        }
    }
}
