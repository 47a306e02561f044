package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A RESP reply as the maps, lists and plain values that JSON has. */
final class PlainReply {
    private PlainReply() {}

    /**
     * @throws GossamerException INTERNAL when the reply is no map
     */
    static JsonObject object(Reply reply) {
        if (reply instanceof Reply.Pairs pairs) {
            return new JsonObject(map(pairs));
        }
        throw new GossamerException(ErrorCode.INTERNAL, "the node answered without a map");
    }

    private static Map<String, Object> map(Reply.Pairs pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Reply.Pair pair : pairs.pairs()) {
            plain(pair.value())
                    .ifPresent(value -> map.put(plain(pair.key()).orElse("").toString(), value));
        }
        return map;
    }

    /** Empty for nothing. */
    private static Optional<Object> plain(Reply reply) {
        return switch (reply) {
            case Reply.Text text -> Optional.of(text.text());
            case Reply.Failure failure -> Optional.of(failure.line());
            case Reply.Whole whole -> Optional.of(whole.value());
            case Reply.Blob blob -> Optional.of(blob.toUtf8());
            case Reply.Nil _ -> Optional.empty();
            case Reply.Flag flag -> Optional.of(flag.value());
            case Reply.Decimal decimal -> Optional.of(decimal.value());
            case Reply.Big big -> Optional.of(big.value().toString());
            case Reply.Verbatim verbatim -> Optional.of(verbatim.text());
            case Reply.Array array -> Optional.of(list(array.items()));
            case Reply.Bag bag -> Optional.of(list(bag.items()));
            case Reply.Pairs pairs -> Optional.of(map(pairs));
            case Reply.Push push -> Optional.of(list(push.items()));
        };
    }

    private static List<Object> list(List<Reply> items) {
        return items.stream().flatMap(item -> plain(item).stream()).toList();
    }
}
