// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.Locale;

/** What is measured in each turn. */
public enum Figure {
    FRAMES_MPPS("small frames, Mpps", true),
    OFFERED_MPPS("offered, Mpps", true),
    CPU_SECONDS_PER_MILLION("CPU s per million frames", false),
    SWITCH_CPU_SECONDS_PER_MILLION("of it the switch's process", false),
    TCP_THERE_GBPS("TCP there, Gbit/s", true),
    TCP_BACK_GBPS("TCP back, Gbit/s", true),
    LATENCY_P50_US("latency p50, us", false),
    LATENCY_P90_US("latency p90, us", false),
    LATENCY_P99_US("latency p99, us", false),
    LATENCY_P999_US("latency p99.9, us", false);

    private final String title;
    private final boolean moreIsBetter;

    Figure(String title, boolean moreIsBetter) {
        this.title = title;
        this.moreIsBetter = moreIsBetter;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** Whether a larger figure is the better one. */
    public boolean moreIsBetter() {
        return moreIsBetter;
    }

    /** Name in the report. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
