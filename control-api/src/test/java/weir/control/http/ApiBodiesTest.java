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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import weir.control.http.UnixHttp.Answer;
import weir.testing.RunSize;

/** Bodies that nobody meant: too large, of a wrong type, no ELF, and well-formed ones that were changed at random. */
class ApiBodiesTest {
    private static final int TOO_LARGE = 413;
    private static final int UNSUPPORTED_TYPE = 415;
    private static final long SEED = 20_261_129;

    /** The switches that every request meets; DIGEST is that of acl.o. */
    private static final String BASELINE = """
            {"apiVersion":"weir/v1","kind":"Topology","switches":{"sw0":{"ports":{"a":"null:a"}},
            "m":{"program":{"object":"DIGEST"},"ports":{"p":{"spec":"null:p","program":{"object":"DIGEST"}}}}}}""";

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
                    {"settings":"delay:20ms,jitter:5ms,loss:1%,seed:4"}"""),
            List.of("PUT /v1/switches/sw0/ports/a", """
                    {"spec":"null:other","vlan":"trunk:1-9","storm":"multicast:7","link":"to:rate:10mbit;from:down"}"""),
            List.of("POST /v1/apply", BASELINE),
            List.of("PUT /v1/config", BASELINE),
            List.of("PUT /v1/switches/m/program", """
                    {"object":"DIGEST","maps":{"rules_v4":{"198.18.0.0/15":1,"198.18.66.0/24":"0x10"},"rules_v6":{"2001:db8::/32":1}}}"""),
            List.of("PUT /v1/maps/m::rules_v6/entries", """
                    {"key":"2001:db8:1::/48","value":"0x10"}"""),
            List.of("PUT /v1/maps/m:p:rules_v4/entries", """
                    {"key":"198.18.66.0/24","value":1}"""));

    /** What stands instead of a value. */
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "-1",
            "0",
            "65536",
            "99999999999999999999",
            "\"a/b\"",
            "\"..\"",
            "\"\\u0000\"",
            "\"\\n\"");

    /** What stands instead of any characters. */
    private static final List<String> PIECES = Stream.concat(
                    VALUES.stream(),
                    Stream.of("1e999", ":", ",", "\"", "{", "}", "[", "]", "\\", "\"name\"", "\"port\"", "\uFFFF", "é"))
            .toList();

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
            reset(daemon);
            for (int i = 0; i < RunSize.of(250, 20_000); i++) {
                List<String> template = TEMPLATES.get(random.nextInt(TEMPLATES.size()));
                String[] request = template.get(0).split(" ", -1);
                String body = changed(template.get(1).replace("DIGEST", daemon.digest("acl")), random);
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
        Answer answer = daemon.send("POST", "/v1/apply", BASELINE.replace("DIGEST", daemon.digest("acl")));
        assertEquals(200, answer.status(), answer.body());
    }

    /** Half of them are still JSON; workers stay few, since each has memory of its own. */
    private static String changed(String text, Random random) {
        String result = random.nextBoolean() ? changedJson(text, random) : changedText(text, random);
        return result.replaceAll("\"workers\":\\s*[0-9]{2,}", "\"workers\":999");
    }

    /** One field is left out, has another value, or text with another character. */
    private static String changedJson(String text, Random random) {
        JsonNode root = Answers.JSON.readTree(text);
        List<ObjectNode> objects = new ArrayList<>();
        addObjects(objects, root);
        ObjectNode object = objects.get(random.nextInt(objects.size()));
        List<String> names = List.copyOf(object.propertyNames());
        if (names.isEmpty()) {
            return text;
        }
        String name = names.get(random.nextInt(names.size()));
        JsonNode value = object.path(name);
        switch (random.nextInt(3)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(name, Answers.JSON.readTree(VALUES.get(random.nextInt(VALUES.size()))));
            default -> {
                StringBuilder other = new StringBuilder(value.isString() ? value.stringValue() : value.toString());
                other.setCharAt(random.nextInt(other.length()), (char) (' ' + random.nextInt(95)));
                object.put(name, other.toString());
            }
        }
        return root.toString();
    }

    private static void addObjects(List<ObjectNode> objects, JsonNode node) {
        if (node instanceof ObjectNode object) {
            objects.add(object);
        }
        node.forEach(each -> addObjects(objects, each));
    }

    /** One to three changes of characters. */
    private static String changedText(String text, Random random) {
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
        return result;
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
