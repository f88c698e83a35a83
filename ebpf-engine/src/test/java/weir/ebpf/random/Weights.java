// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.EnumMap;
import java.util.Map;

/** How often each construct is tried, relative to the others; 0 switches it off. Immutable. */
public final class Weights {
    private final Map<Construct, Integer> weights;
    private final int total;

    private Weights(Map<Construct, Integer> weights) {
        this.weights = weights;
        this.total = weights.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Everything, what is cheap and common more often. */
    public static Weights everything() {
        Map<Construct, Integer> weights = new EnumMap<>(Construct.class);
        for (Construct each : Construct.values()) {
            weights.put(each, usual(each));
        }
        return new Weights(weights);
    }

    /** Nothing but these, each with its usual weight. */
    public static Weights only(Construct... constructs) {
        Map<Construct, Integer> weights = new EnumMap<>(Construct.class);
        for (Construct each : constructs) {
            weights.put(each, usual(each));
        }
        return new Weights(weights);
    }

    public Weights with(Construct construct, int weight) {
        Map<Construct, Integer> changed = new EnumMap<>(weights);
        changed.put(construct, weight);
        return new Weights(changed);
    }

    public Weights without(Construct... constructs) {
        Map<Construct, Integer> changed = new EnumMap<>(weights);
        for (Construct each : constructs) {
            changed.remove(each);
        }
        return new Weights(changed);
    }

    int total() {
        return total;
    }

    /** The construct at a point from 0 to {@link #total()} - 1. */
    Construct at(int point) {
        int left = point;
        for (Map.Entry<Construct, Integer> each : weights.entrySet()) {
            left -= each.getValue();
            if (left < 0) {
                return each.getKey();
            }
        }
        throw new IllegalArgumentException("point=" + point + ", total=" + total);
    }

    private static int usual(Construct construct) {
        return switch (construct) {
            case ALU64, ALU32 -> 40;
            case PACKET_LOAD, PACKET_STORE, STACK_LOAD, STACK_STORE -> 20;
            case ORDERED_ACCESS -> 10;
            case REGION_LOAD, REGION_STORE, ATOMIC_REGION, MAP_LOOKUP -> 16;
            case PACKET_POINTER, IF_64, IF_32, MAP_UPDATE, PACKET_VARIABLE -> 10;
            case MOVE_SIGNED, BYTE_SWAP, IF_ELSE, ATOMIC_STACK, REGION_VARIABLE, SPILL, FILL -> 8;
            case NEGATE, WIDE_IMMEDIATE, LOOP, GLOBAL_DATA, CONTEXT_LOAD, STACK_VARIABLE, MAP_DELETE -> 6;
            case EARLY_EXIT, TAIL_CALL, SNPRINTF -> 2;
            default -> 4;
        };
    }
}
