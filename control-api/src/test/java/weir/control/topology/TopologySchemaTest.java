// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import weir.control.topology.SourceText.Format;
import weir.testing.RunSize;

/** The schema and the reader agree about what a topology is made of. */
class TopologySchemaTest {
    private static final int SEED = 37;
    private static final JsonMapper JSON = JsonMapper.shared();

    /** All that can be said, valid. */
    private static final String WHOLE = """
            {"apiVersion": "weir/v1", "kind": "Topology", "switches": {"s": {
              "workers": 2, "wait": "busy", "loop_guard": true,
              "program": {"object": "DIGEST", "program": "p", "engine": "jit", "unchecked": false,
                "on_fault": "learn", "offloads": "finished", "maps": {"m": {"1": 2, "3": "4", "5": true}}},
              "ports": {"a": "null:a", "b": {"spec": "null:b", "number": 3, "vlan": "access:10", "hairpin": true,
                "storm": "broadcast:10", "link": "loss:1%", "program": {"object": "DIGEST"}}},
              "fdb": [{"vlan": 10, "mac": "02:00:00:00:00:01", "port": "a"}, {"mac": "02:00:00:00:00:02", "port": "b"}]
            }}}
            """.replace("DIGEST", "sha256:" + "0".repeat(64));

    private static final List<String> VALUES =
            List.of("null", "5", "-1", "100000", "1.5", "true", "[]", "{}", "[1]", "{\"x\": 1}");

    private final Random random = new Random(SEED);

    private static Schema schema() throws Exception {
        try (InputStream in = TopologyReader.class.getResourceAsStream("topology.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(JSON.readTree(in));
        }
    }

    /** Whether the reader takes it, but for entries to ports that a mutation took away. */
    private static boolean isRead(JsonNode json) {
        try {
            TopologyReader.topology(json);
            return true;
        } catch (DefinitionErrors e) {
            return e.places().stream().allMatch(place -> place.cause().startsWith("no port '"));
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainer()) {
            if (!node.isEmpty()) {
                containers.add(node);
            }
            node.forEach(child -> collect(child, containers));
        }
    }

    private void mutate(JsonNode json) {
        List<JsonNode> containers = new ArrayList<>();
        collect(json, containers);
        JsonNode at = containers.get(random.nextInt(containers.size()));
        JsonNode value = JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
        if (at instanceof ArrayNode list) {
            list.set(random.nextInt(list.size()), value);
            return;
        }
        ObjectNode object = (ObjectNode) at;
        List<String> names = new ArrayList<>(object.propertyNames());
        String name = names.get(random.nextInt(names.size()));
        switch (random.nextInt(4)) {
            case 0 -> object.remove(name);
            case 1 -> object.set("un/known", value);
            case 2 -> object.set(name + "_", object.remove(name));
            default -> object.set(name, value);
        }
    }

    @Test
    void whatOneAcceptsTheOtherDoes() throws Exception {
        Schema schema = schema();
        assertEquals(List.of(), schema.validate(JSON.readTree(WHOLE)));
        assertTrue(isRead(JSON.readTree(WHOLE)));
        int accepted = 0;
        int count = RunSize.of(3_000, 300_000);
        for (int i = 0; i < count; i++) {
            JsonNode json = JSON.readTree(WHOLE);
            int mutations = 1 + random.nextInt(2);
            for (int m = 0; m < mutations; m++) {
                mutate(json);
            }
            boolean isValid = schema.validate(json).isEmpty();
            assertEquals(isValid, isRead(json), () -> "schema says " + isValid + " of " + json);
            accepted += isValid ? 1 : 0;
        }
        int some = count / 20;
        assertTrue(accepted > some && accepted < count - some, "both happen: " + accepted);
    }

    /** Texts with bytes changed, doubled, taken away: each is read, or refused at a place. */
    @Test
    void noTextIsMoreThanWrong() throws Exception {
        byte[] json = WHOLE.getBytes(StandardCharsets.UTF_8);
        byte[] yaml = new YAMLMapper().writeValueAsBytes(JSON.readTree(WHOLE));
        byte[] marks = "{}[],:&*!|>'\"%@`#-?\n\t \0\u00ff".getBytes(StandardCharsets.ISO_8859_1);
        int refused = 0;
        int count = RunSize.of(4_000, 400_000);
        for (int i = 0; i < count; i++) {
            Format format = random.nextBoolean() ? Format.YAML : Format.JSON;
            byte[] text = (format == Format.JSON ? json : yaml).clone();
            for (int m = random.nextInt(4); m >= 0; m--) {
                int at = random.nextInt(text.length);
                switch (random.nextInt(3)) {
                    case 0 -> text[at] = marks[random.nextInt(marks.length)];
                    case 1 -> text = Arrays.copyOf(text, 1 + at);
                    default -> System.arraycopy(text, 0, text, at / 2, text.length - at);
                }
            }
            try {
                TopologyFile.parse(text, format, Path.of("."));
            } catch (TextErrors e) {
                refused++;
                for (TextErrors.Fault fault : e.faults()) {
                    assertTrue(fault.position().line() >= 1 && fault.position().column() >= 1, fault::cause);
                    assertTrue(!fault.cause().isBlank() && fault.cause().lines().count() == 1, fault::cause);
                }
            }
        }
        assertTrue(refused > count / 2, "texts were damaged");
    }
}
