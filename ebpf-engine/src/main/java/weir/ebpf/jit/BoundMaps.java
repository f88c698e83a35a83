// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weir.ebpf.memory.Mem;

/**
 * What the binding holds of maps: pushed from its arrays, or from locals that a loop over many frames has read them
 * into.
 *
 * <pre>
 *  locals of a map:  | handle  | base    | map |
 * </pre>
 */
final class BoundMaps {
    private static final int BASE = 2;
    private static final int MAP = 4;
    private static final int LOCALS = 5;

    private final CodeBuilder code;
    private final Map<Integer, Integer> locals = new HashMap<>();

    BoundMaps(CodeBuilder code) {
        this.code = code;
    }

    /** Reads them into locals, from the first one on. */
    void load(List<Integer> maps, int firstLocal) {
        int next = firstLocal;
        for (int map : maps) {
            pushHandle(map);
            code.lstore(next);
            pushBase(map);
            code.lstore(next + BASE);
            pushMap(map);
            code.astore(next + MAP);
            locals.put(map, next);
            next += LOCALS;
        }
    }

    void pushHandle(int map) {
        Integer local = locals.get(map);
        if (local == null) {
            pushElement("handles", Names.LONGS, map);
            code.laload();
        } else {
            code.lload(local);
        }
    }

    /** Pushes the address of an array's first value. */
    void pushBase(int map) {
        Integer local = locals.get(map);
        if (local == null) {
            pushElement("bases", Names.LONGS, map);
            code.laload();
            code.loadConstant(Mem.ADDRESS_BITS);
            code.land();
        } else {
            code.lload(local + BASE);
        }
    }

    void pushMap(int map) {
        Integer local = locals.get(map);
        if (local == null) {
            pushElement("maps", Names.MAPS, map);
            code.aaload();
        } else {
            code.aload(local + MAP);
        }
    }

    private void pushElement(String array, ClassDesc type, int map) {
        code.aload(Emission.BINDING);
        code.getfield(Names.BINDING, array, type);
        code.loadConstant(map);
    }
}
