// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.core.fdb.MacAddress;
import weir.core.link.LinkSettings;

/** One step from a topology to another. */
public sealed interface Action {
    /** What it does to what it names. */
    enum Kind {
        ADD("+"),
        CHANGE("~"),
        REMOVE("-");

        private final String sign;

        Kind(String sign) {
            this.sign = sign;
        }

        /** {@code +}, {@code ~} or {@code -}. */
        public String sign() {
            return sign;
        }
    }

    Kind kind();

    /** Which switch. */
    String switchName();

    /** Where, as commands name it: {@code sw0} or {@code sw0:web}. */
    String place();

    /** What is done, in a few words without the place. */
    String text();

    /** The topology after the step. */
    Topology after(Topology before);

    /** A step at a port. */
    sealed interface OfPort extends Action {
        /** Its name. */
        String port();

        @Override
        default String place() {
            return switchName() + ":" + port();
        }
    }

    /** A switch comes, without ports, program and entries. */
    record CreateSwitch(String switchName, SwitchDefinition definition) implements Action {
        @Override
        public Kind kind() {
            return Kind.ADD;
        }

        @Override
        public String place() {
            return switchName;
        }

        @Override
        public String text() {
            return "switch with " + definition.workers() + (definition.workers() == 1 ? " worker" : " workers");
        }

        @Override
        public Topology after(Topology before) {
            return before.with(
                    switchName,
                    new SwitchDefinition(
                            definition.workers(),
                            definition.waitMode(),
                            definition.loopGuard(),
                            null,
                            Map.of(),
                            Set.of()));
        }
    }

    /** A switch goes with all that it has. */
    record DeleteSwitch(String switchName) implements Action {
        @Override
        public Kind kind() {
            return Kind.REMOVE;
        }

        @Override
        public String place() {
            return switchName;
        }

        @Override
        public String text() {
            return "switch";
        }

        @Override
        public Topology after(Topology before) {
            return before.without(switchName);
        }
    }

    /** A port comes, with its link and its program. */
    record AttachPort(String switchName, String port, PortDefinition definition) implements OfPort {
        @Override
        public Kind kind() {
            return Kind.ADD;
        }

        @Override
        public String text() {
            return "port " + definition.spec();
        }

        @Override
        public Topology after(Topology before) {
            return before.change(switchName, each -> each.withPort(port, definition));
        }
    }

    /**
     * A port goes.
     *
     * @param successor who is to have its number, for a port that comes back with another one; else null
     */
    record DetachPort(
            String switchName, String port, @Nullable String successor) implements OfPort {
        @Override
        public Kind kind() {
            return Kind.REMOVE;
        }

        @Override
        public String text() {
            return successor == null ? "port" : "port, whose number is for " + successor;
        }

        @Override
        public Topology after(Topology before) {
            return before.change(switchName, each -> each.withoutPort(port));
        }
    }

    /** A port is treated otherwise: VLANs, hairpin, storm limits. Its link and program stay. */
    record ChangePort(String switchName, String port, PortDefinition definition) implements OfPort {
        @Override
        public Kind kind() {
            return Kind.CHANGE;
        }

        @Override
        public String text() {
            return "vlan " + definition.vlan() + ", storm " + definition.storm()
                    + (definition.hairpin() ? ", hairpin" : "");
        }

        @Override
        public Topology after(Topology before) {
            return before.change(
                    switchName,
                    each -> each.changePort(
                            port,
                            old -> old.withVlan(definition.vlan())
                                    .withHairpin(definition.hairpin())
                                    .withStorm(definition.storm())));
        }
    }

    /** A port's link is emulated otherwise; null for no longer. */
    record SetLink(String switchName, String port, @Nullable LinkSettings link) implements OfPort {
        @Override
        public Kind kind() {
            return Kind.CHANGE;
        }

        @Override
        public String text() {
            return link == null ? "link as it is" : "link " + link;
        }

        @Override
        public Topology after(Topology before) {
            return before.change(switchName, each -> each.changePort(port, old -> old.withLink(link)));
        }
    }

    /** A program comes to the switch, or with a port's name to the port; or goes, when there is no definition. */
    record SetProgram(
            String switchName,
            @Nullable String port,
            @Nullable ProgramDefinition definition,
            boolean isReplaced) implements Action {
        @Override
        public Kind kind() {
            return definition == null ? Kind.REMOVE : isReplaced ? Kind.CHANGE : Kind.ADD;
        }

        @Override
        public String place() {
            return port == null ? switchName : switchName + ":" + port;
        }

        @Override
        public String text() {
            return definition == null
                    ? "program"
                    : "program " + (definition.program().isEmpty() ? "" : definition.program() + " ") + "of "
                            + definition.object();
        }

        @Override
        public Topology after(Topology before) {
            return before.change(
                    switchName,
                    each -> port == null
                            ? each.withProgram(definition)
                            : each.changePort(port, old -> old.withProgram(definition)));
        }
    }

    /** A static entry comes or goes. */
    record SetStatic(String switchName, StaticEntry entry, boolean isAdded) implements Action {
        @Override
        public Kind kind() {
            return isAdded ? Kind.ADD : Kind.REMOVE;
        }

        @Override
        public String place() {
            return switchName + ":" + entry.port();
        }

        @Override
        public String text() {
            return "fdb entry " + MacAddress.toString(entry.mac()) + (entry.vlan() == 0 ? "" : " VLAN " + entry.vlan());
        }

        @Override
        public Topology after(Topology before) {
            return before.change(switchName, each -> {
                Set<StaticEntry> entries = new LinkedHashSet<>(each.fdb());
                if (isAdded) {
                    entries.add(entry);
                } else {
                    entries.remove(entry);
                }
                return each.withFdb(entries);
            });
        }
    }
}
