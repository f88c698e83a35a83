// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.topology.PortDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.TopologyReader;
import weir.core.Switch;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramPlace;

/** Finds what requests name. What goes away while it is looked at is not found, and no defect. */
final class LiveSwitches {
    private final ControlPlane plane;

    LiveSwitches(ControlPlane plane) {
        this.plane = plane;
    }

    /** What is done with a switch. */
    @FunctionalInterface
    interface Use<T extends @Nullable Object> {
        T apply(Switch sw, SwitchDefinition definition) throws ControlException;
    }

    /**
     * Looks at a switch.
     *
     * @throws ControlException when there is none of that name, or it goes away meanwhile
     */
    <T extends @Nullable Object> T with(String name, Use<T> use) throws ControlException {
        Switch sw = plane.require(name);
        SwitchDefinition definition = plane.topology().find(name);
        try {
            return use.apply(sw, definition == null ? SwitchDefinition.DEFAULT : definition);
        } catch (IllegalStateException e) {
            if (isClosed(sw)) {
                throw ControlException.notFound("switch '" + name + "' has just been deleted", "");
            }
            throw e;
        }
    }

    private static boolean isClosed(Switch sw) {
        try {
            sw.slotsInUse();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** The definition of a port; null for none. */
    @Nullable
    PortDefinition definition(String switchName, String port) {
        SwitchDefinition definition = plane.topology().find(switchName);
        return definition == null ? null : definition.ports().get(port);
    }

    /** What is done with a program. */
    @FunctionalInterface
    interface ProgramUse<T extends @Nullable Object> {
        T apply(AttachedProgram program) throws ControlException;
    }

    /**
     * Looks at the program of a switch or, with a name, of a port.
     *
     * @throws ControlException when there is no such place, it has no program, or that goes away meanwhile
     */
    <T extends @Nullable Object> T withProgram(String switchName, @Nullable String port, ProgramUse<T> use)
            throws ControlException {
        Switch sw = plane.require(switchName);
        if (port != null) {
            plane.requirePort(switchName, port);
        }
        ProgramPlace place = port == null ? ProgramPlace.onSwitch() : ProgramPlace.onPort(port);
        String name = port == null ? switchName : switchName + ":" + port;
        AttachedProgram program = sw.programs()
                .at(place)
                .orElseThrow(() -> ControlException.notFound("no program at " + name, "programs are at " + places()));
        try {
            return use.apply(program);
        } catch (IllegalStateException e) {
            if (program.isOpen()) {
                throw e;
            }
            throw ControlException.notFound("the program at " + name + " has just been replaced", "ask again");
        }
    }

    /** Looks at a program by its id, {@code SWITCH} or {@code SWITCH:PORT}. */
    <T extends @Nullable Object> T withProgram(String id, ProgramUse<T> use) throws ControlException {
        int colon = id.indexOf(':');
        return colon < 0
                ? withProgram(id, null, use)
                : withProgram(id.substring(0, colon), id.substring(colon + 1), use);
    }

    private String places() {
        List<String> places = new ArrayList<>();
        plane.switches()
                .forEach((name, sw) -> sw.programs()
                        .all()
                        .forEach(program -> places.add(
                                program.place() instanceof ProgramPlace.OnPort(String port)
                                        ? name + ":" + port
                                        : name)));
        return places.isEmpty() ? "no switch and no port yet" : String.join(", ", places);
    }

    /** Refuses a name that nothing may have. */
    static void requireName(String name, String pointer) throws ControlException {
        if (!TopologyReader.isName(name)) {
            throw ControlException.invalid(pointer, "'" + name + "' is no name", TopologyReader.NAME_RULE);
        }
    }
}
