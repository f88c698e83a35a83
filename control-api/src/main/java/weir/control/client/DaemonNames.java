// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import weir.control.completion.NameKind;
import weir.control.completion.NameSource;

/** Asks the daemon for names; knows none when it does not answer at once. */
public final class DaemonNames implements NameSource {
    private static final Duration PATIENCE = Duration.ofMillis(300);
    private static final String OPTION = "--socket";

    private final String socket;

    /** @param socket where the daemon is, unless the command line names another one */
    public DaemonNames(String socket) {
        this.socket = socket;
    }

    @Override
    public List<String> names(NameKind kind, List<String> words) {
        try {
            DaemonClient client = DaemonClient.at(Path.of(socket(words))).withPatience(PATIENCE);
            return switch (kind) {
                case SWITCH -> List.copyOf(switches(client));
                case PORT -> ports(client, words);
                case SWITCH_PORT -> places(client);
                case SWITCH_OR_PORT -> {
                    List<String> both = new ArrayList<>(switches(client));
                    both.addAll(places(client));
                    yield both;
                }
            };
        } catch (DaemonException | InvalidPathException e) {
            return List.of(); // somebody is typing: no names are no failure
        }
    }

    private String socket(List<String> words) {
        String named = socket;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith(OPTION + "=")) {
                named = word.substring(OPTION.length() + 1);
            } else if (word.equals(OPTION) && i + 1 < words.size()) {
                named = words.get(i + 1);
            }
        }
        return named;
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
            if (name.matches("[A-Za-z0-9_.:-]{1,64}")) {
                names.add(name);
            }
        }
        return names;
    }
}
