package dev.gossamer.client.kryo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class KryoCodecTest {
    record User(String name, int age) {}

    record Holder(Object anything) {}

    private final KryoCodec<User> users = KryoCodec.of(User.class);

    @Test
    void anObjectComesBackEqual() {
        User ada = new User("Ada", 36);
        assertThat(users.decode(users.encode(ada))).isEqualTo(ada);
    }

    @Test
    void aClassThatIsNotRegisteredIsRefusedByName() {
        assertThatThrownBy(() -> KryoCodec.of(Holder.class).encode(new Holder(new User("Ada", 1))))
                .isInstanceOfSatisfying(
                        GossamerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ERR))
                .hasMessageContaining(User.class.getName());
    }

    @Test
    void damagedBytesAreRefusedOrReadAndDoNoHarm() {
        SplittableRandom random = new SplittableRandom(Long.getLong("seed", 7));
        byte[] good = users.encode(new User("Ada", 36));
        for (int round = 0; round < 10_000; round++) {
            byte[] damaged = good.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            try {
                assertThat(users.decode(damaged)).isInstanceOf(User.class);
            } catch (GossamerException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.ERR);
            }
        }
        assertThat(users.decode(good)).isEqualTo(new User("Ada", 36));
    }

    @Test
    void manyThreadsMayUseOneCodec() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int task = 0; task < 8; task++) {
                int number = task;
                tasks.add(() -> roundTrips("thread " + number));
            }
            for (Future<Boolean> one : threads.invokeAll(tasks)) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private boolean roundTrips(String name) {
        for (int i = 0; i < 5_000; i++) {
            User user = new User(name, i);
            if (!users.decode(users.encode(user)).equals(user)) {
                return false;
            }
        }
        return true;
    }
}
