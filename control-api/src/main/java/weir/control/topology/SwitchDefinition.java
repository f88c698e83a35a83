// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import weir.core.worker.WaitMode;

/**
 * A switch that is wanted.
 *
 * @param workers threads that move frames, 1 to {@link #MAX_WORKERS}
 * @param loopGuard whether ports send probes, and those in a loop are blocked
 * @param program decides about the frames of all ports; null for none
 * @param ports by name, in the order in which they are attached
 * @param fdb static entries of the forwarding database
 */
public record SwitchDefinition(
        int workers,
        WaitMode waitMode,
        boolean loopGuard,
        @Nullable ProgramDefinition program,
        Map<String, PortDefinition> ports,
        Set<StaticEntry> fdb) {
    /** Most workers of a switch. */
    public static final int MAX_WORKERS = 64;

    /** One adaptive worker, guarded, without ports. */
    public static final SwitchDefinition DEFAULT =
            new SwitchDefinition(1, WaitMode.ADAPTIVE, true, null, Map.of(), Set.of());

    public SwitchDefinition {
        ports = Collections.unmodifiableMap(new LinkedHashMap<>(ports));
        fdb = Collections.unmodifiableSet(new LinkedHashSet<>(fdb));
    }

    public SwitchDefinition withProgram(@Nullable ProgramDefinition changed) {
        return new SwitchDefinition(workers, waitMode, loopGuard, changed, ports, fdb);
    }

    public SwitchDefinition withPorts(Map<String, PortDefinition> changed) {
        return new SwitchDefinition(workers, waitMode, loopGuard, program, changed, fdb);
    }

    public SwitchDefinition withFdb(Set<StaticEntry> changed) {
        return new SwitchDefinition(workers, waitMode, loopGuard, program, ports, changed);
    }

    /** With a port added behind the others, or replaced where it stands. */
    public SwitchDefinition withPort(String name, PortDefinition port) {
        Map<String, PortDefinition> changed = new LinkedHashMap<>(ports);
        changed.put(name, port);
        return withPorts(changed);
    }

    /** Without a port and the static entries that lead to it. */
    public SwitchDefinition withoutPort(String name) {
        Map<String, PortDefinition> changed = new LinkedHashMap<>(ports);
        changed.remove(name);
        Set<StaticEntry> entries = new LinkedHashSet<>(fdb);
        entries.removeIf(entry -> entry.port().equals(name));
        return withPorts(changed).withFdb(entries);
    }

    /** With one port changed; the same where there is none of that name. */
    public SwitchDefinition changePort(String name, UnaryOperator<PortDefinition> change) {
        PortDefinition port = ports.get(name);
        return port == null ? this : withPort(name, change.apply(port));
    }

    /** Whether a switch that runs the other can become this one without being made anew. */
    boolean isSameMachineAs(SwitchDefinition other) {
        return workers == other.workers && waitMode == other.waitMode && loopGuard == other.loopGuard;
    }
}
