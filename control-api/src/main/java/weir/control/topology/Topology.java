// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that a daemon is to run. Immutable; two of them are equal when they ask for the same.
 *
 * @param switches by name, in order of their names
 */
public record Topology(Map<String, SwitchDefinition> switches) {
    /** Nothing. */
    public static final Topology EMPTY = new Topology(Map.of());

    public Topology {
        switches = Collections.unmodifiableMap(new TreeMap<>(switches));
    }

    /** The definition of a switch; null when there is none. */
    public @Nullable SwitchDefinition find(String name) {
        return switches.get(name);
    }

    /** Digests of the object files that programs are from. */
    public Set<String> objects() {
        Set<String> digests = new TreeSet<>();
        for (SwitchDefinition definition : switches.values()) {
            Stream.concat(
                            Stream.ofNullable(definition.program()),
                            definition.ports().values().stream().flatMap(port -> Stream.ofNullable(port.program())))
                    .forEach(program -> digests.add(program.object()));
        }
        return digests;
    }

    /** With a switch added or replaced. */
    public Topology with(String name, SwitchDefinition definition) {
        Map<String, SwitchDefinition> changed = new TreeMap<>(switches);
        changed.put(name, definition);
        return new Topology(changed);
    }

    /** Without a switch. */
    public Topology without(String name) {
        Map<String, SwitchDefinition> changed = new TreeMap<>(switches);
        changed.remove(name);
        return new Topology(changed);
    }

    /** With one switch changed; the same where there is none of that name. */
    public Topology change(String name, UnaryOperator<SwitchDefinition> change) {
        SwitchDefinition definition = switches.get(name);
        return definition == null ? this : with(name, change.apply(definition));
    }
}
