// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import weir.control.metrics.PrometheusText;
import weir.control.metrics.PrometheusText.Series;
import weir.core.Switch;
import weir.core.capture.CaptureSettings;
import weir.core.link.LinkSettings;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.testing.Law;
import weir.ebpf.ObjectFile;

/** {@code /metrics} of a daemon whose switch carries frames. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class MetricsRoutesTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));
    private static final Set<String> LABELS = Set.of("switch", "port", "reason", "action", "program", "le");
    private static final Pattern NAME = Pattern.compile("\\b(?:weir|jvm|process|system)_[a-z0-9_]+");

    @TempDir
    private Path folder;

    private ObservedDaemon daemon;
    private Switch sw;

    @BeforeEach
    void start() throws Exception {
        daemon = new ObservedDaemon(folder);
        sw = daemon.create("sw0");
    }

    @AfterEach
    void end() {
        daemon.close();
    }

    private PrometheusText scrape() throws IOException {
        try (StreamingClient.Answer answer = daemon.http().get("/metrics")) {
            assertEquals(200, answer.status());
            String text = answer.text();
            try {
                return PrometheusText.parse(text);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\n" + text, e);
            }
        }
    }

    /** A program, an emulated link, drops of both ends, everything that can be seen. */
    private void everything() throws Exception {
        ObjectFile object = ObjectFile.parse(Files.readAllBytes(ROOT.resolve("examples/programs/counters.o")));
        sw.programs().load(ProgramPlace.onSwitch(), object, ProgramOptions.DEFAULT);
        daemon.talk(sw);
        sw.links().set("s1", LinkSettings.parse("loss:20%,duplicate:20%,corrupt:10%"));
        Law.eventually(
                "drops at a port and frames of all",
                TimeUnit.SECONDS.toNanos(120),
                () -> sw.ports().stream().allMatch(port -> port.counters().received() > 2_000)
                        && !sw.total().egressDrops().isEmpty()
                        && sw.programs().all().getFirst().counters().runNanos() > 0
                        && !(sw.total().ingressDrops().isEmpty()
                                && sw.total().decisionDrops().isEmpty()));
    }

    /** One run for all that needs everything: programs take a while to be compiled. */
    @Test
    void metricsAreThoseOfTheDocumentTheContractAndTheDashboardAndTheLawIsReadFromThem() throws Exception {
        everything();
        namesAreThoseOfTheDocumentAndLabelsAreFew();
        eachQueryOfTheDashboardAsksForMetricsThatAreThere();
        everyNameOfTheContractIsThere();
        theConservationLawIsReadFromMetricsAlone();
    }

    private void theConservationLawIsReadFromMetricsAlone() throws Exception {
        daemon.silence(sw);
        Law.eventually("the program saw every frame of every batch", () -> {
            PrometheusText now = scrape();
            return now.sum("weir_program_actions_total") == now.sum("weir_batch_packets_sum");
        });
        PrometheusText metrics = scrape();
        double received = metrics.sum("weir_port_receive_packets_total");
        assertTrue(received > 2_000, () -> received + " frames");
        assertTrue(metrics.sum("weir_port_transmit_drop_total") > 0, "drops at egress ports");
        assertTrue(metrics.sum("weir_port_receive_drop_total") > 0, "drops at ingress ports");
        assertEquals(
                received + metrics.sum("weir_port_created_packets"),
                metrics.sum("weir_port_transmit_packets_total")
                        + metrics.sum("weir_port_receive_drop_total")
                        + metrics.sum("weir_port_transmit_drop_total")
                        + metrics.sum("weir_switch_in_flight_packets"));
        assertEquals(0, metrics.sum("weir_switch_in_flight_packets"));
    }

    @Test
    void aDetachedPortGoesAndTheCountersOfOthersNeverFall() throws Exception {
        daemon.talk(sw);
        PrometheusText before = scrape();
        for (int i = 0; i < 20; i++) {
            PrometheusText now = scrape();
            assertNoneFell(before, now);
            before = now;
        }
        assertTrue(sw.detach("s2"));
        PrometheusText after = scrape();
        assertEquals(
                Set.of(),
                after.samples().keySet().stream()
                        .filter(series -> "s2".equals(series.labels().get("port")))
                        .collect(java.util.stream.Collectors.toSet()));
        assertNoneFell(before, after);
        daemon.silence(sw);
        assertEquals(
                0, scrape().sum("weir_switch_in_flight_packets"), "what the port counted is still part of the sum");
    }

    private static void assertNoneFell(PrometheusText before, PrometheusText now) {
        for (Map.Entry<Series, Double> sample : before.samples().entrySet()) {
            Series series = sample.getKey();
            if (series.name().endsWith("_total") && now.samples().containsKey(series)) {
                assertTrue(now.samples().get(series) >= sample.getValue(), series::toString);
            }
        }
    }

    private void namesAreThoseOfTheDocumentAndLabelsAreFew() throws Exception {
        try (AutoCloseable _ = sw.capture(CaptureSettings.ALL, frame -> {})) {
            Set<String> documented = new TreeSet<>();
            Matcher names =
                    Pattern.compile("`(weir_[a-z_]+)").matcher(Files.readString(ROOT.resolve("docs/metrics.md")));
            while (names.find()) {
                documented.add(names.group(1));
            }
            PrometheusText metrics = scrape();
            Set<String> families = new TreeSet<>();
            metrics.types().keySet().stream()
                    .filter(name -> name.startsWith("weir_"))
                    .forEach(families::add);
            assertEquals(documented, families);
            metrics.samples().keySet().stream()
                    .filter(series ->
                            series.name().startsWith("weir_") && !series.name().equals("weir_build_info"))
                    .forEach(series ->
                            assertTrue(LABELS.containsAll(series.labels().keySet()), series::toString));
        }
    }

    private void eachQueryOfTheDashboardAsksForMetricsThatAreThere() throws Exception {
        Set<String> there = scrape().names();
        JsonNode dashboard = Answers.JSON.readTree(Files.readString(ROOT.resolve("docker/grafana/weir.json")));
        List<String> queries =
                dashboard.findValues("expr").stream().map(JsonNode::stringValue).toList();
        assertTrue(queries.size() >= 10, queries::toString);
        for (String query : queries) {
            List<String> asked =
                    NAME.matcher(query).results().map(result -> result.group()).toList();
            assertFalse(asked.isEmpty(), query);
            asked.forEach(name -> assertTrue(there.contains(name), () -> name + " in " + query));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|text/plain",
                "*/*|text/plain",
                "text/plain;version=0.0.4|text/plain",
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1|application/openmetrics-text",
                "application/openmetrics-text;q=0.1, text/plain|text/plain",
                "application/openmetrics-text;q=x, */*;q=0.1|text/plain",
                "text/html|text/plain"
            })
    void isWrittenAsTheClientAsks(String accept, String type) throws Exception {
        try (StreamingClient.Answer answer = daemon.http().get("/metrics", "Accept: " + accept)) {
            assertEquals(200, answer.status());
            assertEquals(type, answer.header("Content-Type").split(";", -1)[0]);
            assertEquals(type.startsWith("application"), answer.text().endsWith("# EOF\n"));
        }
    }

    private void everyNameOfTheContractIsThere() throws Exception {
        Set<String> names = scrape().names();
        Stream.of(
                        "weir_port_receive_packets_total",
                        "weir_port_receive_bytes_total",
                        "weir_port_transmit_packets_total",
                        "weir_port_transmit_bytes_total",
                        "weir_port_receive_drop_total",
                        "weir_port_transmit_drop_total",
                        "weir_port_up",
                        "weir_switch_fdb_entries",
                        "weir_switch_fdb_moves_total",
                        "weir_program_actions_total",
                        "weir_program_run_seconds_total",
                        "weir_batch_packets_bucket",
                        "weir_build_info",
                        "jvm_memory_used_bytes")
                .forEach(name -> assertTrue(names.contains(name), () -> name + " in " + names));
    }
}
