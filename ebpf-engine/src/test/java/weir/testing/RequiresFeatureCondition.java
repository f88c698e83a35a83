// SPDX-License-Identifier: Apache-2.0

package weir.testing;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for {@link RequiresFeature}. */
final class RequiresFeatureCondition implements ExecutionCondition {
    private static final String REQUIRE = "WEIR_REQUIRE";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<String> gaps =
                AnnotationSupport.findAnnotation(context.getElement(), RequiresFeature.class)
                        .map(RequiresFeature::value)
                        .stream()
                        .flatMap(Arrays::stream)
                        .flatMap(feature -> feature.gap().map(gap -> feature + ": " + gap).stream())
                        .toList();
        return decide(gaps, "all".equals(System.getenv(REQUIRE)));
    }

    static ConditionEvaluationResult decide(Collection<String> gaps, boolean requireAll) {
        if (gaps.isEmpty()) {
            return ConditionEvaluationResult.enabled("the machine has every feature needed");
        }
        String missing = "missing feature " + String.join("; ", gaps);
        if (requireAll) {
            throw new AssertionError(missing + " (" + REQUIRE + "=all forbids to skip)");
        }
        return ConditionEvaluationResult.disabled(missing);
    }
}
