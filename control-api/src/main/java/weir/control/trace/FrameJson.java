// SPDX-License-Identifier: Apache-2.0

package weir.control.trace;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.core.fdb.MacAddress;
import weir.core.trace.FrameChange;
import weir.core.trace.PathLine;
import weir.core.trace.TraceDetail;
import weir.core.trace.TracedEgress;
import weir.core.trace.TracedFrame;
import weir.core.trace.TracedLearning;
import weir.core.trace.TracedLookup;
import weir.core.trace.TracedProgram;

/** A traced frame as {@code TracedFrame} of {@code openapi.yaml}. */
final class FrameJson {
    private static final long NANOS = 1_000_000_000;

    private FrameJson() {}

    static Map<String, @Nullable Object> of(int number, TracedFrame frame, TraceDetail detail) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("frame", number);
        json.put(
                "time",
                Instant.ofEpochSecond(frame.epochNanos() / NANOS, frame.epochNanos() % NANOS)
                        .toString());
        json.put("worker", frame.worker());
        json.put("port", frame.port());
        json.put("port_number", frame.portNumber());
        json.put("queue", frame.queue() < 0 ? null : frame.queue());
        json.put("length", frame.lengthBytes());
        json.put("vlan", frame.vlan());
        json.put("segments", frame.segments());
        json.put("headers", HeaderSummary.of(frame.bytes()));
        json.put("bytes", frame.bytes().toString());
        json.put(
                "programs",
                frame.programs().stream().map(each -> program(each, detail)).toList());
        json.put("learning", learning(frame.learning()));
        json.put("lookup", lookup(frame.lookup()));
        json.put("egress", frame.egress().stream().map(FrameJson::egress).toList());
        json.put("more_egress", frame.moreEgress());
        json.put("verdict", word(frame.verdict()));
        json.put("reason", frame.reason() == null ? null : frame.reason().label());
        json.put("why", frame.why());
        return json;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Map<String, @Nullable Object> program(TracedProgram program, TraceDetail detail) {
        FrameChange change = program.change();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("program", program.name());
        json.put("place", program.place());
        json.put("action", program.action());
        json.put("fault", orNull(program.fault()));
        json.put("frames", program.frames());
        json.put("instructions", program.instructions() < 0 ? null : program.instructions());
        json.put("front_bytes", change.frontBytes());
        json.put("back_bytes", change.backBytes());
        json.put("changed_bytes", change.changedBytes());
        json.put("change", orNull(change.text()));
        json.put("path", program.path(detail).stream().map(FrameJson::line).toList());
        json.put("path_cut", program.isPathCut());
        return json;
    }

    private static Map<String, Object> line(PathLine line) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("place", line.place());
        json.put("text", line.text());
        json.put("times", line.times());
        json.put("calls", List.copyOf(line.calls()));
        return json;
    }

    private static @Nullable Map<String, @Nullable Object> learning(@Nullable TracedLearning learning) {
        if (learning == null) {
            return null;
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("result", word(learning.result()));
        json.put("mac", MacAddress.toString(learning.mac()));
        json.put("port", orNull(learning.port()));
        json.put("from", orNull(learning.from()));
        return json;
    }

    private static @Nullable Map<String, @Nullable Object> lookup(@Nullable TracedLookup lookup) {
        if (lookup == null) {
            return null;
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("result", word(lookup.result()));
        json.put("mac", MacAddress.toString(lookup.mac()));
        json.put("port", orNull(lookup.port()));
        json.put("static", lookup.isStatic());
        json.put("age_seconds", lookup.ageSeconds());
        return json;
    }

    private static Map<String, @Nullable Object> egress(TracedEgress egress) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("port", egress.port());
        json.put("port_number", egress.number());
        json.put("outcome", word(egress.outcome()));
        json.put("frames", egress.frames());
        json.put("reason", egress.reason() == null ? null : egress.reason().label());
        json.put("worker", egress.worker());
        json.put("tag", orNull(egress.tag()));
        json.put("link", orNull(egress.link()));
        return json;
    }
}
