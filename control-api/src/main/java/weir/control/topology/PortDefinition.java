// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import org.jspecify.annotations.Nullable;
import weir.core.link.LinkSettings;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.rate.StormLimits;

/**
 * A port that is wanted.
 *
 * @param spec what to open, such as {@code tap:web}
 * @param number 1 to {@link PortOptions#MAX_NUMBER}, or 0 for the next free one
 * @param hairpin whether a frame may leave by the port it came in by
 * @param link what is done to frames; null for nothing. Settings that end by themselves are not part of a definition
 * @param program decides about frames that come in by the port, before that of the switch; null for none
 */
public record PortDefinition(
        String spec,
        int number,
        VlanMode vlan,
        boolean hairpin,
        StormLimits storm,
        @Nullable LinkSettings link,
        @Nullable ProgramDefinition program) {
    /** A port with nothing special about it. */
    public static PortDefinition of(String spec) {
        return new PortDefinition(spec, 0, VlanMode.UNAWARE, false, StormLimits.NONE, null, null);
    }

    public PortDefinition withNumber(int changed) {
        return new PortDefinition(spec, changed, vlan, hairpin, storm, link, program);
    }

    public PortDefinition withVlan(VlanMode changed) {
        return new PortDefinition(spec, number, changed, hairpin, storm, link, program);
    }

    public PortDefinition withHairpin(boolean changed) {
        return new PortDefinition(spec, number, vlan, changed, storm, link, program);
    }

    public PortDefinition withStorm(StormLimits changed) {
        return new PortDefinition(spec, number, vlan, hairpin, changed, link, program);
    }

    public PortDefinition withLink(@Nullable LinkSettings changed) {
        return new PortDefinition(spec, number, vlan, hairpin, storm, changed, program);
    }

    public PortDefinition withProgram(@Nullable ProgramDefinition changed) {
        return new PortDefinition(spec, number, vlan, hairpin, storm, link, changed);
    }

    /** How the switch treats the port. */
    public PortOptions options(String name) {
        return PortOptions.named(name)
                .withNumber(number)
                .withVlan(vlan)
                .withHairpin(hairpin)
                .withStorm(storm);
    }

    /** Whether a port that is open as the other can become this one without being opened anew. */
    boolean isSamePortAs(PortDefinition other) {
        return spec.equals(other.spec) && (number == other.number || number == 0);
    }

    /** Whether a switch treats it like the other. */
    boolean isTreatedAs(PortDefinition other) {
        return vlan.equals(other.vlan) && hairpin == other.hairpin && storm.equals(other.storm);
    }
}
