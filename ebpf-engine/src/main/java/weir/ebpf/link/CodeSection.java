// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.reader.BtfExt;
import weir.ebpf.elf.Section;

/**
 * A section of instructions, patched in place while the object is linked. Raw bytes: what cannot be
 * decoded is found later.
 */
final class CodeSection {
    static final int SLOT_BYTES = 8;

    // What the source field of calls and 64-bit immediates says, BPF_PSEUDO_* in uapi/linux/bpf.h.
    static final int PLAIN_NUMBER = 0;
    static final int HELPER_CALL = 0;
    static final int LOCAL_CALL = 1;
    static final int KERNEL_CALL = 2;
    static final int FUNCTION_ADDRESS = 4;
    static final int MAP_INDEX = 5;
    static final int MAP_VALUE = 6;

    private static final int LD_IMM64 = 0x18;
    private static final int CALL = 0x85;

    /** A place in some section that code refers to: a function begins there. */
    record Target(CodeSection section, int slot) {}

    private final Section section;
    private final ByteBuffer code;
    private final TreeMap<Integer, Target> targets = new TreeMap<>();
    private final TreeMap<Integer, String> unresolved = new TreeMap<>();
    private final List<BtfExt.LineInfo> lines;
    private final List<BtfExt.FunctionInfo> functionInfos;

    CodeSection(Section section, BtfExt ext) throws ObjectFileException {
        this.section = section;
        int length = section.data().length();
        if (length % SLOT_BYTES != 0) {
            throw section.data().fail(0, "instructions have 8 bytes, the section has " + length);
        }
        code = ByteBuffer.wrap(section.data().copy(0, length)).order(ByteOrder.LITTLE_ENDIAN);
        lines = ext.lines().getOrDefault(section.name(), List.of());
        functionInfos = ext.functions().getOrDefault(section.name(), List.of());
    }

    Section section() {
        return section;
    }

    String name() {
        return section.name();
    }

    int slots() {
        return code.capacity() / SLOT_BYTES;
    }

    byte[] bytes() {
        return code.array();
    }

    List<BtfExt.LineInfo> lines() {
        return lines;
    }

    List<BtfExt.FunctionInfo> functionInfos() {
        return functionInfos;
    }

    /** What the code of a range refers to, by slot. */
    NavigableMap<Integer, Target> targets(int from, int to) {
        return targets.subMap(from, true, to, false);
    }

    NavigableMap<Integer, String> unresolved(int from, int to) {
        return unresolved.subMap(from, true, to, false);
    }

    boolean isCall(int slot) {
        return opcode(slot) == CALL;
    }

    boolean isWide(int slot) {
        return opcode(slot) == LD_IMM64 && slot + 1 < slots();
    }

    int immediate(int slot) {
        return code.getInt(slot * SLOT_BYTES + 4);
    }

    int sourceField(int slot) {
        return (code.get(slot * SLOT_BYTES + 1) >> 4) & 0xf;
    }

    void putCall(int slot, int source, int immediate) {
        putSource(slot, source);
        code.putInt(slot * SLOT_BYTES + 4, immediate);
    }

    void putWide(int slot, int source, int immediate, int nextImmediate) {
        putSource(slot, source);
        code.putInt(slot * SLOT_BYTES + 4, immediate);
        code.putInt((slot + 1) * SLOT_BYTES + 4, nextImmediate);
    }

    void refer(int slot, Target target) {
        targets.put(slot, target);
    }

    void markUnresolved(int slot, String what) {
        unresolved.putIfAbsent(slot, what);
    }

    /** Adds what calls mean that no relocation is about: functions of this section, by distance. */
    void findLocalCalls() throws ObjectFileException {
        for (int slot = 0; slot < slots(); slot++) {
            if (isWide(slot)) {
                if (sourceField(slot) == FUNCTION_ADDRESS && !targets.containsKey(slot)) {
                    throw fail(slot, "the address of a function has no relocation");
                }
                slot++;
            } else if (isCall(slot) && sourceField(slot) == LOCAL_CALL && !targets.containsKey(slot)) {
                long target = slot + 1L + immediate(slot);
                if (target < 0 || target >= slots()) {
                    throw fail(slot, "calls instruction " + target + ", the section has " + slots());
                }
                targets.put(slot, new Target(this, (int) target));
            }
        }
    }

    ObjectFileException fail(int slot, String rule) {
        return section.data().fail((long) slot * SLOT_BYTES, rule);
    }

    private int opcode(int slot) {
        return Byte.toUnsignedInt(code.get(slot * SLOT_BYTES));
    }

    private void putSource(int slot, int source) {
        int at = slot * SLOT_BYTES + 1;
        code.put(at, (byte) ((code.get(at) & 0x0f) | (source << 4)));
    }
}
