package dev.gossamer.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The arrows of docs/architecture.md: who may know whom. A change of arrows is a change of this
 * test.
 */
class ArrowsTest {
    private static final String ROOT = "dev.gossamer.node";
    private static final JavaClasses OURS =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.gossamer");

    @Test
    void theRoomsOfTheNodeSeeOnlyTheRoomsBelowThem() {
        check(
                layeredArchitecture()
                        .consideringOnlyDependenciesInAnyPackage("dev.gossamer..")
                        .layer("root")
                        .definedBy(ROOT, ROOT + ".cli..", ROOT + ".config..")
                        .layer("edges")
                        .definedBy(ROOT + ".edge..")
                        .layer("mesh")
                        .definedBy(ROOT + ".mesh..")
                        .layer("cache")
                        .definedBy(ROOT + ".cache..")
                        .layer("store")
                        .definedBy(ROOT + ".store..")
                        .layer("net")
                        .definedBy(ROOT + ".net..")
                        .layer("membership")
                        .definedBy("dev.gossamer.membership..")
                        .layer("gossip")
                        .definedBy("dev.gossamer.gossip..")
                        .layer("client")
                        .definedBy("dev.gossamer.client..")
                        .layer("protocol")
                        .definedBy("dev.gossamer.protocol..")
                        .whereLayer("root")
                        .mayNotBeAccessedByAnyLayer()
                        .whereLayer("edges")
                        .mayOnlyBeAccessedByLayers("root")
                        .whereLayer("mesh")
                        .mayOnlyBeAccessedByLayers("root", "edges")
                        .whereLayer("cache")
                        .mayOnlyBeAccessedByLayers("root", "edges", "mesh")
                        .whereLayer("store")
                        .mayOnlyBeAccessedByLayers("root", "edges", "mesh", "cache")
                        .whereLayer("net")
                        .mayOnlyBeAccessedByLayers("root", "edges", "mesh", "store")
                        .whereLayer("membership")
                        .mayOnlyBeAccessedByLayers("root", "mesh")
                        .whereLayer("gossip")
                        .mayOnlyBeAccessedByLayers("root", "mesh")
                        .whereLayer("client")
                        .mayOnlyBeAccessedByLayers("root"));
    }

    @Test
    void theEdgesDoNotKnowEachOther() {
        check(slices().matching("dev.gossamer.node.edge.(*)..").should().notDependOnEachOther());
    }

    @Test
    void noPackagesFormACycle() {
        check(slices().matching("dev.gossamer.(**)").should().beFreeOfCycles());
    }

    @Test
    void eachLibraryIsSeenOnlyInItsRoom() {
        onlyIn("org.jgroups..", "dev.gossamer.membership.jgroups..");
        onlyIn("com.esotericsoftware..", "dev.gossamer.client.kryo..");
        onlyIn(
                "com.github.benmanes.caffeine..",
                ROOT + ".store..",
                "dev.gossamer.client.near..",
                ROOT + ".cli..");
        onlyIn("io.vertx..", ROOT + ".edge.admin..", ROOT + ".cli..");
        onlyIn("info.picocli..", ROOT + ".cli..");
        // The admin edge only tells Vert.x's own HTTP errors apart, which are Netty's types.
        // The SSD tier's operations run on the rings of the event loops.
        onlyIn(
                "io.netty..",
                ROOT + ".net..",
                ROOT + ".mesh..",
                ROOT + ".edge..",
                ROOT + ".store.disk.io..");
        onlyIn("com.google.common..", "dev.gossamer.membership.ring..");
        onlyIn("net.jpountz..", ROOT + ".store.disk.format..");
        onlyIn("com.github.luben..", ROOT + ".store.disk.format..");
        onlyIn("com.hazelcast..", "nowhere");
    }

    private static void onlyIn(String library, String... rooms) {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(rooms)
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(library));
    }

    @Test
    void timeAndChanceArriveAsArguments() {
        String[] roots = {ROOT, ROOT + ".cli..", "dev.gossamer.client"};
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(roots)
                        .should()
                        .callMethod(System.class, "nanoTime")
                        .orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .orShould()
                        .callMethod(Thread.class, "sleep", long.class)
                        .orShould()
                        .callMethod(java.time.Instant.class, "now")
                        .orShould()
                        .callConstructor(Random.class)
                        .because("a test must be able to replay any run from its seed"));
    }

    @Test
    void everyPackageSaysThatNullIsMarked() {
        DescribedPredicate<JavaClass> inAMarkedPackage =
                DescribedPredicate.describe(
                        "in a @NullMarked package",
                        type -> type.getPackage().isAnnotatedWith(NullMarked.class));
        check(classes().that().areTopLevelClasses().should(ArchCondition.from(inAMarkedPackage)));
    }

    @Test
    void noNodeDeserializesObjects() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(
                                "dev.gossamer.node..",
                                "dev.gossamer.gossip..",
                                "dev.gossamer.membership..")
                        .should()
                        .dependOnClassesThat()
                        .areAssignableTo(java.io.ObjectInputStream.class)
                        .because("nothing that a peer or client sends may name a class (C13)"));
    }

    private static void check(ArchRule rule) {
        rule.check(OURS);
    }
}
