package dev.gossamer.node.edge.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenApiIT {
    private static final Set<String> METHODS = Set.of("get", "put", "delete", "post", "patch");

    private AdminFixture admin;
    private JsonObject description;

    @BeforeEach
    void start() throws Exception {
        admin = AdminFixture.started();
        admin.send(
                "PUT",
                "/api/v1/caches/users/entries/1",
                "v".getBytes(StandardCharsets.UTF_8),
                "Gossamer-Ttl-Ms",
                "1000");
        description = admin.json("/openapi.json");
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute() {
        Set<String> described = new TreeSet<>();
        JsonObject paths = description.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            for (String method : paths.getJsonObject(path).fieldNames()) {
                assertThat(METHODS).contains(method);
                described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path);
            }
        }
        Set<String> routes = new TreeSet<>();
        admin.server.endpoints().forEach(e -> routes.add(e.method().name() + " " + e.template()));
        assertThat(described).isEqualTo(routes);
    }

    @Test
    void everyReferenceLeadsSomewhereAndEverySharedPartIsUsed() {
        Set<String> used = new TreeSet<>();
        collectReferences(description, used);
        Set<String> defined = new TreeSet<>();
        JsonObject components = description.getJsonObject("components");
        for (String kind : components.fieldNames()) {
            for (String name : components.getJsonObject(kind).fieldNames()) {
                defined.add("#/components/" + kind + "/" + name);
            }
        }
        defined.removeIf(name -> name.startsWith("#/components/securitySchemes/"));
        assertThat(used).isEqualTo(defined);
    }

    @Test
    void everyErrorCodeIsAmongTheProblemsCodes() {
        JsonArray codes =
                resolve(new JsonObject().put("$ref", "#/components/schemas/Problem"))
                        .getJsonObject("properties")
                        .getJsonObject("code")
                        .getJsonArray("enum");
        Set<String> expected = new TreeSet<>(Set.of("MISS", "UNCHANGED"));
        for (ErrorCode code : ErrorCode.values()) {
            expected.add(code.name());
        }
        assertThat(codes.stream().map(String::valueOf))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static void collectReferences(Object part, Set<String> found) {
        switch (part) {
            case JsonObject json -> {
                for (Map.Entry<String, Object> field : json) {
                    if (field.getKey().equals("$ref")) {
                        found.add((String) field.getValue());
                    }
                    collectReferences(field.getValue(), found);
                }
            }
            case JsonArray array -> array.forEach(item -> collectReferences(item, found));
            case null, default -> {
                // A leaf refers to nothing.
            }
        }
    }

    @Test
    void everyVariablePartOfAPathIsAParameterAndEveryOperationHasItsOwnName() {
        List<String> operations = new ArrayList<>();
        JsonObject paths = description.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            for (String method : paths.getJsonObject(path).fieldNames()) {
                JsonObject operation = paths.getJsonObject(path).getJsonObject(method);
                operations.add(operation.getString("operationId"));
                assertThat(pathParametersOf(operation)).isEqualTo(variablesIn(path));
            }
        }
        assertThat(operations).doesNotHaveDuplicates().doesNotContainNull();
    }

    private Set<String> pathParametersOf(JsonObject operation) {
        Set<String> names = new TreeSet<>();
        for (Object parameter : operation.getJsonArray("parameters", new JsonArray())) {
            JsonObject resolved = resolve((JsonObject) parameter);
            if (resolved.getString("in").equals("path")) {
                assertThat(resolved.getBoolean("required")).isTrue();
                names.add(resolved.getString("name"));
            }
        }
        return names;
    }

    private static Set<String> variablesIn(String path) {
        Set<String> names = new TreeSet<>();
        for (String part : path.split("/", -1)) {
            if (part.startsWith("{")) {
                names.add(part.substring(1, part.length() - 1));
            }
        }
        return names;
    }

    @ParameterizedTest
    @CsvSource({
        "/, /, 200",
        "/livez, /livez, 200",
        "/readyz, /readyz, 200",
        "/startupz, /startupz, 200",
        "/api/v1/version, /api/v1/version, 200",
        "/api/v1/config, /api/v1/config, 200",
        "/api/v1/mesh, /api/v1/mesh, 200",
        "/api/v1/mesh/ring, /api/v1/mesh/ring, 200",
        "/api/v1/caches, /api/v1/caches, 200",
        "/api/v1/members/self/drain, /api/v1/members/self/drain, 200",
        "/api/v1/ledger, /api/v1/ledger, 200",
        "/api/v1/audit, /api/v1/audit, 200",
        "/api/v1/ledger?limit=-1, /api/v1/ledger, 400",
        "/api/v1/keys/users:1/explain, /api/v1/keys/{key}/explain, 200",
        "/api/v1/keys/none/explain, /api/v1/keys/{key}/explain, 200",
        "/api/v1/keys/%FF/explain, /api/v1/keys/{key}/explain, 400",
        "/api/v1/caches/users/entries/2, /api/v1/caches/{name}/entries/{key}, 404",
    })
    void anAnswerIsOfTheSchemaThatDescribesIt(String path, String template, int status)
            throws Exception {
        var answer = admin.get(path);
        assertThat(answer.statusCode()).isEqualTo(status);
        JsonObject described =
                resolve(
                        description
                                .getJsonObject("paths")
                                .getJsonObject(template)
                                .getJsonObject("get")
                                .getJsonObject("responses")
                                .getJsonObject(Integer.toString(status)));
        String type = answer.headers().firstValue("Content-Type").orElseThrow();
        JsonObject schema =
                described.getJsonObject("content").getJsonObject(type).getJsonObject("schema");
        new SchemaCheck(description).check("$", schema, new JsonObject(answer.body()));
    }

    @Test
    void theSchemaCheckNoticesAMissingAndAnUnknownAndAWrongProperty() {
        SchemaCheck check = new SchemaCheck(description);
        JsonObject schema = new JsonObject().put("$ref", "#/components/schemas/Health");
        JsonObject good = new JsonObject().put("status", "ok").put("reasons", new JsonArray());
        check.check("$", schema, good);
        List<JsonObject> wrong =
                List.of(
                        new JsonObject().put("status", "ok"),
                        good.copy().put("more", 1),
                        good.copy().put("status", "fine"),
                        good.copy().put("reasons", new JsonArray().add(1)));
        for (JsonObject value : wrong) {
            assertThat(passes(check, schema, value)).as("%s", value).isFalse();
        }
    }

    private static boolean passes(SchemaCheck check, JsonObject schema, JsonObject value) {
        try {
            check.check("$", schema, value);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    private JsonObject resolve(JsonObject part) {
        return new SchemaCheck(description).resolve(part);
    }
}
