// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.util.List;
import java.util.Map;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.program.ProgramSpec;

/**
 * A class file made from a program, and what its code refers to by number. Pure: any number of classes can
 * be defined from it.
 */
final class CompiledUnit {
    /** HotSpot leaves longer methods to its interpreter for ever, and says nothing about it. */
    static final int MAX_METHOD_BYTES = 8000;

    private final ProgramSpec spec;
    private final HelperTable helpers;
    private final byte[] bytes;
    private final List<Helper> usedHelpers;
    private final List<Integer> namedMaps;
    private final Map<Integer, Integer> callbackSlots;

    /**
     * A class file that is not changed any more.
     *
     * @param usedHelpers by the index that the code uses
     * @param namedMaps indices of the object's maps that the code names
     * @param callbackSlots length of functions that helpers may call, by the slot where they begin
     */
    CompiledUnit(
            ProgramSpec spec,
            HelperTable helpers,
            byte[] bytes,
            List<Helper> usedHelpers,
            List<Integer> namedMaps,
            Map<Integer, Integer> callbackSlots) {
        this.spec = spec;
        this.helpers = helpers;
        this.bytes = bytes;
        this.usedHelpers = List.copyOf(usedHelpers);
        this.namedMaps = List.copyOf(namedMaps);
        this.callbackSlots = Map.copyOf(callbackSlots);
    }

    ProgramSpec spec() {
        return spec;
    }

    HelperTable helpers() {
        return helpers;
    }

    /** The class file itself. */
    byte[] bytes() {
        return bytes;
    }

    List<Helper> usedHelpers() {
        return usedHelpers;
    }

    List<Integer> namedMaps() {
        return namedMaps;
    }

    Map<Integer, Integer> callbackSlots() {
        return callbackSlots;
    }

    /** Bytes of bytecode of the longest method. */
    static int longestMethodBytes(byte[] bytes) {
        ClassModel model = ClassFile.of().parse(bytes);
        int longest = 0;
        for (MethodModel method : model.methods()) {
            longest = Math.max(
                    longest,
                    method.findAttribute(Attributes.code())
                            .map(code -> code.codeLength())
                            .orElse(0));
        }
        return longest;
    }
}
