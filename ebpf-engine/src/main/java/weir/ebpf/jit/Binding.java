// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.List;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.ForEachMap;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;

/**
 * What generated code of one program finds its maps by, on one CPU. Generated code reads the fields.
 */
final class Binding {
    final CompiledUnit unit;
    final CompiledCode code;
    /** By the index that the code uses. */
    final EbpfMap[] maps;

    final long[] handles;
    /** Addresses of the first value, of this CPU, for arrays; 0 for others. */
    final long[] bases;
    /** Maps that the code names: what it may touch. */
    final EbpfMap[] named;

    Binding(CompiledUnit unit, CompiledCode code, List<EbpfMap> objectMaps, int cpu) {
        this.unit = unit;
        this.code = code;
        maps = objectMaps.toArray(EbpfMap[]::new);
        handles = new long[maps.length];
        bases = new long[maps.length];
        for (int i = 0; i < maps.length; i++) {
            handles[i] = maps[i].handle();
            bases[i] = base(maps[i], cpu);
        }
        named = unit.namedMaps().stream().map(objectMaps::get).toArray(EbpfMap[]::new);
    }

    private static long base(EbpfMap map, int cpu) {
        boolean isArray = map.spec().type() == MapType.ARRAY || map.spec().type() == MapType.PERCPU_ARRAY;
        return isArray && map instanceof ForEachMap array ? array.valueAt(0, cpu) : 0;
    }

    ProgramSpec spec() {
        return unit.spec();
    }

    Helper helper(int index) {
        return unit.usedHelpers().get(index);
    }

    HelperTable helpers() {
        return unit.helpers();
    }

    /** Slots of the callback that begins there; 0 when none does. */
    int callbackSlots(long slot) {
        return slot == (int) slot ? unit.callbackSlots().getOrDefault((int) slot, 0) : 0;
    }
}
