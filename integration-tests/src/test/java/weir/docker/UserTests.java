// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import weir.testcontainers.WeirExtension;

/** Runs test classes as a build tool does, and prints a line for each outcome: {@code SUCCESSFUL CLASS.METHOD}. */
final class UserTests {
    private UserTests() {}

    /**
     * Runs them.
     *
     * @param args folder for evidence, then names of classes
     */
    public static void main(String[] args) {
        List<String> classes = Arrays.asList(args).subList(1, args.length);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(classes.stream().map(name -> selectClass(name)).toList())
                .configurationParameter(WeirExtension.FOLDER, args[0])
                .build();
        LauncherFactory.create().execute(request, new Printing());
    }

    private static final class Printing implements TestExecutionListener {
        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                System.out.println(result.getStatus() + " " + name(test));
                result.getThrowable().ifPresent(cause -> {
                    StringWriter trace = new StringWriter();
                    cause.printStackTrace(new PrintWriter(trace, true));
                    System.out.println(trace);
                });
            }
        }

        private static String name(TestIdentifier test) {
            return test.getSource()
                    .filter(MethodSource.class::isInstance)
                    .map(MethodSource.class::cast)
                    .map(source -> source.getJavaClass().getSimpleName() + "." + source.getMethodName())
                    .orElse(test.getDisplayName());
        }
    }
}
