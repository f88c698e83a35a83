// SPDX-License-Identifier: Apache-2.0

package weir.control.events;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.control.plane.EventHub.Event;

/**
 * What a client wants to hear.
 *
 * @param switchName of that switch only; null for all
 */
public record EventFilter(Set<EventType> types, @Nullable String switchName) {
    public EventFilter {
        types = Set.copyOf(types);
    }

    boolean takes(Event event) {
        return types.contains(EventJson.type(event)) && takes(event.switchName());
    }

    boolean takes(String name) {
        return switchName == null || switchName.equals(name);
    }

    boolean takesStats() {
        return types.contains(EventType.STATS);
    }
}
