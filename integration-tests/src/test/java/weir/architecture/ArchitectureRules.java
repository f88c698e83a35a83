// SPDX-License-Identifier: Apache-2.0

package weir.architecture;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import weir.core.counter.PortCells;

/**
 * What may use what. A package pattern begins with {@code ..} so that it fits the product's packages and those of the
 * fixtures that must break the rule.
 */
final class ArchitectureRules {
    private static final String EBPF = "..weir.ebpf..";
    private static final String CORE = "..weir.core..";
    private static final String CORE_PROGRAM = "..weir.core.program..";
    private static final String PORTS = "..weir.ports..";
    private static final String PORTS_LINUX = "..weir.ports.linux..";
    private static final String PORTS_READINESS = "..weir.ports.readiness..";
    private static final String CONTROL = "..weir.control..";
    private static final String CONTROL_METRICS = "..weir.control.metrics..";
    private static final String TESTCONTAINERS = "..weir.testcontainers..";
    private static final String NULL_MARKED = "org.jspecify.annotations.NullMarked";

    static final ArchRule ENGINE_USES_THE_JDK_ONLY = classes()
            .that()
            .resideInAPackage(EBPF)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(EBPF, "java..", "org.jspecify..");

    static final ArchRule CORE_USES_THE_JDK_AND_THE_ENGINE_ONLY = classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(CORE, EBPF, "java..", "org.jspecify..");

    static final ArchRule CORE_USES_THE_ENGINE_IN_PROGRAM_ONLY = noClasses()
            .that()
            .resideInAPackage(CORE)
            .and()
            .resideOutsideOfPackage(CORE_PROGRAM)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(EBPF);

    static final ArchRule PORTS_DO_NOT_KNOW_CONTROL = noClasses()
            .that()
            .resideInAPackage(PORTS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CONTROL);

    static final ArchRule PORTS_USE_NETTY_IN_READINESS_ONLY = noClasses()
            .that()
            .resideInAPackage(PORTS)
            .and()
            .resideOutsideOfPackage(PORTS_READINESS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    static final ArchRule NATIVE_CALLS_IN_PORTS_LINUX_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage(PORTS_LINUX)
            .should()
            .dependOnClassesThat(assignableTo(Linker.class).or(assignableTo(SymbolLookup.class)));

    static final ArchRule REINTERPRET_IN_MEM_ONLY = noClasses()
            .that(DescribedPredicate.not(named("Mem")))
            .should()
            .callMethodWhere(target(owner(assignableTo(MemorySegment.class))).and(target(name("reinterpret"))));

    /** They tell the context of each frame that they drop, so that it can be captured. */
    static final ArchRule PORTS_COUNT_DROPS_BY_THE_CONTEXT = noClasses()
            .that()
            .resideInAPackage(PORTS)
            .should()
            .callMethodWhere(target(owner(assignableTo(PortCells.class))).and(target(nameStartingWith("drop"))));

    static final ArchRule MICROMETER_IN_METRICS_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage(CONTROL_METRICS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..io.micrometer..");

    static final ArchRule TESTCONTAINERS_IN_ITS_MODULE_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage(TESTCONTAINERS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TESTCONTAINERS, "org.testcontainers..", "com.github.dockerjava..", "org.junit..");

    static final ArchRule MAIN_IN_CONTROL_ONLY = methods()
            .that()
            .haveName("main")
            .should()
            .beDeclaredInClassesThat()
            .resideInAPackage(CONTROL)
            .allowEmptyShould(true);

    static final ArchRule PACKAGES_ARE_NAMED_BY_WHAT_THEY_HOLD =
            noClasses().should().resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..", "..manager..");

    static final ArchRule PACKAGES_ARE_NULL_MARKED = classes().should(resideInANullMarkedPackage());

    private ArchitectureRules() {}

    private static DescribedPredicate<JavaClass> named(String simpleName) {
        return DescribedPredicate.describe(
                "named " + simpleName,
                javaClass -> javaClass.getSimpleName().equals(simpleName)
                        || javaClass.getEnclosingClass().stream()
                                .anyMatch(outer -> outer.getSimpleName().equals(simpleName)));
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package annotated @NullMarked") {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                boolean marked = javaClass.getName().endsWith("module-info")
                        || javaClass.getPackage().isAnnotatedWith(NULL_MARKED);
                events.add(new SimpleConditionEvent(
                        javaClass,
                        marked,
                        javaClass.getPackageName() + " of " + javaClass.getSimpleName()
                                + " has no package-info annotated @NullMarked"));
            }
        };
    }
}
