// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.counts;
import static weir.control.cli.AnswerText.decimal;
import static weir.control.cli.AnswerText.number;
import static weir.control.cli.AnswerText.state;
import static weir.control.cli.AnswerText.sum;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.program.Printable;

/** {@code weir stats}. */
@Command(
        name = "stats",
        description = {
            "Shows a switch's counters and rates: frames and bits a second of each port, drops by reason.",
            "",
            "Rates are those between two looks, a second apart unless --interval says otherwise. With -o json counters are"
                    + " printed as they are, at once."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir stats lan",
            "  weir stats lan --watch",
            "  weir stats lan --runtime",
            "  weir stats lan -o json"
        })
public final class StatsCommand extends QueryCommand {
    private static final double NANOS = 1e9;
    private static final int BITS = 8;
    private static final double MIN_SECONDS = 0.1;
    private static final double MAX_SECONDS = 3600;
    private static final String CLEAR_SCREEN = "\033[H\033[2J";

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private SwitchArgument target;

    @Option(names = "--watch", description = "Go on until Ctrl-C.")
    private boolean watch;

    @Option(
            names = "--runtime",
            description = "Show what workers do instead: batches, frames a batch, ns a frame by stage.")
    private boolean runtime;

    @Option(names = "--interval", paramLabel = "SECONDS", description = "Time between two looks (default: 1).")
    private double interval = 1;

    /** For picocli. */
    public StatsCommand() {}

    @Override
    void ask(DaemonClient client) {
        OptionRange.require(commandLine(), "--interval", interval, MIN_SECONDS, MAX_SECONDS);
        ApiRequest request = ApiRequest.get(ApiPath.of("switches", target.name(), runtime ? "runtime" : "stats"));
        JsonNode before = client.json(request);
        boolean needsTwo = output().format() == OutputFormat.TABLE && !runtime;
        if (!needsTwo) {
            show(before, before);
        }
        for (boolean again = needsTwo || watch; again && hasReader() && pause(); again = watch) {
            JsonNode now = client.json(request);
            show(before, now);
            before = now;
        }
    }

    /** Whether the time passed; an interrupt asks to end. */
    private boolean pause() {
        try {
            TimeUnit.NANOSECONDS.sleep((long) (interval * NANOS));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void show(JsonNode before, JsonNode now) {
        if (watch && output().format() != OutputFormat.TABLE) {
            output().printLine(out(), now);
            return;
        }
        print(now, out -> {
            if (watch && Progress.isTerminal()) {
                out.print(CLEAR_SCREEN);
            }
            if (runtime) {
                runtime(out, now);
            } else {
                rates(out, before, now);
            }
        });
        out().flush();
    }

    private static void rates(PrintWriter out, JsonNode before, JsonNode now) {
        CounterRates rates = new CounterRates(before, now);
        TextTable table = new TextTable(
                "PORT",
                "STATE",
                "RX PPS",
                "RX BIT/S",
                "TX PPS",
                "TX BIT/S",
                "DROPS/S",
                "RX FRAMES",
                "TX FRAMES",
                "DROPPED");
        now.path("ports").propertyStream().forEach(each -> {
            String name = each.getKey();
            JsonNode port = each.getValue();
            table.row(
                    name,
                    state(port),
                    CounterRates.text(rates.port(name, "received")),
                    CounterRates.text(BITS * rates.port(name, "received_bytes")),
                    CounterRates.text(rates.port(name, "transmitted")),
                    CounterRates.text(BITS * rates.port(name, "transmitted_bytes")),
                    CounterRates.text(rates.drops(name)),
                    number(port, "received"),
                    number(port, "transmitted"),
                    sum(port.path("drops")));
        });
        table.print(out);
        out.println();
        out.println("drops by reason: " + counts(now.path("drops")));
        out.println("addresses: " + number(now, "fdb_entries"));
    }

    private static void runtime(PrintWriter out, JsonNode answer) {
        TextTable table = new TextTable("WORKER", "BATCHES", "FRAMES", "FRAMES/BATCH", "STAGE", "NS/FRAME");
        answer.path("workers").forEach(worker -> {
            table.row(
                    number(worker, "worker"),
                    number(worker, "batches"),
                    number(worker, "frames"),
                    decimal(worker.path("frames_per_batch")),
                    "",
                    "-");
            worker.path("ns_per_frame")
                    .propertyStream()
                    .forEach(stage ->
                            table.row("-", "-", "-", "-", Printable.of(stage.getKey()), decimal(stage.getValue())));
        });
        table.print(out);
    }
}
