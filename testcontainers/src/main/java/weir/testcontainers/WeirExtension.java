// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ModifierSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Looks after the {@link WeirNetwork}s of a test class:
 *
 * <ul>
 *   <li>after each test links, partitions and program are again what they were before it, so that what is set for all tests
 *       stays and what a test sets does not reach the next;
 *   <li>of a test that fails it writes a capture and a table of counters and drops into a folder, which is reported as {@code
 *       weir.evidence};
 *   <li>after all tests it closes the networks.
 * </ul>
 *
 * <p>With {@code @ExtendWith(WeirExtension.class)} these are the networks in fields of the test class. Registered by a field with
 * {@code @RegisterExtension}, it looks after those, too, that {@link #of} names.
 *
 * <p>Tests that share a network must not run at the same time: one would undo what the other set.
 *
 * <p>The folder is {@code target/weir}, or what the configuration parameter {@value #FOLDER} says, or {@link #withEvidence}. In
 * it is one folder for each test that failed.
 */
public final class WeirExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterTestExecutionCallback,
                AfterEachCallback,
                AfterAllCallback {
    /** Configuration parameter of the JUnit platform that names the folder for evidence. */
    public static final String FOLDER = "weir.evidence";

    private static final String DEFAULT_FOLDER = "target/weir";
    private static final Namespace SPACE = Namespace.create(WeirExtension.class);

    private final List<WeirNetwork> registered;
    private @Nullable Path folder;
    private @Nullable String owner;

    /** For {@code @ExtendWith}. */
    public WeirExtension() {
        this(List.of(), null);
    }

    private WeirExtension(List<WeirNetwork> registered, @Nullable Path folder) {
        this.registered = registered;
        this.folder = folder;
    }

    /** Looks after these networks, too. */
    public static WeirExtension of(WeirNetwork... networks) {
        return new WeirExtension(List.of(networks), null);
    }

    /** The same with another folder for evidence. */
    public WeirExtension withEvidence(Path newFolder) {
        return new WeirExtension(registered, newFolder);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (owner == null) {
            owner = context.getUniqueId();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        List<Watch> watches = new ArrayList<>();
        context.getStore(SPACE).put(Watch.class, watches);
        for (WeirNetwork network : networks(context)) {
            watches.add(Watch.begin(network));
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            writeEvidence(context); // before containers go that live as long as their test
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            writeEvidence(context);
        }
        watches(context).forEach(Watch::end);
        if (lifecycle(context) == Lifecycle.PER_METHOD) {
            instanceNetworks(context).forEach(WeirNetwork::close);
        }
        if (owner == null) {
            registered.forEach(WeirNetwork::close);
        }
    }

    private void writeEvidence(ExtensionContext context) {
        List<Watch> watches = watches(context);
        if (watches.isEmpty() || context.getStore(SPACE).get(Evidence.class) != null) {
            return;
        }
        Evidence evidence = Evidence.write(root(context), context, watches);
        context.getStore(SPACE).put(Evidence.class, evidence);
        context.publishReportEntry(FOLDER, evidence.folder().toString());
    }

    private Path root(ExtensionContext context) {
        return folder != null
                ? folder
                : Path.of(context.getConfigurationParameter(FOLDER).orElse(DEFAULT_FOLDER));
    }

    @SuppressWarnings("unchecked") // what beforeEach() put there
    private static List<Watch> watches(ExtensionContext context) {
        Object watches = context.getStore(SPACE).get(Watch.class);
        return watches == null ? List.of() : (List<Watch>) watches;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Set<WeirNetwork> closing = new LinkedHashSet<>();
        collect(closing, context.getRequiredTestClass(), null);
        if (lifecycle(context) == Lifecycle.PER_CLASS) {
            context.getTestInstance().ifPresent(instance -> collect(closing, instance.getClass(), instance));
        }
        if (context.getUniqueId().equals(owner)) {
            closing.addAll(registered);
        }
        closing.forEach(WeirNetwork::close);
    }

    private static Lifecycle lifecycle(ExtensionContext context) {
        return context.getTestInstanceLifecycle().orElse(Lifecycle.PER_METHOD);
    }

    // ---- fields --------------------------------------------------------------------------------------

    private Set<WeirNetwork> networks(ExtensionContext context) {
        Set<WeirNetwork> networks = new LinkedHashSet<>(registered);
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            collect(networks, instance.getClass(), null);
        }
        networks.addAll(instanceNetworks(context));
        return networks;
    }

    private static Set<WeirNetwork> instanceNetworks(ExtensionContext context) {
        Set<WeirNetwork> networks = new LinkedHashSet<>();
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            collect(networks, instance.getClass(), instance);
        }
        return networks;
    }

    /** @param instance whose fields are asked; null for the static ones of the class */
    private static void collect(Set<WeirNetwork> networks, Class<?> type, @Nullable Object instance) {
        List<Field> fields = ReflectionSupport.findFields(
                type,
                field -> field.getType() == WeirNetwork.class && ModifierSupport.isStatic(field) == (instance == null),
                HierarchyTraversalMode.TOP_DOWN);
        for (Field field : fields) {
            Object value = ReflectionSupport.tryToReadFieldValue(field, instance)
                    .getOrThrow(e -> new WeirException("cannot read the field " + field, "", e));
            if (value instanceof WeirNetwork network) {
                networks.add(network);
            }
        }
    }
}
