// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/**
 * Where a map's value has its {@code struct bpf_spin_lock}, {@code btf_parse_fields} of {@code kernel/bpf/btf.c}: a
 * member of the value or of a struct in it, or a variable of a data section.
 */
final class SpinLocks {
    private static final String NAME = "bpf_spin_lock";
    private static final int BYTES = 4;
    private static final int MAX_NESTING = 8;

    private final Btf btf;
    private final List<Long> offsets = new ArrayList<>();

    private SpinLocks(Btf btf) {
        this.btf = btf;
    }

    /**
     * Bytes from the start of the value to its lock, or {@link MapSpec#NO_SPIN_LOCK}. The kernel refuses more than
     * one, and locks in other maps than hash tables and arrays; libbpf makes such a map without types then, and so
     * without a lock.
     */
    static int offset(Btf btf, MapType map, int valueType) {
        if (map != MapType.HASH && map != MapType.ARRAY) {
            return MapSpec.NO_SPIN_LOCK;
        }
        SpinLocks locks = new SpinLocks(btf);
        locks.find(valueType, 0, 0);
        return locks.offsets.size() == 1 && locks.offsets.getFirst() <= Integer.MAX_VALUE
                ? locks.offsets.getFirst().intValue()
                : MapSpec.NO_SPIN_LOCK;
    }

    private void find(int typeId, long at, int nesting) {
        if (nesting > MAX_NESTING || offsets.size() > 1) {
            return;
        }
        switch (btf.resolved(typeId)) {
            case BtfType.Struct struct
            when !struct.isUnion() -> {
                if (struct.name().equals(NAME) && struct.sizeBytes() == BYTES) {
                    offsets.add(at);
                    return;
                }
                for (BtfType.Member member : struct.members()) {
                    find(member.type(), at + member.bitOffset() / Byte.SIZE, nesting + 1);
                }
            }
            case BtfType.DataSection section -> {
                for (BtfType.Placed placed : section.variables()) {
                    if (btf.type(placed.variable()) instanceof BtfType.Variable variable) {
                        find(variable.type(), at + placed.offset(), nesting + 1);
                    }
                }
            }
            default -> {}
        }
    }
}
