// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import java.util.Locale;

/** How delays spread around their mean. */
public enum DelayDistribution {
    /** Anything from delay - jitter to delay + jitter, all alike. */
    UNIFORM,
    /** Normal, with the jitter as standard deviation. */
    NORMAL;

    /** As in text. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
