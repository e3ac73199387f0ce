package espalier.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Imports go the way that the README's picture says. */
class ArrowsTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("espalier");

    @ParameterizedTest(name = "{0} imports only {1}")
    @CsvSource({
        "engine.kernel.., engine.kernel.. jdk.incubator.vector",
        "engine.tensor.., engine.tensor.. it.unimi.dsi.fastutil..",
        "engine.parallel.., engine.parallel..",
        "engine.autograd.., engine.autograd.. engine.tensor.. engine.kernel.. engine.parallel.. it.unimi.dsi.fastutil..",
        "engine.., engine.. it.unimi.dsi.fastutil.. jdk.incubator.vector",
        "datasets.., datasets.. engine.. it.unimi.dsi.fastutil.. org.apache.commons.compress..",
        "nn.., nn.. datasets.. engine.. it.unimi.dsi.fastutil.. tools.jackson..",
        "attacks.., attacks.. engine.. it.unimi.dsi.fastutil..",
        "compress.., compress.. attacks.. nn.. datasets.. engine.. it.unimi.dsi.fastutil.. tools.jackson..",
        "launch.., launch..",
    })
    void importsFollowTheArrows(String from, String to) {
        // Both are the JDK: what a thread allocates is told by com.sun.management only.
        String[] allowed = Stream.concat(Stream.of("java..", "com.sun.management.."),
                        Arrays.stream(to.split(" ")).map(ArrowsTest::qualified))
                .toArray(String[]::new);
        classes().that().resideInAPackage(qualified(from))
                .should().onlyDependOnClassesThat().resideInAnyPackage(allowed)
                .check(OURS);
    }

    @Test
    void onlyKernelsKnowTheVectorModule() {
        noClasses().that().resideOutsideOfPackage("espalier.engine.kernel..")
                .should().dependOnClassesThat().resideInAPackage("jdk.incubator.vector..")
                .check(OURS);
    }

    @Test
    void everyModuleIsThere() {
        assertThat(OURS.stream().map(c -> c.getPackageName().split("\\.")[1]).distinct())
                .contains("engine", "datasets", "nn", "attacks", "compress", "bench", "launch");
    }

    private static String qualified(String name) {
        return name.matches("(it|jdk|tools|org)\\..*") ? name : "espalier." + name;
    }
}
