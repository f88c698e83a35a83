// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.client.DaemonException.FieldError;
import weir.control.client.DaemonException.Refusal;
import weir.control.program.Printable;
import weir.control.program.ViolationReport;

/** Reads problems (RFC 9457) as the daemon writes them. */
final class Problems {
    private static final String MEDIA_TYPE = "application/problem+json";

    private Problems() {}

    static DaemonException read(ApiStream stream, byte[] body) {
        if (stream.mediaType().equals(MEDIA_TYPE)) {
            try {
                return of(stream.status(), JsonMapper.shared().readTree(body));
            } catch (JacksonException e) {
                throw DaemonException.badAnswer("its JSON is broken: " + AnswerHead.shown(e.getOriginalMessage()));
            }
        }
        return new DaemonException(
                new Refusal(stream.status(), "", List.of(), List.of()),
                "the daemon answers " + stream.status() + ' ' + stream.reason(),
                "see whether the daemon is of this version");
    }

    private static DaemonException of(int status, JsonNode problem) {
        List<FieldError> errors = new ArrayList<>();
        for (JsonNode error : problem.path("errors")) {
            errors.add(new FieldError(text(error, "pointer"), text(error, "detail")));
        }
        Refusal refusal = new Refusal(status, text(problem, "code"), errors, violations(problem.path("violations")));
        String title = text(problem, "title");
        return new DaemonException(refusal, title.isEmpty() ? text(problem, "detail") : title, text(problem, "hint"));
    }

    private static List<ViolationReport> violations(JsonNode violations) {
        JsonMapper mapper = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
        List<ViolationReport> read = new ArrayList<>();
        for (JsonNode violation : violations) {
            read.add(mapper.treeToValue(violation, ViolationReport.class));
        }
        return read;
    }

    private static String text(JsonNode node, String field) {
        return Printable.of(node.path(field).asString(""));
    }
}
