package dev.gossamer.node.cli.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Typed reading of a JSON object, tolerant of fields that are missing. */
public record JsonObject(Map<String, Object> fields) {

    public static JsonObject parse(String text) {
        return new JsonObject(Json.object(text));
    }

    public Optional<Object> find(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    public String text(String name) {
        return find(name).map(Object::toString).orElse("");
    }

    /** The number, or 0 where there is none. */
    public long number(String name) {
        return find(name)
                .filter(Number.class::isInstance)
                .map(Number.class::cast)
                .map(Number::longValue)
                .orElse(0L);
    }

    /** The number with its fraction, or 0 where there is none. */
    public double decimal(String name) {
        return find(name)
                .filter(Number.class::isInstance)
                .map(Number.class::cast)
                .map(Number::doubleValue)
                .orElse(0.0);
    }

    public boolean flag(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    /** The object of that name, or an empty one. */
    public JsonObject object(String name) {
        return find(name).flatMap(JsonObject::of).orElse(new JsonObject(Map.of()));
    }

    /** The objects of the array of that name; other items are left out. */
    public List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        if (fields.get(name) instanceof List<?> items) {
            items.forEach(item -> of(item).ifPresent(objects::add));
        }
        return objects;
    }

    private static Optional<JsonObject> of(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        Map<String, Object> fields = new java.util.LinkedHashMap<>();
        map.forEach((name, field) -> {
            if (field != null) {
                fields.put(String.valueOf(name), field);
            }
        });
        return Optional.of(new JsonObject(fields));
    }
}
