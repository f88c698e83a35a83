// SPDX-License-Identifier: Apache-2.0

package weir.testing;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for {@link RequiresFeature}. */
final class RequiresFeatureCondition implements ExecutionCondition {
    private static final String REQUIRE = "WEIR_REQUIRE";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<Feature> missing =
                AnnotationSupport.findAnnotation(context.getElement(), RequiresFeature.class)
                        .map(RequiresFeature::value)
                        .stream()
                        .flatMap(Arrays::stream)
                        .filter(feature -> feature.gap().isPresent())
                        .toList();
        String setting = System.getenv(REQUIRE);
        return decide(
                missing.stream()
                        .map(feature -> feature + ": " + feature.gap().orElseThrow())
                        .toList(),
                missing.stream().anyMatch(feature -> isRequired(feature, setting)));
    }

    /**
     * Reads {@code all}, or {@code all,-NAME,-NAME}: a build that says by itself which features the machine cannot
     * have now.
     */
    static boolean isRequired(Feature feature, @Nullable String setting) {
        List<String> words = setting == null ? List.of() : List.of(setting.split(",", -1));
        return words.contains("all") && !words.contains("-" + feature);
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
