// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a test has asked of a network. Immutable, so that the state before a test can be kept and gone back to.
 *
 * @param links what is done to frames of containers, by their ids; those without absent
 * @param cuts pairs of containers that do not reach each other
 * @param program what decides about frames; null for nothing
 */
record Wanted(
        Map<String, LinkDraft> links,
        Set<Pair> cuts,
        @Nullable Loaded program) {
    static final Wanted NOTHING = new Wanted(Map.of(), Set.of(), null);

    Wanted {
        links = Map.copyOf(links);
        cuts = Set.copyOf(cuts);
    }

    /** Two containers, by their ids in order. */
    record Pair(String first, String second) {
        static Pair of(String one, String other) {
            return one.compareTo(other) <= 0 ? new Pair(one, other) : new Pair(other, one);
        }

        boolean has(String containerId) {
            return first.equals(containerId) || second.equals(containerId);
        }

        String other(String containerId) {
            return first.equals(containerId) ? second : first;
        }
    }

    /**
     * A program, and what it was loaded from.
     *
     * @param name in the object; empty for the only one
     */
    record Loaded(WeirProgram handle, ObjectBytes object, String name) {}

    Wanted withLink(String containerId, LinkDraft draft) {
        Map<String, LinkDraft> changed = new HashMap<>(links);
        if (draft.equals(LinkDraft.NOTHING)) {
            changed.remove(containerId);
        } else {
            changed.put(containerId, draft);
        }
        return new Wanted(changed, cuts, program);
    }

    Wanted withCuts(Set<Pair> more) {
        Set<Pair> all = new HashSet<>(cuts);
        all.addAll(more);
        return new Wanted(links, all, program);
    }

    Wanted withoutCuts() {
        return new Wanted(links, Set.of(), program);
    }

    Wanted withProgram(@Nullable Loaded changed) {
        return new Wanted(links, cuts, changed);
    }

    LinkDraft link(String containerId) {
        return links.getOrDefault(containerId, LinkDraft.NOTHING);
    }

    /** Containers that a container does not reach. */
    Set<String> cutFrom(String containerId) {
        Set<String> others = new TreeSet<>();
        cuts.stream().filter(pair -> pair.has(containerId)).forEach(pair -> others.add(pair.other(containerId)));
        return others;
    }

    /** Containers whose links differ between this and another. */
    Set<String> differing(Wanted other) {
        Set<String> all = new TreeSet<>(links.keySet());
        all.addAll(other.links.keySet());
        for (Set<Pair> pairs : List.of(cuts, other.cuts)) {
            pairs.forEach(pair -> Collections.addAll(all, pair.first(), pair.second()));
        }
        all.removeIf(id -> link(id).equals(other.link(id)) && cutFrom(id).equals(other.cutFrom(id)));
        return all;
    }
}
