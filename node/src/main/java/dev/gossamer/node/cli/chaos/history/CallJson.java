package dev.gossamer.node.cli.chaos.history;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.util.Optional;

/** A call as one line of JSON. */
final class CallJson {
    private CallJson() {}

    static void write(Call call, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeNumberField("client", call.client());
        out.writeNumberField("seq", call.sequence());
        out.writeStringField("key", call.key());
        out.writeStringField("do", call.action().name());
        if (call.within().isPresent()) {
            out.writeStringField("within", call.within().get().name());
        }
        out.writeNumberField("start", call.startNanos());
        out.writeNumberField("end", call.endNanos());
        writeAnswer(call.answer(), out);
        out.writeEndObject();
    }

    private static void writeAnswer(Answer answer, JsonGenerator out) throws IOException {
        switch (answer) {
            case Answer.Found(WriteId value, Optional<Version> version, Source source) -> {
                out.writeStringField("got", "FOUND");
                out.writeStringField("value", value.toString());
                if (version.isPresent()) {
                    out.writeStringField("version", version.get().toString());
                }
                out.writeStringField("tier", source.tier().name());
                out.writeNumberField("age_ms", source.ageMillis());
            }
            case Answer.Absent() -> out.writeStringField("got", "ABSENT");
            case Answer.Done() -> out.writeStringField("got", "DONE");
            case Answer.Declined() -> out.writeStringField("got", "DECLINED");
            case Answer.Refused(ErrorCode code) -> {
                out.writeStringField("got", "REFUSED");
                out.writeStringField("code", code.name());
            }
            case Answer.Unknown(ErrorCode code) -> {
                out.writeStringField("got", "UNKNOWN");
                out.writeStringField("code", code.name());
            }
        }
    }

    /**
     * @throws IllegalArgumentException when the object is no call
     */
    static Call read(JsonObject line) {
        return new Call(
                Math.toIntExact(line.number("client")),
                Math.toIntExact(line.number("seq")),
                line.text("key").intern(),
                Action.valueOf(line.text("do")),
                line.find("within").map(name -> Within.valueOf(name.toString())),
                readAnswer(line),
                line.number("start"),
                line.number("end"));
    }

    private static Answer readAnswer(JsonObject line) {
        return switch (line.text("got")) {
            case "FOUND" ->
                    new Answer.Found(
                            WriteId.parse(line.text("value")),
                            line.find("version").map(text -> Version.parse(text.toString())),
                            readSource(line));
            case "ABSENT" -> Answer.ABSENT;
            case "DONE" -> Answer.DONE;
            case "DECLINED" -> Answer.DECLINED;
            case "REFUSED" -> new Answer.Refused(ErrorCode.valueOf(line.text("code")));
            case "UNKNOWN" -> new Answer.Unknown(ErrorCode.valueOf(line.text("code")));
            case String other ->
                    throw new IllegalArgumentException("unknown answer '" + other + "'");
        };
    }

    /** Histories of earlier campaigns say none: all of their reads were LATEST. */
    private static Source readSource(JsonObject line) {
        return line.find("tier")
                .map(name -> Source.of(Source.Tier.valueOf(name.toString()), line.number("age_ms")))
                .orElse(Source.OWNER);
    }
}
