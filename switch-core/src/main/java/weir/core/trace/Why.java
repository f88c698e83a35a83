// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.fdb.MacAddress;

/** Puts the cause of a verdict into a sentence, from what was written down of the frame. */
final class Why {
    private final String ingress;
    private final int vlan;
    private final List<TracedProgram> programs;
    private final @Nullable TracedLookup lookup;
    private final List<TracedEgress> egress;

    Why(
            String ingress,
            int vlan,
            List<TracedProgram> programs,
            @Nullable TracedLookup lookup,
            List<TracedEgress> egress) {
        this.ingress = ingress;
        this.vlan = vlan;
        this.programs = programs;
        this.lookup = lookup;
        this.egress = egress;
    }

    /** @param reason of a drop; null otherwise */
    String of(TracedFrame.Verdict verdict, @Nullable DropReason reason) {
        return reason == null ? sent(verdict) : dropped(reason);
    }

    private String sent(TracedFrame.Verdict verdict) {
        if (lookup == null) {
            return said();
        }
        return switch (lookup.result()) {
            case HIT ->
                mac() + inVlan() + (lookup.isStatic() ? " was set for " : " was learned at ") + "port " + lookup.port();
            case UNKNOWN_UNICAST -> "nobody" + inVlan() + " is known to have " + mac();
            case MULTICAST -> mac() + " is a group";
            case BROADCAST -> "it is a broadcast";
            case RESERVED_GROUP ->
                verdict == TracedFrame.Verdict.FLOODED
                        ? "the switch was told to forward BPDUs"
                        : mac() + " is reserved";
        };
    }

    private String mac() {
        return lookup == null ? "its destination" : MacAddress.toString(lookup.mac());
    }

    private String inVlan() {
        return vlan == 0 ? "" : " in VLAN " + vlan;
    }

    /** What the last program said. */
    private String said() {
        if (programs.isEmpty()) {
            return "";
        }
        TracedProgram last = programs.getLast();
        return last.fault().isEmpty() ? last.name() + " said " + last.action() : last.fault();
    }

    private String at() {
        return egress.isEmpty() ? "the port" : "port " + egress.getFirst().port();
    }

    private String dropped(DropReason reason) {
        return switch (reason) {
            case RUNT ->
                programs.isEmpty()
                        ? "it is shorter than an Ethernet header of 14 bytes"
                        : "the program left fewer than 14 bytes of it";
            case MALFORMED_VLAN -> "it says that it has a tag, and is too short for one";
            case INVALID_SOURCE -> "its source is a group address or zero, which no station has";
            case RESERVED_GROUP -> "its destination is for this link alone, and no bridge forwards it";
            case VLAN_DENIED ->
                egress.isEmpty()
                        ? "port " + ingress + " does not take its VLAN"
                        : at() + " does not send" + (vlan == 0 ? " its VLAN" : " VLAN " + vlan) + " so";
            case BAD_OFFLOAD -> "its sender left work to do that the frame cannot need";
            case NO_BUFFER -> "there was no free slot, or port " + ingress + " holds as many as it may";
            case BAD_DESCRIPTOR -> "the client of the port wrote what cannot be";
            case HAIRPIN ->
                lookup == null ? said() : mac() + " is at port " + ingress + " itself, where the frame came from";
            case NO_DESTINATION ->
                lookup == null ? said() + ", and no such port is there" : "there is no other port" + inVlan();
            case REDIRECT_INVALID -> said() + ", and no such port is there";
            case PROGRAM_DROP, PROGRAM_ABORTED, PROGRAM_INVALID_ACTION, PROGRAM_BUDGET -> said();
            case OVERSIZE -> "it is longer than the MTU of " + at() + " allows";
            case WORKER_BACKLOG -> "the ring to the worker of " + at() + " is full";
            case QUEUE_FULL -> "the receiver behind " + at() + " does not keep up";
            case PORT_DOWN -> at() + " is down, gone or being detached";
            case IO_ERROR -> "the operating system refused it at " + at();
            case LINK_LOSS -> "the emulated link lost it";
            case LINK_DOWN -> "the emulated link is down";
            case LINK_CUT -> "the emulated link does not reach that station";
            case LINK_QUEUE_FULL -> "as many frames as the emulated link takes are on their way";
            case STORM_LIMIT -> "port " + ingress + " brings in more that floods than it may";
            case LOOP_BLOCKED ->
                (egress.isEmpty() ? "port " + ingress : at()) + " is blocked, since it is part of a loop";
            case LOOP_PROBE -> "it is a probe of this switch, which came back";
        };
    }
}
