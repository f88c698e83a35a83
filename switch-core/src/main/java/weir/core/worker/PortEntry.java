// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.link.EmulatedLink;
import weir.core.link.LinkCells;
import weir.core.link.LinkCounters;
import weir.core.loop.LoopPort;
import weir.core.port.Port;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.rate.StormGuard;

/**
 * A port as the workers know it. Everything but its cells is fixed; each cell is written by one worker. A port that is
 * to be treated otherwise while it is attached gets another entry, {@link #treatedAs}, in the next {@link PortTable}.
 */
public final class PortEntry {
    private static final int TAG_BYTES = 4;

    private final int index;
    private final int number;
    private final String name;
    private final Port port;
    private final PortOptions options;
    private final int[] queueOwners;
    private final List<PortCells> cells;
    private final @Nullable BitSet memberOf;
    private final int untaggedVlan;
    private final boolean trunk;
    private final int offloads;
    private final @Nullable StormGuard storm;
    private final LoopPort loop;
    private final List<LinkCells> towardsPort;
    private final List<LinkCells> fromPort;
    private final AtomicReference<@Nullable EmulatedLink> link;

    /**
     * @param index place in the switch's tables, reused after the port is gone
     * @param number what users and programs see, never reused
     * @param queueOwners worker of each queue
     * @param workers number of workers
     * @param nowNanos the workers' time
     */
    public PortEntry(
            int index,
            int number,
            String name,
            Port port,
            PortOptions options,
            int[] queueOwners,
            int workers,
            long nowNanos) {
        this.index = index;
        this.number = number;
        this.name = name;
        this.port = port;
        this.options = options;
        this.queueOwners = queueOwners.clone();
        offloads = port.offloads();
        loop = new LoopPort(number, name);
        storm = StormGuard.of(options.storm(), nowNanos);
        cells = java.util.stream.Stream.generate(PortCells::new).limit(workers).toList();
        towardsPort =
                java.util.stream.Stream.generate(LinkCells::new).limit(workers).toList();
        fromPort =
                java.util.stream.Stream.generate(LinkCells::new).limit(workers).toList();
        link = new AtomicReference<>();
        memberOf = members(options.vlan());
        untaggedVlan = untaggedVlan(options.vlan());
        trunk = options.vlan() instanceof VlanMode.Trunk;
    }

    private PortEntry(PortEntry before, PortOptions options, long nowNanos) {
        index = before.index;
        number = before.number;
        name = before.name;
        port = before.port;
        this.options = options;
        queueOwners = before.queueOwners;
        offloads = before.offloads;
        loop = before.loop;
        boolean sameLimits = options.storm().equals(before.options.storm());
        storm = sameLimits ? before.storm : StormGuard.of(options.storm(), nowNanos);
        cells = before.cells;
        towardsPort = before.towardsPort;
        fromPort = before.fromPort;
        link = before.link;
        memberOf = members(options.vlan());
        untaggedVlan = untaggedVlan(options.vlan());
        trunk = options.vlan() instanceof VlanMode.Trunk;
    }

    private static @Nullable BitSet members(VlanMode mode) {
        return switch (mode) {
            case VlanMode.Unaware unaware -> null;
            case VlanMode.Access access -> {
                BitSet only = new BitSet();
                only.set(access.vlan());
                yield only;
            }
            case VlanMode.Trunk trunk -> trunk.vlans();
        };
    }

    private static int untaggedVlan(VlanMode mode) {
        return switch (mode) {
            case VlanMode.Unaware unaware -> 0;
            case VlanMode.Access access -> access.vlan();
            case VlanMode.Trunk trunk -> trunk.nativeVlan();
        };
    }

    /**
     * The same port, treated otherwise: it shares its counters, its link and what the loop guard knows with this one.
     *
     * @param changed with the name and the number that the port has
     */
    public PortEntry treatedAs(PortOptions changed, long nowNanos) {
        return new PortEntry(this, changed, nowNanos);
    }

    /** Whether both are the same port, attached once, however it is treated. */
    @SuppressWarnings("ReferenceEquality") // one set of counters is made for each port
    public boolean isSamePortAs(PortEntry other) {
        return cells == other.cells;
    }

    public int index() {
        return index;
    }

    public int number() {
        return number;
    }

    public String name() {
        return name;
    }

    public Port port() {
        return port;
    }

    /** Whether another entry, perhaps of the same port, has the same VLANs. */
    boolean carriesSameVlansAs(PortEntry other) {
        return options.vlan().equals(other.options.vlan());
    }

    public PortOptions options() {
        return options;
    }

    /** What keeps the port to its storm limits; null without any. */
    @Nullable
    StormGuard storm() {
        return storm;
    }

    /** What the loop guard knows of the port. */
    public LoopPort loop() {
        return loop;
    }

    /** VLAN that the port sends probes in: that of untagged frames, else its lowest one; 0 for an unaware port. */
    int probeVlan() {
        return isProbeTagged() && memberOf != null ? memberOf.nextSetBit(0) : untaggedVlan;
    }

    boolean isProbeTagged() {
        return trunk && untaggedVlan == 0;
    }

    /** Cells of all workers, for readers. */
    public List<PortCells> cells() {
        return cells;
    }

    PortCells cells(int worker) {
        return cells.get(worker);
    }

    /** How the port's link is emulated now; null when it is not. */
    public AtomicReference<@Nullable EmulatedLink> link() {
        return link;
    }

    LinkCells linkCells(int worker, boolean towards) {
        return (towards ? towardsPort : fromPort).get(worker);
    }

    /** What the emulation of the port's link did in one direction, on all workers. */
    public LinkCounters linkCounters(boolean towards) {
        LinkCounters sum = LinkCounters.NONE;
        for (LinkCells each : towards ? towardsPort : fromPort) {
            sum = sum.plus(each.counters());
        }
        return sum;
    }

    /** Queues of this port that a worker owns, as indices into {@link Port#queues()}. */
    int[] queuesOf(int worker) {
        return java.util.stream.IntStream.range(0, queueOwners.length)
                .filter(queue -> queueOwners[queue] == worker)
                .toArray();
    }

    /** The worker that speaks for the port: the one of its first queue. */
    int speaker() {
        return queueOwners[0];
    }

    /** The worker that transmits what {@code worker} sends to this port: itself when it has a queue. */
    int transmitterFor(int worker) {
        for (int owner : queueOwners) {
            if (owner == worker) {
                return worker;
            }
        }
        return queueOwners[0];
    }

    /** Whether the port looks at tags at all. */
    boolean treatsVlans() {
        return memberOf != null;
    }

    boolean isMember(int vlan) {
        return memberOf == null ? vlan == 0 : memberOf.get(vlan);
    }

    /** VLAN of frames without a tag, 0 when such frames are refused. */
    int untaggedVlan() {
        return untaggedVlan;
    }

    boolean isTrunk() {
        return trunk;
    }

    /** Whether frames of a VLAN leave this port with their tag. */
    boolean sendsTagged(int vlan) {
        return trunk && vlan != untaggedVlan;
    }

    /** Work that may be left to the port, {@link Port#offloads}. */
    int offloads() {
        return offloads;
    }

    /** Longest untagged frame that fits the port's MTU now. */
    int maxFrameBytes() {
        return port.mtuBytes() + Frame.ETHERNET_HEADER_BYTES;
    }

    /** Whether a frame fits, where every VLAN tag may add its own four bytes. */
    boolean fits(int lengthBytes, int tags) {
        return lengthBytes <= maxFrameBytes() + tags * TAG_BYTES;
    }
}
