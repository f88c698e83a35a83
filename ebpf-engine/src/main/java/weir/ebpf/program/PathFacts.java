// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the verifier's walk over all paths says about loops and branches. No entry means that nothing is
 * known: without a verifier there are none.
 *
 * @param loops of all functions
 * @param rounds how often at most a helper calls back, by the slot of its call; no entry where that is not known
 * @param branches conditional jumps that some path reaches, by slot
 */
public record PathFacts(List<Loop> loops, Map<Integer, Long> rounds, Map<Integer, Branch> branches) {
    /** Nothing is known. */
    public static final PathFacts NONE = new PathFacts(List.of(), Map.of(), Map.of());

    public PathFacts {
        loops = List.copyOf(loops);
        rounds = Map.copyOf(rounds);
        branches = Map.copyOf(branches);
    }

    /**
     * A natural loop. It is entered where control comes to a slot of its body from a slot outside.
     *
     * @param head slot that every turn comes by
     * @param backEdges slots of the body from which control comes to the head
     * @param body slots that reach a back edge without coming by the head, and the head
     * @param bound how often at most control goes back to the head for one entry; empty where it is not known
     */
    public record Loop(int head, List<Integer> backEdges, BitSet body, OptionalLong bound) {
        public Loop {
            backEdges = List.copyOf(backEdges);
            body = (BitSet) body.clone();
        }

        @Override
        public BitSet body() {
            return (BitSet) body.clone();
        }

        /** Whether an instruction belongs to the loop. */
        public boolean contains(int slot) {
            return slot >= 0 && body.get(slot);
        }

        /** Lowest slot of the body. */
        public int first() {
            return body.nextSetBit(0);
        }

        /** Highest slot of the body. */
        public int last() {
            return body.length() - 1;
        }
    }

    /**
     * A conditional jump.
     *
     * @param mayJump whether a path goes to its target; where it is false no run ever does
     * @param mayFallThrough whether a path goes on behind it; where it is false no run ever does
     * @param comparisons what paths compare there; hints, and not all where there are many
     */
    public record Branch(boolean mayJump, boolean mayFallThrough, List<Comparison> comparisons) {
        public Branch {
            comparisons = List.copyOf(comparisons);
        }

        /** Whether a run may go this way. */
        public boolean may(boolean jumps) {
            return jumps ? mayJump : mayFallThrough;
        }
    }

    /** The two sides of a comparison. */
    public record Comparison(Source left, Source right) {}
}
