package dev.gossamer.client.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.Pool;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Objects as bytes, by Kryo, for classes that are registered and no others: what comes over the
 * wire can name no class that the program did not allow.
 *
 * <p>All clients of a cache must register the same classes in the same order, for the bytes carry
 * their numbers. Add new ones at the end.
 *
 * <p><b>Threads.</b> Any number: each call takes an instance from a pool, which keeps at most
 * {@value #POOLED_MAX} idle ones. <b>Cost.</b> About 100 ns and one array for a small record.
 *
 * <p><b>Failure.</b> {@link GossamerException} with ERR, naming the class that is not registered,
 * or when bytes are not of these classes.
 *
 * @param <T> the common type of all values
 */
public final class KryoCodec<T> implements Codec<T> {
    private static final int POOLED_MAX = 64;
    private static final int BUFFER_BYTES = 512;

    private final Class<T> type;
    private final Pool<Scribe> scribes;

    private KryoCodec(Class<T> type, Consumer<? super Kryo> registrations) {
        this.type = type;
        this.scribes =
                new Pool<>(true, false, POOLED_MAX) {
                    @Override
                    protected Scribe create() {
                        return new Scribe(registrations);
                    }
                };
    }

    /**
     * A codec for one class and what its fields hold.
     *
     * @param others registered after {@code type}, in this order
     */
    public static <T> KryoCodec<T> of(Class<T> type, Class<?>... others) {
        List<Class<?>> copied = List.of(others);
        return new KryoCodec<>(
                type,
                kryo -> {
                    kryo.register(type);
                    copied.forEach(kryo::register);
                });
    }

    /**
     * A codec with serializers of the program's choice.
     *
     * @param registrations called once for each pooled instance, perhaps by several threads; must
     *     register the same each time
     */
    public static <T> KryoCodec<T> with(Class<T> type, Consumer<? super Kryo> registrations) {
        return new KryoCodec<>(type, registrations);
    }

    @Override
    public byte[] encode(T value) {
        Objects.requireNonNull(value, "value");
        Scribe scribe = scribes.obtain();
        try {
            return scribe.write(value);
        } catch (KryoException | IllegalArgumentException e) {
            throw refused("cannot encode a " + value.getClass().getName(), e);
        } finally {
            scribes.free(scribe);
        }
    }

    @Override
    public T decode(byte[] bytes) {
        Scribe scribe = scribes.obtain();
        try {
            return type.cast(scribe.read(bytes));
        } catch (RuntimeException e) {
            // Kryo answers wrong bytes with whatever its serializers run into.
            throw refused("the stored bytes are no " + type.getName(), e);
        } finally {
            scribes.free(scribe);
        }
    }

    private static GossamerException refused(String what, RuntimeException cause) {
        String first = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return new GossamerException(ErrorCode.ERR, what + ": " + first, cause);
    }

    /** One Kryo and its buffers; used by one thread at a time. */
    private static final class Scribe {
        private final Kryo kryo = new Kryo();
        private final Output output = new Output(BUFFER_BYTES, -1);
        private final Input input = new Input();

        Scribe(Consumer<? super Kryo> registrations) {
            kryo.setRegistrationRequired(true);
            registrations.accept(kryo);
        }

        byte[] write(Object value) {
            output.reset();
            kryo.writeClassAndObject(output, value);
            return output.toBytes();
        }

        Object read(byte[] bytes) {
            input.setBuffer(bytes);
            Object value = kryo.readClassAndObject(input);
            int left = input.limit() - input.position();
            if (left > 0) {
                throw new KryoException(left + " bytes are left over");
            }
            return value;
        }
    }
}
