// SPDX-License-Identifier: Apache-2.0

package weir.control.metrics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How metrics are written. */
public enum MetricsFormat {
    /** Prometheus text format 0.0.4. */
    TEXT("text/plain; version=0.0.4; charset=utf-8"),
    /** OpenMetrics 1.0. */
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private static final String OPEN_METRICS_TYPE = "application/openmetrics-text";

    private final String contentType;

    MetricsFormat(String contentType) {
        this.contentType = contentType;
    }

    public String contentType() {
        return contentType;
    }

    /** The one that a client likes best (RFC 9110, 12.5.1): OpenMetrics only when it is named, and as welcome as text. */
    public static MetricsFormat of(@Nullable String accept) {
        if (accept == null) {
            return TEXT;
        }
        double openMetrics = 0;
        double text = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", -1);
            switch (parts[0].strip()) {
                case OPEN_METRICS_TYPE -> openMetrics = Math.max(openMetrics, quality(parts));
                case "text/plain", "text/*", "*/*" -> text = Math.max(text, quality(parts));
                default -> {
                    // of another format
                }
            }
        }
        return openMetrics > 0 && openMetrics >= text ? OPEN_METRICS : TEXT;
    }

    private static double quality(String[] parameters) {
        for (String parameter : parameters) {
            String text = parameter.strip();
            if (text.startsWith("q=")) {
                try {
                    return Double.parseDouble(text.substring(2));
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
