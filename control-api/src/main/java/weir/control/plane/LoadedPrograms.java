// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import weir.control.topology.Action;
import weir.control.topology.PortDefinition;
import weir.control.topology.ProgramDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.core.Switch;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramPlace;

/**
 * What the programs of this process were loaded from, those included that may still come back instead of a successor with
 * too many faults. Forgotten with the programs. Any thread.
 */
final class LoadedPrograms {
    private final Map<AttachedProgram, ProgramDefinition> definitions =
            Collections.synchronizedMap(new WeakHashMap<>());

    void add(AttachedProgram program, ProgramDefinition definition) {
        definitions.put(program, definition);
    }

    /** How a topology must change to name the programs that run: steps that the switches took by themselves. */
    List<Action> rolledBack(Map<String, Switch> switches, Topology topology) {
        List<Action> steps = new ArrayList<>();
        topology.switches().forEach((name, wanted) -> {
            Switch sw = switches.get(name);
            if (sw != null) {
                sw.programs().all().forEach(program -> addStep(steps, name, wanted, program));
            }
        });
        return steps;
    }

    private void addStep(List<Action> steps, String switchName, SwitchDefinition wanted, AttachedProgram program) {
        String port = program.place() instanceof ProgramPlace.OnPort(String name) ? name : null;
        ProgramDefinition named = named(wanted, port);
        ProgramDefinition running = definitions.get(program);
        if (named != null && running != null && !running.equals(named)) {
            steps.add(new Action.SetProgram(switchName, port, running, true));
        }
    }

    private static @Nullable ProgramDefinition named(SwitchDefinition wanted, @Nullable String port) {
        if (port == null) {
            return wanted.program();
        }
        PortDefinition definition = wanted.ports().get(port);
        return definition == null ? null : definition.program();
    }
}
