// SPDX-License-Identifier: Apache-2.0

package weir.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test or test class needs these features of the machine. Where one is missing the test is skipped and says why;
 * with {@code WEIR_REQUIRE=all} in the environment it fails instead, so that a continuous build never skips in silence.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(RequiresFeatureCondition.class)
public @interface RequiresFeature {
    Feature[] value();
}
