package dev.gossamer.membership.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.protocol.MemberId;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A simulation that finds nothing proves something only if it finds what is there. */
class PlantedBugTest {
    private static final int SEEDS_MAX = 1_000;

    enum Bug {
        THE_ACCEPTOR_FORGETS_ITS_PROMISE {
            @Override
            Acceptor acceptor(AcceptorState restored) {
                return new Acceptor(World.SETTINGS, restored) {
                    @Override
                    void promise(Ballot ballot, Out out) {}
                };
            }
        },
        A_STALE_BALLOT_IS_ACCEPTED {
            @Override
            Acceptor acceptor(AcceptorState restored) {
                return new Acceptor(World.SETTINGS, restored) {
                    @Override
                    boolean isOutbid(Ballot ballot) {
                        return false;
                    }
                };
            }
        },
        THE_LEASE_IS_NOT_WAITED_FOR {
            @Override
            Acceptor acceptor(AcceptorState restored) {
                return new Acceptor(World.SETTINGS, restored) {
                    @Override
                    long waitNanos(Set<MemberId> dropped, long nowNanos) {
                        return 0;
                    }
                };
            }
        },
        THE_PROPOSER_PASSES_OVER_WHAT_WAS_ACCEPTED {
            @Override
            Parts parts() {
                return new Parts(
                        Parts.RIGHT.acceptor(),
                        (self, random) ->
                                new Proposer(self, World.SETTINGS, random) {
                                    @Override
                                    Optional<Proposal> binding(
                                            Collection<Message.Promise> promises) {
                                        return Optional.empty();
                                    }
                                });
            }
        };

        Acceptor acceptor(AcceptorState restored) {
            return new Acceptor(World.SETTINGS, restored);
        }

        Parts parts() {
            return new Parts(this::acceptor, Parts.RIGHT.proposer());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPlantedBugIsFoundWithinAThousandSeeds(Bug bug) {
        OptionalLong found =
                LongStream.range(0, SEEDS_MAX)
                        .filter(seed ->
                                AgreementSimulationTest.failure(seed, bug.parts()).isPresent())
                        .findFirst();
        assertThat(found).as(bug + ": the first seed that shows it").isPresent();
    }
}
