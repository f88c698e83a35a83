// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What leads from one topology to another, as few steps as can be: ports that stay the same are in none. First all
 * goes that has to, so that names, numbers and interfaces are free for what comes.
 */
public final class TopologyDiff {
    private final List<Action> removals = new ArrayList<>();
    private final List<Action> additions = new ArrayList<>();

    private TopologyDiff() {}

    /** The steps in the order in which they are to be done. */
    public static List<Action> between(Topology from, Topology to) {
        TopologyDiff diff = new TopologyDiff();
        from.switches().forEach((name, old) -> {
            SwitchDefinition wanted = to.find(name);
            if (wanted == null || !wanted.isSameMachineAs(old)) {
                diff.removals.add(new Action.DeleteSwitch(name));
            }
        });
        to.switches().forEach((name, wanted) -> {
            SwitchDefinition old = from.find(name);
            if (old == null || !wanted.isSameMachineAs(old)) {
                diff.additions.add(new Action.CreateSwitch(name, wanted));
                diff.change(
                        name,
                        new SwitchDefinition(
                                wanted.workers(), wanted.waitMode(), wanted.loopGuard(), null, Map.of(), Set.of()),
                        wanted);
            } else {
                diff.change(name, old, wanted);
            }
        });
        List<Action> all = new ArrayList<>(diff.removals);
        all.addAll(diff.additions);
        return all;
    }

    private void change(String name, SwitchDefinition old, SwitchDefinition wanted) {
        removePorts(name, old, wanted);
        setProgram(name, null, old.program(), wanted.program());
        addPorts(name, old, wanted, true); // before those that take any number that is free
        addPorts(name, old, wanted, false);
        addEntries(name, old, wanted);
    }

    private void addPorts(String name, SwitchDefinition old, SwitchDefinition wanted, boolean isNumbered) {
        wanted.ports().forEach((port, definition) -> {
            PortDefinition before = old.ports().get(port);
            if (isNumbered != (definition.number() != 0)) {
                return;
            }
            if (before == null || !definition.isSamePortAs(before)) {
                additions.add(new Action.AttachPort(name, port, definition));
            } else {
                changePort(name, port, before, definition);
            }
        });
    }

    private void removePorts(String name, SwitchDefinition old, SwitchDefinition wanted) {
        old.ports().forEach((port, before) -> {
            PortDefinition definition = wanted.ports().get(port);
            if (definition == null || !definition.isSamePortAs(before)) {
                removals.add(new Action.DetachPort(name, port));
            }
        });
        for (StaticEntry entry : old.fdb()) {
            if (!wanted.fdb().contains(entry) && isKept(entry.port(), old, wanted)) {
                removals.add(new Action.SetStatic(name, entry, false));
            }
        }
    }

    /** Entries that lead to a port go with the port. */
    private static boolean isKept(String port, SwitchDefinition old, SwitchDefinition wanted) {
        PortDefinition before = old.ports().get(port);
        PortDefinition after = wanted.ports().get(port);
        return before != null && after != null && after.isSamePortAs(before);
    }

    private void changePort(String name, String port, PortDefinition before, PortDefinition wanted) {
        if (!wanted.isTreatedAs(before)) {
            additions.add(new Action.ChangePort(name, port, wanted));
        }
        setProgram(name, port, before.program(), wanted.program());
        if (!Objects.equals(before.link(), wanted.link())) {
            additions.add(new Action.SetLink(name, port, wanted.link()));
        }
    }

    private void setProgram(
            String name,
            @Nullable String port,
            @Nullable ProgramDefinition before,
            @Nullable ProgramDefinition wanted) {
        if (!Objects.equals(before, wanted)) {
            additions.add(new Action.SetProgram(name, port, wanted, before != null));
        }
    }

    private void addEntries(String name, SwitchDefinition old, SwitchDefinition wanted) {
        for (StaticEntry entry : wanted.fdb()) {
            if (!old.fdb().contains(entry) || !isKept(entry.port(), old, wanted)) {
                additions.add(new Action.SetStatic(name, entry, true));
            }
        }
    }
}
