// SPDX-License-Identifier: Apache-2.0

package weir.control.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.plane.ControlException;
import weir.control.plane.ControlException.Code;
import weir.control.plane.ObjectStore;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.ObjectReader;
import weir.core.capture.FilterException;
import weir.core.capture.FrameFilter;
import weir.core.program.CaptureFilters;

/** Which frames a capture or a trace takes, as a client asks for it. */
public sealed interface RequestedFilter {
    /** Characters of a filter in classic BPF. */
    int MAX_TEXT = 128 << 10;

    /** As {@code tcpdump -ddd} prints it. */
    record Classic(String text) implements RequestedFilter {}

    /**
     * A program for XDP that passes what is wanted.
     *
     * @param object digest in the object store
     * @param program empty for the only one
     */
    record Program(String object, String program) implements RequestedFilter {}

    /** Reads the field {@code filter} of a request; null when that has none. */
    static @Nullable RequestedFilter read(ObjectReader reader, List<DefinitionErrors.Place> errors) {
        JsonNode node = reader.field("filter");
        if (node == null) {
            return null;
        }
        ObjectReader filter = new ObjectReader(node, reader.pointerTo("filter"), errors);
        String text = filter.text("cbpf", "");
        String object = filter.text("object", "");
        String program = filter.text("program", "");
        filter.end();
        if (text.isEmpty() == object.isEmpty()) {
            filter.wrong(
                    filter.pointer(),
                    "a filter is either 'cbpf' or 'object'",
                    "cbpf is what tcpdump -ddd prints, object the digest of an object file with a program for XDP");
        } else if (text.length() > MAX_TEXT) {
            filter.wrong(filter.pointerTo("cbpf"), "more than " + MAX_TEXT + " characters", "");
        }
        return object.isEmpty() ? new Classic(text) : new Program(object, program);
    }

    /** In a word: {@code cbpf}, or the object's digest. */
    default String word() {
        return switch (this) {
            case Classic _ -> "cbpf";
            case Program program -> program.object();
        };
    }

    /**
     * The filter's blueprint.
     *
     * @throws ControlException when it cannot be used, or the object is not there
     */
    default FrameFilter blueprint(ObjectStore objects) throws ControlException {
        try {
            return switch (this) {
                case Classic classic -> CaptureFilters.classic(classic.text());
                case Program program -> CaptureFilters.xdp(objects.get(program.object()), program.program());
            };
        } catch (FilterException e) {
            throw refused(e);
        }
    }

    /** What a client is told of a filter that cannot be used. */
    static ControlException refused(FilterException e) {
        String cause = String.valueOf(e.getMessage());
        return new ControlException(
                Code.UNUSABLE,
                cause,
                e.hint(),
                List.of(new ControlException.FieldError("/filter", cause)),
                List.of(),
                e);
    }
}
