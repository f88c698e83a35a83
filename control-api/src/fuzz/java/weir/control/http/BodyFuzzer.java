// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import weir.control.capture.CaptureRequest;
import weir.control.plane.ControlException;
import weir.control.run.PortSpecs;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.TopologyReader;
import weir.control.trace.TraceRequest;
import weir.core.port.PortException;

/** Jazzer's entry: a byte that says for which request, and a body that is taken, or refused by what clients are told. */
public final class BodyFuzzer {
    private static final int MAX_ANSWER_CHARS = 1 << 20;

    /** Reads a body as one kind of request does. */
    @FunctionalInterface
    private interface Reader {
        void read(JsonNode body) throws ControlException, DefinitionErrors, PortException;
    }

    private static final List<Reader> READERS = List.of(
            TopologyReader::topology,
            body -> {
                PortRoutes.name(body);
                TopologyReader.switchDefinition(body, "name");
            },
            body -> PortSpecs.parse(TopologyReader.portDefinition(body, "name").spec()),
            body -> TopologyReader.portDefinition(MergePatch.apply(port(), body)),
            TopologyReader::programDefinition,
            TopologyReader::staticEntry,
            TopologyReader::linkSettings,
            TopologyReader::mapSetting,
            CaptureRequest::read,
            TraceRequest::read);

    private BodyFuzzer() {}

    private static JsonNode port() {
        return Answers.JSON.createObjectNode().put("spec", "null:a").put("vlan", "access:7");
    }

    /** Loads classes, which takes long when they are instrumented and is not to be the time of an input. */
    public static void fuzzerInitialize() {
        for (byte each = 0; each < READERS.size(); each++) {
            fuzzerTestOneInput(new byte[] {each, '{', '}'});
        }
    }

    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        Reader reader = READERS.get(Byte.toUnsignedInt(bytes[0]) % READERS.size());
        try {
            reader.read(JsonBodies.read(Buffer.buffer(Arrays.copyOfRange(bytes, 1, bytes.length))));
        } catch (ControlException e) {
            requireBounded(Problem.of(e));
        } catch (DefinitionErrors e) {
            requireBounded(Problem.of(ControlException.of(e)));
        } catch (PortException e) {
            requireBounded(new Problem(422, "unusable", String.valueOf(e.getMessage()), e.hint()));
        }
    }

    private static void requireBounded(Problem problem) {
        if (problem.title().isEmpty() || problem.title().indexOf('\n') >= 0) {
            throw new AssertionError("a cause of none or several lines: " + problem);
        }
        if (problem.json().length() > MAX_ANSWER_CHARS) {
            throw new AssertionError("an answer of " + problem.json().length() + " characters");
        }
    }
}
