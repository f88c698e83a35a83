// SPDX-License-Identifier: Apache-2.0

package weir.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
    /** For each rule the fixture that must break it, as a package and class below {@code weir.architecture.fixture}. */
    private static final Map<String, String> BREAKERS = Map.ofEntries(
            Map.entry("ENGINE_USES_THE_JDK_ONLY", "weir.ebpf.KnowsCore"),
            Map.entry("CORE_USES_THE_JDK_AND_THE_ENGINE_ONLY", "weir.core.worker.KnowsNetty"),
            Map.entry("CORE_USES_THE_ENGINE_IN_PROGRAM_ONLY", "weir.core.worker.KnowsEngine"),
            Map.entry("PORTS_DO_NOT_KNOW_CONTROL", "weir.ports.tap.KnowsControl"),
            Map.entry("PORTS_USE_NETTY_IN_READINESS_ONLY", "weir.ports.tap.KnowsNetty"),
            Map.entry("NATIVE_CALLS_IN_PORTS_LINUX_ONLY", "weir.ports.tap.CallsNative"),
            Map.entry("REINTERPRET_IN_MEM_ONLY", "weir.core.worker.Reinterprets"),
            Map.entry("PORTS_COUNT_DROPS_BY_THE_CONTEXT", "weir.ports.tap.CountsDrops"),
            Map.entry("MICROMETER_IN_METRICS_ONLY", "weir.control.cli.KnowsMicrometer"),
            Map.entry("TESTCONTAINERS_IN_ITS_MODULE_ONLY", "weir.control.cli.KnowsTestcontainers"),
            Map.entry("MAIN_IN_CONTROL_ONLY", "weir.core.worker.HasMain"),
            Map.entry("PACKAGES_ARE_NAMED_BY_WHAT_THEY_HOLD", "weir.core.util.Helper"),
            Map.entry("PACKAGES_ARE_NULL_MARKED", "weir.core.util.Helper"));

    /** Fixtures that look much the same and break no rule of their subject. */
    private static final Map<String, String> KEEPERS = Map.of(
            "NATIVE_CALLS_IN_PORTS_LINUX_ONLY", "weir.ports.linux.CallsNative",
            "REINTERPRET_IN_MEM_ONLY", "weir.core.frame.Mem",
            "CORE_USES_THE_ENGINE_IN_PROGRAM_ONLY", "weir.core.program.KnowsEngine");

    @TestFactory
    Stream<DynamicTest> productKeeps() {
        JavaClasses product = new ClassFileImporter()
                .withImportOption(ArchitectureTest::isProduct)
                .importPackages("weir");
        return rules().entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.getKey(),
                        () -> rule.getValue().allowEmptyShould(true).check(product)));
    }

    @TestFactory
    Stream<DynamicTest> fixtureBreaks() {
        return BREAKERS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> assertTrue(rules().get(entry.getKey())
                                .evaluate(fixture(entry.getValue()))
                                .hasViolation())));
    }

    @TestFactory
    Stream<DynamicTest> fixtureKeeps() {
        return KEEPERS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> rules().get(entry.getKey()).allowEmptyShould(true).check(fixture(entry.getValue()))));
    }

    @Test
    void everyRuleHasAFixtureThatBreaksIt() {
        assertEquals(BREAKERS.keySet(), rules().keySet());
    }

    @Test
    void allFiveModulesAreImported() {
        JavaClasses product = new ClassFileImporter()
                .withImportOption(ArchitectureTest::isProduct)
                .importPackages("weir");
        for (String root : List.of("weir.ebpf", "weir.core", "weir.ports", "weir.control", "weir.testcontainers")) {
            assertTrue(product.stream().anyMatch(type -> type.getPackageName().startsWith(root)), root);
        }
    }

    private static JavaClasses fixture(String name) {
        return new ClassFileImporter().importClasses(load("weir.architecture.fixture." + name));
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name, e);
        }
    }

    private static boolean isProduct(Location location) {
        return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }

    private static Map<String, ArchRule> rules() {
        return Arrays.stream(ArchitectureRules.class.getDeclaredFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()) && ArchRule.class == field.getType())
                .collect(Collectors.toMap(Field::getName, ArchitectureTest::value));
    }

    private static ArchRule value(Field field) {
        try {
            return (ArchRule) field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field.getName(), e);
        }
    }
}
