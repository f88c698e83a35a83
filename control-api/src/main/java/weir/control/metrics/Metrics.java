// SPDX-License-Identifier: Apache-2.0

package weir.control.metrics;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import weir.control.capture.CaptureTotals;
import weir.control.events.EventStreams;
import weir.core.Switch;

/**
 * Metrics of a process that runs switches. Any thread. A scrape reads counters that workers publish anyway; no worker is
 * asked, and none waits.
 */
public final class Metrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Build build;
    private final EventStreams events;
    private final Supplier<Map<String, Switch>> switches;
    private final Function<String, CaptureTotals> captures;

    /**
     * What was built, for {@code weir_build_info}.
     *
     * @param commit empty where it is not known
     */
    public record Build(String version, String commit) {}

    /**
     * @param switches those that run, by name, asked at each scrape
     * @param captures what captures of a switch counted
     * @param events the clients that listen to events
     */
    public Metrics(
            Build build,
            Supplier<Map<String, Switch>> switches,
            Function<String, CaptureTotals> captures,
            EventStreams events) {
        this.build = build;
        this.events = events;
        this.switches = switches;
        this.captures = captures;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
        MultiCollector collector = this::collect;
        registry.getPrometheusRegistry().register(collector);
    }

    private MetricSnapshots collect() {
        Families families = new Families();
        families.info(
                "weir_build",
                "What was built, and the Java that runs it.",
                Labels.of(
                        "version",
                        build.version(),
                        "commit",
                        build.commit(),
                        "java",
                        Runtime.version().toString()));
        families.gauge("weir_event_streams", "Clients that listen to events.", Labels.EMPTY, events.open());
        families.counter(
                "weir_event_stream_lost_events",
                "Events that clients were too slow or too late for.",
                Labels.EMPTY,
                events.lostEvents());
        families.counter(
                "weir_event_stream_lost_samples",
                "Counters, told once a second, that clients were too slow for.",
                Labels.EMPTY,
                events.lostSamples());
        SwitchFamilies reader = new SwitchFamilies(families);
        switches.get().forEach((name, sw) -> reader.read(name, sw, captures.apply(name)));
        reader.finish();
        return families.all();
    }

    /** Everything, as text of that format. */
    public String scrape(MetricsFormat format) {
        return registry.scrape(format.contentType());
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
