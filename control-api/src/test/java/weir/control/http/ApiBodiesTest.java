// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.control.http.UnixHttp.Answer;
import weir.testing.RunSize;

/** Bodies that nobody meant: too large, of a wrong type, no ELF, and well-formed ones that were changed at random. */
class ApiBodiesTest {
    private static final int TOO_LARGE = 413;
    private static final int UNSUPPORTED_TYPE = 415;
    private static final long SEED = 20_261_129;

    /** What is changed: method and path, and a body that is taken. */
    private static final List<List<String>> TEMPLATES = List.of(
            List.of("POST /v1/switches", """
                    {"name":"f0","workers":1,"wait":"blocking","loop_guard":true,"fdb":[{"mac":"02:00:00:00:00:01","port":"a"}],
                    "ports":{"a":"null:a","b":{"spec":"null:b","number":9,"vlan":"trunk:10,20-29,native=10","hairpin":true,
                    "storm":"broadcast:1000","link":"delay:20ms,loss:1%"}}}"""),
            List.of("PUT /v1/switches/f1", """
                    {"ports":{"a":"null:a","b":"null:b"},"fdb":[{"mac":"02:00:00:00:00:01","port":"a"}]}"""),
            List.of("POST /v1/switches/sw0/ports", """
                    {"name":"n1","spec":"null:n1","number":77,"vlan":"access:7","hairpin":false,"storm":"unknown:5"}"""),
            List.of("PATCH /v1/switches/sw0/ports/a", """
                    {"vlan":"access:5","hairpin":null,"link":"delay:1ms"}"""),
            List.of("POST /v1/switches/sw0/fdb", """
                    {"mac":"02:00:00:00:00:09","port":"a","vlan":3}"""),
            List.of("PUT /v1/switches/sw0/program", """
                    {"object":"sha256:0000000000000000000000000000000000000000000000000000000000000000","program":"x","engine":"jit",
                    "unchecked":false,"on_fault":"drop","offloads":"finished","maps":{"m":{"1":2,"k":"v"}}}"""),
            List.of("PUT /v1/links/sw0/a", """
                    {"settings":"delay:20ms,jitter:5ms,loss:1%,seed:4"}"""));

    private static final List<String> PIECES = List.of(
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "-1",
            "0",
            "65536",
            "1e999",
            "99999999999999999999",
            "\"a/b\"",
            "\"..\"",
            "\"\\u0000\"",
            "\"\\n\"",
            ":",
            ",",
            "\"",
            "{",
            "}",
            "[",
            "]",
            "\\",
            "\"name\"",
            "\"port\"",
            "\uFFFF",
            "é");

    @TempDir
    private Path folder;

    @Test
    void refusesWhatIsTooLarge() throws IOException {
        try (RunningDaemon daemon = new RunningDaemon(folder)) {
            byte[] large = " ".repeat((1 << 20) + 1).getBytes(StandardCharsets.US_ASCII);
            assertEquals(
                    TOO_LARGE,
                    daemon.send("POST", "/v1/switches", "application/json", large)
                            .status());
            byte[] object = new byte[(16 << 20) + 1];
            assertEquals(
                    TOO_LARGE,
                    daemon.send("POST", "/v1/objects", "application/octet-stream", object)
                            .status());
        }
    }

    @Test
    void refusesFormsAndObjectsThatAreNone() throws IOException {
        byte[] body = "{\"name\":\"sw0\"}".getBytes(StandardCharsets.US_ASCII);
        try (RunningDaemon daemon = new RunningDaemon(folder)) {
            Answer form = daemon.send("POST", "/v1/switches", "application/x-www-form-urlencoded", body);
            assertEquals(UNSUPPORTED_TYPE, form.status(), form.body());
            Answer object = daemon.send("POST", "/v1/objects", "application/octet-stream", body);
            assertEquals(422, object.status(), object.body());
            assertTrue(object.body().contains("clang -target bpf"), object.body());
            Answer cut = daemon.send("POST", "/v1/objects", "application/octet-stream", new byte[0]);
            assertEquals(422, cut.status(), cut.body());
            assertEquals("", daemon.definitions());
        }
    }

    @Test
    void changedBodiesAreNeverADefectAndWhatIsRefusedChangesNothing() throws IOException {
        Random random = new Random(SEED);
        int taken = 0;
        int refused = 0;
        try (RunningDaemon daemon = new RunningDaemon(folder)) {
            daemon.send("POST", "/v1/switches", "{\"name\":\"sw0\",\"ports\":{\"a\":\"null:a\"}}");
            for (int i = 0; i < RunSize.of(250, 20_000); i++) {
                List<String> template = TEMPLATES.get(random.nextInt(TEMPLATES.size()));
                String[] request = template.get(0).split(" ", -1);
                String body = changed(template.get(1), random);
                String before = daemon.definitions();
                Answer answer = daemon.send(request[0], request[1], body);
                String what = template.get(0) + " " + body + ": " + answer.body();
                assertTrue(answer.status() < 500, what);
                if (answer.status() >= 400) {
                    refused++;
                    assertEquals(before, daemon.definitions(), what);
                } else {
                    taken++;
                    reset(daemon);
                }
            }
        }
        assertNotEquals(0, taken);
        assertNotEquals(0, refused);
    }

    private static void reset(RunningDaemon daemon) throws IOException {
        for (String name : RunningDaemon.json(daemon.send("GET", "/v1/switches", ""))
                .path("switches")
                .propertyNames()) {
            if (!name.equals("sw0")) {
                daemon.send("DELETE", "/v1/switches/" + name, "");
            }
        }
        daemon.send("PUT", "/v1/switches/sw0", "{\"ports\":{\"a\":\"null:a\"}}");
    }

    /** One to three changes; workers stay few, since each has memory of its own. */
    private static String changed(String text, Random random) {
        String result = text;
        for (int n = random.nextInt(3); n >= 0; n--) {
            int at = random.nextInt(result.length());
            int end = Math.min(result.length(), at + random.nextInt(6));
            result = switch (random.nextInt(4)) {
                case 0 -> result.substring(0, at) + result.substring(end);
                case 1 -> result.substring(0, at) + PIECES.get(random.nextInt(PIECES.size())) + result.substring(end);
                case 2 -> replacedValue(result, random);
                default -> result.substring(0, at) + (char) (' ' + random.nextInt(95)) + result.substring(end);
            };
            if (result.isEmpty()) {
                return " ";
            }
        }
        return result.replaceAll("\"workers\":\\s*[0-9]{2,}", "\"workers\":999");
    }

    private static String replacedValue(String text, Random random) {
        List<Integer> colons = new ArrayList<>();
        for (int i = text.indexOf("\":"); i >= 0; i = text.indexOf("\":", i + 1)) {
            colons.add(i + 2);
        }
        if (colons.isEmpty()) {
            return text;
        }
        int at = colons.get(random.nextInt(colons.size()));
        int end = at;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, at) + PIECES.get(random.nextInt(PIECES.size())) + text.substring(end);
    }
}
