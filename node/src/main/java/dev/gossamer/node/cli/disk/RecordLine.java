package dev.gossamer.node.cli.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.Flaw;
import dev.gossamer.node.store.disk.format.ReadRecord;
import dev.gossamer.node.store.disk.format.RecordHead;
import dev.gossamer.protocol.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A record as {@code disk dump} shows it.
 *
 * @param key of records that have one
 * @param value of records that have one, if it was asked for
 * @param valueBytesMax how much of the value is shown
 */
record RecordLine(
        long segment,
        long offset,
        RecordHead head,
        Optional<Bytes> key,
        Optional<ReadRecord> value,
        int valueBytesMax) {

    String text() {
        String line =
                "%d:%-10d %-10s %-9s %s"
                        .formatted(
                                segment,
                                offset,
                                kind(),
                                size(),
                                key.map(Bytes::toString).orElse(place()));
        return line.stripTrailing() + "  " + head.version() + expiry() + tags() + valueText();
    }

    private String kind() {
        return head.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String size() {
        return head.recordBytes() + " B";
    }

    private String place() {
        return "slot " + head.slot() + " position " + Integer.toUnsignedString(head.position());
    }

    private String expiry() {
        return head.expiresAtMillis() == Entry.NEVER
                ? ""
                : "  until " + Instant.ofEpochMilli(head.expiresAtMillis());
    }

    private String tags() {
        return head.tagCount() == 0 ? "" : "  " + head.tagCount() + " tags";
    }

    private String valueText() {
        return value.map(found ->
                        switch (found) {
                            case Flaw flaw -> "  (" + flaw.sentence() + ")";
                            case ReadRecord.Whole whole -> "  = " + shown(whole.entry().value());
                        })
                .orElse("");
    }

    private String shown(byte[] whole) {
        byte[] part = Arrays.copyOf(whole, Math.min(whole.length, valueBytesMax));
        StringBuilder text = new StringBuilder();
        for (byte each : part) {
            int value = each & 0xff;
            boolean isPrintable = value >= 0x20 && value < 0x7f && value != '\\';
            text.append(isPrintable ? (char) value : escaped(value));
        }
        return part.length < whole.length ? text + "…" : text.toString();
    }

    private static String escaped(int value) {
        return String.format("\\x%02x", value);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("segment", segment);
        map.put("offset", offset);
        map.put("kind", kind());
        map.put("slot", head.slot());
        map.put("position", Integer.toUnsignedLong(head.position()));
        key.ifPresent(found -> putBytes(map, "key", "encoding", found.array()));
        map.put("version", head.version().toString());
        map.put("expiresAtMs", head.expiresAtMillis());
        map.put("tags", head.tagCount());
        map.put("recordBytes", head.recordBytes());
        map.put("compression", head.compression().name().toLowerCase(Locale.ROOT));
        map.put("storedBytes", head.storedBytes());
        map.put("valueBytes", head.valueBytes());
        value.ifPresent(found -> putValue(map, found));
        return map;
    }

    private void putValue(Map<String, Object> map, ReadRecord found) {
        switch (found) {
            case Flaw flaw -> map.put("flaw", flaw.sentence());
            case ReadRecord.Whole whole -> {
                byte[] value = whole.entry().value();
                byte[] part = Arrays.copyOf(value, Math.min(value.length, valueBytesMax));
                putBytes(map, "value", "valueEncoding", part);
            }
        }
    }

    /** As text where it is that, else as base64url, as the admin API does it. */
    private static void putBytes(
            Map<String, Object> map, String name, String encoding, byte[] bytes) {
        try {
            map.put(
                    name,
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
            map.put(encoding, "utf-8");
        } catch (CharacterCodingException _) {
            map.put(name, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
            map.put(encoding, "base64url");
        }
    }
}
