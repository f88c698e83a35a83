// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What leads from one topology to another, as few steps as can be: ports that stay the same are in none. First all
 * goes that has to, so that names, numbers and interfaces are free for what comes. That is also true of a port that may
 * have any number, and has one that another port is to have: it comes back behind that one.
 */
public final class TopologyDiff {
    private final Map<String, Integer> numbers;
    private final List<Action> removals = new ArrayList<>();
    private final List<Action> additions = new ArrayList<>();

    private TopologyDiff(Map<String, Integer> numbers) {
        this.numbers = numbers;
    }

    /**
     * The steps in the order in which they are to be done.
     *
     * @param numbers that ports have now, by {@code SWITCH:PORT}
     */
    public static List<Action> between(Topology from, Topology to, Map<String, Integer> numbers) {
        TopologyDiff diff = new TopologyDiff(numbers);
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
        Map<String, String> successors = successors(name, old, wanted);
        Set<String> staying = new HashSet<>();
        old.ports().forEach((port, before) -> {
            PortDefinition after = wanted.ports().get(port);
            if (after != null && after.isSamePortAs(before) && !successors.containsKey(port)) {
                staying.add(port);
            }
        });
        removePorts(name, old, wanted, staying, successors);
        setProgram(name, null, old.program(), wanted.program());
        addPorts(name, old, wanted, staying, true); // before those that take any number that is free
        addPorts(name, old, wanted, staying, false);
        addEntries(name, old, wanted, staying);
    }

    /** Who is to have the number of which port, of those that may have any. */
    private Map<String, String> successors(String name, SwitchDefinition old, SwitchDefinition wanted) {
        Map<Integer, String> asked = new HashMap<>();
        wanted.ports().forEach((port, definition) -> {
            if (definition.number() != 0) {
                asked.put(definition.number(), port);
            }
        });
        Map<String, String> successors = new HashMap<>();
        for (String port : old.ports().keySet()) {
            PortDefinition after = wanted.ports().get(port);
            String successor = asked.get(numbers.getOrDefault(name + ":" + port, 0));
            if (after != null && after.number() == 0 && successor != null) {
                successors.put(port, successor);
            }
        }
        return successors;
    }

    private void addPorts(
            String name, SwitchDefinition old, SwitchDefinition wanted, Set<String> staying, boolean isNumbered) {
        wanted.ports().forEach((port, definition) -> {
            if (isNumbered != (definition.number() != 0)) {
                return;
            }
            PortDefinition before = old.ports().get(port);
            if (before != null && staying.contains(port)) {
                changePort(name, port, before, definition);
            } else {
                additions.add(new Action.AttachPort(name, port, definition));
            }
        });
    }

    private void removePorts(
            String name,
            SwitchDefinition old,
            SwitchDefinition wanted,
            Set<String> staying,
            Map<String, String> successors) {
        for (String port : old.ports().keySet()) {
            if (!staying.contains(port)) {
                removals.add(new Action.DetachPort(name, port, successors.get(port)));
            }
        }
        for (StaticEntry entry : old.fdb()) {
            if (!wanted.fdb().contains(entry) && staying.contains(entry.port())) { // else it goes with its port
                removals.add(new Action.SetStatic(name, entry, false));
            }
        }
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

    private void addEntries(String name, SwitchDefinition old, SwitchDefinition wanted, Set<String> staying) {
        for (StaticEntry entry : wanted.fdb()) {
            if (!old.fdb().contains(entry) || !staying.contains(entry.port())) {
                additions.add(new Action.SetStatic(name, entry, true));
            }
        }
    }
}
