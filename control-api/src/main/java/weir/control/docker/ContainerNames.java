// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import weir.control.completion.NameKind;
import weir.control.completion.NameSource;
import weir.control.station.StationException;

/** Asks Docker for names of containers; knows none when it does not answer at once. */
public final class ContainerNames implements NameSource {
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private final Map<String, String> environment;

    /** @param environment where Docker is said to be */
    public ContainerNames(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<String> names(NameKind kind, List<String> words) {
        if (kind != NameKind.CONTAINER) {
            return List.of();
        }
        try {
            return DockerEngine.of(environment).withPatience(PATIENCE).names().stream()
                    .filter(NameSource::isPlain)
                    .toList();
        } catch (StationException | RuntimeException e) {
            return List.of(); // somebody is typing: no names are no failure
        }
    }
}
