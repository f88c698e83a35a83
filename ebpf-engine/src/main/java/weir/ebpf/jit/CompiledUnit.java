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
 *
 * @param bytes the class file
 * @param usedHelpers by the index that the code uses
 * @param namedMaps indices of the object's maps that the code names
 * @param callbackSlots length of functions that helpers may call, by the slot where they begin
 */
record CompiledUnit(
        ProgramSpec spec,
        HelperTable helpers,
        byte[] bytes,
        List<Helper> usedHelpers,
        List<Integer> namedMaps,
        Map<Integer, Integer> callbackSlots) {
    /** HotSpot leaves longer methods to its interpreter for ever, and says nothing about it. */
    static final int MAX_METHOD_BYTES = 8000;

    CompiledUnit {
        usedHelpers = List.copyOf(usedHelpers);
        namedMaps = List.copyOf(namedMaps);
        callbackSlots = Map.copyOf(callbackSlots);
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
