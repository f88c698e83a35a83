// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On an option or a parameter of a command: shells ask {@code weir __complete} for its values, which asks the daemon or Docker.
 *
 * <pre>{@code
 * @Parameters(paramLabel = "SWITCH", description = "...")
 * @DynamicCandidates(NameKind.SWITCH)
 * private String switchName;
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface DynamicCandidates {
    /** What to propose. */
    NameKind value();
}
