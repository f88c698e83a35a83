// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.map.MapSpec;

/** Where a type holds a {@code struct bpf_spin_lock}: a member, or a member of a struct inside; {@code kernel/bpf/btf.c}. */
final class SpinLocks {
    private static final String LOCK = "bpf_spin_lock";

    private SpinLocks() {}

    /** Bytes from the start of a value of that type to its first lock, or {@link MapSpec#NO_SPIN_LOCK}. */
    static int offset(Btf btf, int type) {
        if (!(btf.resolved(type) instanceof BtfType.Struct struct) || struct.isUnion()) {
            return MapSpec.NO_SPIN_LOCK;
        }
        if (struct.name().equals(LOCK)) {
            return 0;
        }
        for (BtfType.Member member : struct.members()) {
            int inside = offset(btf, member.type());
            if (inside != MapSpec.NO_SPIN_LOCK) {
                return Math.toIntExact(member.bitOffset() / Byte.SIZE) + inside;
            }
        }
        return MapSpec.NO_SPIN_LOCK;
    }
}
