// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import weir.control.completion.NameKind;
import weir.control.completion.NameSource;

/** Asks the daemon for names; knows none when it does not answer at once. */
public final class DaemonNames implements NameSource {
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private final Function<List<String>, DaemonClient> daemon;

    /** @param daemon the one to ask, by the words of a command line so far; what it throws means that there is none */
    public DaemonNames(Function<List<String>, DaemonClient> daemon) {
        this.daemon = daemon;
    }

    @Override
    public List<String> names(NameKind kind, List<String> words) {
        try {
            DaemonClient client = daemon.apply(words).withPatience(PATIENCE);
            return switch (kind) {
                case SWITCH -> List.copyOf(switches(client));
                case PORT -> ports(client, words);
                case SWITCH_PORT -> places(client);
                case SWITCH_OR_PORT -> {
                    List<String> both = new ArrayList<>(switches(client));
                    both.addAll(places(client));
                    yield both;
                }
                case CONTAINER -> List.of(); // not the daemon's
            };
        } catch (RuntimeException e) {
            return List.of(); // somebody is typing: no names are no failure
        }
    }

    private static Set<String> switches(DaemonClient client) {
        return names(client.json(ApiRequest.get(ApiPath.of("switches"))).path("switches"));
    }

    /** Every port has a link, emulated or not, and they are named by place. */
    private static List<String> places(DaemonClient client) {
        return List.copyOf(
                names(client.json(ApiRequest.get(ApiPath.of("links"))).path("links")));
    }

    /** Those of the switch that was named last. */
    private static List<String> ports(DaemonClient client, List<String> words) {
        Set<String> known = switches(client);
        for (String word : words.reversed()) {
            if (known.contains(word)) {
                ApiPath path = ApiPath.of("switches", word, "ports");
                return List.copyOf(names(client.json(ApiRequest.get(path)).path("ports")));
            }
        }
        return List.of();
    }

    /** Those that a shell can take as they are. */
    private static Set<String> names(JsonNode keyed) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : keyed.propertyNames()) {
            if (NameSource.isPlain(name)) {
                names.add(name);
            }
        }
        return names;
    }
}
