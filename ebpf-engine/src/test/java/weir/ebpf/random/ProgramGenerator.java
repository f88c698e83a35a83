// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/**
 * Makes programs from seeds: the same seed and weights, the same program. Programs leave nothing to
 * chance: no clock, no random numbers, no addresses in results.
 */
public final class ProgramGenerator {
    private final Weights weights;

    public ProgramGenerator(Weights weights) {
        this.weights = weights;
    }

    /** All maps that random programs use, with nothing in program arrays. */
    public static List<MapSpec> allMaps() {
        return Arrays.stream(RandomMap.values()).map(RandomMap::spec).toList();
    }

    public RandomProgram generate(long seed) {
        Draft draft = new Draft(new SplittableRandom(seed), weights);
        List<ProgramSpec> programs = new ArrayList<>();
        programs.add(
                ProgramDraft.generate(draft, "main", 3 + draft.random.nextInt(1 + draft.random.nextInt(60)), false));
        for (int i = 0; i < draft.tailTargets; i++) {
            programs.add(ProgramDraft.generate(draft, Draft.tailName(i), 3 + draft.random.nextInt(8), true));
        }
        return new RandomProgram(seed, programs, draft.mapSpecs(), draft.constructs);
    }

    /** What the program and the targets of its tail calls share. */
    static final class Draft {
        final SplittableRandom random;
        final Weights weights;
        final Set<Construct> constructs = EnumSet.noneOf(Construct.class);
        /** Targets that the program array gets; 0 to 3. */
        int tailTargets;

        private final Map<RandomMap, Integer> maps = new EnumMap<>(RandomMap.class);
        private final List<RandomMap> inOrder = new ArrayList<>();

        Draft(SplittableRandom random, Weights weights) {
            this.random = random;
            this.weights = weights;
        }

        /** Index of a map, which is there from now on; behind those that it holds. */
        int mapIndex(RandomMap map) {
            if (!maps.containsKey(map)) {
                map.inner().forEach(this::mapIndex);
                maps.put(map, inOrder.size());
                inOrder.add(map);
            }
            return maps.get(map);
        }

        static String tailName(int index) {
            return "tail_" + index;
        }

        List<MapSpec> mapSpecs() {
            return inOrder.stream().map(this::mapSpec).toList();
        }

        private MapSpec mapSpec(RandomMap map) {
            if (map == RandomMap.PROG_ARRAY) {
                return programArray();
            }
            List<MapSpec.Entry> inner = new ArrayList<>();
            for (int i = 0; i < map.inner().size(); i++) {
                inner.add(new MapSpec.Entry.InnerMap(2 * i, mapIndex(map.inner().get(i))));
            }
            return inner.isEmpty() ? map.spec() : map.spec().withContents(inner);
        }

        private MapSpec programArray() {
            List<MapSpec.Entry> targets = new ArrayList<>();
            for (int i = 0; i < tailTargets; i++) {
                targets.add(new MapSpec.Entry.Program(i, tailName(i)));
            }
            return RandomMap.PROG_ARRAY.spec().withContents(targets);
        }
    }
}
