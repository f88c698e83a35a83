// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Counters of one port summed over all workers, at one moment.
 *
 * @param received frames taken from the port
 * @param receivedBytes their bytes, without FCS
 * @param decided frames of this port that reached a decision
 * @param floodCopies copies beyond the first that floods of this port's frames made
 * @param clones copies that programs made of this port's frames
 * @param enqueued frames given to this port as egress
 * @param transmitted frames that left through this port
 * @param transmittedBytes their bytes, without FCS
 * @param segments frames that came of cutting up larger ones at this port
 * @param segmented frames that were cut up
 * @param ingressDrops received but dropped before a decision, by reason; reasons without drops absent
 * @param decisionDrops decided to be dropped, by reason
 * @param egressDrops enqueued to this port but dropped there, by reason
 */
public record PortCounters(
        long received,
        long receivedBytes,
        long decided,
        long floodCopies,
        long clones,
        long enqueued,
        long transmitted,
        long transmittedBytes,
        long segments,
        long segmented,
        Map<DropReason, Long> ingressDrops,
        Map<DropReason, Long> decisionDrops,
        Map<DropReason, Long> egressDrops) {

    /** Nothing was counted. */
    public static final PortCounters NONE = sum(List.of());

    /** Sums what several workers counted for one port, or what several ports counted. */
    public static PortCounters sum(Collection<PortCells> cells) {
        long[] totals = new long[PortCells.width()];
        for (PortCells each : cells) {
            each.addTo(totals);
        }
        return new PortCounters(
                totals[PortCells.AT_RECEIVED],
                totals[PortCells.AT_RECEIVED_BYTES],
                totals[PortCells.AT_DECIDED],
                totals[PortCells.AT_FLOOD_COPIES],
                totals[PortCells.AT_CLONES],
                totals[PortCells.AT_ENQUEUED],
                totals[PortCells.AT_TRANSMITTED],
                totals[PortCells.AT_TRANSMITTED_BYTES],
                totals[PortCells.AT_SEGMENTS],
                totals[PortCells.AT_SEGMENTED],
                drops(totals, PortCells.AT_INGRESS_DROPS),
                drops(totals, PortCells.AT_DECISION_DROPS),
                drops(totals, PortCells.AT_EGRESS_DROPS));
    }

    private static Map<DropReason, Long> drops(long[] totals, int firstWord) {
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.ALL) {
            long n = totals[firstWord + reason.index()];
            if (n != 0) {
                drops.put(reason, n);
            }
        }
        return drops;
    }

    /** Both together. */
    public PortCounters plus(PortCounters other) {
        return new PortCounters(
                received + other.received,
                receivedBytes + other.receivedBytes,
                decided + other.decided,
                floodCopies + other.floodCopies,
                clones + other.clones,
                enqueued + other.enqueued,
                transmitted + other.transmitted,
                transmittedBytes + other.transmittedBytes,
                segments + other.segments,
                segmented + other.segmented,
                plus(ingressDrops, other.ingressDrops),
                plus(decisionDrops, other.decisionDrops),
                plus(egressDrops, other.egressDrops));
    }

    private static Map<DropReason, Long> plus(Map<DropReason, Long> drops, Map<DropReason, Long> others) {
        Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
        all.putAll(drops);
        others.forEach((reason, n) -> all.merge(reason, n, Long::sum));
        return all;
    }

    private static long total(Map<DropReason, Long> drops) {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Received, but neither decided nor dropped yet. */
    public long ingressInFlight() {
        return received - decided - total(ingressDrops);
    }

    /** Enqueued, but neither transmitted nor dropped yet. */
    public long egressInFlight() {
        return enqueued - transmitted - total(egressDrops);
    }

    /**
     * Frames that came in or were made of others, and have neither left nor been dropped yet; of all ports of a switch
     * together. Counters are read one after the other, so under load this is about right, and at rest exactly 0.
     */
    public long inFlight() {
        return ingressInFlight() + egressInFlight() + switchBalance();
    }

    /** Frames that were made of this port's others, by floods, programs and segmentation, less those that these replaced. */
    public long created() {
        return clones + floodCopies + segments - segmented;
    }

    /** What the switch's law leaves over for frames of this ingress port; add it up over all ports. */
    long switchBalance() {
        return decided + created() - total(decisionDrops) - enqueued;
    }

    /** All drops counted at this port, whatever the stage, by reason. */
    public Map<DropReason, Long> drops() {
        return plus(plus(ingressDrops, decisionDrops), egressDrops);
    }
}
