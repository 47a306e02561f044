package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import io.netty.buffer.ByteBuf;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Operations in frames. */
final class OperationCodec {
    private static final int PUT = 1;
    private static final int TAGGED_PUT = 12;
    private static final int FILL = 10;
    private static final int TAGGED_FILL = 13;

    private OperationCodec() {}

    static void write(ByteBuf out, Operation operation) {
        switch (operation) {
            case Operation.Put put -> writePut(out, put);
            case Operation.Remove(var key, var condition, var wantPrevious) -> {
                Wire.writeKey(out.writeByte(2), key);
                writeCondition(out, condition);
                out.writeBoolean(wantPrevious);
            }
            case Operation.Expire(var key, var expiry, var condition, var wantPrevious) -> {
                Wire.writeKey(out.writeByte(3), key);
                writeExpiry(out, expiry);
                Wire.writeText(out, condition.name());
                out.writeBoolean(wantPrevious);
            }
            case Operation.Append(var key, var suffix) -> {
                Wire.writeKey(out.writeByte(4), key);
                Wire.writeBytes(out, suffix);
            }
            case Operation.SetRange(var key, var offset, var patch) -> {
                Wire.writeKey(out.writeByte(5), key);
                Wire.writeBytes(out.writeInt(offset), patch);
            }
            case Operation.Increment(var key, var delta) -> {
                Wire.writeKey(out.writeByte(6), key);
                out.writeLong(delta);
            }
            case Operation.IncrementDecimal(var key, var delta) -> {
                Wire.writeKey(out.writeByte(7), key);
                Wire.writeBytes(out.writeInt(delta.scale()), delta.unscaledValue().toByteArray());
            }
            case Operation.PutAllIfAbsent(var pairs) -> {
                out.writeByte(8).writeInt(pairs.size());
                for (Operation.Pair pair : pairs) {
                    Wire.writeKey(out, pair.key());
                    Wire.writeBytes(out, pair.value());
                }
            }
            case Operation.TakeLease take -> writeTake(out.writeByte(9), take);
            case Operation.Fill fill -> writeFill(out, fill);
            case Operation.EndLease(var key, var token, var absentMillis) -> {
                Wire.writeKey(out.writeByte(11), key);
                Wire.writeVersion(out, token);
                out.writeLong(absentMillis);
            }
        }
    }

    private static void writeTake(ByteBuf out, Operation.TakeLease take) {
        Wire.writeKey(out, take.key());
        out.writeLong(take.timeoutMillis()).writeLong(take.refreshMillis());
    }

    private static void writeFill(ByteBuf out, Operation.Fill fill) {
        boolean tagged = fill.tags().length > 0;
        Wire.writeKey(out.writeByte(tagged ? TAGGED_FILL : FILL), fill.key());
        Wire.writeBytes(out, fill.value());
        writeExpiry(out, fill.expiry());
        Wire.writeVersion(out, fill.token());
        if (tagged) {
            Wire.writeTags(out, fill.tags());
        }
    }

    private static void writePut(ByteBuf out, Operation.Put put) {
        boolean tagged = put.tags().length > 0;
        Wire.writeKey(out.writeByte(tagged ? TAGGED_PUT : PUT), put.key());
        Wire.writeBytes(out, put.value());
        writeExpiry(out, put.expiry());
        writeCondition(out, put.condition());
        out.writeBoolean(put.wantPrevious());
        if (tagged) {
            Wire.writeTags(out, put.tags());
        }
    }

    static Operation read(ByteBuf in) {
        int kind = in.readUnsignedByte();
        if (kind == 8) {
            return new Operation.PutAllIfAbsent(
                    Wire.readList(
                            in, it -> new Operation.Pair(Wire.readKey(it), Wire.readBytes(it))));
        }
        var key = Wire.readKey(in);
        return switch (kind) {
            case PUT -> readPut(key, in, false);
            case TAGGED_PUT -> readPut(key, in, true);
            case 2 -> new Operation.Remove(key, readCondition(in), Wire.readFlag(in));
            case 3 ->
                    new Operation.Expire(
                            key, readExpiry(in), readExpireCondition(in), Wire.readFlag(in));
            case 4 -> new Operation.Append(key, Wire.readBytes(in));
            case 5 -> new Operation.SetRange(key, in.readInt(), Wire.readBytes(in));
            case 6 -> new Operation.Increment(key, in.readLong());
            case 7 -> new Operation.IncrementDecimal(key, readDecimal(in));
            case 9 -> new Operation.TakeLease(key, in.readLong(), in.readLong());
            case FILL -> readFill(key, in, false);
            case TAGGED_FILL -> readFill(key, in, true);
            case 11 -> new Operation.EndLease(key, Wire.readVersion(in), in.readLong());
            default -> throw Wire.unknown("operation", kind);
        };
    }

    private static Operation readPut(Bytes key, ByteBuf in, boolean tagged) {
        byte[] value = Wire.readBytes(in);
        Expiry expiry = readExpiry(in);
        Condition condition = readCondition(in);
        boolean wantPrevious = Wire.readFlag(in);
        long[] tags = tagged ? Wire.readTags(in) : Tags.NONE;
        return new Operation.Put(key, value, expiry, condition, wantPrevious, tags);
    }

    private static Operation readFill(Bytes key, ByteBuf in, boolean tagged) {
        byte[] value = Wire.readBytes(in);
        Expiry expiry = readExpiry(in);
        Version token = Wire.readVersion(in);
        return new Operation.Fill(
                key, value, expiry, token, tagged ? Wire.readTags(in) : Tags.NONE);
    }

    private static BigDecimal readDecimal(ByteBuf in) {
        int scale = in.readInt();
        return new BigDecimal(new BigInteger(Wire.readBytes(in)), scale);
    }

    private static void writeExpiry(ByteBuf out, Expiry expiry) {
        switch (expiry) {
            case Expiry.CacheDefault() -> out.writeByte(0);
            case Expiry.None() -> out.writeByte(1);
            case Expiry.Keep() -> out.writeByte(2);
            case Expiry.After(var millis) -> out.writeByte(3).writeLong(millis);
            case Expiry.At(var epochMillis) -> out.writeByte(4).writeLong(epochMillis);
        }
    }

    private static Expiry readExpiry(ByteBuf in) {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 0 -> Expiry.CACHE_DEFAULT;
            case 1 -> Expiry.NONE;
            case 2 -> Expiry.KEEP;
            case 3 -> new Expiry.After(in.readLong());
            case 4 -> new Expiry.At(in.readLong());
            default -> throw Wire.unknown("expiry", kind);
        };
    }

    private static void writeCondition(ByteBuf out, Condition condition) {
        switch (condition) {
            case Condition.Always() -> out.writeByte(0);
            case Condition.IfAbsent() -> out.writeByte(1);
            case Condition.IfPresent() -> out.writeByte(2);
            case Condition.IfVersion(var expected) -> Wire.writeVersion(out.writeByte(3), expected);
        }
    }

    private static Condition readCondition(ByteBuf in) {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 0 -> Condition.ALWAYS;
            case 1 -> Condition.IF_ABSENT;
            case 2 -> Condition.IF_PRESENT;
            case 3 -> new Condition.IfVersion(Wire.readVersion(in));
            default -> throw Wire.unknown("condition", kind);
        };
    }

    private static Operation.ExpireCondition readExpireCondition(ByteBuf in) {
        return Operation.ExpireCondition.valueOf(Wire.readText(in));
    }
}
