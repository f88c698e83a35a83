// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import weir.control.http.UnixHttp.Answer;

/** {@code openapi.yaml}, to check answers against. Fields that it does not name are errors here, though clients ignore them. */
final class OpenApi {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    private final JsonNode document;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private OpenApi(JsonNode document) {
        this.document = document;
    }

    static OpenApi load() {
        try (InputStream in = ApiServer.class.getResourceAsStream("openapi.yaml")) {
            JsonNode document = new YAMLMapper().readTree(in);
            for (JsonNode schema : document.path("components").path("schemas")) {
                closeInner(schema);
            }
            return new OpenApi(document);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Every operation by its id, as {@code GET /v1/switches/{switch}}. */
    Map<String, String> operations() {
        Map<String, String> operations = new LinkedHashMap<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .forEach(entry -> operations.put(
                                entry.getValue().path("operationId").stringValue(),
                                entry.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return operations;
    }

    /** The id of the operation that a request is for; empty when there is none. */
    String operation(String method, String path) {
        for (Map.Entry<String, String> each : operations().entrySet()) {
            String[] parts = each.getValue().split(" ", -1);
            if (parts[0].equals(method) && path.matches(parts[1].replaceAll("\\{\\w+}", "[^/]+"))) {
                return each.getKey();
            }
        }
        return "";
    }

    /** Fails unless an answer is as described; what is no operation is a problem. */
    void check(String method, String path, Answer answer) {
        String pathOnly = path.replaceAll("\\?.*", "");
        String id = operation(method, pathOnly);
        JsonNode response = id.isEmpty()
                ? document.at("/components/responses/Problem")
                : response(operations().get(id), answer.status());
        String what = method + " " + path + " " + answer.status() + " " + answer.body();
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            assertEquals("", answer.body(), what);
            return;
        }
        String type = answer.headers().getOrDefault("content-type", "");
        assertTrue(content.has(type), what + ": content type " + type);
        JsonNode schema = content.path(type).path("schema");
        List<Error> errors = schemas.computeIfAbsent(schema.toString(), key -> compile(schema))
                .validate(new JsonMapper().readTree(answer.body()));
        assertEquals(List.of(), errors, what);
    }

    /** Asserts that something is as a schema among the components says. */
    void checkSchema(String name, JsonNode value) {
        JsonNode schema = document.path("components").path("schemas").path(name);
        List<Error> errors = schemas.computeIfAbsent(schema.toString(), key -> compile(schema))
                .validate(value);
        assertEquals(List.of(), errors, value::toString);
    }

    private JsonNode response(String operation, int status) {
        String[] parts = operation.split(" ", -1);
        JsonNode responses = document.path("paths")
                .path(parts[1])
                .path(parts[0].toLowerCase(Locale.ROOT))
                .path("responses");
        JsonNode response = responses.path(String.valueOf(status));
        if (response.isMissingNode()) {
            assertTrue(status >= 400, operation + " answers with " + status + ", which is not described");
            response = responses.path("default");
        }
        String reference = response.path("$ref").asString("");
        return reference.isEmpty() ? response : document.at(reference.substring(1));
    }

    private Schema compile(JsonNode schema) {
        ObjectNode root = (ObjectNode) schema.deepCopy();
        close(root);
        root.set("$defs", document.path("components").path("schemas"));
        return registry.getSchema(
                new JsonMapper().readTree(root.toString().replace("#/components/schemas/", "#/$defs/")));
    }

    /** Closes what is inside a schema; that itself may be part of another one by allOf. */
    private static void closeInner(JsonNode schema) {
        schema.properties().forEach(entry -> {
            switch (entry.getKey()) {
                case "properties" -> entry.getValue().forEach(OpenApi::close);
                case "items", "additionalProperties" -> close(entry.getValue());
                case "oneOf" -> entry.getValue().forEach(OpenApi::close);
                case "allOf" -> entry.getValue().forEach(OpenApi::closeInner);
                default -> {}
            }
        });
    }

    private static void close(JsonNode schema) {
        closeInner(schema);
        boolean isObject = schema.has("$ref") || schema.has("properties") || schema.has("allOf");
        if (schema instanceof ObjectNode object && isObject && !schema.has("additionalProperties")) {
            object.put("unevaluatedProperties", false);
        }
    }

    /** Operations that an area of the API has. */
    Set<String> operationsOf(String... prefixes) {
        Set<String> ids = new TreeSet<>();
        operations().forEach((id, operation) -> {
            for (String prefix : prefixes) {
                if (operation.split(" ", -1)[1].startsWith(prefix)) {
                    ids.add(id);
                }
            }
        });
        return ids;
    }
}
