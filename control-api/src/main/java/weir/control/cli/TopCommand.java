// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.control.client.DaemonClient;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;

/** {@code weir top}. */
@Command(
        name = "top",
        description = {
            "Shows what goes on in the daemon's switches, on the whole terminal, until q: rates of ports, drops by reason,"
                    + " what workers and programs do, events as they happen.",
            "",
            "Without SWITCH it begins with all of them, or with the only one. 'h' tells the keys. For files and pipes there"
                    + " are 'weir stats SWITCH --watch' and 'weir events'."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir top", "  weir top lan --interval 0.5"})
public final class TopCommand extends ClientCommand {
    private static final double MIN_SECONDS = 0.25;
    private static final double MAX_SECONDS = 60;
    private static final long KEY_MILLIS = 100;

    @Parameters(index = "0", arity = "0..1", paramLabel = "SWITCH", description = "Begin with this one.")
    @DynamicCandidates(NameKind.SWITCH)
    private @Nullable String switchName;

    @Option(names = "--interval", paramLabel = "SECONDS", description = "Time between two looks (default: 1).")
    private double interval = 1;

    /** For picocli. */
    public TopCommand() {}

    @Override
    void ask(DaemonClient client) {
        OptionRange.require(commandLine(), "--interval", interval, MIN_SECONDS, MAX_SECONDS);
        if (!Progress.isTerminal()) {
            throw noTerminal("standard input and output are not both one", null);
        }
        TopState state = new TopState(first(client), interval);
        try (TopSampler sampler = new TopSampler(client, state.shown(), interval);
                TopEvents events = new TopEvents(client)) {
            sampler.start();
            events.start();
            try (TopScreen screen = new TopScreen(out())) {
                try {
                    watch(screen, state, sampler, events);
                } catch (IOException | IllegalStateException e) {
                    if (screen.takeBack()) {
                        throw e;
                    }
                }
            } catch (IOException | IllegalStateException e) {
                throw noTerminal(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /** Of the switch that was named, or the only one, or of none. */
    private TopSample first(DaemonClient client) {
        TopSample first = TopSample.ask(client, switchName);
        return switchName == null && first.switches().size() == 1
                ? TopSample.ask(
                        client, first.switches().propertyNames().iterator().next())
                : first;
    }

    private static CommandFailure noTerminal(String cause, @Nullable Exception reason) {
        return new CommandFailure(
                ExitCode.FAILURE,
                "top needs a terminal: " + cause,
                "'weir stats SWITCH --watch' and 'weir events' print line by line",
                reason);
    }

    private static void watch(TopScreen screen, TopState state, TopSampler sampler, TopEvents events)
            throws IOException {
        Colours colours = Colours.of(true, System.getenv());
        long heard = -1;
        TopKey key = TopKey.NONE;
        while (key != TopKey.QUIT) {
            if (state.press(key)) {
                sampler.wish(state.shown(), state.interval());
            }
            if (key == TopKey.REDRAW) {
                screen.forget();
            }
            TopSampler.Look look = sampler.next();
            if (look != null) {
                state.take(look.sample(), look.trouble());
            }
            if (screen.hasChangedSize() || look != null || key != TopKey.NONE || heard != events.heard()) {
                heard = events.heard();
                String about = state.shown();
                List<String> last = events.last(about == null ? "" : about);
                screen.draw(new TopPage(state, last, screen.width(), screen.height(), colours).lines());
            }
            key = screen.read(KEY_MILLIS);
        }
    }
}
