package dev.gossamer.node.edge.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds a JSON value against a schema: the keywords that our own description uses. */
final class SchemaCheck {
    private final JsonObject description;

    SchemaCheck(JsonObject description) {
        this.description = description;
    }

    JsonObject resolve(JsonObject part) {
        String reference = part.getString("$ref");
        if (reference == null) {
            return part;
        }
        JsonObject at = description;
        for (String name : reference.substring(2).split("/", -1)) {
            at = at.getJsonObject(name);
            assertThat(at).as("what %s refers to", reference).isNotNull();
        }
        return at;
    }

    void check(String where, JsonObject schemaOrReference, Object value) {
        JsonObject schema = resolve(schemaOrReference);
        if (schema.containsKey("oneOf")) {
            JsonArray choices = schema.getJsonArray("oneOf");
            check(where, choices.getJsonObject(value == null ? 0 : 1), value);
            return;
        }
        Set<String> known = new HashSet<>();
        checkParts(where, schema, value, known);
        if (value instanceof JsonObject json && !known.isEmpty()) {
            assertThat(known).as("properties at %s", where).containsAll(json.fieldNames());
        }
    }

    private void checkParts(String where, JsonObject schema, Object value, Set<String> known) {
        for (Object part : schema.getJsonArray("allOf", new JsonArray())) {
            checkParts(where, resolve((JsonObject) part), value, known);
        }
        checkType(where, schema, value);
        if (value instanceof JsonObject json) {
            checkObject(where, schema, json, known);
        } else if (value instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                check(where + "[" + i + "]", schema.getJsonObject("items"), array.getValue(i));
            }
        } else if (value != null) {
            checkScalar(where, schema, value);
        }
    }

    private void checkObject(String where, JsonObject schema, JsonObject json, Set<String> known) {
        for (Object required : schema.getJsonArray("required", new JsonArray())) {
            assertThat(json.containsKey((String) required))
                    .as("%s.%s is there", where, required)
                    .isTrue();
        }
        for (Map.Entry<String, Object> property :
                schema.getJsonObject("properties", new JsonObject())) {
            known.add(property.getKey());
            if (json.containsKey(property.getKey())) {
                check(
                        where + "." + property.getKey(),
                        (JsonObject) property.getValue(),
                        json.getValue(property.getKey()));
            }
        }
    }

    private static void checkType(String where, JsonObject schema, Object value) {
        Object type = schema.getValue("type");
        if (type != null) {
            List<?> allowed = type instanceof JsonArray many ? many.getList() : List.of(type);
            assertThat(allowed.stream().map(String::valueOf))
                    .as("type at %s", where)
                    .contains(typeOf(value));
        }
    }

    private static String typeOf(Object value) {
        return switch (value) {
            case null -> "null";
            case String _ -> "string";
            case Boolean _ -> "boolean";
            case Integer _, Long _ -> "integer";
            case Double _ -> "number";
            case JsonArray _ -> "array";
            default -> "object";
        };
    }

    private static void checkScalar(String where, JsonObject schema, Object value) {
        if (schema.containsKey("enum")) {
            assertThat(schema.getJsonArray("enum").contains(value))
                    .as("%s: %s", where, value)
                    .isTrue();
        }
        if (schema.containsKey("const")) {
            assertThat(value).as(where).isEqualTo(schema.getValue("const"));
        }
        if (schema.containsKey("pattern")) {
            assertThat((String) value).as(where).containsPattern(schema.getString("pattern"));
        }
        if (value instanceof Number number) {
            assertThat(number.longValue())
                    .as(where)
                    .isBetween(
                            schema.getLong("minimum", Long.MIN_VALUE),
                            schema.getLong("maximum", Long.MAX_VALUE));
        }
    }
}
