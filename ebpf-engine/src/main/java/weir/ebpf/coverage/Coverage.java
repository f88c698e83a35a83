// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which ways of a program's branches were gone.
 *
 * @param possible as far as the verifier can tell; some of them no run may ever go
 * @param reached those of the possible ones that runs went
 */
public record Coverage(Set<Direction> possible, Set<Direction> reached) {
    public Coverage {
        possible = Set.copyOf(possible);
        reached = Set.copyOf(reached);
    }

    /** Reached of possible, 0 to 1; 1 of a program without branches. */
    public double share() {
        return possible.isEmpty() ? 1 : (double) reached.size() / possible.size();
    }

    /** In the program's order. */
    public List<Direction> missed() {
        Set<Direction> missed = new HashSet<>(possible);
        missed.removeAll(reached);
        return missed.stream()
                .sorted(Comparator.comparingInt(Direction::slot).thenComparing(Direction::jumps))
                .toList();
    }
}
