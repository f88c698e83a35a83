// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import weir.control.plane.ControlException;
import weir.control.plane.ControlException.FieldError;
import weir.control.program.Printable;
import weir.control.program.ViolationReport;

/**
 * A refusal as clients get it: {@code application/problem+json} (RFC 9457).
 *
 * @param status of HTTP
 * @param code stable, for programs
 * @param title one line of cause; what of a request stands in it is made printable
 * @param hint what to do instead; may be empty
 */
record Problem(
        int status, String code, String title, String hint, List<FieldError> errors, List<ViolationReport> violations) {
    static final String MEDIA_TYPE = "application/problem+json";

    Problem {
        title = Printable.of(title);
    }

    Problem(int status, String code, String title, String hint) {
        this(status, code, title, hint, List.of(), List.of());
    }

    static Problem of(ControlException refused) {
        return new Problem(
                refused.code().status(),
                refused.code().label(),
                String.valueOf(refused.getMessage()),
                refused.hint(),
                refused.errors(),
                refused.violations());
    }

    String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "urn:weir:problem:" + code);
        json.put("title", title);
        json.put("status", status);
        json.put("code", code);
        json.put("hint", hint);
        json.put("errors", errors);
        json.put("violations", violations);
        return Answers.JSON.writeValueAsString(json);
    }
}
