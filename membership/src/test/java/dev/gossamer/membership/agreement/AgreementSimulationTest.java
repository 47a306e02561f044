package dev.gossamer.membership.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Whole meshes of agreements, a few hundred of them at every build; {@code -Dseeds=10000} for more,
 * {@code -Dseed=N} for one.
 */
class AgreementSimulationTest {
    private static final int[] SIZES = {3, 5, 9};

    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one == null ? LongStream.range(0, Long.getLong("seeds", 300)) : LongStream.of(one);
    }

    @Test
    void whateverHappensMembersAgreeAndNobodyActsAfterItWasDropped() {
        seeds().parallel().forEach(seed -> assertThat(failure(seed, Parts.RIGHT)).isEmpty());
    }

    /** What went wrong under this seed, with all it takes to understand it. */
    static Optional<String> failure(long seed, Parts parts) {
        World world = live(seed, parts);
        if (!world.isFair()) {
            return Optional.of(
                    "seed " + seed + ": " + world.judge.violations() + "\n" + world.trace());
        }
        world.heal();
        boolean whole = world.settles(World.seconds(30), each -> each.trouble().isEmpty());
        if (whole && world.isFair()) {
            return Optional.empty();
        }
        return Optional.of(
                "seed "
                        + seed
                        + ": not whole after 30 s: "
                        + world.trouble()
                        + world.judge.violations()
                        + "\n"
                        + world.statuses()
                        + world.trace());
    }

    private static World live(long seed, Parts parts) {
        SplittableRandom random = new SplittableRandom(seed ^ 0x5eed);
        World world = new World(seed, SIZES[Math.floorMod(seed, 3)], parts);
        world.weather.change();
        world.run(World.seconds(1) + random.nextLong(World.seconds(4)));
        int disturbances = random.nextInt(1, 8);
        for (int i = 0; i < disturbances && world.isFair(); i++) {
            world.weather.change();
            world.disturb();
            world.run(world.now() + random.nextLong(World.seconds(4)));
        }
        return world;
    }
}
